-- purpose: the lines of NDJSON, each field with its type; a malformed line is refused, never skipped
-- grain:   one stored line
-- source:  files of stored events (schema 1), their paths bound as ?
-- clock:   occurred_at, µs UTC
-- The longest line the door takes is below 128 KB. Files are cut at twice the largest size: small cuts let two
-- threads read one file.
select *
from read_json(
    ?,
    format = 'newline_delimited',
    maximum_object_size = 262144,
    columns = {
        show_id: 'varchar', platform: 'varchar', room_id: 'varchar', event_id: 'varchar', kind: 'varchar',
        occurred_at: 'bigint', traffic_source: 'varchar', viewer_id: 'varchar', product_id: 'varchar',
        sku_id: 'varchar', link_no: 'varchar', order_id: 'varchar', host_id: 'varchar', quantity: 'bigint',
        amount_minor: 'bigint', currency: 'varchar', count: 'bigint', text: 'varchar', duration_ms: 'bigint',
        feed_id: 'varchar', seq: 'bigint', sign: 'bigint', attrs: 'json', raw_ref: 'varchar', ingest_id: 'varchar',
        translator_version: 'varchar', received_at: 'bigint'
    }
)
