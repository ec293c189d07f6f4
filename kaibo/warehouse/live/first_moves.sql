-- purpose: each change of a first as +1 at its new minute and source and -1 at the old
-- grain:   one move
-- source:  first_changes
-- clock:   minute of the first event
select show_id as show_id, product as product, kind as kind, source as source,
    (occurred_at // 60000000) * 60000000 as minute_us, 1 as moved
from first_changes
union all
select show_id, product, kind, old_source, (old_occurred_at // 60000000) * 60000000, -1
from first_changes
where old_occurred_at is not null
