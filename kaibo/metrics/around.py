"""What numbers were before and after an act: the same span on both sides of an instant."""

from collections.abc import Sequence
from dataclasses import dataclass

from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.contracts import Value
from kaibo.metrics.evaluate import evaluate_show
from kaibo.metrics.facts import Facts

AFTER_MINUTES = 30
"""Half an hour: spend reports lag one to five minutes, and buyers pay minutes after the click."""


@dataclass(frozen=True, slots=True)
class Around:
    """Numbers of the span before an act and of the span after it.

    Shape: `after` is None until `ready_us`, or for good where the show ended within five minutes of the act;
    `minutes` is the length of both spans, shorter near the ends of the show. Units: µs UTC.
    """

    before: dict[str, Value]
    after: dict[str, Value] | None
    ready_us: int
    minutes: float


def around(facts: Facts, at_us: int, ids: Sequence[str], *, minutes: int = AFTER_MINUTES) -> Around:
    """Numbers around an instant, each a value or the reason why there is none. Cost: none beside `facts`."""
    span = minutes * MINUTE_US
    started, ended = facts.started_us, facts.ended_us
    if ended is not None:
        span = min(span, max(0, ended - at_us))
    if started is not None:
        span = min(span, max(0, at_us - started))
    span = max(span, 5 * MINUTE_US)
    ready = at_us + span
    is_cut = ended is not None and ended - at_us < 5 * MINUTE_US
    before = evaluate_show(facts, ids, from_us=at_us - span, to_us=at_us)
    is_ready = facts.now_us >= ready and not is_cut
    after = evaluate_show(facts, ids, from_us=at_us, to_us=ready) if is_ready else None
    return Around(before, after, ready, span / MINUTE_US)
