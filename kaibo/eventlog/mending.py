"""Index records that changed on the disk, made again from the lines they stood for.

A record is written after its lines are durable, so a record that does not match its checksum is either the torn last
one of a crash or damage; in both cases the lines behind it are whole, carry their sequence numbers and can be trusted
as far as they can be read. What cannot be read keeps a checksum that does not match: the counter sets it aside by name.
"""

import logging
import zlib
from dataclasses import replace

import msgspec

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.segments import RECORD, Segment, pack_record, segments
from kaibo.kit.durable import write_durably
from kaibo.kit.logfields import about, batch_name

log = logging.getLogger("kaibo.eventlog")


class _Numbered(msgspec.Struct, gc=False):
    seq: int


_LINES = msgspec.json.Decoder(_Numbered)


def mended(segment: Segment, raw: bytes, *, is_sealed: bool) -> list[BatchRef]:
    """The batches of a segment whose index does not name them all any more, in order.

    Shape: a lost record is one batch again, its time that of its neighbour. Cost: reads the whole segment.
    """
    try:
        data = segment.path.read_bytes()
    except FileNotFoundError:
        data = b""
    found: list[BatchRef] = []
    offset, seq, is_lost = 0, segment.first_seq, False
    for at in range(0, len(raw) - RECORD.size + 1, RECORD.size):
        ref = record_at(segment, raw, at)
        if ref is None or ref.offset < offset or ref.from_seq < seq:
            is_lost = True
            continue
        if ref.offset > offset:
            found.append(_between(segment, data[offset : ref.offset], offset, seq, before=ref))
        is_lost = False
        found.append(ref)
        offset, seq = ref.offset + ref.length, ref.to_seq + 1
    if (is_lost or is_sealed) and len(data) > offset:
        found += _behind(segment, data[offset:], offset, seq, last=found[-1] if found else None)
    return found


def record_at(segment: Segment, raw: bytes, at: int) -> BatchRef | None:
    """The record at a place of the index; None when it does not match its checksum."""
    from_seq, to_seq, offset, length, crc, committed_at, check = RECORD.unpack_from(raw, at)
    if zlib.crc32(raw[at : at + RECORD.size - 4]) != check:
        return None
    return BatchRef(segment.writer, from_seq, to_seq, segment.path, offset, length, crc, committed_at)


def mend(segment: Segment, refs: list[BatchRef]) -> None:
    """Write the index anew where it does not name these batches; only the segment's own appender may."""
    wanted = b"".join(pack_record(ref) for ref in refs)
    if segment.index_path.exists() and not segment.index_path.read_bytes().startswith(wanted):
        write_durably(segment.index_path, wanted)


def _tell(segment: Segment, seq: int, to_seq: int) -> None:
    log.error(
        "the index of %s lost its record of %d-%d; it is made again",
        segment.path.name,
        seq,
        to_seq,
        extra=about(batch=batch_name(segment.writer, seq, to_seq)),
    )


def _between(segment: Segment, lines: bytes, offset: int, seq: int, *, before: BatchRef) -> BatchRef:
    """The batch whose record is gone and whose follower is known."""
    to_seq = before.from_seq - 1
    is_whole = _numbers(lines) == list(range(seq, to_seq + 1))
    crc = zlib.crc32(lines) if is_whole else ~zlib.crc32(lines) & 0xFFFFFFFF
    _tell(segment, seq, to_seq)
    return replace(before, from_seq=seq, to_seq=to_seq, offset=offset, length=len(lines), crc32=crc)


def _behind(segment: Segment, tail: bytes, offset: int, seq: int, *, last: BatchRef | None) -> list[BatchRef]:
    """The batch at the end whose record is gone: its whole lines, as far as no later segment holds their numbers."""
    lines = tail[: tail.rfind(b"\n") + 1]
    numbers = _numbers(lines) or []
    to_seq = seq + len(numbers) - 1
    following = [one.first_seq for one in segments() if one.writer == segment.writer and one.first_seq >= seq]
    if not numbers or numbers != list(range(seq, to_seq + 1)) or any(first <= to_seq for first in following):
        return []
    _tell(segment, seq, to_seq)
    at = last.committed_at if last is not None else segment.path.stat().st_mtime_ns // 1000
    return [BatchRef(segment.writer, seq, to_seq, segment.path, offset, len(lines), zlib.crc32(lines), at)]


def _numbers(lines: bytes) -> list[int] | None:
    try:
        return [line.seq for line in _LINES.decode_lines(lines)]
    except msgspec.MsgspecError:
        return None
