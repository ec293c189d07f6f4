"""Events of WeChat shops, and saved replies with orders, after-sales or live data, as events of ours. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaibo.connectors import wechat
from kaibo.connectors.contracts import Outcome
from kaibo.connectors.payloads import BadField, as_object, instant, needed, refused, some, text, unknown
from kaibo.connectors.wechat_channels.replies import PLATFORM, REFUNDED, reply
from kaibo.eventlog.events import PlatformEvent

_ORDER = "channels_ec_order_"
KINDS = {
    "new": ("order.placed", ()),
    "pay": ("order.paid", ("pay_time",)),
    "cancel": ("order.canceled", ()),
    "deliver": ("order.shipped", ()),
    "confirm": ("order.delivered", ()),
}
"""Event of an order -> our kind and the field that says when; the push has no other time than CreateTime."""


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per event.

    Shape: an event names a shop, no room: it stands in `shop:<its name>` and takes its show from its order. It carries
    no amount, and none is made up. Source: developers.weixin.qq.com, shop events.
    """
    try:
        given = wechat.message(payload)
        if "Event" in given or "MsgType" in given:
            yield _event(given, told)
        else:
            yield from reply(given, told)
    except BadField as problem:
        yield refused(problem, payload)


def _event(given: dict[str, Any], told: Mapping[str, str]) -> PlatformEvent:
    name = text(given.get("Event")) or text(given.get("MsgType")) or "?"
    created = needed(instant(given.get("CreateTime"), told.get("received_at")), "CreateTime")
    room = f"shop:{needed(text(given.get('ToUserName')), 'ToUserName')}"
    if name.startswith(_ORDER) and name.removeprefix(_ORDER) in KINDS:
        return _order(name, as_object(given.get("order_info"), "order_info"), room=room, created=created)
    if name == "channels_ec_aftersale_update":
        body = as_object(given.get("finder_shop_aftersale_status_update"), "finder_shop_aftersale_status_update")
        if text(body.get("status")) == REFUNDED:
            return _refund(body, room=room, created=created)
    rest = {key: value for key, value in given.items() if key not in {"ToUserName", "FromUserName", "CreateTime"}}
    inner = next((value for value in rest.values() if isinstance(value, dict)), rest)
    ids = [inner.get(key) for key in ("order_id", "after_sale_order_id", "ds_order_id", "product_id", "audit_id")]
    key = wechat.event_key(name, created, *ids, inner.get("status"))
    event = unknown(name, rest, platform=PLATFORM, room_id=room, event_id=key, at=created)
    event.order_id = text(inner.get("order_id"))
    return event


def _order(name: str, order: dict[str, Any], *, room: str, created: int) -> PlatformEvent:
    kind, stamps = KINDS[name.removeprefix(_ORDER)]
    order_id = needed(text(order.get("order_id")), "order_info.order_id")
    at = needed(instant(*(order.get(stamp) for stamp in stamps), created), "CreateTime")
    event = PlatformEvent(
        event_id=f"{kind}:{order_id}", kind=kind, platform=PLATFORM, room_id=room, occurred_at=at, order_id=order_id
    )
    if kind == "order.shipped":  # a shipment of a part comes more than once
        event.event_id = f"{kind}:{order_id}:{created}"
        event.attrs = some(is_complete=text(order.get("finish_delivery")))
    if kind == "order.canceled":
        event.attrs = some(reason=text(order.get("cancel_type")))
    return event


def _refund(body: dict[str, Any], *, room: str, created: int) -> PlatformEvent:
    after_sale = needed(text(body.get("after_sale_order_id")), "after_sale_order_id")
    event = PlatformEvent(
        event_id=f"order.refunded:{after_sale}",
        kind="order.refunded",
        platform=PLATFORM,
        room_id=room,
        occurred_at=created,
    )
    event.order_id, event.attrs = text(body.get("order_id")), some(after_sale_id=after_sale)
    return event
