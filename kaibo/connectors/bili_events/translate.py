"""Rows of a Bilibili room event log as our events. Pure: the same bytes give the same outcomes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from kaibo.connectors.bili_events.combos import Combos
from kaibo.connectors.bili_events.config import DEFAULT_ZONE
from kaibo.connectors.bili_events.rows import FieldProblem, Number, Row, fen, instant, level, viewer, whole
from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.identity import RowIds
from kaibo.connectors.reading import Lines, bad
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "bilibili"
COMBO_TOLD = "combo already counted by its gift rows"
OTHER_ROOM = "another room than the one asked for"
BLANK = "blank line"
LINE_BYTES = 1024**2
_decoder = msgspec.json.Decoder(Row)
_SHAPE = msgspec.json.Decoder(dict[str, Any])


def recognise(head: bytes) -> bool:
    """The first whole line that is JSON has `room` and `type`."""
    for line in head.splitlines()[:20]:
        try:
            row = _SHAPE.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        return "room" in row and "type" in row
    return False


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per line.

    Shape: a gift row is counted; the combo that repeats it is skipped, and where it tells of more pieces than
    the rows did, the remainder is counted. `room` leaves out the others.
    Units: 1000 gold coins = 1 yuan, silver is no money; super chats are in yuan; a guard's price is in coins.
    Source: open-live.bilibili.com (LIVE_OPEN_PLATFORM_SEND_GIFT, _SUPER_CHAT, _GUARD).
    """
    reader = _Reader(ZoneInfo(options.get("zone", DEFAULT_ZONE)), room)
    lines = Lines(body, LINE_BYTES)
    try:
        for line in lines:
            yield reader.outcome(line, lines.number)
    finally:
        reader.ids.close()
    if lines.broken is not None:
        yield lines.broken


class _Reader:
    """What one file needs to remember: ids of equal rows, gift rows that wait for their combo."""

    def __init__(self, zone: ZoneInfo, room: str | None) -> None:
        self.zone = zone
        self.room = room
        self.ids = RowIds()
        self.combos = Combos()

    def outcome(self, line: bytes, number: int) -> Outcome:
        if not line.strip():
            return Skipped(BLANK, number)
        try:
            row = _decoder.decode(line)
        except msgspec.ValidationError as error:
            return bad(number, *_misfit(error), line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return bad(number, "line", f"no JSON: {error}", "write one complete JSON object per line", line)
        try:
            return self._translate(row, line, number)
        except FieldProblem as problem:
            return bad(number, problem.field, problem.problem, problem.fix, line)

    def _translate(self, row: Row, line: bytes, number: int) -> Outcome:
        room = str(row.room).strip()
        if not room:
            raise FieldProblem("room", "room is empty", "write the room's number")
        if self.room is not None and room != self.room:
            return Skipped(OTHER_ROOM, number, room)
        at_us = instant(row, self.zone)
        event = PlatformEvent(event_id="", kind="unknown", platform=PLATFORM, room_id=room, occurred_at=at_us)
        if row.type == "gift_combo":
            if not self._combo(row, event):
                return Skipped(COMBO_TOLD, number, room)
        else:
            _KINDS.get(row.type, _unknown)(row, event)
            if row.type == "gift":
                self._remember(row, event)
        event.event_id = _own_id(row) or self.ids.of(line, room=room, at_us=at_us)
        return event

    def _remember(self, row: Row, event: PlatformEvent) -> None:
        key = (event.room_id, viewer(row), row.gift or "")
        self.combos.gift(key, at_us=_heard(row, self.zone), pieces=event.quantity or 0, coins=_coins(row))

    def _combo(self, row: Row, event: PlatformEvent) -> bool:
        """Fill the event with what no gift row told. False when nothing is left."""
        pieces, coins = whole(row.num, "num"), whole(row.total_coin, "total_coin")
        told = self.combos.combo((event.room_id, viewer(row), row.gift or ""), at_us=_heard(row, self.zone))
        if pieces <= told.pieces:
            return False
        event.kind, event.viewer_id = "gift.sent", viewer(row)
        event.quantity = pieces - told.pieces
        event.amount_minor, event.currency = fen(max(0, coins - told.coins)), "CNY"
        event.attrs = {"gift": row.gift, "combo_pieces": pieces, "combo_coins": coins, "told_pieces": told.pieces}
        return True


def _heard(row: Row, zone: ZoneInfo) -> int:
    """When the recorder heard it: a combo has no stamp of its own, so both are compared by the same clock."""
    return instant(row, zone) if not (row.date and row.time) else instant(msgspec.structs.replace(row, ts=None), zone)


def _misfit(error: msgspec.ValidationError) -> tuple[str, str, str]:
    """Field, problem and fix of a row that is JSON of another shape."""
    text = str(error)
    if "missing required field" in text:
        name = text.split("`")[-2]
        return name, f"{name} is missing", f"write {name} as the other rows do"
    if "$." in text:
        name = text.rpartition("$.")[2].rstrip("`")
        return name, text.partition(" - at")[0], f"write {name} as one text or number"
    return "line", "the line is JSON, but no object", "write one complete JSON object per line"


def _own_id(row: Row) -> str | None:
    """The platform's id of the thing, where the row carries one; kinds have separate numbers."""
    for prefix, value in (("gift", row.tid), ("combo", row.combo_id), ("sc", row.id)):
        if value not in {None, ""}:
            return f"{prefix}-{value}"
    return None


def _coins(row: Row) -> int:
    return whole(row.total_coin, "total_coin") if row.coin_type == "gold" else 0


def _medal(row: Row) -> dict[str, Any] | None:
    worn = level(row.fans_medal_level)
    return None if worn is None else {"fans_medal_level": worn}


def _comment(row: Row, event: PlatformEvent) -> None:
    if row.text is None:
        raise FieldProblem("text", "text is missing", "write what the viewer said, or leave the row out")
    event.kind, event.viewer_id, event.text = "comment.posted", viewer(row), row.text


def _enter(row: Row, event: PlatformEvent) -> None:
    event.kind, event.viewer_id, event.attrs = "viewer.entered", viewer(row), _medal(row)


def _follow(row: Row, event: PlatformEvent) -> None:
    event.kind, event.viewer_id, event.attrs = "follow.gained", viewer(row), _medal(row)


def _share(row: Row, event: PlatformEvent) -> None:
    event.kind, event.viewer_id, event.attrs = "share.made", viewer(row), _medal(row)


def _online(row: Row, event: PlatformEvent) -> None:
    event.kind, event.count = "online.sampled", whole(row.count, "count")


def _gift(row: Row, event: PlatformEvent) -> None:
    coins = whole(row.total_coin, "total_coin")
    event.kind, event.viewer_id, event.quantity = "gift.sent", viewer(row), whole(row.num, "num")
    event.amount_minor, event.currency = (fen(coins), "CNY") if row.coin_type == "gold" else (0, "CNY")
    event.attrs = {"gift": row.gift, "gift_id": row.gift_id, "coin_type": row.coin_type, "coins": coins}


def _super_chat(row: Row, event: PlatformEvent) -> None:
    event.kind, event.viewer_id, event.text, event.quantity = "gift.sent", viewer(row), row.text, 1
    event.amount_minor, event.currency = whole(row.price, "price") * 100, "CNY"
    event.attrs = {"gift": "super_chat"}


def _guard(row: Row, event: PlatformEvent) -> None:
    pieces: Number = row.num if row.num is not None else 1
    event.kind, event.viewer_id, event.quantity = "gift.sent", viewer(row), whole(pieces, "num")
    event.amount_minor, event.currency = fen(whole(row.price, "price") * event.quantity), "CNY"
    event.attrs = {"gift": row.gift, "guard_level": level(row.guard_level)}


def _fans(row: Row, event: PlatformEvent) -> None:
    event.kind = "figure.reported"
    event.attrs = {"figure": "followers", "value": whole(row.fans, "fans"), "basis": "point", "origin": "imported"}
    if row.fans_club not in {None, ""}:
        event.attrs["fanclub_members"] = whole(row.fans_club, "fans_club")


def _room_change(row: Row, event: PlatformEvent) -> None:
    event.kind, event.text = "note.marked", row.title
    event.attrs = {"scope": "room", "title": row.title, "area": row.area}


def _preparing(_row: Row, event: PlatformEvent) -> None:
    """The platform's word for a room that went off air; a mark only, for the room may come back in a minute."""
    event.kind, event.attrs = "note.marked", {"scope": "room", "state": "off_air"}


def _unknown(row: Row, event: PlatformEvent) -> None:
    fields = msgspec.to_builtins(row)
    event.attrs = {"their_kind": row.type, **{name: value for name, value in fields.items() if value is not None}}


_KINDS: dict[str, Callable[[Row, PlatformEvent], None]] = {
    "danmaku": _comment,
    "enter": _enter,
    "follow": _follow,
    "share": _share,
    "online_rank_count": _online,
    "gift": _gift,
    "super_chat": _super_chat,
    "guard_buy": _guard,
    "fans": _fans,
    "room_change": _room_change,
    "preparing": _preparing,
}
