-- purpose: order lines under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, line
-- source:  order_time, touched_interval
-- clock:   event or paid second
select i.grain as grain, i."key" as "key",
    case when i.only_product = '' then o.is_first_of_order else o.is_first_of_order_product end as is_first_order,
    case when i.only_product = '' then o.is_first_of_viewer else o.is_first_of_viewer_product end as is_first_viewer,
    o.show_id, o.minute_us, o.is_at_payment, o.kind, o.delay_us, o.quantity, o.amount_minor, o.with_subsidy_minor,
    o.receivable_minor, o.is_fan, o.is_presale, o.refund_stage, o.refund_kind, o.is_quality,
    o.is_nameless
from order_time as o
inner join touched_interval as i
    on i.show_id = o.show_id and i.minute_us = o.minute_us and o.second_us >= i.from_us and o.second_us < i.to_us
where i.only_product = '' or i.only_product = o.product
