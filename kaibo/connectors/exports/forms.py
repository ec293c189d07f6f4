"""Descriptions of the exports we know, read from `known/*.toml`, and what each field of a row may hold."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec

from kaibo.connectors.exports.headings import heading_key
from kaibo.kit.errors import BadConfiguration

KNOWN = Path(__file__).parent / "known"
Shape = Literal["orders", "books", "figures", "spend", "stock"]
Grain = Literal["", "product", "plan"]
DROPPED = ("personal", "ignored")
"""Columns that are known and left out: who somebody is, and ratios that follow from the others."""
MARK = "_mark"
"""Fields with this ending only tell which export it is; their column may fill another field too."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


IDS = _names(
    """
    order_id line_id product_id sku_id sku_code style_no author_id live_room entry_id plan_id link_no
    """
)
MONEY = _names(
    """
    amount goods_amount freight platform_discount shop_discount creator_discount receivable
    refund_amount order_refund income expense fee commission subsidy refund paid balance promoter_fee outside_fee
    spend attributed
    """
)
COUNTS = frozenset(("impressions", "clicks", "available", "on_hand", "held"))
INSTANTS = _names(
    """
    placed_at paid_at shipped_at finished_at canceled_at refunded_at at begins_at ends_at as_of date
    """
)
TEXTS = _names(
    """
    title sku state after_sale cancel_reason author campaign direction account scene billing note
    early_refund hour quantity shop platform_name currency
    """
)
KEYS = IDS | MONEY | COUNTS | INSTANTS | TEXTS
"""Fields of rows; any other field of a report is a figure."""

FIGURES = (
    *("impressions", "impression_viewers", "views", "viewers", "online_max", "online_mean", "watch_mean_seconds"),
    *("comments", "likes", "shares", "follows", "fanclub_joins", "product_exposures", "product_exposed_viewers"),
    *("product_clicks", "product_click_viewers", "orders_placed", "gmv_placed_minor", "orders_paid", "units_paid"),
    *("payers", "gmv_paid_minor", "gmv_paid_subsidy_minor", "receivable_minor", "refund_minor", "refund_orders"),
    *("spend_minor", "ad_impressions", "ad_clicks", "attributed_gmv_minor", "attributed_orders"),
)
"""Figures a column of a report may hold, offered by the mapping."""
_SHAPE_FIELDS: dict[str, tuple[str, ...]] = {
    "orders": (
        *("order_id", "line_id", "placed_at", "paid_at", "shipped_at", "finished_at", "canceled_at", "refunded_at"),
        *("state", "after_sale", "cancel_reason", "amount", "platform_discount", "receivable", "refund_amount"),
        "order_refund",
        *("product_id", "sku_id", "sku_code", "title", "sku", "quantity", "author", "author_id", "live_room"),
        *("campaign", "currency"),
    ),
    "books": ("order_id", "line_id", "entry_id", "at", "amount", "direction", "scene", "refund", "fee", "commission"),
    "figures": (
        *("begins_at", "ends_at", "as_of", "live_room", "author", "author_id", "product_id", "link_no", "plan_id"),
        *("title", *FIGURES),
    ),
    "spend": ("hour", "date", "plan_id", "author", "author_id", "spend", "impressions", "clicks", "attributed"),
    "stock": ("sku_code", "sku_id", "product_id", "title", "sku", "available", "on_hand", "held", "as_of"),
}
_SHAPE_NEEDS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "placed_at", "amount"),
    "books": ("order_id", "at", "amount"),
    "figures": (),
    "spend": ("hour", "spend"),
    "stock": ("available",),
}


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One export: which headings fill which field. `columns` are documented, `unverified` are not.

    Shape: recognised when every field of `needs` and one of `marks` has a column, and `enough` fields do in all.
    `witness` "book" means that amounts count only where nobody closer to the sale states them.
    """

    id: str
    platform: str
    shape: Shape
    name: dict[str, str]
    needs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    enough: int = 2
    file_names: tuple[str, ...] = ()
    grain: Grain = ""
    book: str = ""
    witness: Literal["line", "book"] = "line"
    columns: dict[str, list[str]] = {}
    unverified: dict[str, list[str]] = {}

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that a column may fill, in the order of the description."""
        return tuple(dict.fromkeys((*self.columns, *self.unverified)))


@dataclass(frozen=True, slots=True)
class Aliases:
    """Heading key -> fields, documented and not, of one export."""

    documented: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unverified: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@functools.cache
def forms() -> dict[str, Form]:
    """Every export we know by id. Raises BadConfiguration naming the file, the entry and the fix."""
    found = {}
    for path in sorted(KNOWN.glob("*.toml")):
        try:
            given: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            form = msgspec.convert(given, Form)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise BadConfiguration(f"known/{path.name}: {error}", fix="compare with another description") from error
        _check(form, path)
        found[form.id] = form
    return {**found, **{f"any_{shape}": _any(shape) for shape in _SHAPE_FIELDS}}


def _check(form: Form, path: Path) -> None:
    if form.id != path.stem:
        raise BadConfiguration(f"known/{path.name} says id = '{form.id}'", fix=f"write id = '{path.stem}'")
    allowed = KEYS | set(DROPPED) | (set(FIGURES) if form.shape == "figures" else set())
    for name in form.fields:
        if name not in allowed and not name.endswith(MARK):
            raise BadConfiguration(f"known/{path.name}: no field is called '{name}'", fix="use a field of forms.py")
    for name in (*form.needs, *form.marks):
        if name not in form.fields:
            raise BadConfiguration(f"known/{path.name} needs '{name}' but names no column", fix="name its headings")


def _any(shape: str) -> Form:
    """A table of that shape whose columns a person names."""
    names = {
        "orders": {"zh": "其他订单表", "en": "Other order table"},
        "books": {"zh": "其他结算或流水表", "en": "Other settlement table"},
        "figures": {"zh": "其他数据报表", "en": "Other report"},
        "spend": {"zh": "其他分时消耗表", "en": "Other hourly spend table"},
        "stock": {"zh": "其他库存表", "en": "Other stock table"},
    }
    return Form(
        id=f"any_{shape}",
        platform="",
        shape=shape,  # type: ignore[arg-type]
        name=names[shape],
        needs=_SHAPE_NEEDS[shape],
        book="books" if shape == "books" else "",
        unverified={name: [] for name in _SHAPE_FIELDS[shape]},
    )


def is_own(form: Form) -> bool:
    """Whether a person names its columns, because no description does."""
    return form.id.startswith("any_")


def fields_of(form: Form) -> tuple[str, ...]:
    """Every field that a person may give a column of this export."""
    return tuple(dict.fromkeys((*_SHAPE_FIELDS[form.shape], *(f for f in form.fields if not f.endswith(MARK)))))


@functools.cache
def aliases_of(form_id: str) -> Aliases:
    """The headings of one export by key."""
    form = forms()[form_id]

    def keyed(columns: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, headings in columns.items():
            for heading in headings:
                key = heading_key(heading)
                found[key] = (*found.get(key, ()), name)
        return found

    return Aliases(keyed(form.columns), keyed(form.unverified))
