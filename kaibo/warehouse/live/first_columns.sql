-- purpose: which column a first of a kind feeds, once for every grain; a move that cancels itself is none
-- grain:   show, grain, key, minute
-- source:  keyed_first (keyed_firsts of the batch, or keyed_interval_firsts)
-- clock:   minute of the first event
select
    show_id as show_id,
    grain as grain,
    "key" as "key",
    minute_us as minute_us,
    nullif(sum(moved) filter (where kind = 'viewer.entered'), 0) as viewers,
    nullif(sum(moved) filter (where kind = 'room.exposed'), 0) as impression_viewers,
    nullif(sum(moved) filter (where kind = 'comment.posted'), 0) as commenters,
    nullif(sum(moved) filter (where kind = 'like.given'), 0) as likers,
    nullif(sum(moved) filter (where kind = 'share.made'), 0) as sharers,
    nullif(sum(moved) filter (where kind = 'follow.gained'), 0) as followers_gained,
    nullif(sum(moved) filter (where kind = 'fanclub.joined'), 0) as club_joiners,
    nullif(sum(moved) filter (where kind = 'interaction'), 0) as interactors,
    nullif(sum(moved) filter (where kind = 'product.exposed'), 0) as product_exposed_viewers,
    nullif(sum(moved) filter (where kind = 'product.clicked'), 0) as product_click_viewers,
    nullif(sum(moved) filter (where kind = 'cart.added'), 0) as carters
from keyed_first
group by show_id, grain, "key", minute_us
