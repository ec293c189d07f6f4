-- purpose: each change of a first as +1 at its new second and source and -1 at the old
-- grain:   show, product, kind, source, second
-- source:  first_changes
-- clock:   second of the first event
select show_id as show_id, product as product, kind as kind, source as source,
    (second_us // 60000000) * 60000000 as minute_us, second_us as second_us, sum(moved) as moved
from (
    select show_id, product, kind, source, (occurred_at // 1000000) * 1000000 as second_us, 1 as moved
    from first_changes
    union all
    select show_id, product, kind, old_source, (old_occurred_at // 1000000) * 1000000, -1
    from first_changes
    where old_occurred_at is not null
) as told
group by show_id, product, kind, source, second_us
having sum(moved) <> 0
