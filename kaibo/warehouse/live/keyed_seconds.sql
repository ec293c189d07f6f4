-- purpose: sums per second under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, second
-- source:  second_sum (state), touched_interval
-- clock:   second
select s.show_id as show_id, i.grain as grain, i."key" as "key", s.minute_us as minute_us, s.kind as kind,
    s.lines as lines, s.counted as counted, s.pieces as pieces, s.amount as amount, s.watched as watched,
    s.stayed as stayed
from second_sum as s
inner join touched_interval as i
    on i.show_id = s.show_id and i.minute_us = s.minute_us and s.second_us >= i.from_us and s.second_us < i.to_us
where i.only_product = '' or i.only_product = s.product
