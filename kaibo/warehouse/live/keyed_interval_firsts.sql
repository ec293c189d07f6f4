-- purpose: firsts under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, second, kind
-- source:  touched_first, touched_interval
-- clock:   second of the first event
select f.show_id as show_id, i.grain as grain, i."key" as "key", f.minute_us as minute_us, f.kind as kind,
    f.moved as moved
from touched_first as f
inner join touched_interval as i
    on i.show_id = f.show_id and i.minute_us = f.minute_us and f.second_us >= i.from_us and f.second_us < i.to_us
where f.product = ''
union all
select f.show_id, 'lap_product', i."key", f.minute_us, f.kind, f.moved
from touched_first as f
inner join touched_interval as i
    on i.show_id = f.show_id and i.minute_us = f.minute_us and f.second_us >= i.from_us and f.second_us < i.to_us
where i.grain = 'lap' and f.product = i.product
