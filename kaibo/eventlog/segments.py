"""Segments on disk: NDJSON beside an index of fsynced batches; what no index record names does not exist."""

import os
import struct
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.kit import env
from kaibo.kit.durable import sync_folder

RECORD = struct.Struct("<QQQQIqI")
"""from_seq, to_seq, offset, length, crc32 of the data, committed_at µs, crc32 of this record before it."""
SEAL_BYTES = 64 * 1024 * 1024
SEAL_US = 600 * 1_000_000

SETTLED_NS = 100_000_000
"""A folder's time of change ticks by some ms: a listing taken within that tick may lack a file and is not kept."""

sync_data = getattr(os, "fdatasync", os.fsync)  # absent on macOS and Windows


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment by its name `<writer>-<first seq>.ndjson`."""

    writer: str
    first_seq: int
    path: Path

    @property
    def index_path(self) -> Path:
        return self.path.with_suffix(".idx")

    @property
    def ids_path(self) -> Path:
        """Written at sealing; its presence says that the segment is sealed."""
        return self.path.with_suffix(".ids")


def log_folder() -> Path:
    return env.home() / "log"


def segment_folder() -> Path:
    return log_folder() / "segments"


_listed: dict[Path, tuple[int, tuple[Segment, ...]]] = {}
_listed_lock = threading.Lock()


def segments(folder: Path | None = None) -> tuple[Segment, ...]:
    """All segments by writer and first sequence number. Cost: one stat while the folder is unchanged."""
    folder = folder or segment_folder()
    try:
        changed = folder.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    with _listed_lock:
        known = _listed.get(folder)
        if known and known[0] == changed:
            return known[1]
    found = []
    for entry in os.scandir(folder):
        stem, dot, suffix = entry.name.rpartition(".")
        writer, dash, first = stem.rpartition("-")
        if dot and dash and suffix == "ndjson" and first.isdigit():
            found.append(Segment(writer, int(first), folder / entry.name))
    result = tuple(sorted(found, key=lambda one: (one.writer, one.first_seq)))
    if time.time_ns() - changed > SETTLED_NS:
        with _listed_lock:
            _listed[folder] = (changed, result)
    return result


def forget_listing() -> None:
    """Look at the folder again: two files made within one tick of its clock share a time stamp."""
    with _listed_lock:
        _listed.clear()


def pack_record(ref: BatchRef) -> bytes:
    head = RECORD.pack(ref.from_seq, ref.to_seq, ref.offset, ref.length, ref.crc32, ref.committed_at, 0)[:-4]
    return head + zlib.crc32(head).to_bytes(4, "little")


def batches_of(segment: Segment) -> list[BatchRef]:
    """The acknowledged batches of a segment in order; a torn last record is not one, a changed one is made again."""
    try:
        raw = segment.index_path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for at in range(0, len(raw) - RECORD.size + 1, RECORD.size):
        from_seq, to_seq, offset, length, crc, committed_at, check = RECORD.unpack_from(raw, at)
        if zlib.crc32(raw[at : at + RECORD.size - 4]) != check:
            return _mended(segment, raw)
        found.append(BatchRef(segment.writer, from_seq, to_seq, segment.path, offset, length, crc, committed_at))
    if segment.ids_path.exists() and _reaches_beyond(segment, found):
        return _mended(segment, raw)
    return found


def _reaches_beyond(segment: Segment, refs: Sequence[BatchRef]) -> bool:
    """Whether a segment holds more than its batches; a sealed one was closed behind its last index record."""
    end = refs[-1].offset + refs[-1].length if refs else 0
    return segment.path.exists() and segment.path.stat().st_size > end


def _mended(segment: Segment, raw: bytes) -> list[BatchRef]:
    from kaibo.eventlog.mending import mended

    return mended(segment, raw, is_sealed=segment.ids_path.exists())


def batches(after: Mapping[str, int], *, writer: str = "") -> Iterator[BatchRef]:
    """Acknowledged batches whose last sequence number is above `after[writer]`, by writer and sequence.

    With `writer` those of one; the others' files are not looked at.
    """
    every = [one for one in segments() if not writer or one.writer == writer]
    for position, segment in enumerate(every):
        done = after.get(segment.writer, 0)
        following = every[position + 1] if position + 1 < len(every) else None
        if following and following.writer == segment.writer and following.first_seq <= done + 1:
            continue
        yield from _batches_behind(segment, done)


def _batches_behind(segment: Segment, done: int) -> Iterable[BatchRef]:
    """The batches of a segment that end behind a sequence number, in order.

    Cost: of the index only what is new is looked at, from its end: readers come ten times a second, and an evening of
    small batches is long. Where a record of those is changed, the whole index is.
    """
    try:
        raw = segment.index_path.read_bytes()
    except FileNotFoundError:
        return ()
    found: list[BatchRef] = []
    for at in range((len(raw) // RECORD.size - 1) * RECORD.size, -1, -RECORD.size):
        from_seq, to_seq, offset, length, crc, committed_at, check = RECORD.unpack_from(raw, at)
        if zlib.crc32(raw[at : at + RECORD.size - 4]) != check:
            return [ref for ref in batches_of(segment) if ref.to_seq > done]
        ref = BatchRef(segment.writer, from_seq, to_seq, segment.path, offset, length, crc, committed_at)
        if not found and segment.ids_path.exists() and _reaches_beyond(segment, [ref]):
            return [ref for ref in batches_of(segment) if ref.to_seq > done]
        if to_seq <= done:
            break
        found.append(ref)
    return reversed(found)


def read_batch(ref: BatchRef) -> bytes:
    """The NDJSON bytes of a batch. Raises DamagedSegment when they do not match their checksum."""
    try:
        with ref.path.open("rb") as file:
            file.seek(ref.offset)
            data = file.read(ref.length)
    except FileNotFoundError:
        data = b""
    if len(data) != ref.length or zlib.crc32(data) != ref.crc32:
        raise DamagedSegment(
            f"batch {ref.writer} {ref.from_seq}-{ref.to_seq} in {ref.path.name} does not match its checksum",
            fix="restore the file from a backup, or let the sender deliver this span again",
            writer=ref.writer,
            from_seq=ref.from_seq,
            to_seq=ref.to_seq,
        )
    return data


def whole_segments(refs: Sequence[BatchRef]) -> list[list[BatchRef]]:
    """Those of these batches, in order, that make up whole sealed segments, by segment. Cost: two stats a segment."""
    found: list[list[BatchRef]] = []
    for path, together in groupby(refs, key=lambda ref: ref.path):
        every = list(together)
        end = every[-1].offset + every[-1].length
        # the sidecar first: what is sealed has its final size
        if every[0].offset == 0 and path.with_suffix(".ids").exists() and path.stat().st_size == end:
            found.append(every)
    return found


class SegmentWriter:
    """Appends batches to one segment; `commit` returns after data and index are on disk."""

    def __init__(self, folder: Path, writer: str, first_seq: int, *, opened_at: int) -> None:
        self.segment = Segment(writer, first_seq, folder / f"{writer}-{first_seq:015d}.ndjson")
        self.opened_at = opened_at
        self.size = 0
        self._data = os.open(self.segment.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._index = os.open(self.segment.index_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        sync_folder(folder)
        forget_listing()

    def commit(self, chunks: list[bytes], *, from_seq: int, to_seq: int, now_us: int) -> BatchRef:
        """Write one batch: data, fsync, index record, fsync. Raises OSError, and then nothing counts as written."""
        crc = length = 0
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
            length += len(chunk)
            _write_all(self._data, chunk)
        sync_data(self._data)
        ref = BatchRef(self.segment.writer, from_seq, to_seq, self.segment.path, self.size, length, crc, now_us)
        _write_all(self._index, pack_record(ref))
        sync_data(self._index)
        self.size += length
        return ref

    def close(self) -> None:
        os.close(self._data)
        os.close(self._index)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def cut_tail(segment: Segment) -> list[BatchRef]:
    """Cut what was never acknowledged off a segment's end and return what remains; an empty one is removed."""
    refs = batches_of(segment)
    if not refs:
        segment.index_path.unlink(missing_ok=True)
        segment.path.unlink(missing_ok=True)
        forget_listing()
        return []
    end = refs[-1].offset + refs[-1].length
    for path, size in ((segment.path, end), (segment.index_path, len(refs) * RECORD.size)):
        if path.exists() and path.stat().st_size > size:
            os.truncate(path, size)
    return refs
