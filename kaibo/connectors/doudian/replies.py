"""Saved replies of Doudian's order and after-sale interfaces: each line of an order in its room. Pure."""

from collections.abc import Iterator
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.doudian.tags import AFTER_SALE
from kaibo.connectors.payloads import as_object, count, guarded, instant, needed, objects, some, text, unknown
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "douyin"
NO_EVENTS = "a reply without orders or after-sales"
CANCELED, REFUNDED = "4", "12"  # order_status 已取消; aftersale_status 退款成功


def reply(given: dict[str, Any]) -> Iterator[Outcome]:
    """Orders or after-sales in `data`, whatever interface they come from; other replies are skipped."""
    data = given.get("data")
    data = as_object(data, "data") if isinstance(data, dict) else {}
    orders = data.get("shop_order_list") or data.get("shop_order_detail")
    after_sales = data.get("items") or data.get("aftersale_list")
    if orders:
        yield from guarded(objects(orders, "shop_order_list"), _order)
    elif after_sales and all(
        {"aftersale_info", "aftersale_status"} & one.keys() for one in objects(after_sales, "items")
    ):
        yield from guarded(objects(after_sales, "items"), _after_sale)
    else:
        yield Skipped(NO_EVENTS)


def _order(order: dict[str, Any]) -> Iterator[Outcome]:
    for line in objects(order.get("sku_order_list") or [], "sku_order_list"):
        yield from _line(order, line)


def _line(order: dict[str, Any], line: dict[str, Any]) -> Iterator[Outcome]:
    """The states a line has reached; `room_id`, author and theme join the sale to a show."""
    order_id = needed(text(order.get("order_id")) or text(line.get("parent_order_id")), "order_id")
    line_id = needed(text(line.get("order_id")), "sku_order_list.order_id")
    live_room = text(line.get("room_id_str")) or text(line.get("room_id"))
    live_room = None if live_room == "0" else live_room
    room = live_room or f"shop:{needed(text(order.get('shop_id')), 'shop_id')}"
    is_canceled = text(line.get("order_status")) == CANCELED
    for kind, stamp in (
        ("order.placed", line.get("create_time")),
        ("order.paid", line.get("pay_time")),
        ("order.shipped", line.get("ship_time")),
        ("order.canceled" if is_canceled else "order.delivered", line.get("finish_time")),
    ):
        at = instant(stamp)
        if at is None:
            continue
        event = PlatformEvent(
            event_id=f"line:{kind}:{line_id}", kind=kind, platform=PLATFORM, room_id=room, occurred_at=at
        )
        event.order_id, event.viewer_id = order_id, text(order.get("doudian_open_id"))
        event.product_id, event.sku_id = text(line.get("product_id")), text(line.get("sku_id"))
        event.quantity = count(line.get("item_num"))
        event.attrs = _told(line, sku_order_id=line_id)
        if kind == "order.canceled":
            event.attrs = some(**(event.attrs or {}), reason=text(line.get("cancel_reason")))
        _money(kind, line, event)
        yield event


def _money(kind: str, line: dict[str, Any], event: PlatformEvent) -> None:
    name = {"order.placed": "order_amount", "order.paid": "pay_amount"}.get(kind)
    amount = count(line.get(name)) if name else None
    if amount is None:
        return
    event.amount_minor, event.currency = amount, "CNY"
    subsidy = count(line.get("promotion_platform_amount"))
    if kind == "order.paid" and subsidy is not None:
        event.attrs = {**(event.attrs or {}), "amount_with_subsidy_minor": amount + subsidy}


def _told(line: dict[str, Any], **more: Any) -> dict[str, Any] | None:
    return some(
        author_id=text(line.get("author_id")),
        theme=text(line.get("theme_type_desc")) or text(line.get("theme_type")),
        content_id=text(line.get("content_id")),
        video_id=text(line.get("video_id")),
        business=text(line.get("c_biz_desc")),
        **more,
    )


def _after_sale(row: dict[str, Any]) -> Iterator[Outcome]:
    """A finished refund is ours; one that is under way is kept as unknown."""
    info = as_object(row.get("aftersale_info") or row, "aftersale_info")
    related = as_object(row.get("order_info") or {}, "order_info")
    after_sale = needed(text(info.get("aftersale_id")), "aftersale_id")
    order_id = text(related.get("shop_order_id")) or text(info.get("pid")) or text(info.get("order_id"))
    at = needed(instant(info.get("update_time"), info.get("apply_time"), info.get("create_time")), "update_time")
    room = f"shop:{text(info.get('shop_id')) or 'unknown'}"
    status = text(info.get("aftersale_status")) or ""
    known = AFTER_SALE.get(text(info.get("aftersale_type")) or "")
    if status != REFUNDED or known is None:
        event = unknown(f"aftersale:{status}", info, platform=PLATFORM, room_id=room, event_id="", at=at)
        event.event_id, event.order_id = f"aftersale:{after_sale}:{status}", order_id
        yield event
        return
    parts = objects(info.get("aftersale_items") or [], "aftersale_items")
    amount = count(info.get("refund_amount"))
    amounts = [count(part.get("refund_amount")) for part in parts]
    if amount is None and amounts and None not in amounts:
        amount = sum(one for one in amounts if one is not None)
    event = PlatformEvent(
        event_id=f"order.refunded:{after_sale}", kind="order.refunded", platform=PLATFORM, room_id=room, occurred_at=at
    )
    event.order_id, event.amount_minor = order_id, amount
    event.currency = "CNY" if amount is not None else None
    reason = text(info.get("reason_desc")) or text(info.get("reason_code"))
    event.attrs = some(refund_stage=known[0], refund_kind=known[1], reason=reason, after_sale_id=after_sale)
    yield event
