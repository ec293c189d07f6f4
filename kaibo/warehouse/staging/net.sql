-- purpose: lines that were taken back leave together with what took them back; the newest of the rest stays
-- grain:   one event of one show; an id that comes again more than an hour off is another event (eventlog.ids)
-- source:  event
-- clock:   none
select *
from event
qualify
    sum(sign) over (partition by platform, room_id, event_id, occurred_at, show_id) > 0
    and row_number() over (
        partition by platform, room_id, event_id, occurred_at, show_id
        order by case when sign > 0 then 0 else 1 end, seq desc
    ) = 1
