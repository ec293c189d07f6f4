"""Matters: opened by signs, raised, handled, closed. Each change is a row, and goes to the bots of the team."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils.translation import gettext as _

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import DAY_US, HOUR_US, MINUTE_US, now_us
from kaibo.operations.opinion import telling
from kaibo.operations.opinion.contracts import OUTCOMES, Concern, Level, Limits, MatterState
from kaibo.operations.opinion.errors import BadStep, MatterMoved, MatterNotFound
from kaibo.operations.opinion.models import Matter, Mention, Step
from kaibo.operations.opinion.signs import Sign

SYSTEM = "system:opinion"
OPEN = (MatterState.WATCHED, MatterState.HANDLING)
log = logging.getLogger("kaibo.operations")


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one state to another."""

    come_from: frozenset[MatterState]
    to: MatterState


STEPS = {
    "start": Way(frozenset({MatterState.WATCHED}), MatterState.HANDLING),
    "note": Way(frozenset({MatterState.HANDLING}), MatterState.HANDLING),
    "close": Way(frozenset(OPEN), MatterState.CLOSED),
    "reopen": Way(frozenset({MatterState.CLOSED}), MatterState.HANDLING),
}
"""What people do; every act needs its words: what is done, or why."""


def open_of(concern: Concern) -> Matter | None:
    """The one open matter of a concern. Cost: one query."""
    return Matter.objects.filter(concern=concern, state__in=OPEN).first()


def closed_until(concern: Concern) -> int:
    """When the last matter of a concern was closed: what was said before never opens another. Cost: one query."""
    last: int | None = Matter.objects.filter(concern=concern).aggregate(last=Max("closed_us"))["last"]
    return last or 0


def gather(mentions: Collection[Mention]) -> None:
    """Bring new mentions to the matter they belong to: the open one, or one closed after they were said."""
    by_concern: dict[str, list[Mention]] = {}
    for one in mentions:
        by_concern.setdefault(one.concern, []).append(one)
    for concern, own in by_concern.items():
        known = list(Matter.objects.filter(concern=concern).order_by("-sign_us")[:50])
        for one in own:
            matter = next((row for row in known if _covers(row, one)), None)
            if matter is not None:
                one.matter = matter
                one.save(update_fields=["matter"])
        for matter in {one.matter for one in own if one.matter is not None}:
            _count(matter)


def _covers(matter: Matter, mention: Mention) -> bool:
    begins = matter.first_us - DAY_US <= mention.at_us
    return begins and (matter.closed_us is None or mention.at_us <= matter.closed_us)


def follow(concern: Concern, signs: Iterable[Sign], limits: Limits, *, now: int) -> None:
    """Open a matter on a sign, or raise the open one; inside the watch's transaction."""
    sign = max(signs, key=lambda one: (one.level == Level.ALARM, one.voices), default=None)
    if sign is None:
        return
    matter = open_of(concern)
    if matter is None:
        _open(concern, sign, limits, now=now)
        return
    if sign.level == Level.ALARM and matter.level == Level.WARNING:
        _raise(matter, sign, limits, now=now)
    Matter.objects.filter(pk=matter.pk).update(noted_us=now)


def _open(concern: Concern, sign: Sign, limits: Limits, *, now: int) -> None:
    after_us = max(closed_until(concern), now - limits.days * DAY_US)
    free = Mention.objects.filter(concern=concern, matter__isnull=True, is_retracted=False, at_us__gt=after_us)
    span = free.aggregate(first=Min("at_us"), last=Max("at_us"))
    matter = Matter.objects.create(
        concern=concern,
        level=sign.level,
        cause=sign.cause,
        voices=sign.voices,
        usual=sign.usual,
        first_us=span["first"] or now,
        last_us=span["last"] or now,
        sign_us=now,
        noted_us=now,
        due_us=now + limits.clock_minutes * MINUTE_US,
        raised_us=now if sign.level == Level.ALARM else None,
        changed_us=now,
    )
    free.update(matter=matter)
    _count(matter)
    _note(matter, "opened", before="", why="", actor=SYSTEM, now=now)
    telling.tell(matter, sign.level.value, limits)


def _raise(matter: Matter, sign: Sign, limits: Limits, *, now: int) -> None:
    matter.level, matter.cause, matter.raised_us = Level.ALARM, sign.cause, now
    matter.voices, matter.usual, matter.changed_us = sign.voices, sign.usual, now
    matter.save(update_fields=["level", "cause", "raised_us", "voices", "usual", "changed_us"])
    _note(matter, "raised", before=matter.state, why="", actor=SYSTEM, now=now)
    telling.tell(matter, Level.ALARM.value, limits)


def _count(matter: Matter) -> None:
    """Count anew what belongs to a matter; one that has nothing left is closed by itself. Cost: two queries."""
    own = Mention.objects.filter(matter=matter, is_retracted=False)
    told = own.aggregate(count=Count("pk"), first=Min("at_us"), last=Max("at_us"))
    places = own.order_by("platform", "room_id").values_list("platform", "room_id").distinct()
    matter.count, matter.rooms = told["count"], [list(one) for one in places]
    if told["count"]:
        matter.first_us, matter.last_us = told["first"], told["last"]
    matter.changed_us = now_us()
    matter.save(update_fields=["count", "rooms", "first_us", "last_us", "changed_us"])


def take_back(matter_ids: Collection[int], *, now: int) -> None:
    """Messages were taken back: count again, and close what has nothing left."""
    for matter in Matter.objects.filter(pk__in=matter_ids):
        _count(matter)
        if matter.count == 0 and matter.state in OPEN:
            _end(matter, "taken_back", now=now)


def fade(limits: Limits, *, now: int) -> int:
    """Close mere warnings that nobody took up and whose talk has stayed below the limits since; how many. Single
    messages keep none open."""
    over = Matter.objects.filter(
        state=MatterState.WATCHED, level=Level.WARNING, noted_us__lt=now - limits.quiet_hours * HOUR_US
    )
    rows = list(over)
    for matter in rows:
        with transaction.atomic():
            _end(matter, "faded", now=now)
    return len(rows)


def _end(matter: Matter, outcome: str, *, now: int) -> None:
    before = matter.state
    still = Matter.objects.filter(pk=matter.pk, state=before)
    if still.update(state=MatterState.CLOSED, outcome=outcome, closed_us=now, changed_us=now):
        matter.state = MatterState.CLOSED
        _note(matter, outcome, before=before, why="", actor=SYSTEM, now=now)


def take_step(matter_id: int, name: str, *, why: str, outcome: str = "", actor: str) -> MatterState:
    """Start, note, close (with its outcome) or reopen. Raises MatterNotFound, MatterMoved, BadStep."""
    way = STEPS.get(name)
    if way is None:
        raise BadStep(_("There is no such step."), fix=", ".join(STEPS), field="step")
    if not why.strip():
        raise BadStep(_("Every step has to be explained."), fix=_("Say what is done, or why."), field="why")
    if name == "close" and outcome not in OUTCOMES:
        raise BadStep(_("How did it end?"), fix=_("Choose an outcome."), field="outcome")
    matter = Matter.objects.filter(pk=matter_id).first()
    if matter is None:
        raise MatterNotFound(_("There is no such matter."), matter_id=matter_id)
    now = now_us()
    values: dict[str, object] = {"state": way.to, "changed_us": now}
    if name == "start":
        values |= {"started_us": now, "started_by": actor}
    if name == "close":
        values |= {"closed_us": now, "outcome": outcome}
        if matter.started_us is None:
            values |= {"started_us": now, "started_by": actor}
    if name == "reopen":
        values |= {"closed_us": None, "outcome": ""}
    with transaction.atomic():
        if name == "reopen" and open_of(Concern(matter.concern)) is not None:
            raise MatterMoved(_("Another matter of this concern is open."), fix=_("Handle that one."))
        if not Matter.objects.filter(pk=matter_id, state__in=way.come_from).update(**values):
            raise MatterMoved(_("This step is not open now."), fix=_("Read the matter again."), state=matter.state)
        before, matter.state = matter.state, way.to
        _note(matter, outcome if name == "close" else name, before=before, why=why, actor=actor, now=now)
    return way.to


def _note(matter: Matter, act: str, *, before: str, why: str, actor: str, now: int) -> None:
    """One row of the history, and one of the audit."""
    said = why.strip()[:2000]
    Step.objects.create(
        matter=matter, at_us=now, actor=actor, act=act, before=before, after=str(matter.state), why=said
    )
    told = {"state": str(matter.state), "level": str(matter.level), "concern": str(matter.concern)}
    was = {"state": before} if before else None
    eventlog.audit(actor, f"opinion.{act}", f"matter:{matter.pk}", before=was, after=told, why=said)
