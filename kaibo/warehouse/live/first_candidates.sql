-- purpose: per viewer and kind the earliest event of this batch, for the show and for each product; and the first of
--          the six kinds that count as interaction
-- grain:   show, product ('' for the show), kind, viewer
-- source:  event
-- clock:   occurred_at; of two at one instant the smaller event id is the first
with told as materialized (
    select show_id as show_id, '' as product, kind as kind, viewer_id as viewer_id,
        min(struct_pack(a := occurred_at, b := event_id, c := source)) as first
    from event
    where
        show_id is not null and viewer_id is not null
        and kind in (
            'viewer.entered', 'room.exposed', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained',
            'fanclub.joined', 'share.made', 'product.exposed', 'product.clicked', 'cart.added'
        )
    group by show_id, kind, viewer_id
    union all
    select show_id, product, kind, viewer_id, min(struct_pack(a := occurred_at, b := event_id, c := source))
    from event
    where
        show_id is not null and viewer_id is not null and product is not null
        and kind in (
            'viewer.entered', 'room.exposed', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained',
            'fanclub.joined', 'share.made', 'product.exposed', 'product.clicked', 'cart.added'
        )
    group by show_id, product, kind, viewer_id
),
every as (
    select show_id, product, kind, viewer_id, first from told
    union all
    select show_id, product, try_cast('interaction' as event_kind), viewer_id, min(first)
    from told
    where kind in ('comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined', 'share.made')
    group by show_id, product, viewer_id
)
select show_id, product, kind, viewer_id, hash(viewer_id, kind, product, show_id) as key_hash,
    first.a as occurred_at, first.b as event_id, first.c as source
from every
