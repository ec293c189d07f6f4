-- purpose: sums of one batch by minute, kind by kind
-- grain:   show, minute, source, product, kind; a kind of derived_lines has no lines of its own
-- source:  event, derived_lines
-- clock:   occurred_at, by floor
select
    show_id as show_id,
    minute_us as minute_us,
    source as source,
    product as product,
    kind as kind,
    count(*) as lines,
    sum(coalesce(counted, 1)) as counted,
    sum(coalesce(quantity, 1)) as pieces,
    sum(amount_minor) as amount,
    sum(duration_ms) as watched,
    sum(case when duration_ms >= $effective_ms then 1 when duration_ms is not null then 0 end) as stayed
from event
where show_id is not null
group by show_id, minute_us, source, product, kind
union all
select
    show_id, minute_us, source, product, kind, cast(null as bigint), sum(counted), cast(null as bigint), sum(amount),
    cast(null as bigint), cast(null as bigint)
from derived_lines
group by show_id, minute_us, source, product, kind
