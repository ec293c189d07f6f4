-- purpose: the sums of one batch under the keys of the three grains that need no interval
-- grain:   grain, key, minute, kind
-- source:  minute_part
-- clock:   minute
select show_id as show_id, 'show' as grain, '' as "key", minute_us as minute_us, kind as kind, lines as lines,
    counted as counted, pieces as pieces, amount as amount, watched as watched, stayed as stayed
from minute_part
union all
select show_id, 'source', source, minute_us, kind, lines, counted, pieces, amount, watched, stayed
from minute_part
union all
select show_id, 'product', product, minute_us, kind, lines, counted, pieces, amount, watched, stayed
from minute_part
where product is not null
