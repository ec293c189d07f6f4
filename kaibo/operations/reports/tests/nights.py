"""A small simulated night in log and counter, for the tests of the report."""

from collections.abc import Iterable, Iterator

from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.connectors.simulator.pace import delivered
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.warehouse.counter import Counter

START = 1_773_316_800_000_000
SHOW, ROOM = "night-of-the-report", "r1"
CONFIG = NightConfig(minutes=30, scale=0.5, show_id=SHOW, room_id=ROOM)


def bring(*, seed: int = 5, later: bool = False) -> Night:
    """A night of thirty minutes, counted."""
    night = simulate(CONFIG, seed=seed, started_us=START, later=later)
    log = eventlog.open_log()
    try:
        for batch in delivered(night):
            receipt = log.append_lines("\n".join(batch).encode(), provenance=Provenance("feed_test"))
            assert receipt.rejected == 0, receipt.details
    finally:
        log.close()
    count()
    from kaibo.commerce.shows import api as shows

    shows.adopt_windows()
    return night


def tell(events: Iterable[PlatformEvent]) -> None:
    """More events of the night, counted."""
    log = eventlog.open_log()
    try:
        receipt = log.append_events(list(events), provenance=Provenance("feed_test"))
        assert receipt.rejected == 0, receipt.details
    finally:
        log.close()
    count()


def count() -> None:
    """Let the counter reach the end of the log."""
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()


def figure(name: str, value: int, at_us: int, origin: str, *, is_final: bool = False) -> PlatformEvent:
    """A stated figure of the night."""
    attrs = {"figure": name, "value": value, "basis": "cumulative", "origin": origin, "is_final": is_final}
    return PlatformEvent(
        event_id=f"{origin}-{name}-{at_us}",
        kind="figure.reported",
        platform="simulated",
        room_id=ROOM,
        show_id=SHOW,
        occurred_at=at_us,
        attrs=attrs,
    )


def plan_figure(plan_id: str, name: str, value: int) -> PlatformEvent:
    """What a file states of an ad plan."""
    event = figure(name, value, START + 3_600_000_000, "imported")
    event.event_id = f"{plan_id}-{event.event_id}"
    event.attrs = {**(event.attrs or {}), "plan_id": plan_id}
    return event


def refund(order_id: str, amount_minor: int, at_us: int) -> PlatformEvent:
    """A refund of an order of the night."""
    return PlatformEvent(
        event_id=f"late-refund-{order_id}",
        kind="order.refunded",
        platform="simulated",
        room_id=ROOM,
        occurred_at=at_us,
        order_id=order_id,
        amount_minor=amount_minor,
        currency="CNY",
    )


def paid_orders(night: Night) -> Iterator[tuple[str, int, int]]:
    """(order, amount, instant) of the paid orders that the night's lines hold."""
    import json

    for batch in delivered(night):
        for line in batch:
            event = json.loads(line)
            if event["kind"] == "order.paid":
                yield event["order_id"], event["amount_minor"], event["occurred_at"]
