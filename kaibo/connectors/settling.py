"""Orders told twice, by pushes and by replies, are counted once: who tells what is settled here.

A push states a whole order, a reply each of its lines, under other ids. From the instant at which a feed began to
fetch, replies alone tell what happens to orders; before it, pushes alone. Either side's events carry the platform's own
time of the change, so the instant parts them without a rest: nothing is told by both, nothing by neither.
"""

from collections.abc import Iterable, Iterator

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import PlatformEvent

BY, FETCH = "by", "fetch"
ORDERS = "orders"
"""Name of the poll that fetches orders; its cursor holds `since_us`."""
_MOVING = frozenset(("order.refunded", "order.canceled"))
"""Records that keep changing after they ended, some without a time of the end: the first time told counts, or it would
count again."""
BY_REPLY = "told by the replies that this feed fetches"
BY_PUSH = "told by a push before this feed began to fetch"


def fetches_since(feed_id: str) -> int | None:
    """The instant from which a feed fetches its orders; None while it does not. Cost: one query."""
    for one in eventlog.polls.polls(feed_id):
        since = one.cursor.get("since_us")
        if one.name == ORDERS and isinstance(since, int):
            return since
    return None


def settle(outcomes: Iterable[Outcome], *, feed_id: str, is_fetched: bool, since_us: int | None) -> Iterator[Outcome]:
    """The outcomes that this side of the instant tells, what moves at the time it was told under first."""
    kept: list[Outcome] = []
    for one in outcomes:
        is_order = isinstance(one, PlatformEvent) and one.kind.startswith("order.")
        if since_us is not None and is_order and (one.occurred_at >= since_us) != is_fetched:  # type: ignore[union-attr]
            yield Skipped(BY_PUSH if is_fetched else BY_REPLY)
        else:
            kept.append(one)
    yield from _first_told(kept, feed_id)


def _first_told(outcomes: list[Outcome], feed_id: str) -> Iterator[Outcome]:
    told = {
        (one.room_id, one.event_id): one.occurred_at
        for one in outcomes
        if isinstance(one, PlatformEvent) and one.kind in _MOVING
    }
    first = eventlog.polls.first_times(feed_id, told)
    for one in outcomes:
        if isinstance(one, PlatformEvent) and one.kind in _MOVING:
            one.occurred_at = first.get((one.room_id, one.event_id), one.occurred_at)
        yield one
