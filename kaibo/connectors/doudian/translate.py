"""Doudian's pushes, and saved replies of its order and after-sale interfaces, as events. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.doudian.replies import reply
from kaibo.connectors.doudian.tags import KINDS, fill
from kaibo.connectors.payloads import (
    FILE,
    IS_A_FILE,
    BadField,
    as_object,
    decode,
    guarded,
    instant,
    needed,
    objects,
    refused,
    text,
    unknown,
)
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "douyin"
HANDSHAKE = "a test message of the platform"


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per message of a push, or per state of every line of a reply.

    Units: fen. Shape: a push names no room; its events stand in `shop:<shop id>` and take their show from their order.
    Source: op.jinritemai.com, message push; order.searchList, order.orderDetail, afterSale.List.
    """
    if FILE in told:
        yield Skipped(IS_A_FILE)
        return
    try:
        given = decode(payload)
        if isinstance(given, dict) and "tag" not in given:
            yield from reply(given)
            return
        rows = objects(given, "payload")
    except BadField as problem:
        yield refused(problem, payload)
        return
    yield from guarded(rows, lambda row: _message(row, told))


def _message(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    tag = needed(text(row.get("tag")), "tag")
    if tag == "0":
        yield Skipped(HANDSHAKE)
        return
    data = as_object(row.get("data"), "data")
    message_id = text(row.get("msg_id")) or text(row.get("msgId")) or ""
    name, stamps = KINDS.get(tag, ("unknown", ()))
    times = [data.get(stamp) for stamp in stamps] + [data.get("update_time"), _stamp(message_id)]
    at = needed(instant(*times, told.get("received_at")), "update_time")
    room = f"shop:{needed(text(data.get('shop_id')), 'shop_id')}"
    event = PlatformEvent(event_id="", kind=name, platform=PLATFORM, room_id=room, occurred_at=at)
    event.event_id = f"{tag}:{needed(message_id or None, 'msg_id')}:{text(data.get('aftersale_id')) or ''}"
    if name == "unknown" or not fill(tag, data, event):
        event = unknown(tag, data, platform=PLATFORM, room_id=room, event_id=event.event_id, at=at)
        event.order_id = text(data.get("p_id"))
    yield event


def _stamp(message_id: str) -> str | None:
    """The seconds inside `id::tag:seconds:order`, for messages whose data names no time."""
    parts = message_id.split(":")
    return parts[3] if len(parts) > 4 else None
