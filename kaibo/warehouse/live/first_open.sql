-- purpose: candidates that may be earlier than what we remember; the tie on time is settled by event id later
-- grain:   show, product, kind, viewer
-- source:  first_candidates, first_seen (state)
-- clock:   occurred_at
select c.show_id as show_id, c.product as product, c.kind as kind, c.viewer_id as viewer_id,
    c.occurred_at as occurred_at
from first_candidates as c
left join first_seen as f
    on f.viewer_id = c.viewer_id and f.kind = c.kind and f.product = c.product and f.show_id = c.show_id
where f.occurred_at is null or c.occurred_at <= f.occurred_at
