"""Reading one line that the strict form refused: what can be understood is, the rest gets a sentence."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.lines import ATTRS_KEYS, EARLIEST_US, ID_LENGTH, LARGEST, TEXT_LENGTH, Line
from kaibo.kit.clock import from_datetime, iso, parse_instant

REQUIRED = ("event_id", "kind", "platform", "room_id", "occurred_at")
_TEXTS = (
    "event_id",
    "kind",
    "platform",
    "room_id",
    "show_id",
    "viewer_id",
    "traffic_source",
    "product_id",
    "sku_id",
    "link_no",
    "order_id",
    "host_id",
    "currency",
    "text",
)
_NUMBERS = {"quantity": 0, "count": 0, "duration_ms": 0, "amount_minor": -LARGEST}
_LENGTHS = {"text": TEXT_LENGTH, "kind": 60, "platform": 60, "currency": 3}
_EXAMPLES = {
    "event_id": "the id the platform gives, or a hash of the content",
    "kind": "for example comment.posted",
    "platform": "for example douyin",
    "room_id": "the platform's id of the room",
    "occurred_at": "for example 2026-11-22T20:00:00+08:00",
}


class _Refused(Exception):
    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.at = (field, problem, fix)


def lenient_line(raw: bytes, number: int) -> Line | Problem:
    """The line with ids as text, whole numbers and a canonical time, or the one problem that stands first."""
    try:
        given = _read(raw)
        values: dict[str, Any] = {}
        for name in REQUIRED:
            if given.get(name) in (None, ""):
                raise _Refused(name, f"{name} is missing", f"add {name}: {_EXAMPLES[name]}")
        for name in _TEXTS:
            values[name] = _text(name, given.get(name))
        for name, least in _NUMBERS.items():
            values[name] = _whole(name, given.get(name), least)
        values["occurred_at"] = _time(given["occurred_at"])
        values["attrs"] = _attrs(given.get("attrs"))
        return msgspec.convert({name: value for name, value in values.items() if value is not None}, Line)
    except _Refused as refused:
        return Problem(number, *refused.at)
    except msgspec.ValidationError as error:  # a rule of the form without a sentence of its own
        return Problem(number, "", str(error), "see the reference of the event fields")


def _read(raw: bytes) -> dict[str, Any]:
    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Refused("", f"the line is not JSON: {error}", "send one complete JSON object per line, UTF-8") from None
    except RecursionError:
        raise _Refused("attrs", "the line is nested too deeply", "flatten attrs") from None
    if not isinstance(given, dict):
        kind = {list: "a list", str: "a text", type(None): "null"}.get(type(given), "a number or true/false")
        raise _Refused("", f"the line is {kind}, not an object", "send one JSON object per line")
    return given


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        shown = "a fraction" if isinstance(value, float) else f"{type(value).__name__} {str(value)[:40]}"
        raise _Refused(
            name, f"{name} is {shown}, not a text", "write it in quotes; ids above 2^53 lose digits otherwise"
        )
    text = str(value)
    longest = _LENGTHS.get(name, ID_LENGTH)
    if len(text) > longest:
        raise _Refused(name, f"{name} has {len(text)} characters, more than {longest}", "shorten it")
    if name == "currency":
        return text.upper() or None
    return text if text or name == "text" else None


def _whole(name: str, value: Any, least: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = f"{type(value).__name__} '{str(value)[:40]}'"
        raise _Refused(name, f"{name} is {shown}, not a number", "write a whole number without quotes")
    if abs(value) > LARGEST:
        raise _Refused(name, f"{name} is out of range", f"write a whole number up to {LARGEST}")
    if value != int(value):
        minor = f"give minor units of the currency: {round(value * 100)} for {value}"
        fix = minor if name == "amount_minor" else "write a whole number"
        raise _Refused(name, f"{name} is {value}, not a whole number", fix)
    if value < least:
        raise _Refused(name, f"{name} is {int(value)}, below zero", "send zero or more; take back with the kind for it")
    return int(value)


_ISO = Annotated[datetime, Meta(tz=True)]


def _time(value: Any) -> int:
    if not isinstance(value, str | int | float):
        raise _Refused("occurred_at", "occurred_at is neither a text nor a number", _EXAMPLES["occurred_at"])
    try:
        at = _exact(value)
    except (ValueError, OverflowError) as error:
        raise _Refused("occurred_at", str(error), "give ISO 8601 with a zone, or the epoch in s, ms or µs") from None
    if not EARLIEST_US <= at < 10 * EARLIEST_US:
        raise _Refused("occurred_at", f"{iso(at)} is not between 2001 and 2286", "check the unit of the time")
    return at


def _exact(value: str | int | float) -> int:
    if isinstance(value, str):
        try:
            return from_datetime(msgspec.convert(value, _ISO))  # rounds as the fast way does
        except msgspec.ValidationError:
            return parse_instant(value)
    return parse_instant(value)


def _attrs(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _Refused("attrs", f"attrs is {type(value).__name__}, not an object", 'write {"name": value}')
    if len(value) > ATTRS_KEYS:
        raise _Refused("attrs", f"attrs has {len(value)} names, more than {ATTRS_KEYS}", "keep what is needed")
    return value
