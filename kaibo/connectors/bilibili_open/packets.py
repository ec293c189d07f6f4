"""Packets of the open live platform: 16 bytes of header, then JSON, a number, or more packets compressed. Pure."""

import importlib
import struct
import zlib
from collections.abc import Callable, Iterator
from types import ModuleType

from kaibo.connectors.payloads import BadField

HEADER = struct.Struct(">IHHII")  # total length, header length, version, operation, sequence
JSON, NUMBER, ZLIB, BROTLI = 0, 1, 2, 3
MESSAGE = 5
OPENED_BYTES = 16 * 1024**2
"""Unpacked size of one packet at most; the platform's own are a few kilobytes."""
DEPTH = 3


def is_packet(data: bytes) -> bool:
    """Whether the bytes begin with a packet's header."""
    if len(data) < HEADER.size:
        return False
    total, header, version, _operation, _sequence = HEADER.unpack_from(data)
    return bool(header == HEADER.size and version <= BROTLI and total >= HEADER.size)


def messages(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """JSON bodies of the messages, in order; heartbeats and answers hold none. Raises BadField."""
    at = 0
    while at < len(data):
        if not is_packet(data[at:]):
            raise BadField("packet", f"no packet begins at byte {at}", "hand over whole packets as received")
        total, header, version, operation, _sequence = HEADER.unpack_from(data, at)
        body = data[at + header : at + total]
        if at + total > len(data):
            raise BadField("packet", f"the packet at byte {at} is cut", "hand over whole packets as received")
        at += total
        if operation != MESSAGE:
            continue
        if version in _OPENERS:
            if depth >= DEPTH:
                raise BadField("packet", "packets are nested too deeply", "hand over packets as received")
            yield from messages(_OPENERS[version](body), depth + 1)
        else:
            yield body


def _inflate(body: bytes) -> bytes:
    work = zlib.decompressobj()
    try:
        plain = work.decompress(body, OPENED_BYTES)
    except zlib.error as error:
        raise BadField("packet", f"the packet is not zlib: {error}", "hand over packets as received") from None
    if not work.eof:
        raise BadField("packet", "the zlib packet is cut or too large", "hand over whole packets as received")
    return plain


def _unbrotli(body: bytes) -> bytes:
    module = _brotli()
    if module is None:
        raise BadField(
            "packet",
            "the packet is compressed with brotli, which is not installed",
            "install the package brotli, or let the client ask for zlib (protover 2)",
        )
    work, plain = module.Decompressor(), b""
    try:
        for start in range(0, len(body), 4096):
            plain += work.process(body[start : start + 4096])
            if len(plain) > OPENED_BYTES:
                raise BadField("packet", "the brotli packet is too large", "hand over packets as received")
    except module.error as error:
        raise BadField("packet", f"the packet is not brotli: {error}", "hand over packets as received") from None
    return plain


def _brotli() -> ModuleType | None:
    try:
        return importlib.import_module("brotli")
    except ImportError:
        return None


_OPENERS: dict[int, Callable[[bytes], bytes]] = {ZLIB: _inflate, BROTLI: _unbrotli}
