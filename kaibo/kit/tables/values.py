"""One cell as a value: ids, amounts, counts, shares, durations, times. Pure; refusals say what to write instead.

Shape: a reader takes what the file holds (text, number, date) and gives a value, or None for an empty cell.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from kaibo.kit import clock
from kaibo.kit.money import LARGEST_DIGITS, to_minor
from kaibo.kit.speech import gettext as _
from kaibo.kit.tables.texts import BadCell, clean, is_empty

EXACT_FLOAT = 2**53  # a spreadsheet's number holds no larger whole number exactly
LARGEST_MINOR = 10**15
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+\Z", re.IGNORECASE)
_AMOUNT_SIGNS = re.compile(r"us\$|hk\$|[¥$€£,\s]|rmb|cny|usd|元|块", re.IGNORECASE)
_NAMED = re.compile(r"usd|us\$|hk\$|cny|rmb|人民币|美元|日元|港元|元|块|€|£|\$", re.IGNORECASE)
_CODES = {"usd": "USD", "us$": "USD", "hk$": "HKD", "cny": "CNY", "rmb": "CNY", "元": "CNY", "块": "CNY", "€": "EUR",
          "£": "GBP", "$": "USD", "人民币": "CNY", "美元": "USD", "日元": "JPY", "港元": "HKD"}  # fmt: skip
_SHARED = {"$": {"HKD", "SGD", "TWD", "AUD", "CAD", "NZD", "MXN"}, "元": {"HKD", "TWD", "MOP", "SGD"}}
"""Signs that stand for a currency of their own elsewhere: where one of these is told, they name it."""
_CODE = re.compile(r"[A-Za-z]{3}\Z").match
_COUNT_SIGNS = re.compile(r"[,\s]|人次|人|次|单|件|个|条|份|笔|\+")
_PLAIN = re.compile(r"-?\d{1,3}(?:\d*|(?:,\d{3})+)(?:\.\d+)?\Z").match
_GROUPED = re.compile(r"[^\d,]*\d{1,3}(,\d{3,4})+(\.\d*)?[^\d,.]*\Z").match
"""Commas part thousands. Before the last one or two digits a comma is another country's point: 12,50 is not 1250."""
_TIMES = {"万": 10_000, "w": 10_000, "k": 1_000, "千": 1_000, "亿": 100_000_000, "m": 1_000_000}
_CLOCK = re.compile(r"(?:(\d+)天)?(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟|分|min|m))?(?:(\d+(?:\.\d+)?)(?:秒|s))?\Z")
_DATE = re.compile(
    r"(?P<y>\d{4})[年/.\-](?P<m>\d{1,2})[月/.\-](?P<d>\d{1,2})日?"
    r"(?:[ t](?P<H>\d{1,2})(?:[:时点](?P<M>\d{1,2})?(?:[:分](?P<S>\d{1,2})?(?:\.\d+)?秒?)?分?)?)?\Z",
    re.IGNORECASE,
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?: ?(\d{2}):?(\d{2})(?::?(\d{2}))?)?\Z")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))? ?(am|pm)?)?\Z", re.IGNORECASE)
_SERIAL_START = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - placed in the zone by the caller


def _text(value: object) -> str | None:
    if value is None:
        return None
    plain = clean(value)
    return None if is_empty(plain) else plain


def read_text(value: object) -> str | None:
    """A text, cut at 300 characters; a whole number without its `.0`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    plain = _text(value)
    return plain[:300] if plain else None


def read_id(value: object) -> str | None:
    """An id as text. Raises BadCell where the spreadsheet has already lost its last digits."""
    if isinstance(value, bool):
        raise BadCell(_("This is no number."), _("Export the file again and import it as it is."))
    if isinstance(value, int | float):
        if value == 0:
            return None
        if isinstance(value, float) and (not value.is_integer() or abs(value) >= EXACT_FLOAT):
            raise _lost()
        return str(int(value))
    plain = _text(value)
    if plain is None or plain == "0":
        return None
    if _SCIENTIFIC.match(plain):
        raise _lost()
    if "\ufffd" in plain:
        raise BadCell(_("Some signs cannot be read."), _("Save the file as UTF-8, or export it again."))
    return plain[:120]


def _lost() -> BadCell:
    return BadCell(
        _("A spreadsheet has cut the last digits of this number."),
        _("Import the file as the platform exported it, without saving it in a spreadsheet."),
    )


def _number(value: object, signs: re.Pattern[str], refuse: Callable[[str], BadCell]) -> Decimal | None:
    """A number with 万, brackets for minus and thousands signs."""
    if isinstance(value, bool):
        raise refuse(str(value))
    if isinstance(value, int | float):
        return Decimal(repr(value))
    plain = _text(value)
    if plain is None:
        return None
    if _PLAIN(plain):
        return Decimal(plain.replace(",", ""))
    plain = unicodedata.normalize("NFKC", plain)
    factor, sign = 1, 1
    if plain[0] == "(" and plain[-1] == ")":
        plain, sign = plain[1:-1], -1
    if "," in plain and not _GROUPED(plain):
        raise refuse(plain)
    short = signs.sub("", plain)
    if short and short[-1].lower() in _TIMES:
        factor, short = _TIMES[short[-1].lower()], short[:-1]
    try:
        found = Decimal(short)
    except InvalidOperation:
        raise refuse(plain) from None
    if not found.is_finite() or found.adjusted() >= LARGEST_DIGITS:
        raise refuse(plain)
    return found * factor * sign


def _no_amount(text: str) -> BadCell:
    return BadCell(_("“%(text)s” is no amount.") % {"text": text[:40]}, _("Write only the amount, e.g. 129.90"))


def _no_count(text: str) -> BadCell:
    return BadCell(_("“%(text)s” is no whole number.") % {"text": text[:40]}, _("Write a whole number, e.g. 50"))


def currency_named(value: object) -> str | None:
    """The currency that a cell of a column of currencies names, by its code or name."""
    plain = unicodedata.normalize("NFKC", clean(value)).lower() if isinstance(value, str) else ""
    if is_empty(plain):
        return None
    return _CODES.get(plain) or (plain.upper() if _CODE(plain) else None)


def currency_beside(value: object, told: str) -> str | None:
    """The currency whose sign stands beside an amount; `told` is what it is in otherwise. ¥ is of two countries and
    names none."""
    if not isinstance(value, str) or _PLAIN(value):
        return None
    found = _NAMED.search(unicodedata.normalize("NFKC", clean(value)).lower())
    if found is None or told in _SHARED.get(found[0], ()):
        return None
    return _CODES[found[0]]


def read_amount(value: object, currency: str = "CNY") -> int | None:
    """An amount in minor units, negative too."""
    found = _number(value, _AMOUNT_SIGNS, _no_amount)
    if found is None:
        return None
    minor = to_minor(found, currency) if found.adjusted() < LARGEST_DIGITS else LARGEST_MINOR + 1
    if abs(minor) > LARGEST_MINOR:
        raise BadCell(_("The amount is too large."), _("Check whether the column holds amounts."))
    return minor


def read_count(value: object) -> int | None:
    """A whole number, not below zero; 1.2万 is 12000."""
    found = _number(value, _COUNT_SIGNS, _no_count)
    if found is None:
        return None
    if not 0 <= found <= LARGEST_MINOR or found != int(found):
        raise _no_count(clean(value))
    return int(found)


def read_seconds(value: object) -> int | None:
    """A duration: `1分20秒`, `00:01:20`, `80`, `80秒`."""
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    plain = read_text(value)
    if plain is None:
        return None
    plain = unicodedata.normalize("NFKC", plain).replace(" ", "")
    parts = plain.split(":")
    if len(parts) in {2, 3} and all(part.isdigit() for part in parts):
        hours, minutes, seconds = ([0] * (3 - len(parts))) + [int(part) for part in parts]
        return hours * 3600 + minutes * 60 + seconds
    found = _CLOCK.match(plain)
    if found is not None and any(found.groups()):
        days, hours, minutes = (int(part or 0) for part in found.groups()[:3])
        return days * 86_400 + hours * 3600 + minutes * 60 + round(float(found[4] or 0))
    try:
        return round(float(plain))
    except ValueError:
        fix = _("Write seconds, or 00:01:20")
        raise BadCell(_("“%(text)s” is no duration.") % {"text": plain[:40]}, fix) from None


def read_instant(value: object, zone: ZoneInfo) -> int | None:
    """An instant in µs UTC, from any of the forms platforms write; without a zone it is the given one's."""
    if isinstance(value, dt.datetime):
        return clock.from_datetime(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, dt.date):
        return clock.from_datetime(dt.datetime(value.year, value.month, value.day, tzinfo=zone))
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 20_000 < value < 80_000:  # a spreadsheet's day number: 1954 to 2119
            at = _SERIAL_START + dt.timedelta(seconds=round(value * 86_400))
            return clock.from_datetime(at.replace(tzinfo=zone))
        value = int(value)
    plain = _text(value)
    if plain is None or plain == "0":
        return None
    try:
        return _instant(plain, zone)
    except (ValueError, OverflowError):
        fix = _("Write it like 2026-03-12 20:00:00")
        raise BadCell(_("“%(text)s” is no time.") % {"text": plain[:40]}, fix) from None


def _instant(plain: str, zone: ZoneInfo) -> int:
    if len(plain) == 19 and plain[4] == "-" and plain[13] == ":" and plain[11:13] != "24":  # by far the most frequent
        return clock.from_datetime(dt.datetime.fromisoformat(plain).replace(tzinfo=zone))
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", plain))
    parts: tuple[int, ...]
    if found := _DATE.match(plain):
        parts = tuple(int(found[name] or 0) for name in "ymdHMS")
    elif (found := _PACKED.match(plain)) and plain[:2] in {"19", "20"}:
        parts = tuple(int(part or 0) for part in found.groups())
    elif found := _AMERICAN.match(plain):
        month, day, year, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        half = (found[7] or "").lower()
        hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
        parts = (year, month, day, hour, minute, second)
    else:
        return clock.parse_instant(plain, zone=zone)
    year, month, day, hour, minute, second = parts
    extra = dt.timedelta(days=1) if hour == 24 else dt.timedelta()  # the end of a day
    at = dt.datetime(year, month, day, hour % 24, minute, second, tzinfo=zone) + extra
    return clock.from_datetime(at)
