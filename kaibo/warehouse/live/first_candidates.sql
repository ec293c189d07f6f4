-- purpose: per viewer and kind the earliest instant of this batch, for the show and for each product
-- grain:   show, product ('' for the show), kind, viewer
-- source:  event
-- clock:   occurred_at
select show_id as show_id, '' as product, kind as kind, viewer_id as viewer_id, min(occurred_at) as occurred_at
from event
where show_id is not null and viewer_id is not null and kind in (
    'viewer.entered', 'room.exposed', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined',
    'share.made', 'product.exposed', 'product.clicked', 'cart.added'
)
group by show_id, kind, viewer_id
union all
select show_id, product, kind, viewer_id, min(occurred_at)
from event
where show_id is not null and viewer_id is not null and product is not null and kind in (
    'viewer.entered', 'room.exposed', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined',
    'share.made', 'product.exposed', 'product.clicked', 'cart.added'
)
group by show_id, product, kind, viewer_id
