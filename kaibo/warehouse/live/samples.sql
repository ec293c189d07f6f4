-- purpose: samples of the number online
-- grain:   sample
-- source:  event
-- clock:   occurred_at
select show_id as show_id, platform || chr(10) || room_id || chr(10) || event_id as uid, occurred_at as occurred_at,
    minute_us as minute_us, second_us as second_us, counted as people
from event
where kind = 'online.sampled' and show_id is not null and counted is not null
