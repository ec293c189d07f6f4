"""What leaves the metrics room: a number or the reason why there is none."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["final", "provisional", "missing"]
Direction = Literal["up_is_good", "down_is_good", "neutral"]
Unit = Literal[
    "count", "minor", "ratio", "seconds", "per_minute", "minor_per_minute", "multiple", "units", "minutes", "score"
]

REASONS: dict[str, tuple[str, str]] = {
    "not_reported": ("没有数据源上报", "no feed reports it"),
    "partly_stated": ("只有一部分数据写明", "only a part of the events states it"),
    "no_denominator": ("分母为 0 或没有数据", "the denominator is zero or missing"),
    "in_gap": ("数据源在此期间中断", "the feeds were silent in this span"),
    "too_early": ("时间还不够", "too early to say"),
    "no_target": ("没有设目标", "no target is set"),
    "needs_setting": ("缺少直播间经济参数", "a setting of the room is missing"),
    "no_history": ("可比的历史场次不足 3 场", "fewer than three comparable earlier shows"),
    "mixed_currencies": ("金额有几种币种，不能相加", "the amounts are in several currencies and have no sum"),
    "not_at_grain": ("该口径下不统计", "not counted at this grain"),
}
"""Every reason code of a missing value, in both languages."""


@dataclass(frozen=True, slots=True)
class Value:
    """One metric for one scope and window.

    Shape: `value` is None exactly when `status` is missing, and then `reason` (a code) and `says` tell why.
    Units: per `unit`; money is minor units of `currency`; ratios are 0-1. `as_of` µs UTC.
    """

    id: str
    value: float | int | None
    unit: Unit
    status: Status
    as_of: int | None
    reason: str = ""  # one of REASONS
    says: dict[str, str] = field(default_factory=dict)  # {"zh": …, "en": …}
    origin: str = "counted"  # counted | typed | imported | pushed | derived | setting
    sources: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """One entry of the dictionary of numbers; the page that a click on a number opens.

    Shape: `columns` are the minute-row columns it reads; `additive` lists the dimensions it may be summed over.
    """

    id: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    unit: Unit
    section: str  # of the metric dictionary
    columns: tuple[str, ...] = ()
    denominator: str = ""
    grains: tuple[str, ...] = ("show",)
    additive: tuple[str, ...] = ()
    direction: Direction = "up_is_good"
    null_rule: str = ""
    freshness_seconds: int = 5
    owner: str = "analyst"
    also_known_as: tuple[str, ...] = ()
    notes_zh: str = ""
    notes_en: str = ""
    null_rule_zh: str = ""
    denominator_zh: str = ""
    settles_seconds: int = 7200  # after the show's end it may move this long, then it is final; 0 it always moves


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the ten numbers of the control room, with what stands beside it.

    Shape: `change_5m` now against five minutes ago, relative (0.1 = 10 % more); None where that has no meaning;
    `band` the P25 and P75 of earlier shows at this show-minute, None below three shows; `target` the share of the
    target reached or the fixed line to compare with; `also` in the order of the page.
    Units: `age_seconds` since the newest datum behind the value; None when there is none.
    """

    id: str
    value: Value
    change_5m: Value | None = None
    band: tuple[float, float] | None = None
    target: Value | None = None
    also: tuple[Value, ...] = ()
    age_seconds: float | None = None
