-- purpose: the lines of the lake's Parquet files with the fields that counting reads
-- grain:   one stored line
-- source:  Parquet files, their paths bound as ?
-- clock:   occurred_at, µs UTC
select
    show_id, platform, room_id, event_id, kind, occurred_at, traffic_source, viewer_id, product_id, sku_id, link_no,
    order_id, host_id, quantity, amount_minor, currency, count, text, duration_ms, feed_id, seq, sign,
    cast(attrs as json) as attrs, writer, raw_ref, ingest_id, translator_version, received_at
from read_parquet(?, union_by_name = true)
