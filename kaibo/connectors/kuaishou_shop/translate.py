"""Opened pushes of Kuaishou shops, and replies of their interfaces, as events. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome
from kaibo.connectors.kuaishou_shop.replies import PLATFORM, reply
from kaibo.connectors.payloads import (
    BadField,
    as_object,
    decode,
    guarded,
    instant,
    needed,
    objects,
    refused,
    some,
    text,
    unknown,
)
from kaibo.eventlog.events import PlatformEvent

_ORDER = "kwaishop_order_"
KINDS = {
    "addOrder": "order.placed",
    "paySuccess": "order.paid",
    "delivering": "order.shipped",
    "deliverySuccess": "order.delivered",
    "orderFail": "order.canceled",
}
"""Event of an order -> our kind. Refunds are pushed without amount or final state: kept as unknown."""


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per message, which names a seller, no room, and no amount; or those of a reply.

    Source: open.kwaixiaodian.com, message push.
    """
    try:
        given = decode(payload)
        if isinstance(given, dict) and "result" in given:
            yield from reply(given)
            return
        rows = objects(given, "payload")
    except BadField as problem:
        yield refused(problem, payload)
        return
    yield from guarded(rows, lambda row: _message(row, told))


def _message(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    name = needed(text(row.get("event")), "event")
    info = as_object(row.get("info"), "info")
    order_id = text(info.get("oid"))
    room = f"shop:{text(info.get('sellerId')) or text(row.get('userId')) or 'none'}"
    times = (row.get("updateTime"), row.get("createTime"), info.get("updateTime"), info.get("createTime"))
    at = needed(instant(*times, told.get("received_at")), "updateTime")
    kind = KINDS.get(name.removeprefix(_ORDER)) if name.startswith(_ORDER) else None
    if kind is None or order_id is None:
        key = needed(text(row.get("msgId")) or text(row.get("eventId")), "msgId")
        event = unknown(name, info, platform=PLATFORM, room_id=room, event_id=key, at=at)
        event.order_id = order_id
        yield event
        return
    event = PlatformEvent(
        event_id=f"{kind}:{order_id}", kind=kind, platform=PLATFORM, room_id=room, occurred_at=at, order_id=order_id
    )
    event.viewer_id = text(info.get("buyerOpenId")) or text(info.get("openId"))
    event.attrs = some(status=text(row.get("status")))
    yield event
