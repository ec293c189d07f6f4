"""Captured TikTok LIVE events as events. Pure: the same bytes give the same outcomes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.connectors.identity import RowIds
from kaibo.connectors.jsonrows import json_rows
from kaibo.connectors.payloads import BadField, as_object, count, decode, instant, needed, some, text, unknown
from kaibo.connectors.reading import bad
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "tiktok"
BLANK = "blank line"
RUNNING = "a gift combo that is still running; its end tells the number"


def recognise(head: bytes) -> bool:
    """One of the first lines is an object whose `type` is the name of an event class."""
    for line in head.splitlines()[:20]:
        try:
            row = decode(line)
        except BadField:
            continue
        if isinstance(row, dict):
            return (text(row.get("type")) or "").endswith("Event")
    return False


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:  # noqa: ARG001 - no options
    """One outcome per line.

    Shape: a gift that can be repeated counts when its combo ends. Diamonds are no money: what they are worth depends
    on who buys them where, so they stand in `attrs`.
    """
    ids = RowIds()
    try:
        for row in json_rows(body):
            if isinstance(row, BadLine):
                yield row
                return
            yield _outcome(*row, room=room, ids=ids)
    finally:
        ids.close()


def _outcome(number: int, line: bytes, *, room: str | None, ids: RowIds) -> Outcome:
    if not line.strip():
        return Skipped(BLANK, number)
    try:
        return _event(as_object(decode(line), "line"), line, number, room=room, ids=ids)
    except BadField as problem:
        return bad(number, problem.field, problem.problem, problem.fix, line)


def _event(row: dict[str, Any], line: bytes, number: int, *, room: str | None, ids: RowIds) -> Outcome:
    place = room or text(row.get("room_id"))
    if place is None:
        raise BadField("room", "the file names no room", "name it with --room")
    name = needed(text(row.get("type")), "type")
    at = needed(instant(row.get("timestamp"), row.get("create_time")), "timestamp")
    key = text(row.get("msg_id")) or ids.of(line, room=place, at_us=at)
    event = PlatformEvent(event_id=key, kind="unknown", platform=PLATFORM, room_id=place, occurred_at=at)
    fill = _KINDS.get(name)
    if fill is None:
        return unknown(name, row, platform=PLATFORM, room_id=place, event_id=key, at=at)
    if not fill(row, event):
        return Skipped(RUNNING, number, place)
    person = as_object(row.get("user") or {}, "user")
    event.viewer_id = text(person.get("id")) or text(person.get("unique_id"))
    nickname = (text(person.get("nickname")) or text(person.get("unique_id"))) if event.viewer_id else None
    event.attrs = some(**(event.attrs or {}), nickname=nickname)
    return event


def _comment(row: dict[str, Any], event: PlatformEvent) -> bool:
    said = row.get("comment", row.get("content"))
    event.kind, event.text = "comment.posted", needed(said if isinstance(said, str) else None, "comment")
    return True


def _gift(row: dict[str, Any], event: PlatformEvent) -> bool:
    gift = as_object(row.get("gift") or {}, "gift")
    is_over = count(row.get("repeat_end")) == 1 or row.get("repeat_end") is True or row.get("streaking") is False
    if not is_over and (row.get("streaking") is True or "repeat_end" in row):
        return False
    event.kind, event.quantity = "gift.sent", needed(count(row.get("repeat_count", 1)), "repeat_count")
    event.attrs = some(
        gift=text(gift.get("name")), gift_id=text(gift.get("id")), diamonds=count(gift.get("diamond_count"))
    )
    return True


def _like(row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind, event.count = "like.given", needed(count(row.get("count")), "count")
    return True


def _online(row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind, event.count = "online.sampled", needed(count(row.get("total")), "total")
    return True


def _off_air(_row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind, event.attrs = "note.marked", {"scope": "room", "state": "off_air"}
    return True


def _plain(kind: str) -> Callable[[dict[str, Any], PlatformEvent], bool]:
    def fill(_row: dict[str, Any], event: PlatformEvent) -> bool:
        event.kind = kind
        return True

    return fill


_KINDS: dict[str, Callable[[dict[str, Any], PlatformEvent], bool]] = {
    "CommentEvent": _comment,
    "GiftEvent": _gift,
    "LikeEvent": _like,
    "RoomUserSeqEvent": _online,
    "JoinEvent": _plain("viewer.entered"),
    "FollowEvent": _plain("follow.gained"),
    "ShareEvent": _plain("share.made"),
    "LiveEndEvent": _off_air,
}
