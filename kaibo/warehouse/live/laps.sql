-- purpose: laps, in whole seconds: from lap.started to lap.ended of the same offer, the next lap.started, or the end of the show
-- grain:   lap
-- source:  boundary (state), interval_show
-- clock:   occurred_at, floored to the second
select
    s.show_id as show_id,
    'lap' as grain,
    s.event_id as "key",
    (s.occurred_at // 1000000) * 1000000 as from_us,
    (min(e.occurred_at) // 1000000) * 1000000 as to_us,
    s.product as product,
    s.product_id as product_id,
    s.link_no as link_no,
    s.host_id as host_id
from boundary as s
inner join interval_show as i on i.show_id = s.show_id
left join boundary as e
    on e.show_id = s.show_id
    and (
        (e.kind = 'lap.started' and e.occurred_at > s.occurred_at)
        or (e.kind = 'lap.started' and e.occurred_at = s.occurred_at and e.uid > s.uid)
        or (
            e.kind = 'lap.ended' and e.occurred_at > s.occurred_at
            and (e.product is null or s.product is null or e.product = s.product)
        )
        or (e.kind = 'show.ended' and e.occurred_at > s.occurred_at)
    )
where s.kind = 'lap.started'
group by s.show_id, s.uid, s.event_id, s.occurred_at, s.product, s.product_id, s.link_no, s.host_id
