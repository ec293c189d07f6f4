"""Replies of Kuaishou shops' order and refund interfaces. Pure."""

from collections.abc import Iterator
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, guarded, instant, needed, objects, some, text, unknown
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "kuaishou"
ROOM = "shop"  # a reply names the seller by another id than a push, and no room
NO_EVENTS = "a reply without orders or refunds"
FAILED, GIVEN_BACK = "80", "60"  # order status 交易失败; refund status 退款成功
EXCHANGE = "3"  # handlingWay 换货: nothing is paid back
REFUND_KINDS = {"10": "refund_only", "1": "return"}


def reply(given: dict[str, Any]) -> Iterator[Outcome]:
    """Orders (a list or one in detail) or refunds in `data`; other replies are skipped."""
    data = given.get("data")
    data = as_object(data, "data") if isinstance(data, dict) else {}
    orders = [data] if "orderBaseInfo" in data else data.get("orderList")
    refunds = [data] if "refundId" in data else data.get("refundOrderInfoList")
    if orders:
        yield from guarded(objects(orders, "orderList"), _order)
    elif refunds:
        yield from guarded(objects(refunds, "refundOrderInfoList"), _refund)
    else:
        yield Skipped(NO_EVENTS)


def _order(order: dict[str, Any]) -> Iterator[Outcome]:
    """The states an order has reached; one order holds one product. `totalFee` is taken as what is paid, in fen."""
    base = as_object(order.get("orderBaseInfo"), "orderBaseInfo")
    line = as_object(order.get("orderItemInfo") or {}, "orderItemInfo")
    order_id, status = needed(text(base.get("oid")), "oid"), text(base.get("status")) or ""
    for kind, stamp in (
        ("order.placed", base.get("createTime")),
        ("order.paid", base.get("payTime")),
        ("order.shipped", base.get("sendTime")),
        ("order.delivered", base.get("recvTime")),
        ("order.canceled", base.get("updateTime") if status == FAILED else None),
    ):
        at = instant(stamp)
        if at is None:
            continue
        event = PlatformEvent(
            event_id=f"detail:{kind}:{order_id}", kind=kind, platform=PLATFORM, room_id=ROOM, occurred_at=at
        )
        event.order_id, event.viewer_id = order_id, text(base.get("buyerOpenId"))
        event.product_id, event.sku_id = text(line.get("itemId")), text(line.get("skuId"))
        event.quantity = count(line.get("num"))
        if kind in {"order.placed", "order.paid"}:
            event.amount_minor = count(base.get("totalFee"))
            event.currency = None if event.amount_minor is None else "CNY"
        event.attrs = some(status=status)
        yield event


def _refund(row: dict[str, Any]) -> Iterator[Outcome]:
    refund_id = needed(text(row.get("refundId")), "refundId")
    at = needed(instant(row.get("updateTime"), row.get("endTime"), row.get("createTime")), "updateTime")
    order_id, status, way = text(row.get("oid")), text(row.get("status")) or "", text(row.get("handlingWay"))
    if status != GIVEN_BACK or way == EXCHANGE:
        key = f"{refund_id}:{status}"
        event = unknown(f"refund:{status}", row, platform=PLATFORM, room_id=ROOM, event_id=key, at=at)
        event.order_id = order_id
        yield event
        return
    event = PlatformEvent(
        event_id=f"detail:order.refunded:{refund_id}",
        kind="order.refunded",
        platform=PLATFORM,
        room_id=ROOM,
        occurred_at=at,
        order_id=order_id,
    )
    event.amount_minor = count(row.get("refundFee"))
    event.currency = None if event.amount_minor is None else "CNY"
    event.attrs = some(refund_id=refund_id, refund_kind=REFUND_KINDS.get(way or ""))
    yield event
