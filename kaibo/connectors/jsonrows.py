"""Rows of a JSON file: one object per line in bounded memory, or one array that fits into it."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from kaibo.connectors.contracts import BadLine
from kaibo.connectors.reading import BrokenFile, Lines, bad, sound

LINE_BYTES = 1024**2
ARRAY_BYTES = 256 * 1024**2
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])


def json_rows(body: BinaryIO) -> Iterator[tuple[int, bytes] | BadLine]:
    """Number and bytes of each row; a BadLine where the file stops making sense."""
    head = _peek(body)
    if isinstance(head, BadLine):
        yield head
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"[":
        yield from _array(body)
    else:
        lines = Lines(body, LINE_BYTES)
        for line in lines:
            yield lines.number, line.removeprefix(b"\xef\xbb\xbf")
        if lines.broken is not None:
            yield lines.broken


def _peek(body: BinaryIO) -> bytes | BadLine:
    peek = getattr(body, "peek", None)
    try:
        return bytes(peek(64)) if peek is not None else b""
    except BrokenFile as error:
        return bad(1, "file", error.problem, error.fix)


def _array(body: BinaryIO) -> Iterator[tuple[int, bytes] | BadLine]:
    try:
        data = body.read(ARRAY_BYTES + 1)
    except BrokenFile as error:
        yield bad(1, "file", error.problem, error.fix)
        return
    if len(data) > ARRAY_BYTES:
        yield bad(1, "file", f"the array is larger than {ARRAY_BYTES >> 20} MB", "save it as one object per line")
        return
    try:
        elements = _ELEMENTS.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        yield bad(1, "file", f"no JSON array: {error}", "save it again, whole, or as one object per line", data)
        return
    for number, element in enumerate(elements, 1):
        yield number, sound(bytes(element))
