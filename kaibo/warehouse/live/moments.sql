-- purpose: rare events that the timeline shows one by one
-- grain:   event
-- source:  event
-- clock:   occurred_at
select show_id as show_id, platform || chr(10) || room_id || chr(10) || event_id as uid, event_id as event_id,
    kind as kind, occurred_at as at_us, product_id as product_id, sku_id as sku_id, link_no as link_no,
    host_id as host_id, amount_minor as amount_minor, text as text, coalesce(attrs_json, '{}') as attrs,
    product as product
from event
where
    show_id is not null
    and kind in (
        'offer.listed', 'offer.unlisted', 'offer.pinned', 'lap.started', 'lap.ended', 'price.changed', 'stock.changed',
        'host.on', 'host.off', 'interaction.opened', 'interaction.closed', 'scene.switched', 'ad.adjusted',
        'violation.received', 'note.marked', 'show.started', 'show.ended'
    )
