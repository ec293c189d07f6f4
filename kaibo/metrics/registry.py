"""How a number is put into the dictionary: its definition beside its formula, or both made from columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kaibo.kit.errors import NotFound
from kaibo.metrics.contracts import Definition, Unit
from kaibo.metrics.scope import Scope, Unknown
from kaibo.metrics.stated import PARTS, TOLERANCE
from kaibo.metrics.words import COLUMN_WORDS
from kaibo.warehouse.columns import BY_NAME

Number = float | int
Formula = Callable[[Scope], Number]

ALL_GRAINS = ("show", "minute", "traffic_source", "product", "lap", "host")
ROW_GRAIN = {"traffic_source": "source", "product": "product", "lap": "lap", "host": "host"}
"""What a `by` of ours is called as a grain of minute rows."""

PRODUCT_KINDS = ("product.", "cart.", "coupon.", "order.")
"""Beginnings of the kinds that speak of a product; only their columns stand in product rows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition with its formula. `is_rolling`: reads the last minutes up to the clock, not the window."""

    definition: Definition
    compute: Formula
    is_rolling: bool = False


ENTRIES: dict[str, Entry] = {}


def grains_of(*columns: str) -> tuple[str, ...]:
    """Grains at which every column is counted: product rows know no audience, source rows no spend."""
    kinds = [kind for column in columns for kind in BY_NAME[column].kinds]
    found = ["show", "minute"]
    if all(kind != "spend.reported" for kind in kinds):
        found.append("traffic_source")
    if kinds and all(kind.startswith(PRODUCT_KINDS) for kind in kinds):
        found.append("product")
    return (*found, "lap", "host")


def _dimensions(column: str) -> tuple[str, ...]:
    declared = BY_NAME[column]
    if declared.merge != "sum":
        return ()
    grains = [grain for grain in grains_of(column) if grain != "show"]
    is_distinct = declared.is_first or column.startswith("refund_orders")
    return tuple(grain for grain in grains if not (is_distinct and grain != "minute"))


def _null_rule(columns: tuple[str, ...], denominator: tuple[str, str], extra: tuple[str, str]) -> tuple[str, str]:
    kinds = sorted({kind for column in columns for kind in BY_NAME[column].kinds})
    zh, en = [], []
    if kinds:
        zh.append(f"没有数据源上报 {', '.join(kinds)} 时为空；数据源全部中断时为空")
        en.append(f"missing when no feed reports {', '.join(kinds)}, or all of them were silent in the window")
    if any(column in PARTS for column in columns):
        zh.append(f"写明不足 {1 - TOLERANCE:.0%} 时为空，不足 100% 时注明写明了多少")
        en.append(f"missing when less than {1 - TOLERANCE:.0%} of it is stated, marked when less than all")
    if denominator[1]:
        zh.append(f"{denominator[0]}为 0 或缺失时为空，不记 0")
        en.append(f"missing, never 0, when {denominator[1]} is zero or missing")
    if extra[1]:
        zh.append(extra[0])
        en.append(extra[1])
    return "；".join(zh), "; ".join(en)


def add(
    metric_id: str,
    section: str,
    zh: str,
    en: str,
    compute: Formula,
    *,
    formula: tuple[str, str],
    unit: Unit,
    columns: tuple[str, ...] = (),
    denominator: tuple[str, str] = ("", ""),
    missing: tuple[str, str] = ("", ""),
    grains: tuple[str, ...] | None = None,
    notes: tuple[str, str] = ("", ""),
    is_rolling: bool = False,
    **more: Any,
) -> None:
    """Put one number into the dictionary. Raises: ValueError for an id that is there already."""
    if metric_id in ENTRIES:
        raise ValueError(f"the number {metric_id} is defined twice")
    null_zh, null_en = _null_rule(columns, denominator, missing)
    definition = Definition(
        id=metric_id,
        zh=zh,
        en=en,
        formula_zh=formula[0],
        formula_en=formula[1],
        unit=unit,
        section=section,
        columns=columns,
        denominator=denominator[1],
        denominator_zh=denominator[0],
        grains=("show",) if grains is None else grains,
        null_rule=null_en,
        null_rule_zh=null_zh,
        notes_zh=notes[0],
        notes_en=notes[1],
        **more,
    )
    ENTRIES[metric_id] = Entry(definition, compute, is_rolling)


def metric(metric_id: str, section: str, zh: str, en: str, **more: Any) -> Callable[[Formula], Formula]:
    """Decorator form of `add` for a formula written as a function."""

    def keep(compute: Formula) -> Formula:
        add(metric_id, section, zh, en, compute, **more)
        return compute

    return keep


def total_of(metric_id: str, section: str, zh: str, en: str, column: str, **more: Any) -> None:
    """A number that is one column summed over the window."""
    declared = BY_NAME[column]
    people = (
        "首次计数：同一人整场只算一次，按首次发生的分钟入账",
        "first-time count: once per show, at the first minute",
    )
    words = COLUMN_WORDS[column]
    more.setdefault("formula", (f"Σ {words[0]}", f"Σ {words[1]}"))
    more.setdefault("unit", "minor" if column.endswith("_minor") else "count")
    more.setdefault("notes", people if declared.is_first else ("", ""))
    more.setdefault("grains", grains_of(column))
    more.setdefault("additive", _dimensions(column))
    add(metric_id, section, zh, en, lambda s: s.total(column), columns=(column,), **more)


def ratio_of(  # noqa: PLR0917 - a table of numbers reads best as a table
    metric_id: str, section: str, zh: str, en: str, above: str, below: str, *, scale: float = 1, **more: Any
) -> None:
    """A number that is one column over another, times a scale."""
    (zh_above, en_above), (zh_below, en_below) = COLUMN_WORDS[above], COLUMN_WORDS[below]
    times = "" if scale == 1 else f" × {scale:g}"
    more.setdefault("formula", (f"{zh_above} ÷ {zh_below}{times}", f"{en_above} ÷ {en_below}{times}"))
    more.setdefault("unit", "ratio")
    more.setdefault("grains", grains_of(above, below))
    add(
        metric_id,
        section,
        zh,
        en,
        lambda s: s.quotient(above, below) * scale,
        columns=(above, below),
        denominator=(zh_below, en_below),
        **more,
    )


def unfed(
    metric_id: str, section: str, zh: str, en: str, *, formula: tuple[str, str], why: tuple[str, str], **more: Any
) -> None:
    """A number of the dictionary whose inputs no feed gives yet: always missing, with the reason."""

    def compute(_: Scope) -> Number:
        raise Unknown("not_reported", *why)

    more.setdefault("unit", "ratio")
    add(metric_id, section, zh, en, compute, formula=formula, missing=why, **more)


def sort_by_section() -> None:
    """Put the dictionary into the order of its sections; within one it stays as written."""
    ordered = sorted(ENTRIES.items(), key=lambda each: each[1].definition.section)
    ENTRIES.clear()
    ENTRIES.update(ordered)


def entry(metric_id: str) -> Entry:
    """The definition and formula of a number. Raises: NotFound with the nearest ids."""
    import difflib

    if metric_id not in ENTRIES:
        near = difflib.get_close_matches(metric_id, ENTRIES, n=3)
        raise NotFound(
            f"there is no number '{metric_id}'", fix=f"did you mean {', '.join(near) or 'one of kaibo metrics --list'}?"
        )
    return ENTRIES[metric_id]
