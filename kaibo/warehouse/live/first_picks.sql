-- purpose: the event behind each open candidate: the smallest event id at that instant
-- grain:   show, product, kind, viewer
-- source:  first_open, event
-- clock:   occurred_at
select
    o.show_id as show_id, o.product as product, o.kind as kind, o.viewer_id as viewer_id,
    o.occurred_at as occurred_at,
    case when count(*) = 1 then min(e.event_id) else min(struct_pack(event_id := e.event_id, source := e.source)).event_id end as event_id,
    case when count(*) = 1 then min(e.source) else min(struct_pack(event_id := e.event_id, source := e.source)).source end as source
from event as e
inner join first_open as o
    on e.viewer_id = o.viewer_id and e.kind = o.kind and e.occurred_at = o.occurred_at and e.show_id = o.show_id
where o.product = '' or o.product = e.product
group by o.show_id, o.product, o.kind, o.viewer_id, o.occurred_at
