"""Cumulative figures that somebody states every so often, as a pace: the difference of two rounds over their time."""

from collections.abc import Iterable
from dataclasses import dataclass

from kaibo.kit.clock import MINUTE_US
from kaibo.warehouse.contracts import Figure

HOLDS_US = 60 * MINUTE_US
"""A pace that is older speaks of another part of the evening. Source: rounds every 15 to 30 minutes, one left out."""


CLOSEST_US = 2 * MINUTE_US
"""Two readings of the screen that lie closer are one round typed twice, not a pace."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What came between two stated figures. Units: µs UTC; `amount` in the unit of the figure."""

    amount: int
    from_us: int
    to_us: int
    last: Figure

    def over(self, span_us: int) -> float:
        """The same pace over another span, not rounded."""
        return self.amount * span_us / (self.to_us - self.from_us)


def standing(figures: Iterable[Figure]) -> list[Figure]:
    """One figure per instant, the one stated last: a correction has the same instant and a later id.

    Shape: `figures` in order of (as_of_us, event_id).
    """
    return list({figure.as_of_us: figure for figure in figures}.values())


def pace_of(figures: Iterable[Figure], *, started_us: int | None) -> Pace | None:
    """The pace between the last figure and the one before it; since the start of the show while there is only one."""
    steps = standing(figures)
    if not steps:
        return None
    last = steps[-1]
    base = next((step for step in reversed(steps) if last.as_of_us - step.as_of_us >= CLOSEST_US), None)
    begins, before = (base.as_of_us, base.value) if base is not None else (started_us, 0)
    if begins is None or last.as_of_us <= begins:
        return None
    return Pace(last.value - before, begins, last.as_of_us, last)
