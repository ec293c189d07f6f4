-- purpose: the names inside attrs that Kaibo reads, with their types, for the few kinds that state numbers there
-- grain:   one stored line
-- source:  event
-- clock:   occurred_at, µs UTC
select
    e.show_id, e.platform, e.room_id, e.event_id, e.kind, e.occurred_at, e.minute_us, e.second_us, e.source, e.product,
    e.viewer_id, e.product_id, e.link_no, e.order_id, e.quantity, e.amount_minor, e.currency, e.counted, e.feed_id,
    from_json(e.attrs_json, '{
        "is_fan": "BOOLEAN", "amount_with_subsidy_minor": "BIGINT", "receivable_minor": "BIGINT",
        "refund_stage": "VARCHAR", "refund_kind": "VARCHAR", "reason": "VARCHAR", "is_quality": "BOOLEAN",
        "is_presale": "BOOLEAN", "plan_id": "VARCHAR", "is_whole_room": "BOOLEAN",
        "attributed_gmv_minor": "BIGINT", "ad_impressions": "BIGINT", "ad_clicks": "BIGINT",
        "balance_minor": "BIGINT", "figure": "VARCHAR", "value": "BIGINT", "basis": "VARCHAR",
        "origin": "VARCHAR", "is_final": "BOOLEAN", "price_minor": "BIGINT", "list_price_minor": "BIGINT",
        "stock": "BIGINT", "title": "VARCHAR", "role": "VARCHAR", "planned_minutes": "BIGINT",
        "interaction": "VARCHAR", "scope": "VARCHAR"
    }') as attrs
from event as e
where
    e.kind in (
        'order.placed', 'order.paid', 'order.canceled', 'order.refunded', 'order.shipped', 'order.delivered',
        'spend.reported', 'figure.reported'
    )
