"""Refunds fill in for weeks: what they were on each due day is kept, and what changed since is said."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.kit.clock import DAY_US, HOUR_US, now_us
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.operations.reports.contracts import DUE_DAYS, FIRST_DAY, REFUNDS, RefundDay
from kaibo.operations.reports.models import RefundSnapshot

SETTLING_US = 2 * HOUR_US
"""The baseline waits so long after the end: platforms close their own figures within two hours."""
LATE_US = DAY_US
"""A due day that was missed by more than this stays empty: a late look would be taken for the day's."""
_KEPT = ("value", "unit", "status", "as_of", "reason", "says", "origin", "currency")


def due_at(ended_at: int, day: int) -> int:
    """When a due day is reached: whole days after the end; the baseline two hours after it."""
    return ended_at + (SETTLING_US if day == FIRST_DAY else day * DAY_US)


def take_due(*, at_us: int | None = None) -> list[tuple[str, int]]:
    """Take every snapshot that is due and not taken; (show, day) of the new ones. Safe to repeat, also at once.

    Cost: two queries, and one evaluation per new snapshot.
    """
    now = now_us() if at_us is None else at_us
    horizon = (DUE_DAYS[-1] * DAY_US) + LATE_US
    ended = [one for one in shows.shows(status=ShowStatus.ENDED) if one.ended_at and now - one.ended_at < horizon]
    known = set(RefundSnapshot.objects.filter(show_id__in=[one.show_id for one in ended]).values_list("show_id", "day"))
    taken = []
    for show in ended:
        day = _latest_due(show, now)
        if day is not None and (show.show_id, day) not in known and _keep(show, day, now):
            taken.append((show.show_id, day))
    return taken


def _latest_due(show: ShowView, now: int) -> int | None:
    """The last day that was reached, unless that is too long ago; days missed before it stay empty."""
    reached = [day for day in (FIRST_DAY, *DUE_DAYS) if due_at(show.ended_at or 0, day) <= now]
    return reached[-1] if reached and now < due_at(show.ended_at or 0, reached[-1]) + LATE_US else None


def _keep(show: ShowView, day: int, now: int) -> bool:
    values = metrics.evaluate(show.show_id, REFUNDS, now_us=now)
    row = RefundSnapshot(
        show_id=show.show_id,
        day=day,
        due_at=due_at(show.ended_at or 0, day),
        taken_at=now,
        values={each.id: {name: getattr(each, name) for name in _KEPT} for each in values.values()},
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another worker was faster
        return False
    return True


def days_of(
    show: ShowView, now: Mapping[str, Value], *, at_us: int
) -> tuple[tuple[RefundDay, ...], tuple[int, tuple[str, ...]] | None]:
    """The due days of a show with what was kept, and (last kept day, ids that differ from it now). Cost: 1 query."""
    if show.ended_at is None:
        return (), None
    kept = {row.day: row for row in RefundSnapshot.objects.filter(show_id=show.show_id, taken_at__lte=at_us)}
    days: list[RefundDay] = []
    before: dict[str, Value] = {}
    last = None
    for day in (FIRST_DAY, *DUE_DAYS):
        row = kept.get(day)
        values = {} if row is None else _values(row.values)
        changed = tuple(one for one, value in values.items() if before and _differs(before.get(one), value))
        days.append(RefundDay(day, due_at(show.ended_at, day), row.taken_at if row else None, values, changed))
        if row is not None:
            before, last = values, day
    if last is None:
        return tuple(days), None
    return tuple(days), (last, tuple(one for one, value in now.items() if _differs(before.get(one), value)))


def _values(stored: Mapping[str, Any]) -> dict[str, Value]:
    return {metric_id: Value(id=metric_id, **fields) for metric_id, fields in stored.items()}


def _differs(one: Value | None, other: Value) -> bool:
    return one is None or one.value != other.value
