"""What each tag of a Doudian push means to us. Pure."""

from collections.abc import Callable
from typing import Any

from kaibo.connectors.payloads import count, some, text
from kaibo.eventlog.events import PlatformEvent

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "100": ("order.placed", ("create_time",)),
    "101": ("order.paid", ("pay_time",)),
    "110": ("order.paid", ("pay_time",)),
    "102": ("order.shipped", ("ship_time",)),
    "103": ("order.delivered", ("complete_time",)),
    "106": ("order.canceled", ("cancel_time",)),
    "108": ("order.shipped", ("update_time",)),
    "206": ("order.refunded", ("success_time",)),
    "105": ("unknown", ("apply_time",)),
    "109": ("unknown", ("modify_time",)),
    "111": ("unknown", ("apply_time",)),
    "200": ("unknown", ("apply_time",)),
    "201": ("unknown", ("agree_time",)),
    "204": ("unknown", ("refuse_time",)),
    "205": ("unknown", ("refuse_time",)),
    "207": ("unknown", ("close_time",)),
    "208": ("unknown", ("modify_time",)),
    "211": ("unknown", ("apply_time",)),
}
"""Tag -> our kind, and the fields that say when. Both 101 and 110 are documented as "paid": `pay_time` decides."""

AFTER_SALE = {
    "0": ("after_shipping", "return"),
    "1": ("after_shipping", "refund_only"),
    "2": ("before_shipping", "refund_only"),
}
"""`aftersale_type` -> stage and kind of a refund; an exchange (3) moves no money."""


def fill(tag: str, data: dict[str, Any], event: PlatformEvent) -> bool:
    """Complete the event. False when the message is not what its tag says, so that it stays unknown."""
    event.order_id = text(data.get("p_id"))
    if event.order_id is None:
        return False
    event.attrs = some(biz=text(data.get("biz")), order_type=text(data.get("order_type")))
    own = _OWN.get(event.kind)
    if event.kind != "order.refunded" and tag != "108":
        event.event_id = f"{event.kind}:{event.order_id}"
    return own is None or own(data, event)


def _paid(data: dict[str, Any], event: PlatformEvent) -> bool:
    amount = count(data.get("pay_amount"))
    if not count(data.get("pay_time")):
        return False
    if amount is not None:
        event.amount_minor, event.currency = amount, "CNY"
    return True


def _canceled(data: dict[str, Any], event: PlatformEvent) -> bool:
    event.attrs = some(**(event.attrs or {}), reason=text(data.get("cancel_reason")))
    return True


def _shipped(data: dict[str, Any], event: PlatformEvent) -> bool:
    logistics = data.get("logistics_msg")
    if isinstance(logistics, dict):
        pack = text(logistics.get("pack_id"))
        event.event_id = f"{event.kind}:{event.order_id}:{pack or ''}"
        event.attrs = some(**(event.attrs or {}), is_partial=True, carrier=text(logistics.get("express_company_id")))
    return True


def _refunded(data: dict[str, Any], event: PlatformEvent) -> bool:
    """`refund_post_amount` is kept beside it: whether `refund_amount` holds the freight is not documented."""
    known = AFTER_SALE.get(text(data.get("aftersale_type")) or "")
    amount, after_sale = count(data.get("refund_amount")), text(data.get("aftersale_id"))
    if known is None or after_sale is None:
        return False
    stage, kind = known
    event.event_id = f"{event.kind}:{after_sale}"
    if amount is not None:
        event.amount_minor, event.currency = amount, "CNY"
    event.attrs = some(
        **(event.attrs or {}),
        refund_stage=stage,
        refund_kind=kind,
        reason=text(data.get("reason_code")),
        refund_post_minor=count(data.get("refund_post_amount")),
        after_sale_id=after_sale,
        sku_order_id=text(data.get("s_id")),
    )
    return True


_OWN: dict[str, Callable[[dict[str, Any], PlatformEvent], bool]] = {
    "order.paid": _paid,
    "order.canceled": _canceled,
    "order.shipped": _shipped,
    "order.refunded": _refunded,
}
