-- purpose: order lines under the keys of the grains that need no interval
-- grain:   grain, key, line
-- source:  order_time
-- clock:   minute
select 'show' as grain, '' as "key", is_first_of_order as is_first_order, is_first_of_viewer as is_first_viewer,
    show_id, minute_us, is_at_payment, kind, delay_us, quantity, amount_minor, with_subsidy_minor, receivable_minor,
    is_fan, is_presale, refund_stage, refund_kind, is_quality, is_nameless
from order_time
union all
select 'source', source, is_first_of_order, is_first_of_viewer,
    show_id, minute_us, is_at_payment, kind, delay_us, quantity, amount_minor, with_subsidy_minor, receivable_minor,
    is_fan, is_presale, refund_stage, refund_kind, is_quality, is_nameless
from order_time
union all
select 'product', product, is_first_of_order_product, is_first_of_viewer_product,
    show_id, minute_us, is_at_payment, kind, delay_us, quantity, amount_minor, with_subsidy_minor, receivable_minor,
    is_fan, is_presale, refund_stage, refund_kind, is_quality, is_nameless
from order_time
where product is not null
