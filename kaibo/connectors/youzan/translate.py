"""Pushes of Youzan, and replies of its interfaces, as events. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import xxhash

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import BadField, as_object, decode, instant, needed, refused, some, text, unknown
from kaibo.connectors.youzan.replies import PLATFORM, reply
from kaibo.eventlog.events import PlatformEvent

TEST_PUSH = "a test push of the platform"
KINDS = {
    "trade_TradeCreate": "order.placed",
    "trade_TradePaid": "order.paid",
    "trade_TradeSellerShip": "order.shipped",
    "trade_TradeSuccess": "order.delivered",
    "trade_TradeClose": "order.canceled",
    "trade_refund_RefundSuccess": "order.refunded",
}


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per push, which names a shop and no room, or those of a reply.

    Source: doc.youzanyun.com, message push.
    """
    try:
        given = as_object(decode(payload), "payload")
        if "msg" not in given and ("data" in given or "gw_err_resp" in given):
            yield from reply(given, told)
            return
        if given.get("test") is True:
            yield Skipped(TEST_PUSH)
            return
        yield _message(given, told)
    except BadField as problem:
        yield refused(problem, payload)


def _message(given: dict[str, Any], told: Mapping[str, str]) -> PlatformEvent:
    name, sent = needed(text(given.get("type")), "type"), needed(text(given.get("msg")), "msg")
    message = as_object(unquote_plus(sent), "msg")
    inner = as_object(message.get("full_order_info") or {}, "full_order_info")
    order = as_object(inner.get("order_info") or {}, "order_info")
    order_id = text(message.get("tid")) or text(order.get("tid")) or text(message.get("order_no"))
    room = f"shop:{text(given.get('kdt_id')) or 'none'}"
    times = (message.get("update_time"), order.get("update_time"), order.get("pay_time"), given.get("version"))
    at = needed(instant(*times, told.get("received_at")), "update_time")
    kind, key = KINDS.get(name), xxhash.xxh3_128_hexdigest(sent.encode())
    if kind is None or order_id is None:
        event = unknown(name, message, platform=PLATFORM, room_id=room, event_id=f"{name}:{key}", at=at)
        event.order_id = order_id
        return event
    refund = text(message.get("refund_id"))
    event = PlatformEvent(
        event_id=f"{kind}:{refund or order_id}", kind=kind, platform=PLATFORM, room_id=room, occurred_at=at
    )
    event.order_id, event.attrs = order_id, some(refund_id=refund, status=text(message.get("status")))
    return event
