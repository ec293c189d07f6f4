-- purpose: firsts that are new, or earlier than the one we remember: where they stood and where they stand
-- grain:   show, product, kind, viewer
-- source:  first_candidates (with the interactions), first_seen (state)
-- clock:   occurred_at
-- The state is large and the batch is small: an inner join first, so that the batch is what is hashed.
with known as materialized (
    select f.key_hash, f.show_id, f.product, f.kind, f.viewer_id, f.occurred_at, f.event_id, f.source
    from first_seen as f
    inner join first_candidates as c on c.key_hash = f.key_hash
)
select
    p.show_id as show_id, p.product as product, p.kind as kind, p.viewer_id as viewer_id, p.key_hash as key_hash,
    p.occurred_at as occurred_at, p.event_id as event_id, p.source as source,
    f.occurred_at as old_occurred_at, f.source as old_source
from first_candidates as p
left join known as f
    on f.key_hash = p.key_hash and f.viewer_id = p.viewer_id and f.kind = p.kind and f.product = p.product
    and f.show_id = p.show_id
where
    f.occurred_at is null
    or p.occurred_at < f.occurred_at
    or (p.occurred_at = f.occurred_at and p.event_id < f.event_id)
    or (p.occurred_at = f.occurred_at and p.event_id = f.event_id and p.source < f.source)
