"""Captured frames of a Douyin web room as events. Pure: the same bytes give the same outcomes; nothing connects."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.connectors.douyin_web_frames import frames, names, wire
from kaibo.connectors.douyin_web_frames.wire import Fields
from kaibo.connectors.identity import RowIds
from kaibo.connectors.payloads import BadField, figure, instant, needed, some
from kaibo.connectors.reading import bad
from kaibo.eventlog.events import PlatformEvent

PLATFORM = "douyin"
NO_MESSAGES = "a heartbeat or an acknowledgement"
RUNNING = "a gift combo that is still running; its end tells the number"
NOBODY = frozenset(("", "0", "111111"))
"""A capture without a login shows every viewer as 111111: that is nobody, not one busy viewer."""
FOLLOWED, SHARED, JOINED, ENDED = 1, 3, 2, 3


def recognise(head: bytes) -> bool:
    """The first frame says what it carries, as frames of a web room do."""
    return frames.is_capture(head)


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:  # noqa: ARG001 - no options
    """One outcome or two per message of each frame; a frame or message that is cut costs only itself.

    Shape: a gift that can be repeated counts when its combo ends. Diamonds are no money here: they stand in `attrs`.
    A message without a time of its own bears that of its frame's answer.
    Source: douyin.proto of the package douyin-live-chat 1.0.4.
    """
    ids = RowIds()
    try:
        for frame in frames.captured(body):
            if isinstance(frame, BadLine):
                yield frame
            else:
                yield from _frame(frame, room, ids)
    finally:
        ids.close()


@dataclass(slots=True)
class Sent:
    """One message on its way to an event."""

    method: str
    fields: Fields
    common: Fields
    event: PlatformEvent

    def named(self, *, fallback: str = "") -> None:
        """Whose act it was, where the capture shows it."""
        person = self.fields.inner("user", names.PERSON)
        told = [person.text("idStr"), _digits(person.whole("id"))]
        told += [_digits(self.fields.whole(fallback))] if fallback else []
        self.event.viewer_id = next((one for one in told if one not in NOBODY), None)
        nickname = person.text("nickName") if self.event.viewer_id else ""
        self.event.attrs = some(**(self.event.attrs or {}), nickname=nickname)


def _frame(frame: frames.Captured, room: str | None, ids: RowIds) -> Iterator[Outcome]:
    try:
        head = wire.read(frame.data, names.FRAME, "frame")
        kind = head.text("payloadType")
        if kind and kind != "msg":
            yield Skipped(NO_MESSAGES, frame.number)
            return
        answer = wire.read(frames.unpacked(head), names.RESPONSE, "response", repeated=names.MESSAGES)
        now = answer.whole("now")
    except BadField as problem:
        yield _bad(frame, problem, frame.data)
        return
    if not answer.repeated:
        yield Skipped(NO_MESSAGES, frame.number)
    for position, message in enumerate(answer.repeated, 1):
        try:
            yield from _message(message, position, frame, now=now, room=room, ids=ids)
        except BadField as problem:
            yield _bad(frame, problem, message)


def _bad(frame: frames.Captured, problem: BadField, raw: bytes) -> BadLine:
    return bad(frame.number, problem.field, f"frame {frame.number}: {problem.problem}", problem.fix, raw.hex())


def _message(
    data: bytes, position: int, frame: frames.Captured, *, now: int | None, room: str | None, ids: RowIds
) -> Iterator[Outcome]:
    outer = wire.read(data, names.ENVELOPE, f"message {position}")
    method = needed(outer.text("method") or None, f"message {position}.method")
    known, fill = _KINDS.get(method, (names.ANY, _unknown))
    fields, common = _read(method, outer.raw("payload"), known)
    own = fields.whole("eventTime") if "eventTime" in known.values() else None
    at = needed(instant(own, common.whole("createTime"), now), f"{method}.common.createTime")
    place = room or _digits(common.whole("roomId"))
    if place in {"", "0"}:
        raise BadField("room", f"{method} names no room", "name it with --room")
    key = next(
        (one for one in (_digits(outer.whole("msgId")), _digits(common.whole("msgId"))) if one not in NOBODY), ""
    )
    key = key or ids.of(data, room=place, at_us=at)
    event = PlatformEvent(event_id=key, kind="unknown", platform=PLATFORM, room_id=place, occurred_at=at)
    found = fill(Sent(method, fields, common, event))
    if found is None:
        yield Skipped(RUNNING, frame.number, place)
        return
    yield from found


def _read(method: str, payload: bytes, known: Mapping[int, str]) -> tuple[Fields, Fields]:
    """A message and what all messages have in common; one that we do not know may be built otherwise."""
    try:
        fields = wire.read(payload, known, method)
        return fields, fields.inner("common", names.COMMON)
    except BadField:
        if method in _KINDS:
            raise
        return Fields(method, {}), Fields(f"{method}.common", {})


def _digits(number: int | None) -> str:
    return "" if number is None else str(number)


type _Fill = Callable[[Sent], list[PlatformEvent] | None]


def _comment(field: str) -> _Fill:
    def fill(sent: Sent) -> list[PlatformEvent]:
        sent.event.kind = "comment.posted"
        sent.event.text = needed(sent.fields.text(field) or None, f"{sent.method}.{field}")
        sent.named()
        return [sent.event]

    return fill


def _gift(sent: Sent) -> list[PlatformEvent] | None:
    """The total stands in the last message of a combo; a gift that is not repeated is told once."""
    fields, event = sent.fields, sent.event
    gift = fields.inner("gift", names.GIFT)
    if not fields.whole("repeatEnd") and (gift.whole("combo") or not fields.raw("gift")):
        return None
    counts = (fields.count("totalCount"), fields.count("repeatCount"), fields.count("comboCount"))
    event.kind = "gift.sent"
    event.quantity = needed(next((one for one in counts if one), None), f"{sent.method}.repeatCount")
    gift_id = _digits(fields.whole("giftId") or gift.whole("id"))
    event.attrs = some(gift=gift.text("name"), gift_id=gift_id, diamonds=gift.count("diamondCount"))
    sent.named()
    event.event_id = _combo(sent, gift_id) or event.event_id
    return [event]


def _combo(sent: Sent, gift_id: str) -> str:
    """What all messages of one combo share, so that its end counts once however often it is captured."""
    trace, group = sent.fields.text("traceId"), sent.fields.whole("groupId")
    if trace:
        return f"gift:{trace}"
    return f"gift:{sent.event.viewer_id}:{gift_id}:{group}" if group and sent.event.viewer_id else ""


def _like(sent: Sent) -> list[PlatformEvent]:
    sent.event.kind = "like.given"
    sent.event.count = needed(sent.fields.count("count"), f"{sent.method}.count")
    sent.named()
    return [sent.event]


def _entered(sent: Sent) -> list[PlatformEvent]:
    sent.event.kind = "viewer.entered"
    sent.named(fallback="userId")
    return [sent.event]


def _social(sent: Sent) -> list[PlatformEvent]:
    action = sent.fields.whole("action")
    kind = {FOLLOWED: "follow.gained", SHARED: "share.made"}.get(action or 0)
    if kind is None:
        return _unknown(sent)
    sent.event.kind = kind
    sent.named()
    return [sent.event]


def _club(sent: Sent) -> list[PlatformEvent]:
    if sent.fields.whole("type") != JOINED:
        return _unknown(sent)
    sent.event.kind = "fanclub.joined"
    sent.named()
    return [sent.event]


def _audience(sent: Sent) -> list[PlatformEvent]:
    """People online, and how many came so far where it says so."""
    event, came = sent.event, sent.fields.count("totalUser")
    event.kind, event.count = "online.sampled", needed(sent.fields.count("total"), f"{sent.method}.total")
    return [event] if not came else [event, _figure("web_total_user", came, event, basis="cumulative")]


def _stats(sent: Sent) -> list[PlatformEvent]:
    """What the page shows of the room, under its own name: it may be rounded."""
    shown = needed(sent.fields.count("displayValue"), f"{sent.method}.displayValue")
    return [_figure("web_display_value", shown, sent.event, basis="point")]


def _figure(name: str, value: int, event: PlatformEvent, *, basis: str) -> PlatformEvent:
    return figure(name, value, platform=PLATFORM, room_id=event.room_id, at=event.occurred_at, basis=basis)


def _control(sent: Sent) -> list[PlatformEvent]:
    if sent.fields.whole("status") != ENDED:
        return _unknown(sent)
    sent.event.kind, sent.event.attrs = "note.marked", {"scope": "room", "state": "off_air"}
    return [sent.event]


def _unknown(sent: Sent) -> list[PlatformEvent]:
    """Only its name is kept: what it holds may name people."""
    sent.event.attrs = {"their_kind": sent.method}
    return [sent.event]


_KINDS: dict[str, tuple[Mapping[int, str], _Fill]] = {
    "WebcastChatMessage": (names.CHAT, _comment("content")),
    "WebcastEmojiChatMessage": (names.EMOJI, _comment("defaultContent")),
    "WebcastGiftMessage": (names.GIFT_MESSAGE, _gift),
    "WebcastLikeMessage": (names.LIKE, _like),
    "WebcastMemberMessage": (names.ENTRY, _entered),
    "WebcastSocialMessage": (names.SOCIAL, _social),
    "WebcastRoomUserSeqMessage": (names.AUDIENCE, _audience),
    "WebcastRoomStatsMessage": (names.STATS, _stats),
    "WebcastFansclubMessage": (names.FANS_CLUB, _club),
    "WebcastControlMessage": (names.CONTROL, _control),
}
