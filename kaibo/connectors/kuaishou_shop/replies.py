"""Replies of Kuaishou shops' order and refund interfaces. Pure."""

from collections.abc import Iterator
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, guarded, instant, needed, objects, some, text
from kaibo.connectors.wholeorders import PRICED, price, refund, states

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
    stamps = (
        ("order.placed", base.get("createTime")),
        ("order.paid", base.get("payTime")),
        ("order.shipped", base.get("sendTime")),
        ("order.delivered", base.get("recvTime")),
        ("order.canceled", base.get("updateTime") if status == FAILED else None),
    )
    for event in states(order_id, stamps, platform=PLATFORM, room=ROOM):
        event.viewer_id = text(base.get("buyerOpenId"))
        event.product_id, event.sku_id = text(line.get("itemId")), text(line.get("skuId"))
        event.quantity = count(line.get("num"))
        if event.kind in PRICED:
            price(event, count(base.get("totalFee")))
        event.attrs = some(status=status)
        yield event


def _refund(row: dict[str, Any]) -> Iterator[Outcome]:
    refund_id = needed(text(row.get("refundId")), "refundId")
    at = needed(instant(row.get("updateTime"), row.get("endTime"), row.get("createTime")), "updateTime")
    status, way = text(row.get("status")) or "", text(row.get("handlingWay"))
    yield refund(
        row,
        refund_id=refund_id,
        status=status,
        is_given_back=status == GIVEN_BACK and way != EXCHANGE,
        order_id=text(row.get("oid")),
        at=at,
        minor=count(row.get("refundFee")),
        refund_kind=REFUND_KINDS.get(way or ""),
        platform=PLATFORM,
        room=ROOM,
    )
