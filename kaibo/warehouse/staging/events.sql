-- purpose: stored lines as typed rows; names inside attrs that Kaibo does not read stay in attrs_json
-- grain:   one stored line
-- source:  e (read_segment or read_lake)
-- clock:   occurred_at, µs UTC
-- A kind as a number (event_kind, made by the engine) halves what comparing and grouping by it costs; one
-- that only a newer Kaibo knows counts as unknown.
select
    e.show_id as show_id,
    e.platform as platform,
    e.room_id as room_id,
    e.event_id as event_id,
    coalesce(try_cast(e.kind as event_kind), 'unknown') as kind,
    e.occurred_at as occurred_at,
    (e.occurred_at // 60000000) * 60000000 as minute_us,
    (e.occurred_at // 1000000) * 1000000 as second_us,
    coalesce(e.traffic_source, '') as source,
    coalesce(nullif(e.product_id, ''), '#' || nullif(e.link_no, '')) as product,
    e.viewer_id as viewer_id,
    nullif(e.product_id, '') as product_id,
    e.sku_id as sku_id,
    nullif(e.link_no, '') as link_no,
    e.order_id as order_id,
    e.host_id as host_id,
    e.quantity as quantity,
    e.amount_minor as amount_minor,
    e.currency as currency,
    e.count as counted,
    e.text as text,
    e.duration_ms as duration_ms,
    e.feed_id as feed_id,
    coalesce(e.seq, 0) as seq,
    coalesce(e.sign, 1) as sign,
    e.raw_ref as raw_ref,
    e.ingest_id as ingest_id,
    e.translator_version as translator_version,
    e.received_at as received_at,
    e.attrs as attrs_json
from e
