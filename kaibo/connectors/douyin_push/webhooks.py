"""Webhooks of Douyin's open platform: about an account, not about a room. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import xxhash

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, instant, needed, text, unknown
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "douyin"
HANDSHAKE = "a handshake of the platform"
FOLLOWED = "1"


def webhook(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """A follow of the account and a paid local-life order are ours; the rest is kept as unknown.

    Shape: the room is `account:<open id>`, so nothing of it is counted into a show by mistake.
    """
    kind = needed(text(row.get("event")), "event")
    if kind == "verify_webhook":
        yield Skipped(HANDSHAKE)
        return
    content = _content(row.get("content"))
    order = as_object(content.get("order") or {}, "order")
    at = needed(
        instant(
            content.get("action_time"),
            order.get("pay_time"),
            content.get("msg_time"),
            content.get("create_time"),
            told.get("received_at"),
        ),
        "create_time",
    )
    account = text(row.get("to_user_id")) or text(content.get("account_id")) or text(row.get("client_key")) or "open"
    room = f"account:{account}"
    event_id = f"{kind}-{xxhash.xxh3_128_hexdigest(repr(sorted(row.items())).encode())}"
    event = PlatformEvent(event_id=event_id, kind="unknown", platform=PLATFORM, room_id=room, occurred_at=at)
    if kind == "new_follow_action" and text(content.get("action_type")) == FOLLOWED:
        event.kind, event.viewer_id = "follow.gained", text(row.get("from_user_id"))
        yield event
    elif kind == "life_trade_order_notify" and content.get("action") == "pay_success" and order.get("order_id"):
        event.kind, event.order_id = "order.paid", text(order.get("order_id"))
        event.event_id, event.viewer_id = f"order.paid:{event.order_id}", text(row.get("from_user_id"))
        yield event  # the unit of its amounts is not documented: unknown is not zero
    else:
        yield unknown(kind, {"content": None, **content}, platform=PLATFORM, room_id=room, event_id=event_id, at=at)


def _content(value: Any) -> dict[str, Any]:
    if value in (None, ""):
        return {}
    return as_object(value, "content")
