-- purpose: sums per second under the intervals they fall in, for the minutes to be written again
-- grain:   grain, key, minute, second
-- source:  touched_second, touched_interval
-- clock:   second
select s.show_id as show_id, i.grain as grain, i."key" as "key", s.minute_us as minute_us, s.kind as kind,
    s.lines as lines, s.counted as counted, s.pieces as pieces, s.amount as amount, s.watched as watched,
    s.stayed as stayed
from touched_second as s
inner join touched_interval as i
    on i.show_id = s.show_id and i.minute_us = s.minute_us and s.second_us >= i.from_us and s.second_us < i.to_us
union all
select s.show_id, 'lap_product', i."key", s.minute_us, s.kind, s.lines, s.counted, s.pieces, s.amount, s.watched,
    s.stayed
from touched_second as s
inner join touched_interval as i
    on i.show_id = s.show_id and i.minute_us = s.minute_us and s.second_us >= i.from_us and s.second_us < i.to_us
where i.grain = 'lap' and s.product = i.product
