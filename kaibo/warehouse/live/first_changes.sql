-- purpose: firsts that are new, or earlier than the one we remember: where they stood and where they stand
-- grain:   show, product, kind, viewer
-- source:  first_candidates, first_interactions, first_seen (state)
-- clock:   occurred_at
select
    p.show_id as show_id, p.product as product, p.kind as kind, p.viewer_id as viewer_id, p.key_hash as key_hash,
    p.occurred_at as occurred_at, p.event_id as event_id, p.source as source,
    f.occurred_at as old_occurred_at, f.source as old_source
from (
    select show_id, product, kind, viewer_id, hash(viewer_id, kind, product, show_id) as key_hash, occurred_at,
        event_id, source
    from first_candidates
    union all
    select show_id, product, kind, viewer_id, hash(viewer_id, kind, product, show_id), occurred_at, event_id, source
    from first_interactions
) as p
left join first_seen as f
    on f.key_hash = p.key_hash and f.viewer_id = p.viewer_id and f.kind = p.kind and f.product = p.product
    and f.show_id = p.show_id
where
    f.occurred_at is null
    or p.occurred_at < f.occurred_at
    or (p.occurred_at = f.occurred_at and p.event_id < f.event_id)
    or (p.occurred_at = f.occurred_at and p.event_id = f.event_id and p.source < f.source)
