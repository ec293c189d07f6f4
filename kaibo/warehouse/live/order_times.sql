-- purpose: each order line at its own time, and each refund a second time at the time its order was paid
-- grain:   line, time
-- source:  line (order_line, or the lines that changed)
-- clock:   event or paid time
select l.*, l.event_minute_us as minute_us, l.event_second_us as second_us, false as is_at_payment
from line as l
union all
select l.*, l.paid_minute_us, l.paid_second_us, true
from line as l
where l.kind = 'order.refunded' and l.paid_minute_us is not null
