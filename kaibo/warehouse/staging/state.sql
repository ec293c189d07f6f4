-- purpose: what the counter remembers between batches; thrown away at start, rebuilt from the log
-- grain:   one table per question; sums per second for intervals, firsts, orders, samples, boundaries
-- source:  live/*.sql
-- clock:   µs UTC; *_us at the start of a second or minute
create table second_sum (
    show_id varchar, minute_us bigint, second_us bigint, product varchar, kind event_kind, lines bigint, counted bigint,
    pieces bigint, amount bigint, watched bigint, stayed bigint
);
create table first_seen (
    show_id varchar, product varchar, kind event_kind, viewer_id varchar, key_hash ubigint, occurred_at bigint,
    event_id varchar, source varchar
);
create table second_first (
    show_id varchar, minute_us bigint, second_us bigint, product varchar, kind event_kind, moved bigint
);
create table online_sample (show_id varchar, uid varchar, occurred_at bigint, minute_us bigint, second_us bigint, people bigint);
create table boundary (
    show_id varchar, uid varchar, kind varchar, occurred_at bigint, event_id varchar, product varchar,
    product_id varchar, link_no varchar, host_id varchar
);
create table interval (
    show_id varchar, grain varchar, "key" varchar, from_us bigint, to_us bigint, product varchar, product_id varchar,
    link_no varchar, host_id varchar
);
create table order_event (
    show_id varchar, platform varchar, room_id varchar, event_id varchar, uid varchar, kind varchar,
    occurred_at bigint, order_key varchar, family varchar, feed_id varchar, order_id varchar, source varchar,
    product varchar, viewer_id varchar,
    product_id varchar, link_no varchar, quantity bigint, amount_minor bigint, with_subsidy_minor bigint,
    receivable_minor bigint, is_fan boolean, is_presale boolean, refund_stage varchar, refund_kind varchar,
    is_quality boolean, recorded_home varchar
);
create table bound_feed (feed_id varchar, room_id varchar);
create table order_fact (
    order_key varchar, show_id varchar, source varchar, product varchar, viewer_id varchar, paid_at bigint,
    is_known boolean
);
create table order_line (
    show_id varchar, order_key varchar, order_id varchar, uid varchar, kind varchar, occurred_at bigint,
    event_minute_us bigint, event_second_us bigint, paid_minute_us bigint, paid_second_us bigint,
    delay_us bigint, source varchar, product varchar, viewer_id varchar, quantity bigint, amount_minor bigint,
    with_subsidy_minor bigint, receivable_minor bigint, is_fan boolean, is_presale boolean, refund_stage varchar,
    refund_kind varchar, is_quality boolean, is_first_of_order boolean, is_first_of_order_product boolean,
    is_first_of_viewer boolean, is_first_of_viewer_product boolean
);
