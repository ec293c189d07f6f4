-- purpose: the moves of first-time counts under the keys of the grains that need no interval
-- grain:   grain, key, minute, kind
-- source:  first_moves
-- clock:   minute of the first event
select show_id as show_id, 'show' as grain, '' as "key", minute_us as minute_us, kind as kind, sum(moved) as moved
from first_moves
where product = ''
group by show_id, minute_us, kind
union all
select show_id, 'source', source, minute_us, kind, sum(moved)
from first_moves
where product = ''
group by show_id, source, minute_us, kind
union all
select show_id, 'product', product, minute_us, kind, sum(moved)
from first_moves
where product <> ''
group by show_id, product, minute_us, kind
