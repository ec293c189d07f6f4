-- purpose: what the batch is made of: shows, kinds, time they span, lines that take back
-- grain:   show (or none), kind, sign
-- source:  event
-- clock:   occurred_at
select show_id as show_id, kind as kind, sign as sign, count(*) as lines, min(occurred_at) as first_at,
    max(occurred_at) as last_at
from event
group by show_id, kind, sign
