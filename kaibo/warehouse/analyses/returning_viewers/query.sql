-- purpose: who comes back to a room: people by business day, new and returning, and who is there 1, 7 and 30 days later
-- grain:   one row per business day on which somebody did something in the room
-- source:  events (net events of the room), business_day (one row per day: number, name, bounds)
-- clock:   occurred_at, µs UTC, put into business days by their bounds
-- params:  platform, room_id
-- Acts are first gathered by quarter of an hour: every zone and every end of a business day falls on one, and joining
-- days to quarters costs a hundredth of joining them to events.
with quarter_act as (
    select
        viewer_id as viewer_id,
        (occurred_at // 900000000) * 900000000 as quarter_us,
        count(*) as acts
    from events
    where platform = $platform
        and room_id = $room_id
        and kind in (
            'viewer.entered', 'comment.posted', 'like.given', 'gift.sent', 'follow.gained', 'fanclub.joined',
            'share.made', 'product.clicked', 'cart.added', 'coupon.claimed', 'order.placed', 'order.paid'
        )
    group by all
),

day_act as (
    select
        d.day_number as day_number,
        d.day as day,
        q.viewer_id as viewer_id,
        sum(q.acts) as acts
    from quarter_act as q
    inner join business_day as d on q.quarter_us >= d.from_us and q.quarter_us < d.to_us
    group by all
),

active_day as (
    select
        day_number as day_number,
        day as day,
        sum(acts) as acts,
        coalesce(sum(acts) filter (where viewer_id is null), 0) as nameless_acts
    from day_act
    group by all
),

person_day as (
    select distinct day_number, viewer_id from day_act where viewer_id is not null
),

person as (
    select viewer_id as viewer_id, min(day_number) as first_number from person_day group by all
),

day_people as (
    select
        p.day_number as day_number,
        count(*) as people,
        count(*) filter (where f.first_number = p.day_number) as new_people
    from person_day as p
    inner join person as f on f.viewer_id = p.viewer_id
    group by all
),

span_people as (
    select
        a.day_number as day_number,
        count(distinct p.viewer_id) filter (where p.day_number > a.day_number - 7) as week_people,
        count(distinct p.viewer_id) as month_people
    from active_day as a
    inner join person_day as p on p.day_number <= a.day_number and p.day_number > a.day_number - 30
    group by all
),

back as (
    select
        p.day_number as day_number,
        count(*) filter (where later.day_number - p.day_number = 1) as d1_people,
        count(*) filter (where later.day_number - p.day_number = 7) as d7_people,
        count(*) filter (where later.day_number - p.day_number = 30) as d30_people
    from person_day as p
    inner join person_day as later on later.viewer_id = p.viewer_id
    where later.day_number - p.day_number in (1, 7, 30)
    group by all
)

select
    a.day as day,
    a.day_number as day_number,
    a.day_number - min(a.day_number) over () as history_days,
    a.acts as acts,
    a.nameless_acts as nameless_acts,
    coalesce(d.people, 0) as people,
    coalesce(d.new_people, 0) as new_people,
    coalesce(s.week_people, 0) as week_people,
    coalesce(s.month_people, 0) as month_people,
    coalesce(b.d1_people, 0) as d1_people,
    coalesce(b.d7_people, 0) as d7_people,
    coalesce(b.d30_people, 0) as d30_people
from active_day as a
left join day_people as d on d.day_number = a.day_number
left join span_people as s on s.day_number = a.day_number
left join back as b on b.day_number = a.day_number
order by a.day_number
