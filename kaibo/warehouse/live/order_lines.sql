-- purpose: every event of the open orders with what it inherits and whether it is the first of its kind
-- grain:   one event
-- source:  open_order, order_event, order_fact (state)
-- clock:   event and paid time
-- A state of an order may be told by several witnesses: a feed of its own, lines of an order from an interface or a file
-- (`line:…`), pushes about the whole order (`<kind>:<order>`), a book of payments (`book:…`), a table that derives what it
-- does not state (`state:…`). The first of these counts; the same line counts once, in whatever room and hour it stands.
-- Of refunds the witness counts that tells most: a book of one day names a part of them. A table states a refund anew as
-- it grows (`…@<amount>`): the greatest of a line counts.
select
    show_id as show_id, order_key as order_key, order_id as order_id, uid as uid, kind as kind,
    occurred_at as occurred_at,
    (occurred_at // 60000000) * 60000000 as event_minute_us,
    (occurred_at // 1000000) * 1000000 as event_second_us,
    (paid_at // 60000000) * 60000000 as paid_minute_us,
    (paid_at // 1000000) * 1000000 as paid_second_us,
    occurred_at - paid_at as delay_us,
    source as source, product as product, viewer_id as viewer_id, quantity as quantity, amount_minor as amount_minor,
    with_subsidy_minor as with_subsidy_minor, receivable_minor as receivable_minor, is_fan as is_fan,
    is_presale as is_presale, refund_stage as refund_stage, refund_kind as refund_kind, is_quality as is_quality,
    row_number() over (partition by order_key, kind order by occurred_at, event_id, uid) = 1 as is_first_of_order,
    row_number() over (partition by order_key, kind, product order by occurred_at, event_id, uid) = 1
        as is_first_of_order_product,
    viewer_id is not null
    and row_number() over (partition by show_id, viewer_id, kind order by occurred_at, event_id, uid) = 1
        as is_first_of_viewer,
    viewer_id is not null
    and row_number() over (partition by show_id, viewer_id, kind, product order by occurred_at, event_id, uid) = 1
        as is_first_of_viewer_product
from (
    select *
    from (
        select
            *,
            case
                when said = 'order.refunded'
                    then sum(coalesce(amount_minor, 0)) over (partition by order_key, said, witness)
                else 0
            end as told_minor
        from (
            select
                f.show_id as show_id, e.order_key, e.order_id, e.uid, e.event_id, e.occurred_at, e.kind as said,
                case when f.is_known then e.kind else 'unmatched' end as kind,
                case when f.is_known then coalesce(f.source, '') else coalesce(e.source, '') end as source,
                coalesce(e.product, f.product) as product, f.viewer_id as viewer_id, f.paid_at as paid_at,
                e.quantity, e.amount_minor, e.with_subsidy_minor, e.receivable_minor, e.is_fan, e.is_presale,
                e.refund_stage, e.refund_kind, e.is_quality,
                case
                    when starts_with(e.event_id, 'line:') then 1
                    when starts_with(e.event_id, 'book:') then 3
                    when starts_with(e.event_id, 'state:') then 4
                    when e.event_id = e.kind || ':' || e.order_id then 2
                    else 0
                end as witness
            from order_event as e
            inner join open_order as o on o.order_key = e.order_key
            inner join order_fact as f on f.order_key = e.order_key
            where f.show_id <> ''
            qualify
                row_number() over (
                    partition by
                        e.order_key, e.kind, witness,
                        case
                            when witness in (1, 3) then e.event_id
                            when witness = 4 then regexp_replace(e.event_id, '@[0-9]+$', '')
                            else e.uid
                        end
                    order by case when witness = 4 then coalesce(e.amount_minor, 0) else 0 end desc, e.occurred_at, e.uid
                ) = 1
        ) as once
    ) as summed
    qualify witness = first_value(witness) over (partition by order_key, said order by told_minor desc, witness)
) as inherited
