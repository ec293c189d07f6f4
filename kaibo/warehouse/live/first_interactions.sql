-- purpose: the first of six kinds that count as interaction
-- grain:   show, product, viewer
-- source:  first_candidates
-- clock:   occurred_at
select
    show_id as show_id,
    product as product,
    'interaction' as kind,
    viewer_id as viewer_id,
    min(occurred_at) as occurred_at,
    arg_min(event_id, struct_pack(a := occurred_at, b := event_id, c := source)) as event_id,
    arg_min(source, struct_pack(a := occurred_at, b := event_id, c := source)) as source
from first_candidates
where kind in ('comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined', 'share.made')
group by show_id, product, viewer_id
