"""Spans of time that a client asks for one after the other, and can take up again in the middle."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kaibo.kit.clock import DAY_US, MICROS

OVERLAP_SECONDS = 60
"""A change may become visible a little after the time it bears; asking twice brings known events only."""
SETTLE_SECONDS = 2
SETTLE_US = 5 * MICROS


@dataclass(frozen=True, slots=True)
class Span:
    """From and to in seconds since the epoch; `at` is where inside it to go on, None at its beginning."""

    from_s: int
    to_s: int
    at: Any = None

    def paused(self, cursor: dict[str, Any], at: Any) -> dict[str, Any]:
        """The cursor that comes back to this place."""
        return {**_kept(cursor), "from": self.from_s, "to": self.to_s, "at": at}

    def finished(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """The cursor behind this span."""
        return {**_kept(cursor), "reached": self.to_s}


def spans(cursor: dict[str, Any], now_us: int, *, first_us: int, longest_seconds: int) -> Iterator[Span]:
    """The span that was begun, then those up to now, none longer than the platform allows."""
    now = now_us // MICROS - SETTLE_SECONDS
    reached = int(cursor.get("reached") or first_us // MICROS)
    if "to" in cursor:
        begun = Span(int(cursor["from"]), int(cursor["to"]), cursor.get("at"))
        yield begun
        reached = begun.to_s
    if reached >= now:
        return
    start = reached - OVERLAP_SECONDS
    while start < now:
        end = min(now, start + longest_seconds)
        yield Span(start, end)
        if end == now:
            return
        start = end


def _kept(cursor: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cursor.items() if name not in ("from", "to", "at")}


def begun(cursor: dict[str, Any], *, now_us: int, has_pushes: bool, first_days: int) -> dict[str, Any]:
    """The cursor with the instant from which replies tell orders; it is kept before anything is asked.

    Shape: a feed that was pushed to begins a few seconds from now, for pushes told what came before; another one
    begins some days back.
    """
    if isinstance(cursor.get("since_us"), int):
        return cursor
    since = now_us + SETTLE_US if has_pushes else now_us - first_days * DAY_US
    return {**cursor, "since_us": since}
