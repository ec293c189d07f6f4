"""Frames as the platform writes them, out of the documented field numbers; knows nothing of our reader."""

import gzip
import struct
from collections.abc import Sequence
from typing import Any

AT = 1_780_315_200
ROOM, VIEWER = 7_301_234_567_890_123_456, 98_765_432_109_876


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number % 128 + 128)
        number //= 128
    return bytes([*out, number])


def message(*pairs: tuple[int, Any]) -> bytes:
    """Field number and value: numbers as varints, floats as 8 bytes, text and bytes behind their length."""
    out = b""
    for number, value in pairs:
        if isinstance(value, float):
            out += varint(number * 8 + 1) + struct.pack("<d", value)
        elif isinstance(value, int):
            out += varint(number * 8) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number * 8 + 2) + varint(len(data)) + data
    return out


def common(msg_id: int, *, at: int = AT) -> bytes:
    return message((1, "x"), (2, msg_id), (3, ROOM), (4, at * 1000))


def user(user_id: int = VIEWER, name: str = "小明") -> bytes:
    return message((1, user_id), (3, name), (6, 20), (23, message((1, 1))), (46, "MS4wLjAB"), (1028, str(user_id)))


def sent(method: str, *pairs: tuple[int, Any], msg_id: int = 1, at: int = AT) -> bytes:
    inner = message((1, common(msg_id, at=at)), *pairs)
    return message((1, f"Webcast{method}Message"), (2, inner), (3, msg_id), (4, 1))


def frame(*messages: bytes, is_packed: bool = True) -> bytes:
    body = message(*((1, one) for one in messages), (2, "cursor"), (3, 1000), (4, AT * 1000 + 500), (9, 1))
    header = message((1, "compress_type"), (2, "gzip"))
    body = gzip.compress(body, mtime=0) if is_packed else body
    return message((1, 5), (2, 77), (3, 8888), (4, 8), (5, header), (6, "pb"), (7, "msg"), (8, body))


def heartbeat() -> bytes:
    return message((7, "hb"))


def prefixed(frames: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(one)) + one for one in frames)


def gift(*, repeat: int, end: int, combo: int = 1, msg_id: int = 1, trace: str = "t1", who: int = VIEWER) -> bytes:
    what = message((5, 463), (10, combo), (11, 1), (12, 1), (16, "小心心"))
    return sent(
        "Gift", (2, 463), (4, 1), (5, repeat), (6, repeat), (7, user(who)), (9, end), (11, 9), (15, what), (35, trace),
        msg_id=msg_id,
    )  # fmt: skip


def evening() -> list[bytes]:
    """Every message we know once, in four frames, and a heartbeat."""
    return [
        frame(
            sent("Chat", (2, user()), (3, "2号链接多少钱"), (15, AT + 1), msg_id=11),
            sent("EmojiChat", (2, user()), (3, 5), (5, "[鼓掌]"), msg_id=12),
            sent("Like", (2, 15), (3, 4000), (5, user()), msg_id=13),
        ),
        heartbeat(),
        frame(gift(repeat=1, end=0, msg_id=21), gift(repeat=5, end=1, msg_id=22), gift(repeat=5, end=1, msg_id=23)),
        frame(
            sent("Member", (2, user(5)), (3, 210), (9, 1), (10, 1), (12, 5), msg_id=31),
            sent("Social", (2, user(5)), (4, 1), (6, 9001), msg_id=32),
            sent("Social", (2, user(5)), (3, 2), (4, 3), msg_id=33),
            sent("Fansclub", (2, 2), (3, "加入了粉丝团"), (4, user(5)), msg_id=34),
            sent("Fansclub", (2, 1), (4, user(5)), msg_id=35),
        ),
        frame(
            sent("RoomUserSeq", (3, 321), (6, 7), (7, 15_000), msg_id=41),
            sent("RoomStats", (2, "1.5万"), (5, 15_002), msg_id=42),
            sent("LiveShopping", (2, 1), (4, 99), msg_id=43),
            sent("Control", (2, 3), msg_id=44, at=AT + 60),
            is_packed=False,
        ),
    ]
