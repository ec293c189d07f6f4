-- purpose: firsts under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, viewer
-- source:  first_seen, interval (state), touched_minute
-- clock:   second of the first event
select f.show_id as show_id, i.grain as grain, i."key" as "key", t.minute_us as minute_us, f.kind as kind, 1 as moved
from first_seen as f
inner join touched_minute as t on t.show_id = f.show_id and t.minute_us = (f.occurred_at // 60000000) * 60000000
inner join interval as i
    on i.show_id = f.show_id and f.occurred_at >= i.from_us and (i.to_us is null or f.occurred_at < i.to_us)
where f.product = ''
union all
select f.show_id, 'lap_product', i."key", t.minute_us, f.kind, 1
from first_seen as f
inner join touched_minute as t on t.show_id = f.show_id and t.minute_us = (f.occurred_at // 60000000) * 60000000
inner join interval as i
    on i.show_id = f.show_id and f.product = i.product and f.occurred_at >= i.from_us
    and (i.to_us is null or f.occurred_at < i.to_us)
where i.grain = 'lap'
