"""Replies of Youzan's order and after-sale interfaces. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, guarded, instant, minor, needed, objects, some, text
from kaibo.connectors.wholeorders import PRICED, price, refund, states
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
    stamps = (
        ("order.placed", order.get("created")),
        ("order.paid", order.get("pay_time")),
        ("order.shipped", order.get("consign_time")),
        ("order.delivered", order.get("success_time")),
        ("order.canceled", order.get("update_time") if status == CLOSED else None),
    )
    for event in states(order_id, stamps, platform=PLATFORM, room=room):
        event.viewer_id = text(buyer.get("yz_open_id"))
        _products(event, lines)
        if event.kind in PRICED:
            price(event, minor(paid.get("payment"), "CNY"))
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
    yield refund(
        row,
        refund_id=refund_id,
        status=status,
        is_given_back=status == GIVEN_BACK and demand != EXCHANGE,
        order_id=text(row.get("tid")),
        at=at,
        minor=minor(row.get("refund_fee"), "CNY"),
        refund_kind=REFUND_KINDS.get(demand or ""),
        platform=PLATFORM,
        room=room,
    )
