"""WeCom callbacks, in the self-built and the third-party form, and replies of its interfaces, as events. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import xxhash

from kaibo.connectors import wechat
from kaibo.connectors.contracts import Outcome
from kaibo.connectors.payloads import BadField, count, instant, needed, refused, some, text, unknown
from kaibo.connectors.wecom.replies import PLATFORM, reply
from kaibo.eventlog.events import PlatformEvent

KEPT = (
    "ChangeType", "UpdateDetail", "JoinScene", "QuitScene", "MemChangeCnt", "ChatId", "Id", "TagType", "StrategyId",
    "State", "Source", "FailReason", "JobId", "MsgType", "AgentID", "AdvanceApiType",
)  # fmt: skip
"""What is kept of a callback we have no word for. Dropped: ids of people, welcome codes, tokens, texts, places."""
_CHANGES = {"add_member": "group.joined", "del_member": "group.left"}


def translate(payload: bytes, told: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per callback; joining and leaving give one event per person where the callback lists them.

    Shape: the room is the group chat, else `corp:<id>`. Source: developer.work.weixin.qq.com, callbacks.
    """
    try:
        given = wechat.message(payload)
        if "errcode" in given:
            yield from reply(given, told)
            return
        yield from _events(given, told)
    except BadField as problem:
        yield refused(problem, payload)


def _events(given: dict[str, Any], told: Mapping[str, str]) -> Iterator[Outcome]:
    name = text(given.get("Event")) or text(given.get("InfoType")) or text(given.get("MsgType")) or "?"
    at = needed(instant(given.get("CreateTime"), given.get("TimeStamp"), told.get("received_at")), "CreateTime")
    corp = text(given.get("AuthCorpId")) or text(given.get("ToUserName")) or text(given.get("ServiceCorpId"))
    room = text(given.get("ChatId")) or f"corp:{corp or 'none'}"
    key = text(given.get("MsgId")) or xxhash.xxh3_128_hexdigest(repr(sorted(given.items())).encode())
    kind = _CHANGES.get(text(given.get("UpdateDetail")) or "")
    if name != "change_external_chat" or kind is None:
        kept = {field: given[field] for field in KEPT if given.get(field) not in (None, "")}
        yield unknown(name, kept, platform=PLATFORM, room_id=room, event_id=key, at=at)
        return
    event = PlatformEvent(event_id=key, kind=kind, platform=PLATFORM, room_id=room, occurred_at=at)
    event.attrs = some(scene=text(given.get("JoinScene")) or text(given.get("QuitScene")))
    people = _people(given.get("MemChangeList"))
    if not people:
        event.count = count(given.get("MemChangeCnt"))
        yield event
    for position, person in enumerate(people):
        values = {field: getattr(event, field) for field in ("kind", "platform", "room_id", "occurred_at", "attrs")}
        yield PlatformEvent(event_id=f"{key}:{position}", viewer_id=person, **values)


def _people(value: Any) -> list[str]:
    """Ids of those who came or went: `<MemChangeList><Item>id</Item>…`."""
    found = value.get("Item") if isinstance(value, dict) else value
    listed = found if isinstance(found, list) else [found]
    return [person for person in map(text, listed) if person]
