"""Frames out of a captured file: a line each as base64 or hex, or each behind its length."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kaibo.connectors.contracts import BadLine
from kaibo.connectors.douyin_web_frames import wire
from kaibo.connectors.douyin_web_frames.names import FRAME
from kaibo.connectors.payloads import BadField
from kaibo.connectors.reading import GZIP_MAGIC, BrokenFile, Lines, bad

LENGTH_BYTES = 4
FRAME_BYTES = 4 * 1024**2
"""Frames of a busy room stay below 200 kB; a larger length is no length."""
LINE_BYTES = 2 * FRAME_BYTES
UNPACKED_BYTES = 32 * 1024**2
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile(rb"[0-9A-Za-z+/]+={0,2}")
_BOM = b"\xef\xbb\xbf"
_WHOLE = "capture it again; frames before it are kept"


@dataclass(frozen=True, slots=True)
class Captured:
    """One frame and where it stands: the line, or its ordinal where there are no lines."""

    number: int
    data: bytes


def is_capture(head: bytes) -> bool:
    """Whether one of the first frames is one of a web room, as far as the head shows it."""
    if not _is_text(head):
        size = int.from_bytes(head[:LENGTH_BYTES])
        return 0 < size <= FRAME_BYTES and _is_frame(head[LENGTH_BYTES : LENGTH_BYTES + size])
    lines = [line.strip() for line in head.removeprefix(_BOM).splitlines() if line.strip()][:20]
    whole = [line if line.endswith(b"=") else line[: len(line) - len(line) % 4] for line in lines]
    return any(data is not None and _is_frame(data) for data in map(_decoded, whole))


def captured(body: BinaryIO) -> Iterator[Captured | BadLine]:
    """Every frame in order of the file; a BadLine for what is none. Blank lines are no frames."""
    try:
        head = getattr(body, "peek", lambda _size: b"")(LENGTH_BYTES)
    except BrokenFile as error:
        yield bad(1, "file", error.problem, error.fix)
        return
    yield from _lines(body) if _is_text(bytes(head)) else _prefixed(body)


def unpacked(frame: wire.Fields) -> bytes:
    """The payload of a frame, unpacked where it is gzip. Raises BadField."""
    payload = frame.raw("payload")
    if not payload.startswith(GZIP_MAGIC):
        return payload
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(payload, UNPACKED_BYTES)
    except zlib.error as error:
        raise frame.problem("payload", f"is damaged gzip data ({error})") from None
    if unpacker.unconsumed_tail:
        raise frame.problem("payload", f"unpacks to more than {UNPACKED_BYTES >> 20} MB")
    if not unpacker.eof:
        raise frame.problem("payload", "is cut: the gzip data ends before its end mark")
    return data


def _is_text(head: bytes) -> bool:
    """A length below the largest begins with a zero byte, which no text holds."""
    return not head.startswith(b"\0")


def _is_frame(data: bytes) -> bool:
    try:
        for number, value in wire.fields(data, FRAME, "frame"):
            if number == 7 and value in {b"msg", b"hb", b"ack"}:
                return True
    except BadField:
        return False
    return False


def _decoded(line: bytes) -> bytes | None:
    if _HEX.fullmatch(line):
        return bytes.fromhex(line.decode())
    if not _BASE64.fullmatch(line):
        return None
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        return None


def _lines(body: BinaryIO) -> Iterator[Captured | BadLine]:
    lines = Lines(body, LINE_BYTES)
    for line in lines:
        text = line.removeprefix(_BOM).strip()
        if not text:
            continue
        data = _decoded(text)
        if data is None:
            yield bad(lines.number, "frame", "the line is neither base64 nor hex", "write one whole frame a line", text)
        else:
            yield Captured(lines.number, data)
    if lines.broken is not None:
        yield lines.broken


def _prefixed(body: BinaryIO) -> Iterator[Captured | BadLine]:
    number = 0
    try:
        while prefix := body.read(LENGTH_BYTES):
            number += 1
            size = int.from_bytes(prefix)
            if len(prefix) < LENGTH_BYTES:
                yield bad(number, "length", f"frame {number}: the file ends within its length", _WHOLE, prefix.hex())
                return
            if not 0 < size <= FRAME_BYTES:
                problem = f"frame {number}: a length of {size:,} bytes is none of a frame"
                yield bad(number, "length", problem, "write each frame behind its length in 4 bytes, big-endian")
                return
            data = body.read(size)
            if len(data) < size:
                problem = f"frame {number} is cut: {len(data)} of {size} bytes are there"
                yield bad(number, "frame", problem, _WHOLE, data.hex())
                return
            yield Captured(number, data)
    except BrokenFile as error:
        yield bad(number + 1, "file", error.problem, error.fix)
