-- purpose: the currencies of the amounts that are summed: minute rows add them up without looking
-- grain:   show, currency
-- source:  event
-- clock:   none
select show_id as show_id, currency as currency, count(*) as lines
from event
where
    show_id is not null and amount_minor is not null and currency is not null
    and kind in ('order.placed', 'order.paid', 'order.refunded', 'gift.sent', 'spend.reported')
group by show_id, currency
