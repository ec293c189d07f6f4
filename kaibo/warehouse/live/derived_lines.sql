-- purpose: facts of a line that stand elsewhere, that are parts of it, or that it leaves out: short visits at the minute
--          they began, parts of spend, acts that do not say who
-- grain:   one fact
-- source:  event, stated
-- clock:   begin of the visit, else occurred_at
select
    show_id as show_id,
    ((occurred_at - duration_ms * 1000) // 60000000) * 60000000 as minute_us,
    ((occurred_at - duration_ms * 1000) // 1000000) * 1000000 as second_us,
    source as source,
    product as product,
    'visit.short' as kind,
    1 as counted,
    cast(null as bigint) as amount
from event
where kind = 'viewer.left' and duration_ms >= 0 and duration_ms < 60000 and show_id is not null
union all
select show_id, minute_us, second_us, source, product, 'spend.attributed', 1, attrs.attributed_gmv_minor
from stated
where kind = 'spend.reported' and show_id is not null and attrs.attributed_gmv_minor is not null
union all
select
    show_id, minute_us, second_us, source, product, 'spend.whole_room', 1,
    case when attrs.is_whole_room then amount_minor else 0 end
from stated
where kind = 'spend.reported' and show_id is not null and attrs.is_whole_room is not null
union all
select show_id, minute_us, second_us, source, product, 'spend.impressions', attrs.ad_impressions, null
from stated
where kind = 'spend.reported' and show_id is not null and attrs.ad_impressions is not null
union all
select show_id, minute_us, second_us, source, product, 'spend.clicks', attrs.ad_clicks, null
from stated
where kind = 'spend.reported' and show_id is not null and attrs.ad_clicks is not null
union all
select show_id, minute_us, second_us, source, product, 'visit.untimed', 1, null
from event
where kind = 'viewer.left' and duration_ms is null and show_id is not null
union all
select
    show_id, minute_us, second_us, source, product, 'nameless.' || kind,
    case
        when kind in ('viewer.entered', 'room.exposed', 'like.given', 'product.exposed', 'product.clicked')
            then coalesce(counted, 1)
        when kind = 'gift.sent' then coalesce(quantity, 1)
        else 1
    end,
    null
from event
where
    viewer_id is null and show_id is not null
    and kind in (
        'viewer.entered', 'room.exposed', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained',
        'fanclub.joined', 'share.made', 'product.exposed', 'product.clicked', 'cart.added'
    )
union all
select show_id, minute_us, second_us, source, product, 'spend.unattributed', 1, amount_minor
from stated
where kind = 'spend.reported' and show_id is not null and attrs.attributed_gmv_minor is null
union all
select show_id, minute_us, second_us, source, product, 'spend.undivided', 1, amount_minor
from stated
where kind = 'spend.reported' and show_id is not null and attrs.is_whole_room is null
union all
select show_id, minute_us, second_us, source, product, 'spend.unseen', 1, amount_minor
from stated
where kind = 'spend.reported' and show_id is not null and attrs.ad_impressions is null
union all
select show_id, minute_us, second_us, source, product, 'spend.unclicked', 1, amount_minor
from stated
where kind = 'spend.reported' and show_id is not null and attrs.ad_clicks is null
