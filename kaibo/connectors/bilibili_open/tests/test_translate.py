"""Packets and messages of Bilibili's open live platform."""

import json
import sys
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from kaibo.connectors.bilibili_open import packets
from kaibo.connectors.bilibili_open.translate import translate
from kaibo.connectors.contracts import BadLine
from kaibo.connectors.tests.reading import events

MESSAGES = Path(__file__).parent.parent / "fixtures" / "messages.jsonl"
LINES = MESSAGES.read_bytes().splitlines()


def packet(body: bytes, version: int = packets.JSON, operation: int = packets.MESSAGE) -> bytes:
    return packets.HEADER.pack(16 + len(body), 16, version, operation, 1) + body


def test_it_reads_every_kind_with_money_in_fen() -> None:
    found = events("bilibili_open", MESSAGES)
    assert [(one.kind, one.amount_minor) for one in found] == [
        ("comment.posted", None),
        ("gift.sent", 270),
        ("gift.sent", 0),
        ("gift.sent", 3000),
        ("gift.sent", 19800),
        ("like.given", None),
        ("viewer.entered", None),
        ("note.marked", None),
        ("unknown", None),
    ]
    comment, gift, _free, chat, guard, like, *_rest = found
    assert (comment.text, comment.viewer_id, comment.attrs["nickname"]) == ("开播了", "person-a", "小雨")
    assert (gift.quantity, chat.text, guard.viewer_id, like.count) == (3, "加油", "person-c", 8)
    assert "example.com" not in str(found)


def test_it_opens_packets_within_packets() -> None:
    plain = b"".join(packet(line) for line in LINES)
    packed = packet(zlib.compress(plain), packets.ZLIB)
    beat = packet(b"\0\0\0\1", packets.NUMBER, 3)
    found = list(translate(beat + packed + packet(LINES[0]), {}))
    assert len(found) == len(LINES) + 1
    assert found[:-1] == events("bilibili_open", MESSAGES)


def test_it_says_what_is_wrong_with_a_packet() -> None:
    good = packet(zlib.compress(packet(LINES[0])), packets.ZLIB)
    nested = packet(LINES[0])
    for _ in range(6):
        nested = packet(zlib.compress(nested), packets.ZLIB)
    bomb = packet(zlib.compress(b"\0" * (packets.OPENED_BYTES + 1)), packets.ZLIB)
    for broken in (good[:-3], packet(b"nonsense", packets.ZLIB), packet(b"no json"), nested, bomb, good + b"tail"):
        (found,) = translate(broken, {})
        assert isinstance(found, BadLine)
        assert found.fix


def test_it_opens_brotli_only_where_brotli_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = packet(LINES[0])
    monkeypatch.setitem(sys.modules, "brotli", None)
    (found,) = translate(packet(inner, packets.BROTLI), {})
    assert isinstance(found, BadLine)
    assert "brotli" in found.problem
    assert "install" in found.fix

    class Decompressor:
        def process(self, part: bytes) -> bytes:
            return bytes(byte ^ 0x55 for byte in part)

    monkeypatch.setitem(sys.modules, "brotli", SimpleNamespace(Decompressor=Decompressor, error=ValueError))
    packed = bytes(byte ^ 0x55 for byte in inner)
    (comment,) = translate(packet(packed, packets.BROTLI), {})
    assert comment.text == "开播了"


def test_it_names_the_field_and_keeps_the_others() -> None:
    bad = {"cmd": "LIVE_OPEN_PLATFORM_LIKE", "data": {"room_id": 1, "timestamp": 1780000000}}
    payload = b"\n".join([LINES[0], json.dumps(bad).encode(), LINES[5]])
    first, wrong, last = translate(payload, {})
    assert (first.kind, last.kind) == ("comment.posted", "like.given")
    assert isinstance(wrong, BadLine)
    assert wrong.field == "data.like_count"
