"""The team's limits: from when talk is a matter, how long the clock is, who is told."""

import dataclasses
from collections.abc import Mapping, Sequence

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.connectors import api as connectors
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.operations.opinion.contracts import Limits
from kaibo.operations.opinion.errors import BadLimits
from kaibo.operations.opinion.models import LimitsRow

BOUNDS: dict[str, tuple[float, float]] = {
    "minutes": (1, 120),
    "voices": (2, 10_000),
    "times": (1, 100),
    "severe_voices": (1, 10_000),
    "other_voices": (2, 10_000),
    "spread_rooms": (2, 1_000),
    "spread_voices": (2, 10_000),
    "days": (2, 14),
    "days_voices": (2, 100_000),
    "warning_ratio": (0.1, 1),
    "clock_minutes": (5, 1_440),
    "quiet_hours": (1, 720),
}
"""Least and most of each limit."""


def current() -> Limits:
    """The limits that hold now. Cost: one query."""
    row = LimitsRow.objects.filter(pk=1).first()
    return msgspec.convert(row.limits, Limits) if row else Limits()


def save(given: Mapping[str, str], *, bots: Sequence[str], actor: str) -> Limits:
    """Other limits; what is not given stays. Raises BadLimits with the field."""
    before = current()
    known = {bot.id for bot in connectors.bots()}
    if strange := sorted(set(bots) - known):
        raise BadLimits(_("There is no such bot."), fix=", ".join(sorted(known)) or "/bots/", field=strange[0])
    values: dict[str, float] = {name: _number(name, given[name]) for name in BOUNDS if name in given}
    after = dataclasses.replace(before, **values, bots=tuple(sorted(set(bots))))  # type: ignore[arg-type]
    with transaction.atomic():
        told = msgspec.to_builtins(after)
        LimitsRow.objects.update_or_create(pk=1, defaults={"limits": told, "actor": actor, "changed_us": now_us()})
        eventlog.audit(actor, "opinion.limits", "opinion", before=msgspec.to_builtins(before), after=told)
    return after


def _number(name: str, text: str) -> float:
    least, most = BOUNDS[name]
    is_whole = name not in {"times", "warning_ratio"}
    try:
        value: float = int(text) if is_whole else float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise BadLimits(
            _("“%(text)s” is no limit here.") % {"text": text[:20]},
            fix=_("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most},
            field=name,
        )
    return value
