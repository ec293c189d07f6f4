-- purpose: samples under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, sample
-- source:  online_sample (state), touched_interval
-- clock:   second
select s.show_id as show_id, i.grain as grain, i."key" as "key", s.minute_us as minute_us,
    s.occurred_at as occurred_at, s.uid as uid, s.people as people
from online_sample as s
inner join touched_interval as i
    on i.show_id = s.show_id and i.minute_us = s.minute_us and s.second_us >= i.from_us and s.second_us < i.to_us
where i.grain <> 'lap_product'
