-- purpose: sums per kind under every key; columns.py says which column a kind and a measure feed
-- grain:   show, grain, key, minute, kind
-- source:  keyed_sum (keyed_minutes of the batch and keyed_seconds of the intervals)
-- clock:   minute
select
    show_id as show_id, grain as grain, "key" as "key", minute_us as minute_us, kind as kind, sum(lines) as lines,
    sum(counted) as counted, sum(pieces) as pieces, sum(amount) as amount, sum(watched) as watched,
    sum(stayed) as stayed
from keyed_sum
group by show_id, grain, "key", minute_us, kind
