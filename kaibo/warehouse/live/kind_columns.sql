-- purpose: which column a kind feeds, once for every grain
-- grain:   show, grain, key, minute
-- source:  keyed_sum (keyed_minutes of the batch, or keyed_seconds of the intervals)
-- clock:   minute
select
    show_id as show_id,
    grain as grain,
    "key" as "key",
    minute_us as minute_us,
    sum(lines) as events,
    sum(counted) filter (where kind = 'room.exposed') as impressions,
    sum(counted) filter (where kind = 'viewer.entered') as views,
    sum(lines) filter (where kind = 'viewer.left') as leaves,
    sum(watched) filter (where kind = 'viewer.left') as watch_ms,
    sum(stayed) filter (where kind = 'viewer.left') as effective_views,
    sum(counted) filter (where kind = 'visit.short') as left_in_60s,
    sum(lines) filter (where kind = 'comment.posted') as comments,
    sum(counted) filter (where kind = 'like.given') as likes,
    sum(pieces) filter (where kind = 'gift.sent') as gifts,
    sum(amount) filter (where kind = 'gift.sent') as gift_minor,
    sum(lines) filter (where kind = 'follow.gained') as follows,
    sum(lines) filter (where kind = 'fanclub.joined') as fanclub_joins,
    sum(lines) filter (where kind = 'share.made') as shares,
    sum(counted) filter (where kind = 'product.exposed') as product_exposures,
    sum(counted) filter (where kind = 'product.clicked') as product_clicks,
    sum(lines) filter (where kind = 'cart.added') as cart_adds,
    sum(lines) filter (where kind = 'coupon.claimed') as coupons,
    sum(amount) filter (where kind = 'spend.reported') as spend_minor,
    sum(amount) filter (where kind = 'spend.attributed') as attributed_gmv_minor,
    sum(amount) filter (where kind = 'spend.whole_room') as whole_room_spend_minor,
    sum(counted) filter (where kind = 'spend.impressions') as ad_impressions,
    sum(counted) filter (where kind = 'spend.clicks') as ad_clicks
from keyed_sum
group by show_id, grain, "key", minute_us
