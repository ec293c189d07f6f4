"""What leaves the metrics room: a number or the reason why there is none."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["final", "provisional", "missing"]
Direction = Literal["up_is_good", "down_is_good", "neutral"]
Unit = Literal[
    "count", "minor", "ratio", "seconds", "per_minute", "minor_per_minute", "multiple", "units", "minutes", "score"
]


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
    reason: str = ""  # not_reported | no_denominator | in_gap | too_early | no_target | needs_setting | no_history
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
