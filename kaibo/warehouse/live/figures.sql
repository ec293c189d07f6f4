-- purpose: numbers that a platform or a person states; the balance that comes with ad spend is one of them
-- grain:   event; `part` names the product or ad plan that a figure is about, '' for the whole show
-- source:  stated
-- clock:   occurred_at is the as-of
select show_id as show_id, platform || chr(10) || room_id || chr(10) || event_id as uid, event_id as event_id,
    attrs.figure as figure, attrs.value as value, occurred_at as as_of_us, coalesce(attrs.basis, 'cumulative') as basis,
    coalesce(attrs.origin, 'pushed') as origin, coalesce(feed_id, '') as feed_id,
    coalesce(attrs.is_final, false) as is_final,
    coalesce('plan:' || attrs.plan_id, 'product:' || product_id, '') as part
from stated
where kind = 'figure.reported' and show_id is not null and attrs.figure is not null and attrs.value is not null
union all
select show_id as show_id, platform || chr(10) || room_id || chr(10) || event_id || chr(10) || 'balance' as uid,
    event_id as event_id, 'ad_balance_minor' as figure, attrs.balance_minor as value, occurred_at as as_of_us,
    'point' as basis, 'pushed' as origin, coalesce(feed_id, '') as feed_id, false as is_final,
    '' as part
from stated
where kind = 'spend.reported' and show_id is not null and attrs.balance_minor is not null
