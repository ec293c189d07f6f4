"""Earlier shows of the same room and slot, by show-minute: what is usual at this point of a night."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.facts import Doors, Facts
from kaibo.metrics.registry import entry
from kaibo.metrics.scope import Scope, Unknown

ENOUGH = 3
"""Fewer earlier shows have no quartiles worth drawing."""
FRESH_SECONDS = 600
"""Ended shows change only by late refunds and imports: their curves are read again every ten minutes."""
LOOK_SECONDS = 10
"""Which shows came before, and whether more was counted for them, is asked this often: a night that is imported
or filled while a page is open joins the comparison without anybody waiting ten minutes."""
RECOUNT_SECONDS = 30
"""A curve is read again at most this often while its show changes: a refund of yesterday must not cost every look."""
LONGEST_MINUTES = 1440
MOST_SHOWS = 128
"""Earlier shows that one process keeps; beyond it starts afresh, at about a megabyte a show."""

Curve = list[float | None]
Band = list[tuple[int, float, float]]


class _RowsOnly(Facts):
    """An earlier show read by minute: numbers that need sums by key would cost a query per minute."""

    def by(self, *_: object, **__: object) -> dict[str, dict[str, int]]:
        raise Unknown("no_history", "历史分位只按分钟行计算", "history is computed from minute rows alone")


@dataclass(slots=True)
class _Memory:
    """What one process remembers of ended shows."""

    likes: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    versions: dict[str, tuple[float, int]] = field(default_factory=dict)
    facts: dict[str, tuple[float, Facts]] = field(default_factory=dict)
    curves: dict[tuple[str, str], tuple[float, Curve]] = field(default_factory=dict)
    bands: dict[tuple[tuple[str, ...], str], tuple[float, Band]] = field(default_factory=dict)

    def empty(self) -> None:
        """Forget everything."""
        for part in (self.likes, self.versions, self.facts, self.curves, self.bands):
            part.clear()

    def drop(self, show_id: str) -> None:
        """Forget one show."""
        self.facts.pop(show_id, None)
        self.curves = {key: kept for key, kept in self.curves.items() if key[0] != show_id}
        self.bands = {key: kept for key, kept in self.bands.items() if show_id not in key[0]}


_MEMORIES: WeakKeyDictionary[Doors, _Memory] = WeakKeyDictionary()


def _memory(facts: Facts) -> _Memory:
    memory = _MEMORIES.setdefault(facts.doors, _Memory())
    if len(memory.facts) > MOST_SHOWS:
        memory.empty()
    return memory


def forget() -> None:
    """Read earlier shows anew; after an import into one of them."""
    _MEMORIES.clear()


def earlier_ids(facts: Facts) -> tuple[str, ...]:
    """Ids of up to seven earlier shows of the same room and slot, latest first."""
    memory, now = _memory(facts), time.monotonic()
    known = memory.likes.get(facts.show_id)
    if known is None or now - known[0] > LOOK_SECONDS:
        ids = tuple(show.show_id for show in facts.earlier)
        _drop_recounted(memory, facts.doors.versions(ids), now)
        known = memory.likes[facts.show_id] = (now, ids)
    return known[1]


def _drop_recounted(memory: _Memory, versions: Mapping[str, int], now: float) -> None:
    """Forget what was read of shows for which more was counted since."""
    for show_id, version in versions.items():
        seen_at, seen = memory.versions.get(show_id, (now, version))
        if version == seen:
            memory.versions.setdefault(show_id, (now, version))
        elif now - seen_at > RECOUNT_SECONDS:
            memory.versions[show_id] = (now, version)
            memory.drop(show_id)


def _earlier_facts(facts: Facts, show_id: str) -> Facts:
    memory, now = _memory(facts), time.monotonic()
    known = memory.facts.get(show_id)
    if known is None or now - known[0] > FRESH_SECONDS:
        known = memory.facts[show_id] = (now, _RowsOnly(show_id, now_us=facts.now_us, doors=facts.doors))
    return known[1]


def to_date(facts: Facts, metric_id: str, clock: int) -> float | None:
    """A number as the control room would have shown it at an instant of this show; None where it had none."""
    scope = Scope(facts, facts.rows, clock)
    wanted = entry(metric_id)
    try:
        return float(wanted.compute(scope if wanted.is_rolling else scope.window(None, clock)))
    except Unknown:
        return None


def curve(facts: Facts, show_id: str, metric_id: str) -> Curve:
    """A number of an earlier show at the end of each of its minutes. Cost: a few queries per show, then memory."""
    memory, now = _memory(facts), time.monotonic()
    known = memory.curves.get((show_id, metric_id))
    if known is None or now - known[0] > FRESH_SECONDS:
        known = memory.curves[(show_id, metric_id)] = (now, _curve(_earlier_facts(facts, show_id), metric_id))
    return known[1]


def _curve(earlier: Facts, metric_id: str) -> Curve:
    start, end = earlier.started_us, earlier.ended_us
    if start is None or end is None:
        return []
    minutes = min(LONGEST_MINUTES, -(-(end - start) // MINUTE_US))
    return [to_date(earlier, metric_id, start + (index + 1) * MINUTE_US) for index in range(minutes)]


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """P25 and P75 by linear interpolation between order statistics. Source: Hyndman & Fan 1996, type 7."""
    ordered = sorted(values)
    last = len(ordered) - 1

    def at(share: float) -> float:
        low = int(last * share)
        high = min(low + 1, last)
        return ordered[low] + (ordered[high] - ordered[low]) * (last * share - low)

    return at(0.25), at(0.75)


def band_of(facts: Facts, metric_id: str) -> Band:
    """(show-minute, P25, P75) of a number over the earlier shows, where at least three have a value."""
    ids = earlier_ids(facts)
    memory, now = _memory(facts), time.monotonic()
    known = memory.bands.get((ids, metric_id))
    if known is None or now - known[0] > FRESH_SECONDS:
        known = memory.bands[(ids, metric_id)] = (now, _band([curve(facts, show_id, metric_id) for show_id in ids]))
    return known[1]


def _band(curves: list[Curve]) -> Band:
    found: Band = []
    for minute in range(max((len(one) for one in curves), default=0)):
        values = [value for one in curves if minute < len(one) and (value := one[minute]) is not None]
        if len(values) >= ENOUGH:
            found.append((minute, *quartiles(values)))
    return found


def final_band(facts: Facts, metric_id: str) -> tuple[float, float] | None:
    """P25 and P75 of a number over the whole of each earlier show; None below three of them."""
    ends = [_final(_earlier_facts(facts, show_id), metric_id) for show_id in earlier_ids(facts)]
    known = [value for value in ends if value is not None]
    return quartiles(known) if len(known) >= ENOUGH else None


def _final(earlier: Facts, metric_id: str) -> float | None:
    """A number as the report of that show has it: however long it was, with what was paid after its end."""
    if earlier.started_us is None or earlier.ended_us is None:
        return None
    try:
        return float(entry(metric_id).compute(Scope(earlier, earlier.rows, earlier.clock_us)))
    except Unknown:
        return None


def band_at(facts: Facts, metric_id: str, minute: int) -> tuple[float, float] | None:
    """P25 and P75 at one show-minute; None below three earlier shows."""
    for index, low, high in band_of(facts, metric_id):
        if index == minute:
            return low, high
    return None


def shares_at(s: Scope, column_id: str) -> list[float]:
    """Each earlier show's share of its final amount at this point of the night.

    Raises: Unknown no_history below three earlier shows, too_early before anything was usual.
    """
    if s.facts.started_us is None:
        raise Unknown("not_reported", "不知道开播时间", "the start of the show is not known")
    gone = (s.clock - s.facts.started_us) / MINUTE_US
    shares = [
        share
        for show_id in earlier_ids(s.facts)
        if (share := _share(_earlier_facts(s.facts, show_id), curve(s.facts, show_id, column_id), column_id, gone))
        is not None
    ]
    if len(shares) < ENOUGH:
        raise Unknown("no_history")
    return shares


def _share(earlier: Facts, amounts: Curve, metric_id: str, gone: float) -> float | None:
    """The share at `gone` minutes, on the line between the ends of the minutes around it; 1 after the end."""
    final = to_date(earlier, metric_id, earlier.now_us)
    if not amounts or not final:
        return None
    if gone >= len(amounts):
        return 1.0 if len(amounts) < LONGEST_MINUTES else None  # beyond the first day nobody knows
    index = int(gone)
    before = amounts[index - 1] if index > 0 else 0.0
    after = amounts[index]
    if before is None or after is None:
        return None
    return (before + (after - before) * (gone - index)) / final
