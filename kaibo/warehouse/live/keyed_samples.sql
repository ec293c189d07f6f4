-- purpose: samples under the show, for the minutes of the batch's samples
-- grain:   grain, key, minute, sample
-- source:  online_sample (state), samples
-- clock:   minute
select s.show_id as show_id, 'show' as grain, '' as "key", s.minute_us as minute_us, s.occurred_at as occurred_at,
    s.uid as uid, s.people as people
from online_sample as s
where exists (select 1 from samples as b where b.show_id = s.show_id and b.minute_us = s.minute_us)
