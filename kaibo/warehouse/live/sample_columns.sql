-- purpose: highest and last number online of a minute; of two samples at one instant the larger id is the last
-- grain:   show, grain, key, minute
-- source:  keyed_sample (keyed_samples of the batch, or keyed_interval_samples)
-- clock:   occurred_at
select
    show_id as show_id, grain as grain, "key" as "key", minute_us as minute_us,
    max(people) as online_max,
    arg_max(people, struct_pack(a := occurred_at, b := uid)) as online_last
from keyed_sample
group by show_id, grain, "key", minute_us
