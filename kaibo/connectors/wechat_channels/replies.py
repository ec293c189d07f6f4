"""Saved replies of WeChat's shop and Channels interfaces: orders with amounts, refunds, totals of a show. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.payloads import as_object, count, guarded, instant, needed, objects, some, text, unknown
from kaibo.connectors.wechat_channels.dashboard import SECTIONS, dashboard
from kaibo.connectors.wholeorders import price as give_price
from kaibo.connectors.wholeorders import states
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "weixin_channels"
REFUNDED = "MERCHANT_REFUND_SUCCESS"
NO_EVENTS = "a reply without orders, refunds or live totals"
FIGURES = {
    "total_audience_count": "viewers",
    "total_cheer_count": "likes",
    "forward_count": "shares",
    "total_comment_count": "comments",
    "max_online_count": "online_max",
    "new_follow_count": "follows",
    "audiences_avg_seconds": "average_watch_seconds",
}
"""Totals of a finished show -> our figure."""
_MICROS = 1_000_000


def reply(given: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """Whatever of ours a reply holds; a reply without is skipped."""
    if isinstance(given.get("order"), dict) and "order_detail" in given["order"]:
        yield from guarded([given["order"]], _order)
    elif isinstance(given.get("after_sale_order"), dict):
        yield from guarded([given["after_sale_order"]], _after_sale)
    elif any(isinstance(given.get(section), str | dict) for section in SECTIONS):
        yield from dashboard(given, told)
    elif isinstance(given.get("item"), list) and any(
        isinstance(one, dict) and "live_start_time" in one for one in given["item"]
    ):
        yield from guarded(objects(given["item"], "item"), lambda row: _live(row, told))
    else:
        yield Skipped(NO_EVENTS)


def _order(order: dict[str, Any]) -> Iterator[Outcome]:
    """Placed and paid, with the amount of the whole order in fen; the product where there is only one."""
    order_id = needed(text(order.get("order_id")), "order.order_id")
    detail = as_object(order.get("order_detail"), "order_detail")
    pay, price = (as_object(detail.get(name) or {}, name) for name in ("pay_info", "price_info"))
    extra = as_object(detail.get("ext_info") or {}, "ext_info")
    products = objects(detail.get("product_infos") or [], "product_infos")
    room = text(extra.get("live_id")) or f"finder:{text(extra.get('finder_id')) or 'none'}"
    stamps = (("order.placed", order.get("create_time")), ("order.paid", pay.get("pay_time")))
    for event in states(order_id, stamps, platform=PLATFORM, room=room):
        event.viewer_id = text(order.get("openid"))
        give_price(event, count(price.get("order_price")))
        pieces = [count(one.get("sku_cnt")) for one in products]
        event.quantity = sum(one or 0 for one in pieces) if pieces and None not in pieces else None
        if len(products) == 1:
            event.product_id, event.sku_id = text(products[0].get("product_id")), text(products[0].get("sku_id"))
        event.attrs = some(scene=text(extra.get("order_scene")), finder_id=text(extra.get("finder_id")))
        yield event


def _after_sale(row: dict[str, Any]) -> Iterator[Outcome]:
    after_sale = needed(text(row.get("after_sale_order_id")), "after_sale_order_id")
    at = needed(instant(row.get("update_time"), row.get("create_time")), "update_time")
    status = text(row.get("status")) or ""
    orders = objects(row.get("order_info_list") or [row], "order_info_list")
    for order in orders:
        order_id = text(order.get("order_id"))
        if status != REFUNDED:
            event = unknown(f"aftersale:{status}", row, platform=PLATFORM, room_id="shop", event_id="", at=at)
            event.event_id, event.order_id = f"aftersale:{after_sale}:{status}:{order_id or ''}", order_id
            yield event
            continue
        event = PlatformEvent(
            event_id=f"detail:order.refunded:{after_sale}:{order_id or ''}",
            kind="order.refunded",
            platform=PLATFORM,
            room_id="shop",
            occurred_at=at,
        )
        refund = as_object(order.get("refund_info") or {}, "refund_info")
        event.order_id, event.amount_minor = order_id, count(refund.get("amount"))
        event.currency = None if event.amount_minor is None else "CNY"
        event.attrs = some(after_sale_id=after_sale)
        yield event


def _live(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    """Totals of one finished show, as of its end."""
    room = needed(told.get("room") or text(row.get("export_id")), "export_id")
    started = needed(instant(row.get("live_start_time")), "live_start_time")
    at = started + (count(row.get("live_duration_in_seconds")) or 0) * _MICROS
    for name, figure in FIGURES.items():
        value = count(row.get(name))
        if value is None:
            continue
        event = PlatformEvent(
            event_id=f"{name}:{at}", kind="figure.reported", platform=PLATFORM, room_id=room, occurred_at=at
        )
        is_mean = figure in {"average_watch_seconds", "online_max"}
        event.attrs = {
            "figure": figure,
            "value": value,
            "basis": "point" if is_mean else "cumulative",
            "origin": "imported",
            "is_final": True,
        }
        yield event
