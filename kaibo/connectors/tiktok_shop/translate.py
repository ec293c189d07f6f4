"""Webhooks of TikTok Shop, and saved replies of its interfaces, as events. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import xxhash

from kaibo.connectors.contracts import Outcome
from kaibo.connectors.payloads import BadField, as_object, decode, instant, needed, refused, some, text, unknown
from kaibo.connectors.tiktok_shop.replies import PLATFORM, reply
from kaibo.eventlog.events import PlatformEvent

ORDER, CANCELLATION, RETURN = "1", "11", "12"
STATES = {
    "UNPAID": "order.placed",
    "AWAITING_SHIPMENT": "order.paid",
    "IN_TRANSIT": "order.shipped",
    "DELIVERED": "order.delivered",
    "CANCEL": "order.canceled",
    "CANCELLED": "order.canceled",
}
"""`order_status` -> our kind. ON_HOLD, AWAITING_COLLECTION and COMPLETED move nothing that we count."""
RETURNED = "RETURN_OR_REFUND_REQUEST_COMPLETE"


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per webhook; it names a shop, no room, and carries no amount.

    Source: partner.tiktokshop.com, webhooks.
    """
    try:
        given = as_object(decode(payload), "payload")
        if "type" in given and "data" in given and "code" not in given:
            yield _webhook(given, told, payload)
        else:
            yield from reply(given)
    except BadField as problem:
        yield refused(problem, payload)


def _webhook(given: dict[str, Any], told: Mapping[str, str], payload: bytes) -> PlatformEvent:
    kind, data = needed(text(given.get("type")), "type"), as_object(given.get("data"), "data")
    room = f"shop:{needed(text(given.get('shop_id')), 'shop_id')}"
    at = needed(
        instant(data.get("update_time"), given.get("timestamp"), data.get("create_time"), told.get("received_at")),
        "timestamp",
    )
    order_id = text(data.get("order_id"))
    state = STATES.get(text(data.get("order_status")) or "") if kind == ORDER else None
    if kind == RETURN and text(data.get("return_status")) == RETURNED:
        state = "order.refunded"
    if state is None or order_id is None:
        key = text(given.get("tts_notification_id")) or xxhash.xxh3_128_hexdigest(payload)
        event = unknown(f"type:{kind}", data, platform=PLATFORM, room_id=room, event_id=key, at=at)
        event.order_id = order_id
        return event
    return_id = text(data.get("return_id"))
    event = PlatformEvent(
        event_id=f"{state}:{return_id or order_id}", kind=state, platform=PLATFORM, room_id=room, occurred_at=at
    )
    event.order_id = order_id
    event.attrs = some(return_id=return_id, refund_kind=_refund_kind(text(data.get("return_type"))))
    return event


def _refund_kind(their_type: str | None) -> str | None:
    return {"REFUND": "refund_only", "RETURN_AND_REFUND": "return"}.get(their_type or "")
