"""The simulator's ranges fitted to nights that were counted here; what nobody counted stays as it was."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from kaibo.kit.clock import MINUTE_US
from kaibo.kit.errors import KaiboError
from kaibo.kit.money import to_decimal

WIDEN = 0.15
"""A range reaches this share beyond the nights seen: a handful of nights never shows the extremes."""
WHOLE_MINUTES = 240
EFFECTIVE_MINUTES = 20
"""Shorter shows say little about an evening."""


class NothingToFit(KaiboError):
    code = "nothing_to_fit"
    status = 422


@dataclass(frozen=True)
class Counted:
    """What one night counted: totals of the show and per source, samples as (share of the show, online).

    Units: `minutes` on air; money of the totals minor units of `currency`.
    """

    show_id: str
    minutes: float
    totals: Mapping[str, int]
    by_source: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    samples: Sequence[tuple[float, int]] = ()
    currency: str = "CNY"

    def ratio(self, above: str, below: str, times: float = 1.0) -> float | None:
        """One column over another; None where either was never counted or the denominator is zero."""
        numerator, denominator = self.totals.get(above), self.totals.get(below)
        if numerator is None or not denominator:
            return None
        return times * numerator / denominator

    def whole(self, column: str) -> float | None:
        """A column as it would be for a show of 240 minutes."""
        value = self.totals.get(column)
        return None if value is None else value * WHOLE_MINUTES / self.minutes

    def money(self, value: float | None) -> float | None:
        """Minor units as major units."""
        return None if value is None else value * float(to_decimal(1, self.currency))

    @property
    def acu(self) -> float | None:
        """Mean number online: watched time over duration."""
        watched = self.totals.get("watch_ms")
        return None if watched is None else watched / (self.minutes * 60_000)


Read = Callable[[Counted], float | None]


def _over(above: str, below: str, times: float = 1.0) -> Read:
    return lambda night: night.ratio(above, below, times)


def _money_over(above: str, below: str, times: float = 1.0) -> Read:
    return lambda night: night.money(night.ratio(above, below, times))


def _peak(night: Counted) -> float | None:
    peak, acu = night.totals.get("online_max"), night.acu
    return None if peak is None or not acu else peak / acu


RANGES: dict[str, Read] = {
    "uv.range": lambda night: night.whole("viewers"),
    "uv.pv_per_uv": _over("views", "viewers"),
    "acu.range": lambda night: night.acu,
    "acu.pcu_over_acu": _peak,
    "stay.mean_s": _over("watch_ms", "leaves", 0.001),
    "entry_ratio_pv.all": _over("views", "impressions"),
    "product.exposure": _over("product_exposed_viewers", "viewers"),
    "product.click": _over("product_click_viewers", "product_exposed_viewers"),
    "product.click_pay": _over("payers", "product_click_viewers"),
    "pay.view_to_pay": _over("payers", "viewers"),
    "pay.paid_of_placed": _over("orders_paid", "orders_placed"),
    "basket.value_per_payer": _money_over("gmv_paid_minor", "payers"),
    "basket.orders_per_payer": _over("orders_paid", "payers"),
    "basket.units_per_order": _over("units_paid", "orders_paid"),
    "gpm_view.range": _money_over("gmv_paid_minor", "views", 1000),
    "refund_by_amount.within_1h": _over("refund_minor_1h", "gmv_paid_minor"),
    "ads.spend_over_gmv": _over("spend_minor", "gmv_paid_minor"),
    "ads.overall_roi": _over("gmv_paid_minor", "spend_minor"),
    "interaction_uv.with_lucky_bag": _over("interactors", "viewers"),
    "interaction_uv.follow": _over("followers_gained", "viewers"),
    "interaction_uv.club": _over("club_joiners", "viewers"),
}
BASELINE: dict[str, Read] = {
    "room_exposed": lambda night: night.whole("impressions"),
    "entry_ratio_pv": _over("views", "impressions"),
    "pv": lambda night: night.whole("views"),
    "uv": lambda night: night.whole("viewers"),
    "stay_mean_s": _over("watch_ms", "leaves", 0.001),
    "acu": lambda night: night.acu,
    "product_exposure": _over("product_exposed_viewers", "viewers"),
    "product_click": _over("product_click_viewers", "product_exposed_viewers"),
    "click_pay": _over("payers", "product_click_viewers"),
    "payers": lambda night: night.whole("payers"),
    "value_per_payer": _money_over("gmv_paid_minor", "payers"),
    "gmv_paid": lambda night: night.money(night.whole("gmv_paid_minor")),
    "value_per_viewer": _money_over("gmv_paid_minor", "viewers"),
    "gpm_view": _money_over("gmv_paid_minor", "views", 1000),
    "ad_spend": lambda night: night.money(night.whole("spend_minor")),
    "roi": _over("gmv_paid_minor", "spend_minor"),
}


def fit(nights: Sequence[Counted], base: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A copy of `base` with ranges and baseline of these nights, and the names of what was fitted.

    Raises: NothingToFit when no night is long enough.
    """
    usable = [night for night in nights if night.minutes >= EFFECTIVE_MINUTES and night.totals.get("views")]
    if not usable:
        raise NothingToFit("none of these shows is a counted evening", fix="name shows of 20 minutes or more")
    fitted, names = copy.deepcopy(dict(base)), []
    for name, read in RANGES.items():
        if _set_range(fitted, name, [read(night) for night in usable]):
            names.append(name)
    names += _sources(fitted, usable)
    names += _shape(fitted, usable)
    for name, read in BASELINE.items():
        values = _known(read(night) for night in usable)
        if values:
            fitted["baseline"][name] = _tidy(median(values))
            names.append(f"baseline.{name}")
    return fitted, names


def _known(values: Any) -> list[float]:
    return [value for value in values if value is not None]


def _tidy(value: float) -> float:
    return float(f"{value:.4g}")


def _bounds(values: Sequence[float]) -> list[float]:
    return [_tidy(min(values) * (1 - WIDEN)), _tidy(max(values) * (1 + WIDEN))]


def _set_range(fitted: dict[str, Any], name: str, values: Sequence[float | None]) -> bool:
    """Zero is left out: a range around nothing generates nothing."""
    known = [value for value in _known(values) if value > 0]
    if not known:
        return False
    group, _, key = name.partition(".")
    fitted[group][key] = _bounds(known)
    return True


def _sources(fitted: dict[str, Any], nights: Sequence[Counted]) -> list[str]:
    """Shares of entries by source, and entry ratios where impressions are known by source."""
    names = []
    known = set(fitted["source_mix_pv"]) - {"confidence", "other"}
    for source in sorted((*known, "other")):
        shares, ratios = [], []
        for night in nights:
            rows = [row for name, row in night.by_source.items() if (name if name in known else "other") == source]
            views = sum(row.get("views", 0) for row in rows)
            shown = sum(row.get("impressions", 0) for row in rows)
            shares.append(views / night.totals["views"] if night.by_source else None)
            ratios.append(views / shown if shown else None)
        if _set_range(fitted, f"source_mix_pv.{source}", shares):
            names.append(f"source_mix_pv.{source}")
        if source in fitted["entry_ratio_pv"] and _set_range(fitted, f"entry_ratio_pv.{source}", ratios):
            names.append(f"entry_ratio_pv.{source}")
    return names


def _shape(fitted: dict[str, Any], nights: Sequence[Counted]) -> list[str]:
    """The level of each part of the evening as a multiple of that night's own mean."""
    names = []
    for part in fitted["minute_shape_of_online"]:
        if "minutes" not in part:
            continue
        begin, end = (bound / WHOLE_MINUTES for bound in part["minutes"])
        levels = []
        for night in nights:
            inside = [online for share, online in night.samples if begin <= share < end]
            mean = sum(online for _, online in night.samples) / max(1, len(night.samples))
            if inside and mean:
                levels.append(sum(inside) / len(inside) / mean)
        if levels:
            part["level"] = [_tidy(min(levels)), _tidy(max(levels))]
            names.append(f"minute_shape_of_online.{part['minutes'][0]}-{part['minutes'][1]}")
    return names


def counted(show_id: str) -> Counted:
    """What the warehouse holds of a show. Django must be set up.

    Raises: ShowNotFound; NothingToFit when nothing was counted. Cost: five queries.
    """
    from kaibo.commerce.shows import api as shows
    from kaibo.warehouse import api as warehouse

    show, span = shows.show(show_id), warehouse.show_span(show_id)
    if span is None:
        raise NothingToFit(f"nothing was counted for show {show_id}", fix="kaibo count --once, or name another show")
    began = show.started_at if show.started_at is not None else span[0]
    ended = show.ended_at if show.ended_at is not None else span[1]
    length = max(ended - began, 1)
    samples = [((sample.at_us - began) / length, sample.value) for sample in warehouse.samples(show_id)]
    totals, by_source = warehouse.totals(show_id), warehouse.totals_by(show_id, "source")
    return Counted(show_id, length / MINUTE_US, totals, by_source, samples)
