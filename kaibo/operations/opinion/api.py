"""The door of the opinion watch."""

from kaibo.operations.opinion import follow, forgetting, limits, matters, queries

Follower = follow.Follower
list_matters = queries.matters
matter = queries.matter
counts = queries.counts
changed = queries.changed
started_in_time = queries.started_in_time
take_step = matters.take_step
STEPS = matters.STEPS
current_limits = limits.current
save_limits = limits.save
BOUNDS = limits.BOUNDS
forget = forgetting.forget
let_go = forgetting.let_go
