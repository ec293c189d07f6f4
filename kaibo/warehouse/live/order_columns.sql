-- purpose: which column an order line feeds, once for every grain
-- grain:   show, grain, key, minute
-- source:  keyed_order (keyed_orders of the batch, or keyed_interval_orders)
-- clock:   event time; refund_* by paid time
-- A filter clause would carry every column of the input once per aggregate: `case` costs a third on few lines.
select
    show_id as show_id,
    grain as grain,
    "key" as "key",
    minute_us as minute_us,
    sum(case when kind = 'order.placed' and not is_at_payment and is_first_order then 1 end) as orders_placed,
    sum(case when kind = 'order.placed' and not is_at_payment then amount_minor end) as gmv_placed_minor,
    sum(case when kind = 'order.placed' and not is_at_payment and is_first_viewer then 1 end) as buyers_placed,
    sum(case when kind = 'order.paid' and not is_at_payment and is_first_order then 1 end) as orders_paid,
    sum(case when kind = 'order.paid' and not is_at_payment then coalesce(quantity, 1) end) as units_paid,
    sum(case when kind = 'order.paid' and not is_at_payment then amount_minor end) as gmv_paid_minor,
    sum(case when kind = 'order.paid' and not is_at_payment then with_subsidy_minor end) as gmv_paid_subsidy_minor,
    sum(case when kind = 'order.paid' and not is_at_payment then receivable_minor end) as receivable_minor,
    sum(case when kind = 'order.paid' and not is_at_payment and with_subsidy_minor is not null then 1 end) as subsidy_lines,
    sum(case when kind = 'order.paid' and not is_at_payment and receivable_minor is not null then 1 end) as receivable_lines,
    sum(case when kind = 'order.paid' and not is_at_payment then 1 end) as paid_lines,
    sum(case when kind = 'order.paid' and not is_at_payment and is_first_viewer then 1 end) as payers,
    sum(case when kind = 'order.paid' and not is_at_payment and is_fan is not null then case when is_fan then amount_minor else 0 end end) as fan_gmv_paid_minor,
    sum(case when kind = 'order.paid' and not is_at_payment and is_fan is not null then 1 end) as fan_known_lines,
    sum(case when kind = 'order.paid' and not is_at_payment and is_presale is not null then case when is_presale then coalesce(quantity, 1) else 0 end end) as presale_units,
    sum(case when kind = 'order.canceled' and not is_at_payment then 1 end) as orders_canceled,
    sum(case when kind = 'order.refunded' and not is_at_payment then amount_minor end) as refunds_cash_minor,
    sum(case when kind = 'order.refunded' and not is_at_payment then 1 end) as refunds_cash_count,
    sum(case when kind = 'order.shipped' and not is_at_payment then 1 end) as orders_shipped,
    sum(case when kind = 'order.delivered' and not is_at_payment then 1 end) as orders_delivered,
    sum(case when is_at_payment then case when delay_us <= 3600000000 then amount_minor else 0 end end) as refund_minor_1h,
    sum(case when is_at_payment then case when delay_us <= 86400000000 then amount_minor else 0 end end) as refund_minor_24h,
    sum(case when is_at_payment then case when delay_us <= 604800000000 then amount_minor else 0 end end) as refund_minor_d7,
    sum(case when is_at_payment then case when delay_us <= 1296000000000 then amount_minor else 0 end end) as refund_minor_d15,
    sum(case when is_at_payment then amount_minor end) as refund_minor,
    sum(case when is_at_payment and refund_stage is not null then case when refund_stage = 'before_shipping' then amount_minor else 0 end end) as refund_before_shipping_minor,
    sum(case when is_at_payment and refund_stage is not null then case when refund_stage = 'after_shipping' then amount_minor else 0 end end) as refund_after_shipping_minor,
    sum(case when is_at_payment and refund_kind is not null then case when refund_kind = 'return' then amount_minor else 0 end end) as refund_return_minor,
    sum(case when is_at_payment and is_quality is not null then case when is_quality then amount_minor else 0 end end) as refund_quality_minor,
    sum(case when is_at_payment and is_first_order then case when delay_us <= 3600000000 then 1 else 0 end end) as refund_orders_1h,
    sum(case when is_at_payment and is_first_order then case when delay_us <= 86400000000 then 1 else 0 end end) as refund_orders_24h,
    sum(case when is_at_payment and is_first_order then case when delay_us <= 604800000000 then 1 else 0 end end) as refund_orders_d7,
    sum(case when is_at_payment and is_first_order then case when delay_us <= 1296000000000 then 1 else 0 end end) as refund_orders_d15,
    sum(case when is_at_payment and is_first_order then 1 end) as refund_orders,
    sum(case when kind = 'unmatched' then 1 end) as unmatched
from keyed_order
group by show_id, grain, "key", minute_us
