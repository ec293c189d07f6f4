"""The door of the dictionary of numbers: a value with its source and age, or the reason why there is none."""

from collections.abc import Iterable, Sequence
from typing import Literal, overload

from kaibo.kit.clock import now_us as clock_now
from kaibo.metrics import around as sides
from kaibo.metrics import history
from kaibo.metrics.around import AFTER_MINUTES, Around
from kaibo.metrics.contracts import Definition, Tile, Value
from kaibo.metrics.doors import LiveDoors
from kaibo.metrics.evaluate import evaluate_by, evaluate_one, evaluate_show, minute_scope
from kaibo.metrics.facts import Doors, Facts
from kaibo.metrics.registry import ENTRIES, entry
from kaibo.metrics.tiles import tiles_of

By = Literal["minute", "traffic_source", "product", "lap", "host"]
BY: tuple[By, ...] = ("minute", "traffic_source", "product", "lap", "host")

_LIVE = LiveDoors()


def definitions() -> list[Definition]:
    """The whole dictionary, in its order."""
    return [each.definition for each in ENTRIES.values()]


def definition(metric_id: str) -> Definition:
    """One entry of the dictionary. Raises: NotFound with the nearest ids."""
    return entry(metric_id).definition


def facts_of(show_id: str, *, now_us: int | None = None, doors: Doors | None = None) -> Facts:
    """What the numbers of a show are made of, read part by part when first needed."""
    return Facts(show_id, now_us=clock_now() if now_us is None else now_us, doors=doors or _LIVE)


@overload
def evaluate(
    show_id: str,
    ids: Iterable[str] | None = None,
    *,
    by: None = None,
    from_us: int | None = None,
    to_us: int | None = None,
    now_us: int | None = None,
    facts: Facts | None = None,
) -> dict[str, Value]: ...
@overload
def evaluate(
    show_id: str,
    ids: Iterable[str] | None = None,
    *,
    by: By,
    from_us: int | None = None,
    to_us: int | None = None,
    now_us: int | None = None,
    facts: Facts | None = None,
) -> dict[str, dict[str, Value]]: ...
def evaluate(
    show_id: str,
    ids: Iterable[str] | None = None,
    *,
    by: By | None = None,
    from_us: int | None = None,
    to_us: int | None = None,
    now_us: int | None = None,
    facts: Facts | None = None,
) -> dict[str, Value] | dict[str, dict[str, Value]]:
    """Numbers of a show; with `by`, per minute (µs), traffic source, product, lap or host.

    Shape: every asked id is there; a number without value says why. Lines of an additive number add up to its
    total: what belongs to no line stands under key ''. Non-additive numbers are never summed.
    Raises: NotFound for an id that is not in the dictionary.
    Cost: 15 to 27 queries, whatever the number of ids.
    """
    own = facts or facts_of(show_id, now_us=now_us)
    if by is None:
        return evaluate_show(own, ids, from_us=from_us, to_us=to_us)
    return evaluate_by(own, ids, by, from_us=from_us, to_us=to_us)


def tiles(show_id: str, *, now_us: int | None = None, facts: Facts | None = None) -> list[Tile]:
    """The ten numbers of the control room, in its order, with change, band, target and what stands beside.

    Cost: 15 queries; earlier shows are read once per ten minutes and process.
    """
    return tiles_of(facts or facts_of(show_id, now_us=now_us))


def series(
    show_id: str,
    ids: Iterable[str],
    *,
    from_us: int | None = None,
    now_us: int | None = None,
    facts: Facts | None = None,
) -> dict[str, list[tuple[int, float | int | None]]]:
    """Numbers minute by minute, for a chart: (minute µs, value or None). Rolling numbers look back from its end.

    Cost: as `evaluate`.
    """
    own = facts or facts_of(show_id, now_us=now_us)
    own.is_by_minute = True
    minutes = [minute for minute in own.rows.minutes if from_us is None or minute >= from_us]
    scopes = [minute_scope(own, minute) for minute in minutes]
    return {
        metric_id: [
            (minute, evaluate_one(metric_id, scope).value) for minute, scope in zip(minutes, scopes, strict=True)
        ]
        for metric_id in ids
    }


def bands(
    show_id: str, ids: Sequence[str], *, now_us: int | None = None, facts: Facts | None = None
) -> dict[str, list[tuple[int, float, float]]]:
    """id -> (show-minute, P25, P75) of the last seven shows of the same room and slot, as the tiles would read.

    Shape: empty where fewer than three earlier shows have a value at a minute.
    Cost: six reads per earlier show the first time, then memory for ten minutes.
    """
    own = facts or facts_of(show_id, now_us=now_us)
    return {metric_id: history.band_of(own, entry(metric_id).definition.id) for metric_id in ids}


def band(
    show_id: str, metric_id: str, *, minute: int, now_us: int | None = None, facts: Facts | None = None
) -> tuple[float, float] | None:
    """P25 and P75 of one number at a show-minute; None below three earlier shows."""
    own = facts or facts_of(show_id, now_us=now_us)
    return history.band_at(own, entry(metric_id).definition.id, minute)


def final_bands(
    show_id: str, ids: Sequence[str], *, now_us: int | None = None, facts: Facts | None = None
) -> dict[str, tuple[float, float] | None]:
    """id -> P25 and P75 of the number at the end of earlier shows of the same room and slot, however long they were.

    Shape: None below three earlier shows with a value. Not for numbers that grow after the show, such as refunds.
    Cost: as `bands`.
    """
    own = facts or facts_of(show_id, now_us=now_us)
    return {metric_id: history.final_band(own, entry(metric_id).definition.id) for metric_id in ids}


def around(
    show_id: str,
    at_us: int,
    ids: Sequence[str],
    *,
    minutes: int = AFTER_MINUTES,
    now_us: int | None = None,
    facts: Facts | None = None,
) -> Around:
    """Numbers of the half hour before an act and of the half hour after it; the latter None until it is over.

    Cost: as `evaluate`, once for all acts that share `facts`.
    """
    return sides.around(facts or facts_of(show_id, now_us=now_us), at_us, ids, minutes=minutes)
