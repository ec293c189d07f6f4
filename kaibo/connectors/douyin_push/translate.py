"""Live data pushes and webhooks of Douyin as events. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kaibo.connectors.contracts import Outcome, Skipped
from kaibo.connectors.douyin_push.webhooks import webhook
from kaibo.connectors.payloads import (
    BadField,
    count,
    decode,
    guarded,
    instant,
    needed,
    objects,
    refused,
    some,
    text,
    unknown,
)
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "douyin"
TEST_PUSH = "a test push of the platform"
JOINED, UPGRADED = 2, 1
_MARKS = {
    "content": "live_comment",
    "sec_gift_id": "live_gift",
    "like_num": "live_like",
    "fansclub_reason_type": "live_fansclub",
    "enter_room_type": "live_user_enter_leave",
}


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per message of the array. `told`: `room` and `msg_type` are the signed headers.

    Units: `gift_value` is fen for all pieces of the gift. Likes are merged by the platform per 2 s.
    Source: developer.open-douyin.com, live data push.
    """
    try:
        given = decode(payload)
        if isinstance(given, dict) and "event" in given:
            rows, read = [given], lambda row: webhook(row, told)
        else:
            rows, read = objects(given, "payload"), lambda row: _message(row, told)
    except BadField as problem:
        yield refused(problem, payload)
        return
    yield from guarded(rows, read)


def _message(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    if row.get("test") is True:
        yield Skipped(TEST_PUSH)
        return
    kind = told.get("msg_type") or next((name for mark, name in _MARKS.items() if mark in row), "")
    room = needed(told.get("room") or None, "room")
    event_id = needed(text(row.get("msg_id")), "msg_id")
    at = needed(instant(row.get("timestamp"), told.get("received_at")), "timestamp")
    fill = _KINDS.get(kind)
    event = PlatformEvent(event_id=event_id, kind="unknown", platform=PLATFORM, room_id=room, occurred_at=at)
    if fill is None or not fill(row, event):
        yield unknown(kind or "?", row, platform=PLATFORM, room_id=room, event_id=event_id, at=at)
        return
    event.viewer_id = text(row.get("sec_openid"))
    event.attrs = some(**(event.attrs or {}), nickname=text(row.get("nickname")))
    yield event


def _comment(row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind = "comment.posted"
    event.text = needed(row.get("content") if isinstance(row.get("content"), str) else None, "content")
    return True


def _gift(row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind, event.quantity = "gift.sent", needed(count(row.get("gift_num")), "gift_num")
    event.amount_minor, event.currency = needed(count(row.get("gift_value")), "gift_value"), "CNY"
    event.attrs = some(gift_id=text(row.get("sec_gift_id")))
    return True


def _like(row: dict[str, Any], event: PlatformEvent) -> bool:
    event.kind, event.count = "like.given", needed(count(row.get("like_num")), "like_num")
    return True


def _fan_club(row: dict[str, Any], event: PlatformEvent) -> bool:
    """Joining is ours; a rise of level is not, and is kept as unknown."""
    event.kind, event.attrs = "fanclub.joined", some(fanclub_level=count(row.get("fansclub_level")))
    return count(row.get("fansclub_reason_type")) == JOINED


_KINDS: dict[str, Callable[[dict[str, Any], PlatformEvent], bool]] = {
    "live_comment": _comment,
    "live_gift": _gift,
    "live_like": _like,
    "live_fansclub": _fan_club,
}
