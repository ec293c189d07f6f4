-- purpose: who was on duty, in whole seconds: from host.on to host.off or host.on of the same host, or the end of the show
-- grain:   duty
-- source:  boundary (state), interval_show
-- clock:   occurred_at, floored to the second
select
    s.show_id as show_id,
    'host' as grain,
    s.host_id as "key",
    (s.occurred_at // 1000000) * 1000000 as from_us,
    (min(e.occurred_at) // 1000000) * 1000000 as to_us,
    cast(null as varchar) as product,
    cast(null as varchar) as product_id,
    cast(null as varchar) as link_no,
    s.host_id as host_id
from boundary as s
inner join interval_show as i on i.show_id = s.show_id
left join boundary as e
    on e.show_id = s.show_id
    and (
        (e.kind = 'host.on' and e.host_id = s.host_id and e.occurred_at > s.occurred_at)
        or (e.kind = 'host.on' and e.host_id = s.host_id and e.occurred_at = s.occurred_at and e.uid > s.uid)
        or (e.kind = 'host.off' and e.host_id = s.host_id and e.occurred_at > s.occurred_at)
        or (e.kind = 'show.ended' and e.occurred_at > s.occurred_at)
    )
where s.kind = 'host.on' and s.host_id is not null
group by s.show_id, s.uid, s.host_id, s.occurred_at
