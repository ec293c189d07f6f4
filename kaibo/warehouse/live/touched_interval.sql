-- purpose: which intervals reach into each minute to be written again, so that facts find theirs by an equal minute
-- grain:   minute, interval; a lap with a product twice: with all facts, and with those of its product alone
-- source:  touched_minute, interval (state)
-- clock:   minute
select
    t.show_id as show_id, t.minute_us as minute_us, i.grain as grain, i."key" as "key", i.from_us as from_us,
    coalesce(i.to_us, 9223372036854775807) as to_us, '' as only_product
from touched_minute as t
inner join interval as i
    on i.show_id = t.show_id and i.from_us < t.minute_us + 60000000 and (i.to_us is null or i.to_us > t.minute_us)
union all
select
    t.show_id, t.minute_us, 'lap_product', i."key", i.from_us, coalesce(i.to_us, 9223372036854775807), i.product
from touched_minute as t
inner join interval as i
    on i.show_id = t.show_id and i.from_us < t.minute_us + 60000000 and (i.to_us is null or i.to_us > t.minute_us)
where i.grain = 'lap' and i.product is not null
