"""Saved replies of TikTok Shop's order, return and cancellation interfaces. Pure."""

from collections.abc import Iterator
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, guarded, instant, minor, needed, objects, some, text, unknown
from kaibo.connectors.wholeorders import PRICED, price, states
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "tiktok"
ROOM = "shop"  # the replies name neither shop nor room
NO_EVENTS = "a reply without orders, returns or cancellations"
RETURNED, CANCELED = "RETURN_OR_REFUND_REQUEST_COMPLETE", "CANCELLATION_REQUEST_COMPLETE"


def reply(given: dict[str, Any]) -> Iterator[Outcome]:
    """Whatever of ours `data` holds."""
    data = given.get("data")
    data = data if isinstance(data, dict) else {}
    orders = [one for one in objects(data.get("orders") or [], "orders") if "create_time" in one and "status" in one]
    if orders:
        yield from guarded(orders, _order)
    elif data.get("return_orders"):
        yield from guarded(objects(data["return_orders"], "return_orders"), _return)
    elif data.get("cancellations"):
        yield from guarded(objects(data["cancellations"], "cancellations"), _cancellation)
    else:
        yield Skipped(NO_EVENTS)


def _order(order: dict[str, Any]) -> Iterator[Outcome]:
    """The states an order has reached; amount is the total in the order's own currency."""
    order_id = needed(text(order.get("id")), "orders.id")
    lines = objects(order.get("line_items") or [], "line_items")
    payment = as_object(order.get("payment") or {}, "payment")
    currency = text(payment.get("currency"))
    status = text(order.get("status")) or ""
    is_canceled = status in {"CANCEL", "CANCELLED"}
    is_delivered = status in {"DELIVERED", "COMPLETED"}
    stamps = (
        ("order.placed", order.get("create_time")),
        ("order.paid", order.get("paid_time")),
        ("order.shipped", order.get("collection_time") if is_delivered or status == "IN_TRANSIT" else None),
        ("order.delivered", order.get("delivery_time") if is_delivered else None),
        ("order.canceled", order.get("cancel_time") if is_canceled else None),
    )
    for event in states(order_id, stamps, platform=PLATFORM, room=ROOM):
        event.viewer_id, event.quantity = text(order.get("user_id")), len(lines) or None
        if len({text(line.get("product_id")) for line in lines}) == 1:
            event.product_id = text(lines[0].get("product_id"))
        if len({text(line.get("sku_id")) for line in lines}) == 1:
            event.sku_id = text(lines[0].get("sku_id"))
        if event.kind in PRICED and currency:
            price(event, minor(payment.get("total_amount"), currency), currency)
        event.attrs = some(status=status, reason=text(order.get("cancel_reason")) if is_canceled else None)
        yield event


def _return(row: dict[str, Any]) -> Iterator[Outcome]:
    return_id = needed(text(row.get("return_id")), "return_id")
    yield _moved(row, return_id, status=text(row.get("return_status")) or "", is_final=RETURNED, kind="order.refunded")


def _cancellation(row: dict[str, Any]) -> Iterator[Outcome]:
    cancel_id = needed(text(row.get("cancel_id")), "cancel_id")
    yield _moved(row, cancel_id, status=text(row.get("cancel_status")) or "", is_final=CANCELED, kind="order.canceled")


def _moved(row: dict[str, Any], key: str, *, status: str, is_final: str, kind: str) -> PlatformEvent:
    at = needed(instant(row.get("update_time"), row.get("create_time")), "update_time")
    order_id = text(row.get("order_id"))
    if status != is_final:
        event = unknown(f"{kind}:{status}", row, platform=PLATFORM, room_id=ROOM, event_id=f"{key}:{status}", at=at)
        event.order_id = order_id
        return event
    event = PlatformEvent(
        event_id=f"detail:{kind}:{key}", kind=kind, platform=PLATFORM, room_id=ROOM, occurred_at=at, order_id=order_id
    )
    amount = as_object(row.get("refund_amount") or {}, "refund_amount")
    currency = text(amount.get("currency"))
    if kind == "order.refunded" and currency:
        price(event, minor(amount.get("refund_total"), currency), currency)
    reason = text(row.get("return_reason")) or text(row.get("cancel_reason"))
    event.attrs = some(reason=reason, return_type=text(row.get("return_type")))
    return event
