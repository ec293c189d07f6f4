-- purpose: firsts under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, second, kind
-- source:  second_first (state), touched_interval
-- clock:   second of the first event
select f.show_id as show_id, i.grain as grain, i."key" as "key", f.minute_us as minute_us, f.kind as kind,
    f.moved as moved
from second_first as f
inner join touched_interval as i
    on i.show_id = f.show_id and i.minute_us = f.minute_us and i.only_product = f.product
    and f.second_us >= i.from_us and f.second_us < i.to_us
