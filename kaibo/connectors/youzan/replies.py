"""Replies of Youzan's order and after-sale interfaces. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, guarded, instant, minor, needed, objects, some, text, unknown
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "youzan"
NO_EVENTS = "a reply without orders or after-sales"
CLOSED, GIVEN_BACK, EXCHANGE = "TRADE_CLOSED", "SUCCESS", "3"
REFUND_KINDS = {"1": "refund_only", "2": "return"}


def reply(given: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """Orders (a list or one in detail) or after-sales in `data`; the shop is the one that was asked for."""
    data = given.get("data")
    data = as_object(data, "data") if isinstance(data, dict) else {}
    room = f"shop:{told['shop']}" if told.get("shop") else "shop"
    orders = [data] if "full_order_info" in data else data.get("full_order_info_list")
    refunds = [data] if "refund_id" in data else data.get("refunds")
    if orders:
        yield from guarded(objects(orders, "full_order_info_list"), lambda row: _order(row, room))
    elif refunds:
        yield from guarded(objects(refunds, "refunds"), lambda row: _refund(row, room))
    else:
        yield Skipped(NO_EVENTS)


def _order(row: dict[str, Any], room: str) -> Iterator[Outcome]:
    """The states an order has reached; `payment` is yuan as text, after discounts and with postage."""
    full = as_object(row.get("full_order_info"), "full_order_info")
    order = as_object(full.get("order_info"), "order_info")
    paid, buyer = (
        as_object(full.get("pay_info") or {}, "pay_info"),
        as_object(full.get("buyer_info") or {}, "buyer_info"),
    )
    order_id, status = needed(text(order.get("tid")), "tid"), text(order.get("status")) or ""
    lines = objects(full.get("orders") or [], "orders")
    for kind, stamp in (
        ("order.placed", order.get("created")),
        ("order.paid", order.get("pay_time")),
        ("order.shipped", order.get("consign_time")),
        ("order.delivered", order.get("success_time")),
        ("order.canceled", order.get("update_time") if status == CLOSED else None),
    ):
        at = instant(stamp)
        if at is None:
            continue
        event = PlatformEvent(
            event_id=f"detail:{kind}:{order_id}", kind=kind, platform=PLATFORM, room_id=room, occurred_at=at
        )
        event.order_id, event.viewer_id = order_id, text(buyer.get("yz_open_id"))
        _products(event, lines)
        if kind in {"order.placed", "order.paid"}:
            event.amount_minor = minor(paid.get("payment"), "CNY")
            event.currency = None if event.amount_minor is None else "CNY"
        event.attrs = some(status=status)
        yield event


def _products(event: PlatformEvent, lines: list[dict[str, Any]]) -> None:
    """Pieces of all lines; product and SKU where there is one alone."""
    pieces = [count(line.get("num")) for line in lines]
    event.quantity = sum(one for one in pieces if one is not None) if pieces and None not in pieces else None
    if len({text(line.get("item_id")) for line in lines}) == 1:
        event.product_id = text(lines[0].get("item_id"))
    if len({text(line.get("sku_id")) for line in lines}) == 1:
        event.sku_id = text(lines[0].get("sku_id"))


def _refund(row: dict[str, Any], room: str) -> Iterator[Outcome]:
    refund_id = needed(text(row.get("refund_id")), "refund_id")
    at = needed(instant(row.get("refund_success_time"), row.get("modified"), row.get("created")), "modified")
    status, demand = text(row.get("status")) or "", text(row.get("demand"))
    if status != GIVEN_BACK or demand == EXCHANGE:
        key = f"{refund_id}:{status}"
        event = unknown(f"refund:{status}", row, platform=PLATFORM, room_id=room, event_id=key, at=at)
        event.order_id = text(row.get("tid"))
        yield event
        return
    event = PlatformEvent(
        event_id=f"detail:order.refunded:{refund_id}",
        kind="order.refunded",
        platform=PLATFORM,
        room_id=room,
        occurred_at=at,
        order_id=text(row.get("tid")),
    )
    event.amount_minor = minor(row.get("refund_fee"), "CNY")
    event.currency = None if event.amount_minor is None else "CNY"
    event.attrs = some(refund_id=refund_id, refund_kind=REFUND_KINDS.get(demand or ""))
    yield event
