"""The numbers of one night, drawn once from the ranges, so that nights differ as real ones do."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator.config import NightConfig

SOURCES = ("feed", "paid", "following", "short_video", "search", "share", "shop", "other")
_OTHER = ("search", "share", "shop", "other")
_FAN_SHARE = {"feed": 0.08, "paid": 0.05, "following": 0.90, "short_video": 0.15}
"""Share of entries by people who followed before; general trade knowledge, low confidence."""


def source_index(name: str) -> int:
    """Row of a traffic source in every array that has one column per source."""
    return SOURCES.index(name)


def rng_for(seed: int, part: str) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(part.encode())])


@dataclass(frozen=True)
class Draws:
    """The night's parameters; ratios 0-1, times in seconds unless named otherwise, money in major units."""

    viewers: float
    views_per_viewer: float
    stay_median: float
    stay_sigma: float
    fan_factor: float
    source_mix: tuple[float, ...]
    entry_ratio: tuple[float, ...]
    fan_share: tuple[float, ...]
    exposed_ratio: float
    click_ratio: float
    pay_ratio: float
    paid_of_placed: float
    pay_delay_median: float
    pay_delay_sigma: float
    value_per_payer: float
    refund_1h: float
    refund_before: float
    refund_total: float
    quality: float
    comments_per_view: float
    follow_ratio: float
    club_ratio: float
    active_ratio: float
    spend_share: float
    host_log_values: tuple[float, float]
    host_drop: float
    host_drop_minutes: float
    host_back_minutes: float
    tired_drop: float


def draw(config: NightConfig, seed: int) -> Draws:
    """The parameters of this seed's night: near the baseline, inside every range with room for chance."""
    night, rng = config.ranges, rng_for(seed, "draws")

    def inside(bounds: list[float], at: float | None = None) -> float:
        low, high = float(bounds[0]), float(bounds[1])
        width = high - low
        centre = (low + high) / 2 if at is None else at
        return float(np.clip(rng.normal(centre, width * 0.10), low + 0.15 * width, high - 0.15 * width))

    base, stay, pay, refund, people = (
        night[part] for part in ("baseline", "stay", "pay", "refund_by_amount", "interaction_uv")
    )
    mix, entry = _mix(night["source_mix_pv"], inside), night["entry_ratio_pv"]
    fans = tuple(_FAN_SHARE.get(source, 0.3) for source in SOURCES)
    fan_factor = inside(stay["fans_factor"])
    median = inside([stay["median_s"][0], stay["median_s"][1] - 5.0])
    mean = inside(stay["mean_s"], base["stay_mean_s"]) * 1.09  # people still inside at the close lose 8 % of it
    fan_views = float(np.dot(mix, fans))
    plain_median = median * 0.88  # fans lift the median of all by about this
    plain_mean = mean / (1 - fan_views + fan_views * fan_factor)
    before = inside(refund["before_shipping"])
    return Draws(
        viewers=base["uv"] * float(np.exp(rng.normal(0, 0.10))) * config.scale * config.minutes / 240,
        views_per_viewer=inside(night["uv"]["pv_per_uv"], base["pv"] / base["uv"]),
        stay_median=plain_median,
        stay_sigma=float(np.sqrt(2 * np.log(plain_mean / plain_median))),
        fan_factor=fan_factor,
        source_mix=tuple(mix),
        entry_ratio=tuple(inside(entry.get(source, [0.2, 0.4])) for source in SOURCES),
        fan_share=fans,
        exposed_ratio=inside(night["product"]["exposure"], base["product_exposure"]),
        click_ratio=inside(night["product"]["click"], base["product_click"]),
        pay_ratio=inside(night["product"]["click_pay"], base["click_pay"]),
        paid_of_placed=inside(pay["paid_of_placed"]),
        pay_delay_median=float(pay["delay_median_s"]),
        pay_delay_sigma=float(np.log(pay["delay_p90_s"] / pay["delay_median_s"]) / 1.2816),
        value_per_payer=inside(night["basket"]["value_per_payer"], base["value_per_payer"]),
        refund_1h=inside(refund["within_1h"]),
        refund_before=before,
        refund_total=max(inside(refund["womens"]), before + 0.2),
        quality=inside(refund["quality"]),
        comments_per_view=inside([night["comments"]["per_view"][0], night["comments"]["per_view"][1]]),
        follow_ratio=inside(people["follow"]),
        club_ratio=inside(people["club"]),
        active_ratio=inside(people["any"], 0.06),
        spend_share=inside(night["ads"]["spend_over_gmv"], base["ad_spend"] / base["gmv_paid"]),
        host_log_values=tuple(rng.normal(0, inside(night["host_change"]["sd_log_value_per_viewer"]), 2)),
        host_drop=inside(night["host_change"]["online_drop"]),
        host_drop_minutes=inside(night["host_change"]["drop_minutes"]),
        host_back_minutes=inside(night["host_change"]["back_minutes"]),
        tired_drop=inside(night["host_change"]["tired_stay_drop"]),
    )


def _mix(shares: dict[str, list[float]], inside: Callable[[list[float]], float]) -> np.ndarray:
    values = {name: inside(shares[name]) for name in ("feed", "paid", "following", "short_video", "other")}
    split = dict(zip(_OTHER, (0.4, 0.2, 0.2, 0.2), strict=True))
    mix = np.array([values["other"] * split[name] if name in split else values[name] for name in SOURCES])
    return np.asarray(mix / mix.sum())
