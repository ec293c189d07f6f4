-- purpose: the lines of NDJSON, each field with its type; a malformed line is refused, never skipped
-- grain:   one stored line
-- source:  a file of stored events (schema 1), its path bound as ?
-- clock:   occurred_at, µs UTC
select *
from read_json(
    ?,
    format = 'newline_delimited',
    maximum_object_size = 67108864,
    columns = {
        show_id: 'varchar', platform: 'varchar', room_id: 'varchar', event_id: 'varchar', kind: 'varchar',
        occurred_at: 'bigint', traffic_source: 'varchar', viewer_id: 'varchar', product_id: 'varchar',
        sku_id: 'varchar', link_no: 'varchar', order_id: 'varchar', host_id: 'varchar', quantity: 'bigint',
        amount_minor: 'bigint', currency: 'varchar', count: 'bigint', text: 'varchar', duration_ms: 'bigint',
        feed_id: 'varchar', seq: 'bigint', sign: 'bigint', attrs: 'json'
    }
)
