-- purpose: first-time counts per kind under every key; a move that cancels itself is none
-- grain:   show, grain, key, minute, kind
-- source:  keyed_first (keyed_firsts of the batch and keyed_interval_firsts)
-- clock:   minute of the first event
select show_id as show_id, grain as grain, "key" as "key", minute_us as minute_us, kind as kind, sum(moved) as moved
from keyed_first
group by show_id, grain, "key", minute_us, kind
having sum(moved) <> 0
