-- purpose: firsts under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, kind
-- source:  first_seen (state), touched_interval
-- clock:   second of the first event
select f.show_id as show_id, i.grain as grain, i."key" as "key", f.minute_us as minute_us, f.kind as kind,
    count(*) as moved
from first_seen as f
inner join touched_interval as i
    on i.show_id = f.show_id and i.minute_us = f.minute_us and i.only_product = f.product
    and f.occurred_at >= i.from_us and f.occurred_at < i.to_us
group by f.show_id, i.grain, i."key", f.minute_us, f.kind
