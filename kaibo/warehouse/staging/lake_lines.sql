-- purpose: staged lines as the lake keeps them, so that a segment is read once for counting and for Parquet
-- grain:   one stored line
-- source:  event; a text of a stored line is never empty, so an empty source is none
-- clock:   occurred_at and received_at, µs UTC
select
    event_id, kind, platform, room_id, show_id, viewer_id, nullif(source, '') as traffic_source, product_id, sku_id,
    link_no, order_id, host_id, currency, text, feed_id, raw_ref, ingest_id, translator_version, occurred_at, quantity,
    amount_minor, counted as count, duration_ms, seq, received_at, sign, cast(attrs_json as varchar) as attrs
from event
