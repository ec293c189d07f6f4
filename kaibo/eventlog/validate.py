"""Validation at the door: a whole body at once when all is well, line by line to name what is not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.kinds import KINDS, UNKNOWN
from kaibo.eventlog.lenient import lenient_line
from kaibo.eventlog.lines import (
    ATTRS_BYTES,
    EARLIEST_US,
    ENCODER,
    EPOCH,
    FUTURE_US,
    LARGEST,
    LARGEST_ATTR,
    MANY,
    ONE,
    WHOLE_ATTRS,
    Line,
    Rules,
    decoder_of,
)
from kaibo.kit.clock import epoch_us, iso

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MICROSECOND = timedelta(microseconds=1)
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_.\-]*\Z")
_SHOW = re.compile(r"[^\s/?#\\%\x00-\x1f]+\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_MAY_BE_NEGATIVE = frozenset(("spend.reported", "figure.reported"))
_NUL = b"\\u0000"


@dataclass(slots=True)
class Checked:
    """The good lines of a body, and what is wrong with the others beside their bytes.

    Shape: `place` is the room of all lines where that is known without looking.
    """

    lines: list[Line]
    problems: list[Problem] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    place: tuple[str, str] | None = None


class _Habit:
    """The room of the last plain body: the next one is mostly of the same. A guess, so threads may share it."""

    place: tuple[str, str] | None = None


def check_body(body: bytes, rules: Rules) -> Checked:
    """Good lines in order, problems by line. Raises nothing: an unreadable body is one problem at line 1."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    if (place := _Habit.place) is not None:
        lines = _as_before(body, place, rules)
        if lines:
            return Checked(lines, place=place)
        _Habit.place = None
    try:
        lines = _decode(body)
    except UNREADABLE:
        lines = None
    if lines is not None and (not lines or ((b"\\" not in body or _NUL not in body) and all_well(lines, rules))):
        _learn(lines, body)
        return Checked(lines)
    return check_each(split(body), rules)


def _as_before(body: bytes, place: tuple[str, str], rules: Rules) -> list[Line] | None:
    """The lines of a body that is in all as the one before, where every one may be taken; else None."""
    if (rules.platform or place[0]) != place[0] or (rules.rooms and place[1] not in rules.rooms):
        return None
    try:
        lines: list[Line] = decoder_of(*place).decode_lines(body)
    except UNREADABLE:
        return None
    if not lines or (b"\\" in body and _NUL in body):
        return None
    latest: Any = max([line.occurred_at for line in lines])
    return lines if latest <= rules.now_us + FUTURE_US and _values_well(lines, rules) else None


def _learn(lines: list[Line], body: bytes) -> None:
    """Expect the next body to be of this one's room, where it has one and names no show."""
    if not lines or body[:1] != b"{":
        return
    first, last = lines[0], lines[-1]
    if first.show_id is None and (first.platform, first.room_id) == (last.platform, last.room_id):
        _Habit.place = (first.platform, first.room_id)


def _decode(body: bytes) -> list[Line]:
    return MANY.decode(body) if body.lstrip()[:1] == b"[" else ONE.decode_lines(body)


def split(body: bytes) -> Iterable[tuple[int, bytes]]:
    """Lines of NDJSON by number from 1 without the blank ones, or elements of an array by position."""
    if body.lstrip()[:1] == b"[":
        try:
            return [(number, bytes(raw)) for number, raw in enumerate(_ELEMENTS.decode(body), 1)]
        except UNREADABLE:
            return [(1, body)]
    return [(number, raw) for number, raw in enumerate(body.split(b"\n"), 1) if raw.strip()]


_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])


def read_line(raw: bytes, number: int) -> Line | Problem:
    """One line by itself, as far as its form goes."""
    try:
        return ONE.decode(raw)
    except UNREADABLE:
        return lenient_line(raw, number)


def check_each(raws: Iterable[tuple[int, bytes]], rules: Rules) -> Checked:
    """The slow way: each line by itself, and a sentence for each that is refused."""
    result = Checked([])
    for number, raw in raws:
        line = read_line(raw, number)
        if isinstance(line, Line):
            refusal = _settle(line, rules)
            if refusal is None:
                result.lines.append(line)
                continue
            line = Problem(number, *refusal)
        result.problems.append(line)
        result.raws.append(raw)
    return result


def all_well(lines: list[Line], rules: Rules) -> bool:
    """Whether every line of a decoded body may be taken; brings times, kinds and currencies to canonical form.

    Cost: no Python call per line unless a line has attrs, a foreign time form or money without a currency.
    """
    times = _canonical_times(lines)
    if times is None or min(times) < EARLIEST_US or max(times) > rules.now_us + FUTURE_US:
        return False
    if not _places_well(lines, rules):
        return False
    if not KINDS.issuperset({line.kind for line in lines}):
        for line in lines:
            if line.kind not in KINDS:
                keep_unknown(line)
    return _values_well(lines, rules)


def _values_well(lines: list[Line], rules: Rules) -> bool:
    for line in [line for line in lines if line.attrs is not None]:
        if len(ENCODER.encode(line.attrs)) > ATTRS_BYTES or _attr_refusal(line.attrs or {}) is not None:
            return False
    return _money_well(lines, rules)


def _places_well(lines: list[Line], rules: Rules) -> bool:
    platforms = {line.platform for line in lines}
    if rules.platform is not None and platforms != {rules.platform}:
        return False
    if rules.rooms and not rules.rooms.issuperset({line.room_id for line in lines}):
        return False
    shows = {line.show_id for line in lines}
    return all(map(_PLATFORM.match, platforms)) and all(show is None or _SHOW.match(show) for show in shows)


def _money_well(lines: list[Line], rules: Rules) -> bool:
    for currency in {line.currency for line in lines}:
        if currency is not None and not _CURRENCY.match(currency):
            return False
    for line in [line for line in lines if line.amount_minor is not None]:
        if line.currency is None:
            line.currency = rules.currency
        if line.amount_minor < 0 and line.kind not in _MAY_BE_NEGATIVE:  # type: ignore[operator]
            return False
    return True


def _canonical_times(lines: list[Line]) -> list[int] | None:
    """Times in µs, also written into the lines; None when one is no plausible instant."""
    times: list[Any] = [line.occurred_at for line in lines]
    forms = set(map(type, times))
    if forms == {int} and min(times) >= EARLIEST_US:
        return times
    try:
        if forms == {datetime}:
            # exact for every time that may pass: a float holds seconds to 0.25 µs until 2106
            exact = [int(seconds * 1e6 + 0.5) for seconds in map(datetime.timestamp, times)]
        else:
            exact = [_instant(at) for at in times]
    except ValueError:
        return None
    for line, at in zip(lines, exact, strict=True):
        line.occurred_at = at
    return exact


def _instant(at: int | datetime) -> int:
    return epoch_us(at) if isinstance(at, int) else (at - EPOCH) // _MICROSECOND


def keep_unknown(line: Line) -> None:
    """A kind we do not know is kept beside its own name, never dropped."""
    line.attrs = {**(line.attrs or {}), "original_kind": line.kind}
    line.kind = UNKNOWN


def _settle(line: Line, rules: Rules) -> tuple[str, str, str] | None:
    """Bring one line to canonical form; (field, problem, fix) when it must be refused."""
    try:
        at = _instant(line.occurred_at)
    except ValueError as error:
        return "occurred_at", str(error), "give ISO 8601 with a zone, or the epoch in s, ms or µs"
    if at < EARLIEST_US:
        return "occurred_at", f"{iso(at)} is before 2001", "check the unit of the time"
    if at > rules.now_us + FUTURE_US:
        return "occurred_at", f"{iso(at)} is more than a day ahead of us", "check the sender's clock, zone and unit"
    line.occurred_at = at
    if line.kind not in KINDS:
        keep_unknown(line)
    return _place_refusal(line, rules) or _value_refusal(line, rules)


def _place_refusal(line: Line, rules: Rules) -> tuple[str, str, str] | None:
    if not _PLATFORM.match(line.platform):
        return "platform", f"'{line.platform}' is no platform name", "use lower case without spaces, e.g. douyin"
    if rules.platform is not None and line.platform != rules.platform:
        return (
            "platform",
            f"this feed's token is for {rules.platform}, not {line.platform}",
            "send it with the token of a feed of that platform",
        )
    if rules.rooms and line.room_id not in rules.rooms:
        return (
            "room_id",
            f"this feed's token does not cover room {line.room_id}",
            "add the room to the feed, or use the token of that room's feed",
        )
    if line.show_id is not None and not _SHOW.match(line.show_id):
        return "show_id", "a show id holds no spaces, slashes, ?, #, % or control characters", "use letters, digits, -"
    return None


def _value_refusal(line: Line, rules: Rules) -> tuple[str, str, str] | None:
    if line.currency is not None:
        line.currency = line.currency.upper()
    if line.currency is not None and not _CURRENCY.match(line.currency):
        return "currency", f"'{line.currency}' is no currency code", "use ISO 4217, e.g. CNY"
    if line.amount_minor is not None:
        line.currency = line.currency or rules.currency
        if line.amount_minor < 0 and line.kind not in _MAY_BE_NEGATIVE:
            return "amount_minor", f"{line.amount_minor} is negative", "send money back as order.refunded, positive"
    encoded = ENCODER.encode(line)
    if line.attrs is not None and len(ENCODER.encode(line.attrs)) > ATTRS_BYTES:
        return (
            "attrs",
            f"attrs take more than {ATTRS_BYTES} bytes",
            "keep the raw payload elsewhere and send a reference",
        )
    if line.attrs is not None and (refusal := _attr_refusal(line.attrs)) is not None:
        return refusal
    if _NUL in encoded and _holds_nul(msgspec.to_builtins(line)):
        return "text", "a text holds a NUL character", "remove \\u0000"
    return None


def _attr_refusal(attrs: dict[str, Any]) -> tuple[str, str, str] | None:
    """What is wrong with the numbers that counting reads from attrs."""
    if WHOLE_ATTRS.isdisjoint(attrs):
        return None
    for name in WHOLE_ATTRS.intersection(attrs):
        value, most = attrs[name], LARGEST_ATTR.get(name, LARGEST)
        is_whole = type(value) is int or (type(value) is float and value.is_integer())
        if value is None or (is_whole and -most <= value <= most):
            continue
        problem = "is out of range" if is_whole else "is not a whole number"
        return f"attrs.{name}", f"{name} {problem}", f"write a whole number up to {most} without quotes"
    return None


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))
