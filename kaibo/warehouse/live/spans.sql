-- purpose: first and last instant of what happened on air; what follows an order and what is stated do not stretch it
-- grain:   show
-- source:  event
-- clock:   occurred_at
select
    show_id as show_id,
    min(occurred_at) filter (where is_on_air) as first_at,
    max(occurred_at) filter (where is_on_air) as last_at
from (
    select
        show_id, occurred_at,
        kind not in (
            'order.canceled', 'order.refunded', 'order.shipped', 'order.delivered', 'figure.reported',
            'spend.reported', 'group.joined', 'group.left', 'group.message_posted', 'note.marked'
        ) as is_on_air
    from event
    where show_id is not null
) as told
group by show_id
