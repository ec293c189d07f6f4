"""Comment XML of Bilibili recorders as our events. Pure: the same bytes give the same outcomes."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from kaibo.connectors.bilirec_xml import money
from kaibo.connectors.bilirec_xml.rows import Reader, Row
from kaibo.connectors.contracts import BadLine, Outcome
from kaibo.connectors.identity import RowIds
from kaibo.connectors.reading import bad
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

PLATFORM = "bilibili"
WAITING_MAX = 10_000  # rows that may wait for the first one that tells when second 0 was
type _Price = Callable[[dict[str, str], money.Raw | None, int], int | None]
NOBODY = frozenset(("", "0", "NULL", "null", "None"))
_ROOM_IN_NAME = re.compile(r"(?:录制|record)-(\d+)-|^(?:blive_)?(\d{2,})[-_]")
_PLACE = "give start_time in BililiveRecorderRecordInfo, a unix time as 5th field of p, or --option start=…"


def recognise(head: bytes) -> bool:
    """XML whose root is <i>, or a row of it where the head was lost."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.startswith((b"<?xml", b"<i>", b"<i ", b"<d p=", b"<!--")) and (b"<i>" in text or b"<d p=" in text)


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per row.

    Shape: `d` is comment.posted; `gift`, `sc`, `guard`, `toast` are gift.sent. Rows before the start (negative
    seconds) are kept at their own time. The room is `room`, else the head's, else in the file's name, else its stem.
    Units: 1000 gold coins = 1 yuan, silver is no money, super chats are in yuan; a price not stated stays None.
    Source: BasicDanmakuWriter.cs of BililiveRecorder; blrec danmaku/io.py; history XML of Bilibili.
    """
    reader = _Recording(room, options)
    try:
        for row in Reader().read(body):
            yield from reader.outcomes(row)
        yield from reader.unplaced()
    finally:
        reader.ids.close()


class _FieldProblem(ValueError):
    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.field, self.fix = field, fix


class _Recording:
    """What one file needs to remember: its room, when second 0 was, rows that wait for it."""

    def __init__(self, room: str | None, options: Mapping[str, str]) -> None:
        self.ids = RowIds()
        self.room = room or room_in_name(options.get("file_name", ""))
        self._is_room_given = room is not None
        self.start_us = clock.parse_instant(options["start"]) if options.get("start") else None
        self._waiting: list[Row] = []

    def outcomes(self, row: Row | BadLine) -> Iterator[Outcome]:
        if isinstance(row, BadLine):
            yield row
            return
        if row.tag not in _TRANSLATORS:
            self._read_head(row)
            return
        try:
            self._learn_start(row)
            if self.start_us is None and _stamp(row) is None and len(self._waiting) < WAITING_MAX:
                self._waiting.append(row)
                return
            if self._waiting and self.start_us is not None:
                yield from self.unplaced()
        except _FieldProblem as problem:
            yield _refuse(row, problem)
            return
        yield self._event(row)

    def unplaced(self) -> Iterator[Outcome]:
        """The rows that waited for the start: placed by now, or named as such that cannot be."""
        waiting, self._waiting = self._waiting, []
        for row in waiting:
            yield self._event(row)

    def _event(self, row: Row) -> Outcome:
        try:
            event = PlatformEvent(
                event_id="", kind="unknown", platform=PLATFORM, room_id=self.room, occurred_at=self._instant(row)
            )
            own_id = _TRANSLATORS[row.tag](row, event)
        except _FieldProblem as problem:
            return _refuse(row, problem)
        event.event_id = own_id or self.ids.of(_content(row), room=self.room, at_us=event.occurred_at)
        return event

    def _read_head(self, row: Row) -> None:
        if row.tag == "BililiveRecorderRecordInfo":
            self._head(row.attrs.get("roomid"), row.attrs.get("start_time"))
        elif row.tag == "room_id":
            self._head(row.text, None)
        elif row.tag == "record_start_time":
            self._head(None, row.text)

    def _head(self, room: str | None, start: str | None) -> None:
        if room and room.strip() and not self._is_room_given:
            self.room = room.strip()
        if start and self.start_us is None:
            try:
                self.start_us = clock.parse_instant(start)
            except ValueError:
                return  # the rows' own stamps place them; rows without one are named one by one

    def _learn_start(self, row: Row) -> None:
        if self.start_us is None and row.tag == "d":
            at_us, seconds = _stamp(row), _seconds(row)
            if at_us is not None and seconds is not None:
                self.start_us = at_us - seconds

    def _instant(self, row: Row) -> int:
        at_us = _stamp(row)
        if at_us is not None:
            return at_us
        seconds = _seconds(row)
        name = "p" if row.tag == "d" else "ts"
        if seconds is None:
            raise _FieldProblem(name, "the row has no time at all", _PLACE)
        if self.start_us is None:
            raise _FieldProblem(name, "the file does not tell when second 0 was", _PLACE)
        return self.start_us + seconds


def room_in_name(file_name: str) -> str:
    """The room number that recorders put into file names, else the name itself, so that a room is always there."""
    found = _ROOM_IN_NAME.search(file_name)
    if found and not re.match(r"\d{4}-\d{2}-\d{2}", file_name):
        return found.group(1) or found.group(2)
    stem = file_name.removesuffix(".gz").removesuffix(".xml").strip()
    return re.sub(r"[^\w.-]+", "-", stem)[:64] or "recording"


def _refuse(row: Row, problem: _FieldProblem) -> BadLine:
    shown = " ".join(f'{name}="{value}"' for name, value in row.attrs.items() if name != "raw")
    return bad(row.line, problem.field, str(problem), problem.fix, f"<{row.tag} {shown}>{row.text}</{row.tag}>")


def _content(row: Row) -> bytes:
    """What makes a row itself, whatever file it came from: the kept raw message does not."""
    attrs = sorted(item for item in row.attrs.items() if item[0] != "raw")
    return repr((row.tag, attrs, row.text)).encode()


def _parts(row: Row) -> list[str]:
    parts = row.attrs.get("p", "").split(",")
    if len(parts) < 5:
        fix = 'write p="seconds,mode,size,color,unix time,pool,uid,row"'
        raise _FieldProblem("p", f"p has {len(parts)} fields, not 8" if row.attrs.get("p") else "p is missing", fix)
    return parts


def _stamp(row: Row) -> int | None:
    """The platform's own time of a comment, where there is one. Units: µs UTC."""
    if row.tag != "d":
        return None
    text = _parts(row)[4].strip()
    if text in NOBODY:
        return None
    try:
        return clock.epoch_us(float(text) if "." in text else int(text))
    except ValueError:
        fix = "write seconds or milliseconds since 1970, or leave it empty"
        raise _FieldProblem("p", f"'{text[:40]}' is no unix time (5th field of p)", fix) from None


def _seconds(row: Row) -> int | None:
    """µs since second 0 of the file, negative before it; None when the row leaves it empty."""
    text = (_parts(row)[0] if row.tag == "d" else row.attrs.get("ts", "")).strip()
    if text in {"", "NULL", "null"}:
        return None
    try:
        seconds = float(text)
        return round(seconds * clock.MICROS)
    except (ValueError, OverflowError):
        name = "p" if row.tag == "d" else "ts"
        raise _FieldProblem(name, f"'{text[:40]}' is no number of seconds", "write seconds such as 12.345") from None


def _viewer(row: Row) -> str | None:
    """The uid; None where the recorder wrote NULL, 0 or nothing."""
    uid = row.attrs.get("uid")
    if uid is None and row.tag == "d":
        parts = _parts(row)
        uid = parts[6] if len(parts) > 6 else None
    return None if uid is None or uid.strip() in NOBODY else uid.strip()


def _named(row: Row, attrs: dict[str, Any]) -> dict[str, Any] | None:
    if row.attrs.get("user"):
        attrs["nickname"] = row.attrs["user"]
    return attrs or None


def _pieces(row: Row, name: str) -> int:
    text = row.attrs.get(name, "1").strip() or "1"
    if not text.isdigit():
        raise _FieldProblem(name, f"'{text[:40]}' is no whole number", f"write {name} as digits only")
    return int(text)


def _comment(row: Row, event: PlatformEvent) -> str | None:
    event.kind, event.viewer_id, event.text = "comment.posted", _viewer(row), row.text
    event.attrs = _named(row, {})
    return None


def _gift(row: Row, event: PlatformEvent) -> str | None:
    raw, pieces = _raw(row), _pieces(row, "giftcount")
    attrs = {"gift": row.attrs.get("giftname", "")}
    _money(event, row, money.gift_minor, raw, pieces)
    event.attrs = _named(row, attrs)
    return f"gift-{raw.tid}" if raw is not None and raw.tid else None


def _guard(row: Row, event: PlatformEvent) -> str | None:
    raw, pieces = _raw(row), _pieces(row, "count")
    _money(event, row, money.guard_minor, raw, pieces)
    event.attrs = _named(row, {"gift": row.attrs.get("giftname", "guard"), "guard_level": row.attrs.get("level")})
    return None


def _super_chat(row: Row, event: PlatformEvent) -> str | None:
    raw = _raw(row)
    try:
        event.amount_minor, event.currency = money.super_chat_minor(row.attrs), "CNY"
    except ValueError as error:
        raise _FieldProblem("price", str(error), "write the price in yuan, such as 30") from error
    event.kind, event.viewer_id, event.text, event.quantity = "gift.sent", _viewer_of(row, raw), row.text, 1
    event.attrs = _named(row, {"gift": "super_chat"})
    return f"sc-{raw.id}" if raw is not None and raw.id else None


def _money(event: PlatformEvent, row: Row, price: _Price, raw: money.Raw | None, pieces: int) -> None:
    event.kind, event.viewer_id, event.quantity = "gift.sent", _viewer_of(row, raw), pieces
    try:
        event.amount_minor = price(row.attrs, raw, pieces)
    except ValueError as error:
        raise _FieldProblem("price", str(error), "write the price in coins, digits only") from error
    event.currency = None if event.amount_minor is None else "CNY"


def _raw(row: Row) -> money.Raw | None:
    try:
        return money.raw_of(row.attrs)
    except ValueError as error:
        raise _FieldProblem("raw", str(error), "leave raw out, or write the message as JSON") from error


def _viewer_of(row: Row, raw: money.Raw | None) -> str | None:
    known = _viewer(row)
    if known is None and raw is not None and raw.uid is not None and str(raw.uid) not in NOBODY:
        return str(raw.uid)
    return known


_TRANSLATORS: dict[str, Callable[[Row, PlatformEvent], str | None]] = {
    "d": _comment,
    "gift": _gift,
    "sc": _super_chat,
    "guard": _guard,
    "toast": _guard,
}
