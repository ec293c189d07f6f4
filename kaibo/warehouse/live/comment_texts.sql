-- purpose: what was said in each minute, each wording once with how often (no text: it was forgotten or never known)
-- grain:   show, minute, text
-- source:  event
-- clock:   occurred_at
select show_id as show_id, minute_us as minute_us, text as text, count(*) as lines
from event
where kind = 'comment.posted' and show_id is not null
group by show_id, minute_us, text
