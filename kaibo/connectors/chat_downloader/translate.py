"""Messages that chat-downloader saved, as events. Pure: the same bytes give the same outcomes."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from kaibo.connectors.chat_downloader.config import DEFAULT_PLATFORM
from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.connectors.identity import RowIds
from kaibo.connectors.jsonrows import json_rows
from kaibo.connectors.payloads import BadField, as_object, decode, instant, minor, needed, some, text, unknown, whole
from kaibo.connectors.reading import bad
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

BLANK = "blank line"
TEXT, PAID = "text_message", frozenset(("paid_message", "paid_sticker"))


def recognise(head: bytes) -> bool:
    """The words that every message of this format has."""
    return b'"message_type"' in head and b'"author"' in head and b'"time_in_seconds"' in head


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per message.

    Shape: the file names no room, so `room` does; `platform` and `start` are options. A message's own `timestamp` (µs)
    goes before `start` plus `time_in_seconds`, which is below zero before the show. Money in its own currency.
    """
    reader = _Reader(room, options)
    try:
        for row in json_rows(body):
            if isinstance(row, BadLine):
                yield row
                return
            yield reader.outcome(*row)
    finally:
        reader.ids.close()


class _Reader:
    """What one file needs to remember: ids of equal rows without one."""

    def __init__(self, room: str | None, options: Mapping[str, str]) -> None:
        self.room = room
        self.platform = options.get("platform", DEFAULT_PLATFORM)
        self.start = clock.parse_instant(options["start"]) if "start" in options else None
        self.ids = RowIds()

    def outcome(self, number: int, line: bytes) -> Outcome:
        if not line.strip():
            return Skipped(BLANK, number)
        try:
            return self._translate(as_object(decode(line), "line"), line)
        except BadField as problem:
            return bad(number, problem.field, problem.problem, problem.fix, line)

    def _translate(self, row: dict[str, Any], line: bytes) -> PlatformEvent:
        if self.room is None:
            raise BadField("room", "the file names no room", "name it with --room")
        at = self._at(row)
        key = text(row.get("message_id")) or self.ids.of(line, room=self.room, at_us=at)
        kind = text(row.get("message_type")) or "?"
        author = as_object(row.get("author") or {}, "author")
        if kind != TEXT and kind not in PAID:
            kept = {name: value for name, value in row.items() if name not in {"author", "message", "emotes"}}
            return unknown(kind, kept, platform=self.platform, room_id=self.room, event_id=key, at=at)
        event = PlatformEvent(
            event_id=key, kind="comment.posted", platform=self.platform, room_id=self.room, occurred_at=at
        )
        said = row.get("message")
        event.text = said if isinstance(said, str) else ""
        event.viewer_id = text(author.get("id")) or text(author.get("name"))
        event.attrs = some(nickname=text(author.get("display_name")) or text(author.get("name")))
        if kind in PAID:
            money = as_object(row.get("money"), "money")
            event.kind, event.quantity = "gift.sent", 1
            event.currency = needed(text(money.get("currency")), "money.currency")
            event.amount_minor = needed(minor(money.get("amount"), event.currency), "money.amount")
        return event

    def _at(self, row: dict[str, Any]) -> int:
        at = instant(row.get("timestamp"))
        if at is None and self.start is not None:
            seconds = text(row.get("time_in_seconds"))
            shift = None if seconds is None else _micros(seconds)
            at = None if shift is None else self.start + shift
        if at is None:
            raise BadField("timestamp", "the message says no time", "name the start with --option start=…")
        return at


def _micros(seconds: str) -> int | None:
    """Seconds with a fraction, also below zero, as µs."""
    sign, digits = (-1, seconds[1:]) if seconds.startswith("-") else (1, seconds)
    units, _, fraction = digits.partition(".")
    found = whole((units or "0") + fraction.ljust(6, "0")[:6])
    return None if found is None else sign * found
