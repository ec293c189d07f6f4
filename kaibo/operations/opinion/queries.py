"""Matters: the reads."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from kaibo.kit.clock import HOUR_US
from kaibo.operations.opinion.contracts import (
    Concern,
    Hour,
    Level,
    MatterState,
    MatterView,
    Mention,
    StepView,
)
from kaibo.operations.opinion.errors import MatterNotFound
from kaibo.operations.opinion.models import Heard, Matter, Step
from kaibo.operations.opinion.models import Mention as MentionRow

SHOWN = 200
Rooms = Collection[tuple[str, str]]


def matters(*, state: str = "open", limit: int = 300) -> list[MatterView]:
    """Matters: the clock that runs out first, then the newest. `state` may be `open`. Cost: one query."""
    rows = Matter.objects.all()
    if state == "open":
        rows = rows.exclude(state=MatterState.CLOSED)
    elif state:
        rows = rows.filter(state=state)
    found = [_view(row) for row in rows[:limit]]
    found.sort(key=lambda one: (not one.is_waiting, one.due_us if one.is_waiting else -one.sign_us))
    return found


def matter(matter_id: int, *, rooms: Rooms | None = None) -> MatterView:
    """A matter with its newest mentions, history and hours; of some rooms only where `rooms` are given.

    Raises MatterNotFound. Cost: four queries.
    """
    row = Matter.objects.filter(pk=matter_id).first()
    if row is None:
        raise MatterNotFound(_("There is no such matter."), matter_id=matter_id)
    found = [one for one in row.found.order_by("-at_us", "-pk") if rooms is None or _place(one) in rooms]
    steps = tuple(map(_step, row.steps.order_by("at_us", "pk")))
    return _view(row, tuple(map(_mention, found[:SHOWN])), steps, _hours(found))


def counts(matter_ids: Collection[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Mentions of matters by room. Cost: one query."""
    rows = MentionRow.objects.filter(matter__in=matter_ids, is_retracted=False).order_by()
    found: dict[int, dict[tuple[str, str], int]] = {}
    for row in rows.values("matter_id", "platform", "room_id").annotate(count=Count("pk")):
        found.setdefault(row["matter_id"], {})[row["platform"], row["room_id"]] = row["count"]
    return found


def changed() -> int:
    """An instant that moves whenever a matter does; 0 before the first. Cost: one query."""
    found: int | None = Matter.objects.aggregate(last=Max("changed_us"))["last"]
    return found or 0


def started_in_time(*, since_us: int = 0) -> tuple[int, int]:
    """(matters whose handling began in time, matters whose clock has ended or stopped). Cost: one query."""
    rows = Matter.objects.filter(sign_us__gte=since_us, started_us__isnull=False)
    told = list(rows.values_list("started_us", "due_us"))
    return sum(started <= due for started, due in told if started is not None), len(told)


def _hours(found: Collection[MentionRow]) -> tuple[Hour, ...]:
    """Hours with a mention, beside everything that its rooms said then. Cost: one query."""
    live = [one for one in found if not one.is_retracted]
    if not live:
        return ()
    told = Counter(one.at_us // HOUR_US * HOUR_US for one in live)
    places = {_place(one) for one in live}
    heard: Counter[int] = Counter()
    for row in Heard.objects.filter(hour_us__in=list(told)):
        if (row.platform, row.room_id) in places:
            heard[row.hour_us] += row.texts
    return tuple(Hour(hour, told[hour], heard[hour]) for hour in sorted(told))


def _place(row: MentionRow) -> tuple[str, str]:
    return row.platform, row.room_id


def _mention(row: MentionRow) -> Mention:
    return Mention(
        row.pk, row.event_id, row.kind, row.at_us, row.platform, row.room_id, row.show_id, row.viewer_id, row.text,
        row.matched, row.is_retracted,
    )  # fmt: skip


def _step(row: Step) -> StepView:
    return StepView(row.at_us, row.actor, row.act, row.before, row.after, row.why)


def _view(
    row: Matter,
    mentions: tuple[Mention, ...] = (),
    steps: tuple[StepView, ...] = (),
    hours: tuple[Hour, ...] = (),
) -> MatterView:
    return MatterView(
        id=row.pk,
        concern=Concern(row.concern),
        level=Level(row.level),
        state=MatterState(row.state),
        cause=row.cause,
        voices=row.voices,
        usual=row.usual,
        count=row.count,
        rooms=tuple((platform, room_id) for platform, room_id in row.rooms),
        first_us=row.first_us,
        last_us=row.last_us,
        sign_us=row.sign_us,
        due_us=row.due_us,
        raised_us=row.raised_us,
        started_us=row.started_us,
        started_by=row.started_by,
        closed_us=row.closed_us,
        outcome=row.outcome,
        changed_us=row.changed_us,
        mentions=mentions,
        steps=steps,
        hours=hours,
    )
