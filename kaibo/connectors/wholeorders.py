"""Replies that tell an order as a whole: an event per state it has reached, and money given back. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from kaibo.connectors.payloads import instant, some, unknown
from kaibo.eventlog.events import PlatformEvent

PRICED = frozenset(("order.placed", "order.paid"))


def states(order_id: str, stamps: Iterable[tuple[str, object]], *, platform: str, room: str) -> Iterator[PlatformEvent]:
    """An event for each (kind, time) that has a time, under the id that every reply gives this state of the order."""
    for kind, stamp in stamps:
        at = instant(stamp)
        if at is not None:
            yield PlatformEvent(
                event_id=f"detail:{kind}:{order_id}",
                kind=kind,
                platform=platform,
                room_id=room,
                occurred_at=at,
                order_id=order_id,
            )


def price(event: PlatformEvent, minor: int | None, currency: str = "CNY") -> None:
    """Give an event its amount; without one it has no currency either."""
    event.amount_minor = minor
    event.currency = None if minor is None else currency


def refund(
    row: dict[str, Any],
    *,
    refund_id: str,
    status: str,
    is_given_back: bool,
    order_id: str | None,
    at: int,
    minor: int | None,
    refund_kind: str | None,
    platform: str,
    room: str,
) -> PlatformEvent:
    """Money that was given back; a refund under way, or an exchange, is kept as unknown under its status."""
    if not is_given_back:
        key = f"{refund_id}:{status}"
        event = unknown(f"refund:{status}", row, platform=platform, room_id=room, event_id=key, at=at)
        event.order_id = order_id
        return event
    event = PlatformEvent(
        event_id=f"detail:order.refunded:{refund_id}",
        kind="order.refunded",
        platform=platform,
        room_id=room,
        occurred_at=at,
        order_id=order_id,
    )
    price(event, minor)
    event.attrs = some(refund_id=refund_id, refund_kind=refund_kind)
    return event
