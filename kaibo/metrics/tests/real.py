"""A small show through the real log, counter and records, for tests of the whole way."""

from typing import Any

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.metrics.tests.fakes import minute
from kaibo.metrics.tests.night import COSTS
from kaibo.warehouse.counter import Counter

SHOW = "s-real"
KINDS = (
    "viewer.entered",
    "viewer.left",
    "online.sampled",
    "comment.posted",
    "product.exposed",
    "product.clicked",
    "order.placed",
    "order.paid",
    "order.refunded",
    "spend.reported",
    "lap.started",
    "offer.listed",
    "host.on",
)


def event(kind: str, at: float, **more: Any) -> PlatformEvent:
    """An event so many minutes after the start, named by what it says."""
    name = f"{kind}-{at}-{more.get('viewer_id', '')}-{more.get('order_id', '')}"
    return PlatformEvent(
        event_id=name, kind=kind, platform="douyin", room_id="r1", occurred_at=minute(at), show_id=SHOW, **more
    )


def evening() -> list[PlatformEvent]:
    """Twenty viewers, four payers, one refund three days later, one product explained, ads with a balance."""
    found = [
        event("host.on", 0, host_id="h1"),
        event("offer.listed", 0.1, product_id="p1", link_no="7", attrs={"stock": 40, "title": "Coat", "role": "主推"}),
        event("lap.started", 1, product_id="p1", link_no="7"),
        event("spend.reported", 2, amount_minor=5_000, attrs={"balance_minor": 20_000, "attributed_gmv_minor": 9_000}),
    ]
    for index in range(20):
        came, viewer = 0.5 + index * 0.4, f"v{index}"
        source = "paid" if index % 2 else "feed"
        found.append(event("viewer.entered", came, viewer_id=viewer, traffic_source=source))
        found.append(event("viewer.left", came + 1.5, viewer_id=viewer, duration_ms=90_000))
        found.append(event("product.exposed", came + 0.1, viewer_id=viewer, product_id="p1"))
        if index < 10:
            found.append(event("product.clicked", came + 0.2, viewer_id=viewer, product_id="p1"))
        if index < 5:
            more = {"viewer_id": viewer, "order_id": f"o{index}", "product_id": "p1", "amount_minor": 10_000}
            found.append(event("order.placed", came + 0.3, **more))
            if index < 4:
                found.append(event("order.paid", came + 0.5, **more))
    found.append(event("order.refunded", 3 * 24 * 60, order_id="o0", amount_minor=10_000))
    found += [event("online.sampled", at, count=10 + at) for at in range(10)]
    return found


def play(*, ended: float = 10) -> None:
    """Make the room, the show and its events, and count them."""
    rooms.save_room("douyin", "r1", economics=COSTS, actor="user:director")
    shows.ensure_show(
        SHOW, platform="douyin", room_id="r1", started_at=minute(0), ended_at=minute(ended), actor="user:director"
    )
    shows.set_targets(SHOW, {"gmv_paid_minor": 80_000}, actor="user:director")
    feed = eventlog.local_feed("ndjson", "douyin", kinds=KINDS)
    log = eventlog.open_log()
    try:
        receipt = log.append_events(evening(), provenance=Provenance(feed_id=feed.id))
        assert not receipt.rejected, receipt.details
    finally:
        log.close()
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()
