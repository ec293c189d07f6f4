-- purpose: each order line at its own time, and each refund a second time at the time its order was paid
-- grain:   line, time
-- source:  line (order_line, or the lines that changed)
-- clock:   event or paid time
select
    show_id, kind, source, product, quantity, amount_minor, with_subsidy_minor, receivable_minor, is_fan, is_presale,
    refund_stage, refund_kind, is_quality, viewer_id is null as is_nameless, is_first_of_order, is_first_of_order_product, is_first_of_viewer,
    is_first_of_viewer_product, delay_us,
    event_minute_us as minute_us, event_second_us as second_us, false as is_at_payment
from line
union all
select
    show_id, kind, source, product, quantity, amount_minor, with_subsidy_minor, receivable_minor, is_fan, is_presale,
    refund_stage, refund_kind, is_quality, viewer_id is null as is_nameless, is_first_of_order, is_first_of_order_product, is_first_of_viewer,
    is_first_of_viewer_product, delay_us,
    paid_minute_us, paid_second_us, true
from line
where kind = 'order.refunded' and paid_minute_us is not null
