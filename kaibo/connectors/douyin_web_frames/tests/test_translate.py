"""Captured frames of a web room: every message, every way of keeping frames, every way of being broken."""

import base64
import gzip
import io
import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.connectors import registry
from kaibo.connectors.api import recognised_by
from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.connectors.douyin_web_frames.tests.encoder import (
    AT,
    ROOM,
    VIEWER,
    evening,
    frame,
    gift,
    heartbeat,
    message,
    prefixed,
    sent,
    user,
    varint,
)  # fmt: skip
from kaibo.connectors.tests.reading import outcomes
from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER, Rules
from kaibo.eventlog.validate import check_body

NAME = "douyin_web_frames"
CAPTURE = Path(__file__).parent.parent / "fixtures" / "evening.b64"
RULES = Rules(now_us=1_790_000_000_000_000, currency="CNY")


def of(*frames: bytes, **more: str) -> list[Outcome]:
    return outcomes(NAME, prefixed(frames), **more)


def raw(data: bytes) -> list[Outcome]:
    """The same behind the check of the file's kind."""
    body = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]
    return list(registry.file_translator(NAME).translate(body, room=None, options={}))


def only(*frames: bytes, **more: str) -> PlatformEvent:
    (event,) = of(*frames, **more)
    assert isinstance(event, PlatformEvent), event
    return event


def broken(*frames: bytes) -> BadLine:
    (found,) = [one for one in raw(prefixed(frames)) if isinstance(one, BadLine)]
    return found


def test_it_reads_every_message_that_is_documented() -> None:
    found = of(*evening())
    assert Counter(one.kind for one in found if isinstance(one, PlatformEvent)) == {
        "comment.posted": 2, "like.given": 1, "gift.sent": 2, "viewer.entered": 1, "follow.gained": 1, "share.made": 1,
        "fanclub.joined": 1, "online.sampled": 1, "figure.reported": 2, "note.marked": 1, "unknown": 2,
    }  # fmt: skip
    assert Counter(type(one) for one in found) == {PlatformEvent: 15, Skipped: 2}
    comment = found[0]
    assert isinstance(comment, PlatformEvent)
    assert (comment.room_id, comment.viewer_id, comment.event_id) == (str(ROOM), str(VIEWER), "11")
    assert (comment.text, comment.occurred_at) == ("2号链接多少钱", (AT + 1) * 1_000_000)
    by_kind = {one.kind: one for one in found if isinstance(one, PlatformEvent)}
    assert (by_kind["like.given"].count, by_kind["online.sampled"].count) == (15, 321)
    assert by_kind["viewer.entered"].viewer_id == "5"
    assert by_kind["note.marked"].occurred_at == (AT + 60) * 1_000_000
    assert by_kind["unknown"].attrs == {"their_kind": "WebcastLiveShoppingMessage"}


def test_it_counts_a_combo_once_by_its_end() -> None:
    running, end, again = of(evening()[2])
    assert isinstance(running, Skipped)
    assert isinstance(end, PlatformEvent)
    assert isinstance(again, PlatformEvent)
    assert (end.quantity, end.amount_minor, end.event_id) == (5, None, again.event_id)
    assert (end.attrs or {})["diamonds"] == 1
    assert only(frame(gift(repeat=3, end=0, combo=0))).quantity == 3, "a gift that is not repeated is told once"
    assert only(frame(gift(repeat=3, end=1, trace=""))).event_id == f"gift:{VIEWER}:463:9"


def test_it_takes_a_hidden_viewer_for_nobody() -> None:
    event = only(frame(sent("Chat", (2, user(111111, "小***")), (3, "好"))))
    assert (event.viewer_id, event.attrs) == (None, None)
    first, second = of(frame(*(gift(repeat=1, end=1, trace="", who=111111, msg_id=n) for n in (1, 2))))
    assert isinstance(first, PlatformEvent)
    assert isinstance(second, PlatformEvent)
    assert first.event_id != second.event_id, "two people nobody knows are no one combo"


def test_it_reads_frames_however_they_are_kept(tmp_path: Path) -> None:
    wanted = [one for one in of(*evening()) if isinstance(one, PlatformEvent)]
    kept = {
        "a.b64": b"\n".join(base64.b64encode(one) for one in evening()),
        "a.hex": b"\xef\xbb\xbf" + "\r\n\r\n".join(one.hex() for one in evening()).encode(),
        "a.frames": prefixed(evening()),
        "a.frames.gz": gzip.compress(prefixed(evening())),
    }
    for name, data in kept.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert recognised_by(path) == [NAME], name
        assert [one for one in outcomes(NAME, path) if isinstance(one, PlatformEvent)] == wanted, name
    assert [one for one in outcomes(NAME, CAPTURE) if isinstance(one, PlatformEvent)] == wanted
    assert recognised_by(CAPTURE) == [NAME]


def test_it_passes_over_fields_that_it_does_not_know() -> None:
    strange = ((900, "?"), (901, 1.5), (902, 7), (5000, message((1, "x"))))
    event = only(frame(sent("Like", *strange, (2, 3), (5, user()))))
    assert (event.kind, event.count) == ("like.given", 3)


def test_it_names_the_frame_and_the_field_that_is_cut() -> None:
    whole, good = evening()[0], frame(sent("Like", (2, 3), msg_id=9))
    (bad,) = [one for one in of(good, whole[:80], good) if isinstance(one, BadLine)]
    assert (bad.line, bad.field) == (2, "frame.payload")
    assert "frame 2: frame.payload is cut" in bad.problem
    packed = gzip.compress(b"x" * 500, mtime=0)
    assert "end mark" in broken(message((7, "msg"), (8, packed[:-4]))).problem
    assert "damaged" in broken(message((7, "msg"), (8, b"\x1f\x8b" + b"x" * 40))).problem
    inner = message((1, "WebcastChatMessage"), (2, message((1, b"\x10")) + b"\x1a\x09abc"), (3, 4))
    found = of(frame(inner, sent("Like", (2, 3))))
    assert isinstance(found[0], BadLine)
    assert found[0].field == "WebcastChatMessage.content"
    assert isinstance(found[1], PlatformEvent), "the message behind it is kept"
    cut = outcomes(NAME, prefixed([good, good])[:-5])
    assert isinstance(cut[0], PlatformEvent)
    assert isinstance(cut[1], BadLine)
    assert (cut[1].line, cut[1].field) == (2, "frame")


@pytest.mark.parametrize(
    ("data", "field", "says"),
    [
        (frame(sent("Chat", (2, user()), (3, b"\xff\xfe"))), "WebcastChatMessage.content", "UTF-8"),
        (frame(sent("Chat", (2, user()), (3, 7))), "WebcastChatMessage.content", "a number, not bytes"),
        (frame(sent("Like", (2, "many"))), "WebcastLikeMessage.count", "bytes, not a number"),
        (frame(sent("Like", (2, 2**63))), "WebcastLikeMessage.count", "no count"),
        (frame(sent("Like", (5, user()))), "WebcastLikeMessage.count", "missing"),
        (frame(message((2, b""), (3, 4))), "message 1.method", "missing"),
        (frame(message((1, "WebcastLikeMessage"), (2, message((2, 3))))), "room", "names no room"),
        (message((7, "msg")) + b"\x43", "frame.payload", "wire type 3"),
        (message((7, "msg")) + varint(8 * 8) + b"\xff" * 11, "frame.payload", "without end"),
        (message((7, "msg")) + b"\x00\x01", "frame", "field 0"),
    ],
)
def test_it_says_what_is_wrong_with_a_field(data: bytes, field: str, says: str) -> None:
    found = broken(data)
    assert found.field == field
    assert says in found.problem
    assert found.fix


def test_it_says_what_is_no_capture() -> None:
    (bad,) = raw(b"\x00\xff\xff\xff1234")
    assert isinstance(bad, BadLine)
    assert bad.field == "length"
    good = base64.b64encode(frame(sent("Like", (2, 3))))
    found = outcomes(NAME, b"not a frame!\n" + good)
    assert isinstance(found[0], BadLine)
    assert (found[0].line, found[0].field) == (1, "frame")
    assert isinstance(found[1], PlatformEvent)
    assert isinstance(of(heartbeat())[0], Skipped)
    bomb = message((7, "msg"), (8, gzip.compress(b"\0" * (33 << 20))))
    assert "more than 32 MB" in broken(bomb).problem


def test_it_keeps_a_message_of_another_shape_as_unknown() -> None:
    other = message((1, "WebcastNewThing"), (2, b"\x0a\xff"), (3, 8))
    event = only(frame(other), room="r")
    assert (event.kind, event.attrs) == ("unknown", {"their_kind": "WebcastNewThing"})
    assert event.occurred_at == AT * 1_000_000 + 500_000, "the time of the answer it came with"


@settings(deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_it_never_raises_for_frames_that_were_changed(data: st.DataObject) -> None:
    kept = [frame(*ones, is_packed=False) for ones in _unpacked()]
    body = bytearray(data.draw(st.sampled_from([prefixed(kept), prefixed(evening()), CAPTURE.read_bytes()])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(("turn", "cut", "grow"))):
            case "turn":
                body[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del body[at : at + data.draw(st.integers(1, 40))]
            case _:
                body[at:at] = data.draw(st.binary(min_size=1, max_size=12))
        if not body:
            return
    for one in raw(bytes(body)):
        assert isinstance(one, PlatformEvent | Skipped | Problem)
        if isinstance(one, BadLine):
            assert one.field
            assert one.problem
        if isinstance(one, PlatformEvent):
            verdict = check_body(ENCODER.encode(one) + b"\n", RULES)
            assert len(verdict.lines) + len(verdict.problems) == 1, "the door says yes or no"


def _unpacked() -> list[list[bytes]]:
    plain = ((2, user()), (3, "好"))
    return [
        [sent("Chat", *plain), gift(repeat=2, end=1), sent("Member", (2, user(5)))],
        [sent("RoomUserSeq", (3, 3), (7, 9)), sent("Social", (2, user()), (4, 1)), struct.pack(">I", 7)],
    ]
