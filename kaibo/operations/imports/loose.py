"""Orders that feeds tell without a room of ours: given to their show by the same join as rows of files."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit import clock
from kaibo.kit.clock import DAY_US
from kaibo.operations.imports.join import NO_SHOW, TIME_ONLY, Joiner, Verdict
from kaibo.operations.imports.matches import FEEDS
from kaibo.operations.imports.models import Match

LOOKED_DAYS = 7
"""How long an order waits for a show that is made or named later; then people may still assign it."""
TIES = frozenset(("room", "author"))
type Key = tuple[str, str]


def join(*, actor: str) -> int:
    """Give loose orders of the last days to their shows; how many events moved. Repeating it moves nothing twice.

    Shape: a shop sells beside its shows too, so the time alone ties no order to a show: room or author must. What was
    sold while a show was on air and is tied to none waits as a match without a show, with the reason; an order from
    outside every show is left alone.
    """
    since = clock.now_us() - LOOKED_DAYS * DAY_US
    orders: dict[Key, StoredEvent] = {}
    for event in eventlog.loose_orders(since_us=since):
        orders.setdefault((event.platform, event.order_id or ""), event)
    if not orders:
        return 0
    known = {(one.platform, one.order_id): one for one in _matches(orders)}
    joiners = {platform: Joiner(platform) for platform, _order in orders}
    given: dict[Key, str] = {}
    changed, fresh = [], []
    for key, event in orders.items():
        match = known.get(key)
        if match is not None and (match.show_id or match.ingest_id != FEEDS):
            if match.ingest_id == FEEDS:
                given[key] = match.show_id
            continue  # where a file told of the order, what feeds told follows it: the counter knows it as one
        verdict = _verdict(joiners[event.platform], event)
        if verdict.place is not None:
            given[key] = verdict.place.show_id
        if match is None and verdict.evidence != NO_SHOW:
            fresh.append(_row(event, verdict))
        elif match is not None and verdict.evidence != match.evidence:
            match.show_id, match.evidence = given.get(key, ""), verdict.evidence
            changed.append(match)
    with transaction.atomic():  # before the log: after a crash between the two, the match says where the order goes
        Match.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
        Match.objects.bulk_update(changed, ["show_id", "evidence"], batch_size=500)
    return eventlog.bind_orders(given, since_us=since, actor=actor)


def _matches(keys: Iterable[Key]) -> Iterable[Match]:
    return Match.objects.filter(order_id__in={order_id for _platform, order_id in keys})


def _verdict(joiner: Joiner, event: StoredEvent) -> Verdict:
    found = joiner.order_verdict(_join(event), is_timed=True)
    if found.place is None or TIES & set(found.evidence.split("+")):
        return found
    return Verdict(None, TIME_ONLY)


def _join(event: StoredEvent) -> dict[str, Any]:
    """What leads an order to its show, in the names of the join."""
    attrs = event.attrs or {}
    return {
        "at": event.occurred_at,
        "room": event.room_id,
        "author_id": attrs.get("author_id"),
        "author": attrs.get("author"),
        "product": event.product_id,
        "sku": event.sku_id,
    }


def _row(event: StoredEvent, verdict: Verdict) -> Match:
    attrs = event.attrs or {}
    return Match(
        platform=event.platform,
        order_id=event.order_id or "",
        show_id=verdict.place.show_id if verdict.place else "",
        evidence=verdict.evidence,
        author=str(attrs.get("author") or attrs.get("author_id") or "")[:200],
        placed_at=event.occurred_at,
        amount_minor=event.amount_minor,
        currency=event.currency or "",
        ingest_id=FEEDS,
    )
