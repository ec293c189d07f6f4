"""Every column of a minute row, declared once: SQL, tables, merge, metrics and docs follow from here.

A minute row is (show, grain, key, minute) plus these columns. Grains and their key:
`show` '' · `source` the traffic source ('' unknown) · `product` product id, or '#'+link_no where a feed has
only numbers · `lap` event id of its lap.started · `lap_product` the same lap, only facts of the explained
product · `host` host id on duty.
"""

from dataclasses import dataclass
from typing import Literal

Merge = Literal["sum", "max", "last"]

GRAINS = ("show", "source", "product", "lap", "lap_product", "host")
INCREMENTAL_GRAINS = ("show", "source", "product")
INTERVAL_GRAINS = ("lap", "lap_product", "host")


@dataclass(frozen=True, slots=True)
class Column:
    """`kinds` are the event kinds that feed the column: none of them declared or seen means not reported."""

    name: str
    merge: Merge
    kinds: tuple[str, ...]
    says: str
    is_first: bool = False  # a first-time count: moves by -1/+1 when an earlier event arrives late
    is_cohort: bool = False  # stands at the minute the order was paid, not when the event happened
    measure: str = ""  # the sum of `live/kind_sums.sql` that feeds it; others come from their own SQL
    fact: str = ""  # the kind that is summed where it is not the first of `kinds`; '*' for every kind


def _first(stage: str, kinds: tuple[str, ...], says: str) -> Column:
    return Column(stage, "sum", kinds, says, is_first=True)


def _nameless(name: str, kind: str, says: str) -> Column:
    return Column(f"nameless_{name}", "sum", (kind,), says, measure="counted", fact=f"nameless.{kind}")


_ANY = ("comment.posted", "like.given", "gift.sent", "follow.gained", "fanclub.joined", "share.made")
_REFUND = ("order.refunded",)
_PAID = ("order.paid",)

COLUMNS: tuple[Column, ...] = (
    Column("events", "sum", (), "events counted", measure="lines", fact="*"),
    # audience
    Column(
        "impressions", "sum", ("room.exposed",), "times the entrance was shown (count, default 1)", measure="counted"
    ),
    Column("views", "sum", ("viewer.entered",), "entries, re-entries counted (count, default 1)", measure="counted"),
    Column("leaves", "sum", ("viewer.left",), "people who went out", measure="lines"),
    Column("watch_ms", "sum", ("viewer.left",), "milliseconds watched, reported at leaving", measure="watched"),
    Column("effective_views", "sum", ("viewer.left",), "visits of at least KAIBO_EFFECTIVE_SECONDS", measure="stayed"),
    Column(
        "left_in_60s",
        "sum",
        ("viewer.left",),
        "visits shorter than 60 s, at the minute they began",
        measure="counted",
        fact="visit.short",
    ),
    Column("online_max", "max", ("online.sampled",), "highest number of people online"),
    Column("online_last", "last", ("online.sampled",), "number online at the last sample"),
    Column(
        "leaves_untimed",
        "sum",
        ("viewer.left",),
        "leaves that do not say how long the visit was",
        measure="counted",
        fact="visit.untimed",
    ),
    _first("viewers", ("viewer.entered",), "distinct viewers, at their first entry"),
    _first("impression_viewers", ("room.exposed",), "distinct people shown the entrance"),
    # interaction
    Column("comments", "sum", ("comment.posted",), "comments", measure="lines"),
    Column("likes", "sum", ("like.given",), "likes (count, default 1)", measure="counted"),
    Column("gifts", "sum", ("gift.sent",), "gifts (quantity, default 1)", measure="pieces"),
    Column("gift_minor", "sum", ("gift.sent",), "value of gifts", measure="amount"),
    Column("follows", "sum", ("follow.gained",), "follows", measure="lines"),
    Column("fanclub_joins", "sum", ("fanclub.joined",), "fan-club joins", measure="lines"),
    Column("shares", "sum", ("share.made",), "shares", measure="lines"),
    _first("commenters", ("comment.posted",), "distinct viewers who commented"),
    _first("likers", ("like.given",), "distinct viewers who liked"),
    _first("sharers", ("share.made",), "distinct viewers who shared"),
    _first("followers_gained", ("follow.gained",), "distinct viewers who followed"),
    _first("club_joiners", ("fanclub.joined",), "distinct viewers who joined the fan club"),
    _first("interactors", _ANY, "distinct viewers who did any of comment, like, gift, follow, club, share"),
    # product
    Column(
        "product_exposures",
        "sum",
        ("product.exposed",),
        "times an offer was shown (count, default 1)",
        measure="counted",
    ),
    Column("product_clicks", "sum", ("product.clicked",), "clicks on offers (count, default 1)", measure="counted"),
    Column("cart_adds", "sum", ("cart.added",), "additions to the cart", measure="lines"),
    Column("coupons", "sum", ("coupon.claimed",), "coupons claimed", measure="lines"),
    _first("product_exposed_viewers", ("product.exposed",), "distinct viewers shown an offer"),
    _first("product_click_viewers", ("product.clicked",), "distinct viewers who clicked an offer"),
    _first("carters", ("cart.added",), "distinct viewers who added to the cart"),
    # orders by event time
    _first("orders_placed", ("order.placed",), "distinct orders placed"),
    Column("gmv_placed_minor", "sum", ("order.placed",), "value of orders placed"),
    _first("buyers_placed", ("order.placed",), "distinct viewers who placed an order"),
    _first("orders_paid", _PAID, "distinct orders paid"),
    Column("units_paid", "sum", _PAID, "pieces paid (quantity, default 1)"),
    Column("gmv_paid_minor", "sum", _PAID, "paid by buyers"),
    Column("gmv_paid_subsidy_minor", "sum", _PAID, "paid by buyers plus platform subsidy"),
    Column("receivable_minor", "sum", _PAID, "receivable by the merchant"),
    Column("subsidy_lines", "sum", _PAID, "paid lines that state the subsidised amount"),
    Column("receivable_lines", "sum", _PAID, "paid lines that state the receivable amount"),
    Column("paid_lines", "sum", _PAID, "paid lines"),
    _first("payers", _PAID, "distinct viewers who paid"),
    Column("fan_gmv_paid_minor", "sum", _PAID, "paid by people who followed before entering this show"),
    Column("fan_known_lines", "sum", _PAID, "paid lines that say whether the buyer was a fan"),
    Column("presale_units", "sum", _PAID, "pieces paid on presale"),
    Column("presale_known_lines", "sum", _PAID, "paid lines that say whether the sale was a presale"),
    Column("orders_canceled", "sum", ("order.canceled",), "orders canceled, at the minute it happened"),
    Column("refunds_cash_minor", "sum", _REFUND, "refunded, at the minute it happened (cash view)"),
    Column("refunds_cash_count", "sum", _REFUND, "refund events, at the minute they happened"),
    Column("orders_shipped", "sum", ("order.shipped",), "parcels shipped"),
    Column("orders_delivered", "sum", ("order.delivered",), "parcels delivered"),
    # refunds by the minute their order was paid; cumulative by delay since payment
    Column("refund_minor_1h", "sum", _REFUND, "refunded within 1 h of payment", is_cohort=True),
    Column("refund_minor_24h", "sum", _REFUND, "refunded within 24 h of payment", is_cohort=True),
    Column("refund_minor_d7", "sum", _REFUND, "refunded within 7 d of payment", is_cohort=True),
    Column("refund_minor_d15", "sum", _REFUND, "refunded within 15 d of payment", is_cohort=True),
    Column("refund_minor", "sum", _REFUND, "refunded so far", is_cohort=True),
    Column("refund_before_shipping_minor", "sum", _REFUND, "refunded before shipping", is_cohort=True),
    Column("refund_after_shipping_minor", "sum", _REFUND, "refunded after shipping", is_cohort=True),
    Column("refund_return_minor", "sum", _REFUND, "refunded with the goods returned", is_cohort=True),
    Column("refund_quality_minor", "sum", _REFUND, "refunded for a fault of the goods", is_cohort=True),
    Column("refund_orders_1h", "sum", _REFUND, "orders first refunded within 1 h of payment", is_cohort=True),
    Column("refund_orders_24h", "sum", _REFUND, "orders first refunded within 24 h", is_cohort=True),
    Column("refund_orders_d7", "sum", _REFUND, "orders first refunded within 7 d", is_cohort=True),
    Column("refund_orders_d15", "sum", _REFUND, "orders first refunded within 15 d", is_cohort=True),
    Column("refund_orders", "sum", _REFUND, "orders refunded so far", is_cohort=True),
    # what an event leaves out, so that a sum knows what it lacks; NULL where every event says everything
    _nameless("views", "viewer.entered", "entries that do not say who"),
    _nameless("impressions", "room.exposed", "times the entrance was shown to nobody named"),
    _nameless("comments", "comment.posted", "comments that do not say who"),
    _nameless("likes", "like.given", "likes that do not say who"),
    _nameless("gifts", "gift.sent", "gifts that do not say who"),
    _nameless("follows", "follow.gained", "follows that do not say who"),
    _nameless("fanclub_joins", "fanclub.joined", "fan-club joins that do not say who"),
    _nameless("shares", "share.made", "shares that do not say who"),
    _nameless("product_exposures", "product.exposed", "times an offer was shown to nobody named"),
    _nameless("product_clicks", "product.clicked", "clicks that do not say who"),
    _nameless("cart_adds", "cart.added", "additions to the cart that do not say who"),
    Column("placed_lines", "sum", ("order.placed",), "placed lines"),
    Column("nameless_placed_lines", "sum", ("order.placed",), "placed lines of orders that do not say who"),
    Column("unpriced_placed_lines", "sum", ("order.placed",), "placed lines that state no amount"),
    Column("nameless_paid_lines", "sum", _PAID, "paid lines of orders that do not say who"),
    Column("unpriced_paid_lines", "sum", _PAID, "paid lines that state no amount"),
    Column("unpriced_refunds_cash", "sum", _REFUND, "refunds that state no amount, at the minute they happened"),
    Column("unpriced_refunds_1h", "sum", _REFUND, "refunds within 1 h that state no amount", is_cohort=True),
    Column("unpriced_refunds_24h", "sum", _REFUND, "refunds within 24 h that state no amount", is_cohort=True),
    Column("unpriced_refunds_d7", "sum", _REFUND, "refunds within 7 d that state no amount", is_cohort=True),
    Column("unpriced_refunds_d15", "sum", _REFUND, "refunds within 15 d that state no amount", is_cohort=True),
    Column("unpriced_refunds", "sum", _REFUND, "refunds so far that state no amount", is_cohort=True),
    Column("refund_lines", "sum", _REFUND, "refunds so far", is_cohort=True),
    Column("stageless_refunds", "sum", _REFUND, "refunds that do not say before or after shipping", is_cohort=True),
    Column("kindless_refunds", "sum", _REFUND, "refunds that do not say whether goods came back", is_cohort=True),
    Column("causeless_refunds", "sum", _REFUND, "refunds that do not say whether goods were at fault", is_cohort=True),
    # traffic bought
    Column("spend_minor", "sum", ("spend.reported",), "ad spend, additive steps", measure="amount"),
    Column(
        "attributed_gmv_minor",
        "sum",
        ("spend.reported",),
        "paid GMV the ad platform attributes to spend",
        measure="amount",
        fact="spend.attributed",
    ),
    Column(
        "whole_room_spend_minor",
        "sum",
        ("spend.reported",),
        "part of the spend under whole-room delivery",
        measure="amount",
        fact="spend.whole_room",
    ),
    Column(
        "ad_impressions",
        "sum",
        ("spend.reported",),
        "times ads were shown",
        measure="counted",
        fact="spend.impressions",
    ),
    Column("ad_clicks", "sum", ("spend.reported",), "clicks on ads", measure="counted", fact="spend.clicks"),
    Column(
        "unattributed_spend_minor",
        "sum",
        ("spend.reported",),
        "spend that does not state the GMV attributed to it",
        measure="amount",
        fact="spend.unattributed",
    ),
    Column(
        "undivided_spend_minor",
        "sum",
        ("spend.reported",),
        "spend that does not say whether it is whole-room delivery",
        measure="amount",
        fact="spend.undivided",
    ),
    Column(
        "unseen_spend_minor",
        "sum",
        ("spend.reported",),
        "spend that does not state times shown",
        measure="amount",
        fact="spend.unseen",
    ),
    Column(
        "unclicked_spend_minor",
        "sum",
        ("spend.reported",),
        "spend that does not state clicks",
        measure="amount",
        fact="spend.unclicked",
    ),
    # what could not be placed
    Column("unmatched", "sum", (), "events that name an order we have not seen paid or placed"),
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

STAGES: dict[str, tuple[str, ...]] = {column.name: column.kinds for column in COLUMNS if column.is_first}
"""First-time stages: first = min(occurred_at, event_id) per (show[, product], viewer or order, stage)."""

ORDER_STAGES = ("orders_placed", "orders_paid")
"""Stages that count distinct orders; every other stage counts distinct viewers."""

MEASURES = ("lines", "counted", "pieces", "amount", "watched", "stayed")
"""The sums of `live/kind_sums.sql`, in its order."""

FED: dict[str, tuple[tuple[int, str], ...]] = {}
"""Kind (or '*') -> which measure feeds which column."""
for _column in COLUMNS:
    if _column.measure:
        _fact = _column.fact or _column.kinds[0]
        FED[_fact] = (*FED.get(_fact, ()), (MEASURES.index(_column.measure), _column.name))

FIRST_OF: dict[str, str] = {
    "interaction" if len(column.kinds) > 1 else column.kinds[0]: column.name
    for column in COLUMNS
    if column.is_first and not column.kinds[0].startswith("order.")
}
"""Kind of `live/first_sums.sql` -> the column it feeds."""
