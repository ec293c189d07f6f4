-- purpose: firsts per second of the minutes to be written again
-- grain:   show, product, kind, second
-- source:  first_seen (state), touched_minute
-- clock:   second of the first event
select
    f.show_id as show_id, f.product as product, f.kind as kind, t.minute_us as minute_us,
    (f.occurred_at // 1000000) * 1000000 as second_us, count(*) as moved
from first_seen as f
inner join touched_minute as t on t.show_id = f.show_id and t.minute_us = (f.occurred_at // 60000000) * 60000000
group by f.show_id, f.product, f.kind, t.minute_us, (f.occurred_at // 1000000) * 1000000
