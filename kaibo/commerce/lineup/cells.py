"""One cell: text as people type it to a value, and back. Pure; refusals say what to write instead."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from kaibo.commerce.lineup import stock
from kaibo.commerce.lineup.contracts import MONEY, ROLES
from kaibo.kit.money import LARGEST_DIGITS, MINOR_DIGITS, to_decimal, to_minor
from kaibo.kit.tables.texts import EMPTY, BadCell, clean

_BROKEN = re.compile(r"#(ref|n/a|name|value|div/0|num|null)[!?]?|#{2,}", re.IGNORECASE)
_CURRENCY_SIGNS = re.compile(r"[¥￥$€£,\s]|元|rmb|cny|块")
_ROLE_WORDS = {
    "traffic": ("引流", "traffic", "钩子", "hook"),
    "welfare": ("福利", "welfare", "宠粉", "giveaway", "give-away", "give away"),
    "hero": ("主推", "主打", "爆款", "hero", "main"),
    "profit": ("利润", "profit", "margin"),
}
_LINK = re.compile(r"(?:no\.?|#|链接|link)?\s*(\d{1,4}[a-z]?)(?:\.0+)?\s*(?:号链接|号|链接|#)?", re.IGNORECASE)
_MINUTES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:分钟|分|minutes|mins|min|m|')?", re.IGNORECASE)
_PIECES = re.compile(r"(\d+)(?:\.0+)?\s*(?:件|单|个|份|pcs|pieces)?", re.IGNORECASE)
LENGTHS = {"link_no": 12, "style_no": 80, "title": 300, "role": 20, "promise": 200, "sample_holder": 80}
LONGEST = 4000
DEAREST_MINOR = 10**12


def read_cell(field: str, text: str, *, currency: str = "CNY") -> Any:
    """The value of a cell. Raises BadCell with the sentence and the fix."""
    plain = clean(text)
    if plain.lower() in EMPTY:
        return EMPTY_VALUES.get(field, "")
    if _BROKEN.fullmatch(plain):
        raise BadCell(_("The spreadsheet shows an error here."), _("Correct the formula, or type the value."))
    if plain.startswith("=") and field not in {"points", "script", "note"}:
        raise BadCell(_("A formula without a saved result."), _("Save the file in the spreadsheet, or type the value."))
    if field in MONEY:
        return _money(plain, currency)
    reader = _READERS.get(field)
    if reader is not None:
        return reader(plain)
    longest = LENGTHS.get(field, LONGEST)
    if len(plain) > longest:
        raise BadCell(_("Longer than %(n)s characters.") % {"n": longest}, _("Shorten it."))
    return plain


def show_cell(field: str, value: Any, *, currency: str = "CNY") -> str:
    """The cell as people type it; `read_cell` of it gives the value back."""
    if value is None or value == ():
        return ""
    if field in MONEY:
        return (
            f"{to_decimal(value, currency):f}".rstrip("0").rstrip(".")
            if value % 100 == 0
            else (f"{to_decimal(value, currency):f}")
        )
    if field == "stock":
        return stock.show_stock(value)
    if field == "planned_minutes":
        return f"{value:g}"
    return str(value)


def _money(text: str, currency: str) -> int:
    plain = _CURRENCY_SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise BadCell(
            _("“%(text)s” is no amount.") % {"text": text[:40]}, _("Write only the amount, e.g. 129.90")
        ) from None
    digits = MINOR_DIGITS.get(currency, 2)
    if not amount.is_finite() or amount < 0:
        raise BadCell(_("An amount cannot be negative."), _("Write the amount without a sign."))
    minor = to_minor(amount, currency) if amount.adjusted() < LARGEST_DIGITS else DEAREST_MINOR + 1
    if minor > DEAREST_MINOR:
        raise BadCell(_("The amount is too large to be a price."), _("Check whether it is a number of another column."))
    if to_decimal(minor, currency) != amount and -int(amount.as_tuple().exponent) > digits:
        raise BadCell(_("More decimals than the currency has."), _("Round it, e.g. 129.90"))
    return minor


def _role(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    for role in ROLES:
        if plain == _ROLE_WORDS[role][0][0] or any(word in plain for word in _ROLE_WORDS[role]):
            return role
    raise BadCell(
        _("“%(text)s” is no role of a link.") % {"text": text[:20]},
        _("Write traffic (引流), give-away (福利), hero (主推) or profit (利润)."),
    )


def _link_no(text: str) -> str:
    found = _LINK.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise BadCell(_("“%(text)s” is no link number.") % {"text": text[:20]}, _("Write the number, e.g. 12"))
    return found[1].lstrip("0").upper() or "0"


def _minutes(text: str) -> float:
    found = _MINUTES.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None or float(found[1]) > 600:
        raise BadCell(_("“%(text)s” is no number of minutes.") % {"text": text[:20]}, _("Write minutes, e.g. 5"))
    return float(found[1])


def _cap(text: str) -> int:
    found = _PIECES.fullmatch(unicodedata.normalize("NFKC", text).replace(",", ""))
    if found is None:
        raise BadCell(_("“%(text)s” is no number of pieces.") % {"text": text[:20]}, _("Write a whole number, e.g. 50"))
    return int(found[1])


def _stock(text: str) -> object:
    try:
        return stock.read_stock(text)
    except ValueError:
        raise BadCell(
            _("“%(text)s” cannot be read as stock.") % {"text": text[:40]},
            _("Write a number, or sizes with pieces: 黑 S10 M20; 白 M5"),
        ) from None


EMPTY_VALUES: dict[str, Any] = {
    **dict.fromkeys((*MONEY, "cap", "planned_minutes")),
    "stock": (),
}
_READERS: dict[str, Callable[[str], Any]] = {
    "role": _role,
    "link_no": _link_no,
    "planned_minutes": _minutes,
    "cap": _cap,
    "stock": _stock,
}
