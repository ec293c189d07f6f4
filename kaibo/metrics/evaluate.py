"""A number, or the reason why there is none. Pure over `Facts`."""

from collections.abc import Iterable
from dataclasses import replace

from kaibo.kit.clock import MICROS, MINUTE_US
from kaibo.metrics import dictionary  # noqa: F401 - importing it fills the registry
from kaibo.metrics.contracts import Status, Value
from kaibo.metrics.facts import Facts
from kaibo.metrics.registry import ENTRIES, ROW_GRAIN, Entry, Number, entry
from kaibo.metrics.rows import Rows
from kaibo.metrics.scope import Scope, Trace, Unknown
from kaibo.warehouse.contracts import Figure

MONEY_UNITS = frozenset({"minor", "minor_per_minute"})
STATED = ("typed", "imported", "pushed")
_STAND_IN = frozenset(("not_reported", "partly_stated", "no_denominator"))
"""Reasons for which a figure that somebody states takes the place of the counted number."""
REMAINDER = ""
"""Key of the line that holds what belongs to no product, lap or host, so that lines add up to the total."""


def evaluate_one(metric_id: str, scope: Scope) -> Value:
    """The number over the scope. Never raises for a missing input: that is a missing value with its reason."""
    wanted = entry(metric_id)
    trace = Trace()
    own = Scope(scope.facts, scope.rows, scope.clock, scope.grain, scope.key, scope.from_us, scope.to_us, trace)
    try:
        if scope.grain not in wanted.definition.grains and not (scope.grain == "minute" and wanted.is_rolling):
            raise Unknown("not_at_grain")
        number = wanted.compute(own)
    except Unknown as unknown:
        stated = _stated(wanted, own) if unknown.reason in _STAND_IN else None
        return _from_figure(wanted, stated, own) if stated is not None else _missing(wanted, own, unknown)
    return _present(wanted, number, own)


def _present(wanted: Entry, number: Number, scope: Scope) -> Value:
    trace, definition = scope.trace, wanted.definition
    says = {}
    if trace.notes:
        says = {"zh": "；".join(zh for zh, _ in trace.notes), "en": "; ".join(en for _, en in trace.notes)}
    return Value(
        id=definition.id,
        value=number,
        unit=definition.unit,
        status=_status(wanted, scope),
        as_of=scope.clock if trace.as_of is None else trace.as_of,
        says=says,
        origin=_origin(trace, wanted),
        sources=tuple(trace.feeds),
        currency=scope.facts.currency if definition.unit in MONEY_UNITS else "",
    )


def _origin(trace: Trace, wanted: Entry) -> str:
    for origin in STATED:
        if origin in trace.origins:
            return origin
    if trace.origins == {"setting"}:
        return "setting"
    is_plain = trace.reads == 1 and not wanted.definition.denominator
    return "counted" if is_plain and trace.origins == {"counted"} else "derived"


def _status(wanted: Entry, scope: Scope) -> Status:
    ended = scope.facts.ended_us
    if scope.trace.is_provisional or ended is None or wanted.definition.settles_seconds == 0:
        return "provisional"
    settled = ended + wanted.definition.settles_seconds * MICROS
    return "final" if scope.facts.now_us >= settled else "provisional"


def _missing(wanted: Entry, scope: Scope, unknown: Unknown) -> Value:
    definition = wanted.definition
    return Value(
        id=definition.id,
        value=None,
        unit=definition.unit,
        status="missing",
        as_of=scope.trace.as_of,
        reason=unknown.reason,
        says=unknown.says,
        sources=tuple(scope.trace.feeds),
        currency=scope.facts.currency if definition.unit in MONEY_UNITS else "",
    )


def _stated(wanted: Entry, scope: Scope) -> Figure | None:
    """The last figure of this very number, for the whole show only."""
    if scope.grain != "show" or scope.from_us is not None or scope.to_us is not None:
        return None
    stop = scope.facts.now_us if scope.facts.ended_us is not None else scope.clock
    return last_stated(wanted, scope.facts, stop)


def last_stated(wanted: Entry, facts: Facts, stop: int) -> Figure | None:
    """The last figure of this very number up to an instant."""
    names = (wanted.definition.id, *wanted.definition.also_known_as)
    found = [figure for name in names for figure in facts.figures.get(name, ()) if figure.as_of_us <= stop]
    return max(found, key=lambda figure: (figure.as_of_us, figure.event_id), default=None)


def _from_figure(wanted: Entry, figure: Figure, scope: Scope) -> Value:
    definition = wanted.definition
    feeds = {feed.id: feed.name or feed.id for feed in scope.facts.coverage.feeds}
    return Value(
        id=definition.id,
        value=figure.value,
        unit=definition.unit,
        status="final" if figure.is_final else "provisional",
        as_of=figure.as_of_us,
        origin=figure.origin,
        sources=(feeds.get(figure.feed_id, figure.feed_id),),
        currency=scope.facts.currency if definition.unit in MONEY_UNITS else "",
    )


def whole(facts: Facts, *, from_us: int | None = None, to_us: int | None = None) -> Scope:
    """The show grain over a window."""
    clock = facts.clock_us if to_us is None else min(to_us, facts.clock_us)
    return Scope(facts, facts.rows, clock, "show", "", from_us, to_us)


def evaluate_show(
    facts: Facts, ids: Iterable[str] | None, *, from_us: int | None = None, to_us: int | None = None
) -> dict[str, Value]:
    """Numbers of the whole show or a window of it; all of the dictionary when no ids are named."""
    scope = whole(facts, from_us=from_us, to_us=to_us)
    return {metric_id: evaluate_one(metric_id, scope) for metric_id in (ENTRIES if ids is None else ids)}


def evaluate_by(
    facts: Facts, ids: Iterable[str] | None, by: str, *, from_us: int | None = None, to_us: int | None = None
) -> dict[str, dict[str, Value]]:
    """Key -> numbers. For a number that is additive over `by`, what no line holds stands under key ''."""
    names = (
        [metric_id for metric_id, each in ENTRIES.items() if by in each.definition.grains] if ids is None else list(ids)
    )
    if by == "minute":
        return _by_minute(facts, names, from_us, to_us)
    lines: dict[str, dict[str, Value]] = {}
    for key, values in facts.by(ROW_GRAIN[by], from_us, to_us).items():
        scope = Scope(facts, Rows.fixed(values), facts.clock_us, by, key, from_us, to_us)
        lines[key] = {metric_id: evaluate_one(metric_id, scope) for metric_id in names}
    _add_remainder(facts, names, lines, by=by, window=(from_us, to_us))
    if REMAINDER in lines and not any(value.value for value in lines[REMAINDER].values()):
        del lines[REMAINDER]  # a line of noughts about nothing
    return lines


def _by_minute(facts: Facts, names: list[str], from_us: int | None, to_us: int | None) -> dict[str, dict[str, Value]]:
    lines = {}
    facts.is_by_minute = True
    for minute in facts.rows.minutes:
        if (from_us is not None and minute < from_us) or (to_us is not None and minute >= to_us):
            continue
        scope = minute_scope(facts, minute)
        lines[str(minute)] = {metric_id: evaluate_one(metric_id, scope) for metric_id in names}
    return lines


def minute_scope(facts: Facts, minute: int) -> Scope:
    """One minute; rolling numbers see the minutes up to its end."""
    return Scope(facts, facts.rows, minute + MINUTE_US, "minute", str(minute), minute, minute + MINUTE_US)


def _add_remainder(
    facts: Facts,
    names: list[str],
    lines: dict[str, dict[str, Value]],
    *,
    by: str,
    window: tuple[int | None, int | None],
) -> None:
    additive = [metric_id for metric_id in names if by in entry(metric_id).definition.additive]
    rest: dict[str, Value] = {}
    for metric_id, total in evaluate_show(facts, additive, from_us=window[0], to_us=window[1]).items():
        if total.value is None or total.origin in STATED:
            continue
        left = total.value - sum(line[metric_id].value or 0 for line in lines.values())
        if left:
            says = {"zh": "不属于任何一行的部分", "en": "what belongs to none of the lines"}
            if any(line[metric_id].reason == "partly_stated" for line in lines.values()):
                says = {
                    "zh": "不属于任何一行的部分，以及写明不全的行里写明的部分",
                    "en": "what belongs to none of the lines, and what is stated of lines that are missing",
                }
            rest[metric_id] = replace(total, value=left, origin="derived", says=says)
    if rest:
        lines.setdefault(REMAINDER, {}).update(rest)
