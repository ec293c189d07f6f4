-- purpose: what an order hands to its events: from its first paid event, else placed, else (the show alone) any
-- grain:   order
-- source:  touched_order, order_event (state)
-- clock:   occurred_at
select
    order_key as order_key,
    coalesce(arg_min(show_id, place) filter (where show_id is not null), '') as show_id,
    arg_min(source, place) filter (where source is not null and rank < 2) as source,
    arg_min(product, place) filter (where product is not null and rank < 2) as product,
    arg_min(viewer_id, place) filter (where viewer_id is not null and rank < 2) as viewer_id,
    min(occurred_at) filter (where rank = 0) as paid_at,
    min(rank) < 2 as is_known
from (
    select
        o.order_key, o.show_id, o.source, o.product, o.viewer_id, o.occurred_at,
        case o.kind when 'order.paid' then 0 when 'order.placed' then 1 else 2 end as rank,
        struct_pack(
            a := case o.kind when 'order.paid' then 0 when 'order.placed' then 1 else 2 end,
            b := o.occurred_at, c := o.event_id, d := o.uid
        ) as place
    from order_event as o
    inner join touched_order as t on t.order_key = o.order_key
) as ranked
group by order_key
