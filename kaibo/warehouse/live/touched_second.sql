-- purpose: sums per second of the minutes to be written again, all batches together
-- grain:   show, second, product, kind
-- source:  second_sum (state), touched_minute
-- clock:   second
select
    s.show_id as show_id, s.second_us as second_us, (s.second_us // 60000000) * 60000000 as minute_us,
    s.product as product, s.kind as kind, sum(s.lines) as lines, sum(s.counted) as counted, sum(s.pieces) as pieces,
    sum(s.amount) as amount, sum(s.watched) as watched, sum(s.stayed) as stayed
from second_sum as s
inner join touched_minute as t
    on t.show_id = s.show_id and t.minute_us = (s.second_us // 60000000) * 60000000
group by s.show_id, s.second_us, s.product, s.kind
