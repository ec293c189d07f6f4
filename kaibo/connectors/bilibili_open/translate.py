"""Messages of Bilibili's open live platform as events. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import xxhash

from kaibo.connectors.bilibili_open.packets import is_packet, messages
from kaibo.connectors.contracts import Outcome
from kaibo.connectors.payloads import (
    BadField,
    as_object,
    count,
    decode,
    documents,
    guarded,
    instant,
    minor,
    needed,
    refused,
    some,
    text,
    unknown,
)
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "bilibili"
_PREFIX = "LIVE_OPEN_PLATFORM_"
COINS_PER_FEN = 10  # 1000 gold coins are 1 yuan


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per message, out of binary packets, a JSON message, or one message per line.

    Units: `price` and `r_price` are gold coins of one piece, `rmb` is yuan; an unpaid gift is worth nothing.
    Shape: the platform sends each gift once; `combo_info` repeats what was told and is left out.
    Source: open-live.bilibili.com, messages of a live room.
    """
    try:
        rows = [decode(body) for body in messages(payload)] if is_packet(payload) else documents(payload)
    except BadField as problem:
        yield refused(problem, payload)
        return
    flat = [one for row in rows for one in (row if isinstance(row, list) else [row])]
    yield from guarded(flat, lambda row: _message(as_object(row, "payload"), told))


def _message(row: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    command, data = needed(text(row.get("cmd")), "cmd"), as_object(row.get("data"), "data")
    name = command.removeprefix(_PREFIX)
    room = needed(told.get("room") or text(data.get("room_id")), "data.room_id")
    at = needed(instant(data.get("timestamp"), data.get("start_time"), told.get("received_at")), "data.timestamp")
    key = text(data.get("msg_id")) or text(data.get("message_id"))
    key = key or f"{name}:{xxhash.xxh3_128_hexdigest(repr(sorted(data.items())).encode())}"
    fill = _KINDS.get(name)
    if fill is None:
        yield unknown(command, data, platform=PLATFORM, room_id=room, event_id=key, at=at)
        return
    event = PlatformEvent(event_id=key, kind="unknown", platform=PLATFORM, room_id=room, occurred_at=at)
    person = as_object(data.get("user_info") or {}, "data.user_info")
    event.viewer_id = text(data.get("open_id")) or text(person.get("open_id"))
    fill(data, event)
    nickname = text(data.get("uname")) or text(person.get("uname"))
    event.attrs = some(**(event.attrs or {}), nickname=nickname if event.viewer_id else None)
    yield event


def _comment(data: dict[str, Any], event: PlatformEvent) -> None:
    said = data.get("msg")
    event.kind, event.text = "comment.posted", needed(said if isinstance(said, str) else None, "data.msg")
    event.attrs = some(guard_level=count(data.get("guard_level")), fans_medal_level=count(data.get("fans_medal_level")))


def _gift(data: dict[str, Any], event: PlatformEvent) -> None:
    event.kind, event.quantity = "gift.sent", needed(count(data.get("gift_num")), "data.gift_num")
    price = count(data.get("r_price"))
    price = count(data.get("price")) if price is None else price
    coins = needed(price, "data.price") * event.quantity if data.get("paid") is True else 0
    event.amount_minor, event.currency = _fen(coins), "CNY"
    event.attrs = some(gift=text(data.get("gift_name")), gift_id=text(data.get("gift_id")))


def _super_chat(data: dict[str, Any], event: PlatformEvent) -> None:
    said = data.get("message")
    event.kind, event.quantity, event.text = "gift.sent", 1, said if isinstance(said, str) else None
    event.amount_minor, event.currency = needed(minor(data.get("rmb"), "CNY"), "data.rmb"), "CNY"
    event.attrs = {"gift": "super_chat"}


def _guard(data: dict[str, Any], event: PlatformEvent) -> None:
    event.kind, event.quantity = "gift.sent", needed(count(data.get("guard_num")), "data.guard_num")
    event.amount_minor = _fen(needed(count(data.get("price")), "data.price") * event.quantity)
    event.currency = "CNY"
    event.attrs = some(gift="guard", guard_level=count(data.get("guard_level")), unit=text(data.get("guard_unit")))


def _like(data: dict[str, Any], event: PlatformEvent) -> None:
    event.kind, event.count = "like.given", needed(count(data.get("like_count")), "data.like_count")


def _enter(_data: dict[str, Any], event: PlatformEvent) -> None:
    event.kind = "viewer.entered"


def _on_air(_data: dict[str, Any], event: PlatformEvent) -> None:
    """A mark only: a room may drop and come back within a minute, which makes no new show."""
    event.kind, event.viewer_id, event.attrs = "note.marked", None, {"scope": "room", "state": "on_air"}


def _off_air(_data: dict[str, Any], event: PlatformEvent) -> None:
    event.kind, event.viewer_id, event.attrs = "note.marked", None, {"scope": "room", "state": "off_air"}


def _fen(coins: int) -> int:
    return (coins + COINS_PER_FEN // 2) // COINS_PER_FEN


_KINDS: dict[str, Callable[[dict[str, Any], PlatformEvent], None]] = {
    "DM": _comment,
    "SEND_GIFT": _gift,
    "SUPER_CHAT": _super_chat,
    "GUARD": _guard,
    "LIKE": _like,
    "LIVE_ROOM_ENTER": _enter,
    "LIVE_START": _on_air,
    "LIVE_END": _off_air,
}
