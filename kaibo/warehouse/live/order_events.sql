-- purpose: the order events of the batch, also those that name no show
-- grain:   one event
-- source:  stated
-- clock:   occurred_at
select
    show_id as show_id, platform as platform, room_id as room_id, event_id as event_id,
    platform || chr(10) || room_id || chr(10) || event_id as uid,
    kind as kind, occurred_at as occurred_at,
    case
        when order_id is not null then platform || chr(10) || order_id
        else platform || chr(10) || room_id || chr(10) || event_id
    end as order_key,
    case
        when order_id is not null then platform || chr(10) || order_id
        else platform || chr(10) || room_id || chr(10) || event_id
    end as family,
    feed_id as feed_id,
    order_id as order_id,
    nullif(source, '') as source, product as product, viewer_id as viewer_id, product_id as product_id,
    link_no as link_no, quantity as quantity, amount_minor as amount_minor,
    attrs.amount_with_subsidy_minor as with_subsidy_minor, attrs.receivable_minor as receivable_minor,
    attrs.is_fan as is_fan, attrs.is_presale as is_presale, attrs.refund_stage as refund_stage,
    attrs.refund_kind as refund_kind, attrs.is_quality as is_quality, cast(null as varchar) as recorded_home
from stated
where
    kind in (
        'order.placed', 'order.paid', 'order.canceled', 'order.refunded', 'order.shipped', 'order.delivered'
    )
