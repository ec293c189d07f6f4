"""Schema 1: the event as a sender gives it and as a segment stores it. Frozen; later schemas only add."""

from typing import Any

import msgspec


class PlatformEvent(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One thing that happened in a room, in our words; what every translator returns.

    Shape: identity is (platform, room_id, event_id); every other field is optional unless its kind needs it.
    Units: `occurred_at` µs since the epoch, UTC; money in minor units of `currency`; `duration_ms` ms.
    """

    event_id: str
    kind: str
    platform: str
    room_id: str
    occurred_at: int
    show_id: str | None = None
    viewer_id: str | None = None
    traffic_source: str | None = None
    product_id: str | None = None
    sku_id: str | None = None
    link_no: str | None = None
    order_id: str | None = None
    host_id: str | None = None
    quantity: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    count: int | None = None
    text: str | None = None
    duration_ms: int | None = None
    attrs: dict[str, Any] | None = None


class StoredEvent(PlatformEvent, omit_defaults=True, kw_only=True):
    """A line of a segment: the event beside its envelope.

    Shape: `seq` is dense and rising per writer; `sign` is -1 on a line that takes an earlier line back
    (undo of an import, binding to another show), else 1. Units: `received_at` µs since the epoch, UTC.
    """

    seq: int = 0
    received_at: int = 0
    feed_id: str = ""
    raw_ref: str | None = None
    ingest_id: str | None = None
    translator_version: str | None = None
    sign: int = 1


TRAFFIC_SOURCES = ("feed", "paid", "following", "short_video", "search", "share", "shop", "other")
"""Values of `traffic_source` that we know; an unknown value is kept as sent."""

ATTRS: dict[str, str] = {
    "nickname": "viewer's display name; taken out at the door into its own table, never stored in the log",
    "is_fan": "bool: followed before entering this show",
    "amount_with_subsidy_minor": "order.paid: paid by the buyer plus platform subsidy",
    "receivable_minor": "order.paid: what the merchant receives",
    "refund_stage": "order.refunded: before_shipping | after_shipping",
    "refund_kind": "order.refunded: refund_only | return",
    "reason": "order.refunded, order.canceled, violation.received: reason as the platform words it",
    "is_quality": "order.refunded: bool, a fault of the goods",
    "is_presale": "order.paid: bool",
    "plan_id": "spend.reported, ad.adjusted: the ad plan",
    "is_whole_room": "spend.reported: bool, whole-room delivery 全域",
    "attributed_gmv_minor": "spend.reported: paid GMV the ad platform attributes to this spend",
    "ad_impressions": "spend.reported: times the ad was shown",
    "ad_clicks": "spend.reported: clicks on the ad",
    "balance_minor": "spend.reported: balance of the ad account after it",
    "figure": "figure.reported: id of the figure, e.g. views, viewers, gmv_paid_minor",
    "value": "figure.reported: the number; money in minor units",
    "basis": "figure.reported: cumulative | point",
    "origin": "figure.reported: typed | imported | pushed",
    "is_final": "figure.reported: bool",
    "price_minor": "offer.listed, price.changed: live price",
    "list_price_minor": "offer.listed: list price",
    "stock": "offer.listed, stock.changed: pieces available of the SKU",
    "title": "offer.listed: product title; lap.started: title at that time",
    "role": "offer.listed: 引流 traffic | 福利 welfare | 主推 hero | 利润 profit",
    "planned_minutes": "offer.listed: planned explain minutes",
    "interaction": "interaction.*: lucky_bag | lottery | vote | red_packet",
    "recording": "speech.transcribed: the recording and the place in it, e.g. take-3.wav#t=12.0,14.5",
    "scope": "note.marked: what the mark is about",
}
"""Names inside `attrs` that Kaibo reads; every other name is kept and ignored."""
