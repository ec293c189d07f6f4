-- purpose: the first of six kinds that count as interaction
-- grain:   show, product, viewer
-- source:  first_candidates
-- clock:   occurred_at
select
    show_id, product, kind, viewer_id, hash(viewer_id, kind, product, show_id) as key_hash,
    first.a as occurred_at, first.b as event_id, first.c as source
from (
    select show_id as show_id, product as product, 'interaction' as kind, viewer_id as viewer_id,
        min(struct_pack(a := occurred_at, b := event_id, c := source)) as first
    from first_candidates
    where kind in ('comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined', 'share.made')
    group by show_id, product, viewer_id
) as told
