"""The goods half of the state: what is being explained, the laps, the table of links."""

from typing import Any

from kaibo.kit.clock import MINUTE_US
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.metrics.facts import Facts
from kaibo.warehouse.contracts import Lap, Offer

State = dict[str, Any]

CELLS = {
    "click": "product_click_ratio",
    "pay": "click_pay_ratio",
    "units": "units_paid",
    "gmv": "gmv_paid",
    "per_minute": "gmv_per_explained_minute",
    "left": "stock_minutes_left",
    "refund": "refund_amount_ratio_1h",
}
"""Cells of the table of links and the numbers behind them."""

FEW = {
    "click": ("product_click_viewers", "product_exposed_viewers", 30),
    "pay": ("payers", "product_click_viewers", 10),
    "refund": ("orders_paid", "orders_paid", 10),
}
"""Cell -> what is counted, of how many, and the least of those from which a share says something.
With 10 clickers and a usual 10 % one buyer more or less moves the share by its own size."""

FACTS = {"clicks": "product_clicks", "orders": "orders_paid", "gmv_per_minute": "gmv_per_explained_minute"}
"""What is shown of the current lap since it began; counts are those of the explained product alone."""


def goods_state(facts: Facts) -> State:
    """Paths `lap/…`, `goods/…` and `now`. Cost: none beside the parts of `facts` it touches."""
    offers = {offer.key: offer for offer in facts.offers}
    laps = facts.laps
    state: State = {f"lap/{lap.lap_id}": _lap(lap, offers.get(key_of(lap))) for lap in laps}
    state["now"] = _now(facts, offers)
    wanted = {*CELLS.values(), *(each for numerator, whole, _ in FEW.values() for each in (numerator, whole))}
    values = metrics.evaluate(facts.show_id, sorted(wanted), by="product", facts=facts)
    for key in sorted({*offers, *values, *(key_of(lap) for lap in laps)} - {""}):
        mine = [lap for lap in laps if key_of(lap) == key]
        state[f"goods/{key}"] = _row(offers.get(key), mine, values.get(key, {}), clock_us=facts.clock_us)
    return state


def key_of(lap: Lap) -> str:
    """Key of the product grain: the product, or '#' and the link number; empty when the lap names neither."""
    return lap.product_id or (f"#{lap.link_no}" if lap.link_no else "")


def _lap(lap: Lap, offer: Offer | None) -> State:
    return {
        "link_no": lap.link_no or (offer.link_no if offer else None),
        "title": offer.title if offer else None,
        "from_us": lap.from_us,
        "to_us": lap.to_us,
    }


def _row(offer: Offer | None, laps: list[Lap], values: dict[str, Value], *, clock_us: int) -> State:
    # whole minutes: an open lap would otherwise change its row at every look
    ends = [lap.to_us or clock_us // MINUTE_US * MINUTE_US for lap in laps]
    minutes = sum(max(0, end - lap.from_us) for end, lap in zip(ends, laps, strict=True)) / MINUTE_US
    return {
        "link_no": (offer.link_no if offer else None) or next((lap.link_no for lap in laps if lap.link_no), None),
        "title": offer.title if offer else None,
        "stock": offer.stock if offer else None,
        "is_listed": bool(offer and offer.is_listed),
        "laps": len(laps),
        "minutes": round(minutes, 1),
        "last_lap_us": max(ends, default=None),
        **{cell: _cell(cell, values) for cell in CELLS},
    }


def _cell(cell: str, values: dict[str, Value]) -> State | None:
    """A figure; a share of few people is replaced by the two counts, so that one person does not read as 100 %."""
    value = values.get(CELLS[cell])
    if value is None:
        return None
    figure = small_figure(value)
    if cell not in FEW or figure["v"] is None:
        return figure
    part_id, whole_id, least = FEW[cell]
    part, whole = (values[name].value if name in values else None for name in (part_id, whole_id))
    if part is None or whole is None or whole >= least:
        return figure
    return {"id": value.id, "v": None, "u": value.unit, "r": "few", "of": [part, whole], "least": least}


def small_figure(value: Value) -> State:
    """A figure for a table cell: the reason stays a code."""
    number = float(f"{value.value:.5g}") if isinstance(value.value, float) else value.value
    short: State = {"id": value.id, "v": number, "u": value.unit}
    if number is None:
        short["r"] = value.reason
    if value.currency:
        short["c"] = value.currency
    return short


def _now(facts: Facts, offers: dict[str, Offer]) -> State | None:
    """The open lap, else the last one, with what happened since it began."""
    if not facts.laps:
        return None
    lap = max(facts.laps, key=lambda each: (each.to_us is None, each.from_us))
    offer = offers.get(key_of(lap))
    by_lap = metrics.evaluate(facts.show_id, list(FACTS.values()), by="lap", facts=facts).get(lap.lap_id, {})
    own = facts.by("lap_product").get(lap.lap_id, {})
    return {
        "lap_id": lap.lap_id,
        "key": key_of(lap),
        "product_id": lap.product_id,
        "from_us": lap.from_us,
        "to_us": lap.to_us,
        "link_no": lap.link_no or (offer.link_no if offer else None),
        "title": offer.title if offer else None,
        "price_minor": offer.price_minor if offer else None,
        "list_price_minor": None,
        "role": offer.role if offer else None,
        "planned_minutes": offer.planned_minutes if offer else None,
        "stock": dict(offer.stock_by_sku) if offer else {},
        "facts": [{**_fact(by_lap[metric], own), "slot": slot} for slot, metric in FACTS.items() if metric in by_lap],
    }


def _fact(value: Value, own: dict[str, int]) -> State:
    """A figure of the lap; a count only of what the explained product got, as its money is counted."""
    figure = small_figure(value)
    return {**figure, "v": own.get(value.id, 0)} if value.unit == "count" and figure["v"] is not None else figure
