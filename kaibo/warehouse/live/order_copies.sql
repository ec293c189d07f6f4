-- purpose: which copy of an order each event belongs to, where feeds that may speak for some rooms only give one order id
--          in several rooms: what the order's room does not vouch for is an order of its own room
-- grain:   one event of a touched order
-- source:  touched_family, order_event, bound_feed (state)
-- clock:   occurred_at
with told as (
    select
        o.family, o.uid, o.occurred_at, o.room_id, o.feed_id,
        exists (select 1 from bound_feed as b where b.feed_id = o.feed_id) as is_bound,
        struct_pack(
            a := case when o.kind in ('order.paid', 'order.placed') then 0 else 1 end,
            b := case when o.show_id is null then 1 else 0 end,
            c := case when exists (select 1 from bound_feed as b where b.feed_id = o.feed_id) then 1 else 0 end,
            d := case o.kind when 'order.paid' then 0 when 'order.placed' then 1 else 2 end,
            e := o.occurred_at, f := o.event_id, g := o.uid
        ) as place
    from order_event as o
    inner join touched_family as t on t.family = o.family
),
home as (
    select family, arg_min(room_id, place) as room_id
    from told
    group by family
),
apart as (
    select
        t.family, t.uid, t.occurred_at, t.room_id, t.is_bound,
        t.is_bound
        and not exists (select 1 from bound_feed as b where b.feed_id = t.feed_id and b.room_id = h.room_id) as is_foreign
    from told as t
    inner join home as h on h.family = t.family
)
select
    a.family as family, a.uid as uid, a.occurred_at as occurred_at,
    case
        when
            a.is_foreign
            or (
                not a.is_bound
                and exists (
                    select 1 from apart as other
                    where other.family = a.family and other.is_foreign and other.room_id = a.room_id
                )
            )
            then a.family || chr(10) || a.room_id
        else a.family
    end as order_key
from apart as a
