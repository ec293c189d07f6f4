"""Which ranges of the yaml a night can be held to, and where this night stands in them."""

from typing import Any

import numpy as np

from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import SOURCES
from kaibo.connectors.simulator.lineup import MINUTE
from kaibo.connectors.simulator.orders import NEVER
from kaibo.connectors.simulator.truth import World


def claims(config: NightConfig, world: World, totals: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Name of a range -> value, bounds, whether it holds. Only for a whole, undisturbed evening of scale 1.

    Shape: a value is None where its denominator is zero.
    """
    night = config.ranges
    wanted: dict[str, tuple[float | None, list[float]]] = {
        "uv.range": (totals["viewers"], night["uv"]["range"]),
        "uv.pv_per_uv": (_ratio(totals["views"], totals["viewers"]), night["uv"]["pv_per_uv"]),
        **_audience(night, world, totals),
        **_funnel(night, world, totals),
        **_talk(night, config, world, totals),
        **_products(night, world, totals),
    }
    return {
        name: {"value": value, "range": bounds, "holds": value is not None and bounds[0] <= value <= bounds[1]}
        for name, (value, bounds) in wanted.items()
    }


Claim = dict[str, tuple[float | None, list[float]]]


def _ratio(above: float, below: float) -> float | None:
    return float(above) / float(below) if below else None


def _audience(night: Any, world: World, totals: dict[str, int]) -> Claim:
    stay = world.crowd.stay / 1000
    acu = totals["watch_ms"] / world.span
    sources = {name: float((world.crowd.traffic_source == code).sum()) for code, name in enumerate(SOURCES)}
    sources["other"] += sources.pop("search") + sources.pop("share") + sources.pop("shop")
    fan = world.crowd.fan[world.crowd.person]
    entry = {
        f"entry_ratio_pv.{name}": (
            _ratio(
                float((world.crowd.traffic_source == SOURCES.index(name)).sum()),
                float(world.impressions.count[world.impressions.traffic_source == SOURCES.index(name)].sum()),
            ),
            night["entry_ratio_pv"][name],
        )
        for name in ("feed", "following", "paid")
    }
    return {
        "acu.range": (acu, night["acu"]["range"]),
        "acu.pcu_over_acu": (_ratio(totals["online_max"], acu), night["acu"]["pcu_over_acu"]),
        "stay.mean_s": (float(stay.mean()), night["stay"]["mean_s"]),
        "stay.median_s": (float(np.median(stay)), night["stay"]["median_s"]),
        "stay.gone_in_10s": (float((stay < 10).mean()), night["stay"]["gone_in_10s"]),
        "stay.fans_factor": (_ratio(float(stay[fan].mean()), float(stay[~fan].mean())), night["stay"]["fans_factor"]),
        "entry_ratio_pv.all": (_ratio(totals["views"], totals["impressions"]), night["entry_ratio_pv"]["all"]),
        **entry,
        **{
            f"source_mix_pv.{name}": (_ratio(value, totals["views"]), night["source_mix_pv"][name])
            for name, value in sources.items()
        },
    }


def _funnel(night: Any, world: World, totals: dict[str, int]) -> Claim:
    gmv, book = totals["gmv_paid_minor"] / 100, world.orders
    paid = book.paid != NEVER
    cost = world.spend.amount.sum() / 100
    delay = (book.paid - book.placed)[paid] / 1000
    refunds = night["refund_by_amount"]
    basket, ads, product = night["basket"], night["ads"], night["product"]
    paid_entries = float((world.crowd.traffic_source == SOURCES.index("paid")).sum())
    return {
        "product.exposure": (_ratio(totals["product_exposed_viewers"], totals["viewers"]), product["exposure"]),
        "product.click": (_ratio(totals["product_click_viewers"], totals["product_exposed_viewers"]), product["click"]),
        "product.click_pay": (_ratio(totals["payers"], totals["product_click_viewers"]), product["click_pay"]),
        "pay.view_to_pay": (_ratio(totals["payers"], totals["viewers"]), night["pay"]["view_to_pay"]),
        "pay.paid_of_placed": (_ratio(totals["orders_paid"], totals["orders_placed"]), night["pay"]["paid_of_placed"]),
        "pay.delay_median_s": (float(np.median(delay)) if len(delay) else None, [15.0, 30.0]),
        "basket.value_per_payer": (_ratio(gmv, totals["payers"]), basket["value_per_payer"]),
        "basket.orders_per_payer": (_ratio(totals["orders_paid"], totals["payers"]), basket["orders_per_payer"]),
        "basket.units_per_order": (_ratio(totals["units_paid"], totals["orders_paid"]), basket["units_per_order"]),
        "gpm_view.range": (_ratio(gmv * 1000, totals["views"]), night["gpm_view"]["range"]),
        "ads.spend_over_gmv": (_ratio(cost, gmv), ads["spend_over_gmv"]),
        "ads.cost_per_entry": (_ratio(cost, paid_entries), ads["cost_per_entry"]),
        "ads.overall_roi": (_ratio(gmv, cost), ads["overall_roi"]),
        "refund_by_amount.womens": (_ratio(totals["refund_minor"], totals["gmv_paid_minor"]), refunds["womens"]),
        "refund_by_amount.within_1h": (
            _ratio(totals["refund_minor_1h"], totals["gmv_paid_minor"]),
            refunds["within_1h"],
        ),
        "refund_by_amount.before_shipping": (
            _ratio(totals["refund_before_shipping_minor"], totals["gmv_paid_minor"]),
            refunds["before_shipping"],
        ),
    }


def _talk(night: Any, config: NightConfig, world: World, totals: dict[str, int]) -> Claim:
    talk, acts, person = world.talk, world.acts, world.crowd.person
    in_bag = np.zeros(len(talk.at), dtype=bool)
    bag_ms = 0
    for bag in acts.bags:
        in_bag |= (talk.at >= bag.from_ms) & (talk.at < bag.to_ms)
        bag_ms += bag.to_ms - bag.from_ms
    usual = ~talk.is_slogan
    per_minute = _ratio(float(in_bag.sum()), config.scale * bag_ms / MINUTE)
    people = night["interaction_uv"]
    return {
        "interaction_uv.with_lucky_bag": (_ratio(totals["interactors"], totals["viewers"]), people["with_lucky_bag"]),
        "interaction_uv.comment": (
            _ratio(len(np.unique(person[talk.visit[usual & ~in_bag]])), totals["viewers"]),
            people["comment"],
        ),
        "interaction_uv.follow": (_ratio(totals["followers_gained"], totals["viewers"]), people["follow"]),
        "interaction_uv.club": (_ratio(totals["club_joiners"], totals["viewers"]), people["club"]),
        "comments.per_view": (_ratio(float((~in_bag).sum()), totals["views"]), night["comments"]["per_view"]),
        "comments.per_minute": (
            _ratio(float((~in_bag).sum()), config.scale * (world.span - bag_ms) / MINUTE),
            night["comments"]["per_minute"],
        ),
        "comments.lucky_bag_per_minute": (per_minute, night["comments"]["lucky_bag_per_minute"]),
        "comments.lucky_bag_identical": (
            _ratio(float(talk.is_slogan.sum()), float(in_bag.sum())),
            night["comments"]["lucky_bag_identical"],
        ),
    }


def _products(night: Any, world: World, totals: dict[str, int]) -> Claim:
    book, clump, acts = world.orders, night["gmv_clumping"], world.acts
    paid = np.flatnonzero(book.paid != NEVER)
    order = paid[np.argsort(book.paid[paid], kind="stable")]
    at, amount = book.paid[order], book.amount[order]
    cumulated = np.concatenate([[0], np.cumsum(amount)])
    half_hour = cumulated[np.searchsorted(at, at + 30 * MINUTE)] - cumulated[np.arange(len(at))]
    gmv = max(1, totals["gmv_paid_minor"])
    each = np.bincount(book.product[paid], weights=book.amount[paid], minlength=world.lineup.count)
    lap = world.lineup.lap_at(book.placed[paid])
    elsewhere = world.lineup.lap_product[np.maximum(lap, 0)] != book.product[paid]
    return {
        "gmv_clumping.best_30_min": (float(half_hour.max(initial=0)) / gmv, clump["best_30_min"]),
        "gmv_clumping.top_3_products": (float(np.sort(each)[-3:].sum()) / gmv, clump["top_3_products"]),
        "gmv_clumping.links_without_sales": (float((each == 0).mean()), clump["links_without_sales"]),
        "gmv_clumping.off_show_links": (float(book.amount[paid][elsewhere].sum()) / gmv, clump["off_show_links"]),
        "laps.links": (world.lineup.count, night["laps"]["links"]),
        "laps.explained": (len(np.unique(world.lineup.lap_product)), night["laps"]["explained"]),
        "acts.lucky_bags": (len(acts.bags), night["acts"]["lucky_bags"]),
        "acts.price_changes": (len(acts.prices), night["acts"]["price_changes"]),
    }
