-- purpose: the newest 500 comments of each show in this batch; the store keeps the newest 500 of all
-- grain:   comment
-- source:  event
-- clock:   occurred_at
select show_id as show_id, platform || chr(10) || room_id || chr(10) || event_id as uid, event_id as event_id,
    occurred_at as at_us, viewer_id as viewer_id, text as text
from event
where kind = 'comment.posted' and show_id is not null and text is not null
qualify row_number() over (partition by show_id order by occurred_at desc, event_id desc, uid desc) <= 500
