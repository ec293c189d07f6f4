"""Following the log: what was remembered since a reader's last look. The reader keeps its own place."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.segments import batches, read_batch

log = logging.getLogger("kaibo.eventlog")
_decode = msgspec.json.Decoder(StoredEvent).decode


@dataclass(frozen=True, slots=True)
class News:
    """Events of the wanted kinds in the order of the log, and the place after them.

    Shape: `events` hold lines that take others back too (sign -1); `after` writer -> last sequence number read.
    """

    events: tuple[StoredEvent, ...]
    after: dict[str, int]
    batches: int


def news(
    after: Mapping[str, int], *, kinds: Sequence[str], most: int = 200, until: Mapping[str, int] | None = None
) -> News:
    """What lies after a place, and with `until` not after that one; at most so many batches. A batch that is damaged
    is said and passed over.

    Cost: a listing and the newest index while nothing is new; lines of other kinds are not parsed.
    """
    marks = [b'"kind":' + msgspec.json.encode(kind) for kind in kinds]
    place = dict(after)
    found: list[StoredEvent] = []
    count = 0
    for ref in batches(after):
        if until is not None and ref.to_seq > until.get(ref.writer, 0):
            continue
        try:
            data = read_batch(ref)
        except DamagedSegment as error:
            log.error("a reader passes over what it cannot read: %s", error.sentence)
            data = b""
        place[ref.writer] = max(place.get(ref.writer, 0), ref.to_seq)
        found += [event for event in map(_decode, _lines_with(data, marks)) if event.kind in kinds]
        count += 1
        if count >= most:
            break
    return News(tuple(found), place, count)


def _lines_with(data: bytes, marks: Sequence[bytes]) -> list[bytes]:
    """Lines that hold one of the marks, in order. Cost: a scan per mark; other lines are never cut out."""
    spans: dict[int, int] = {}
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
            spans[start] = end if end >= 0 else len(data)
            at = data.find(mark, spans[start])
    return [data[start:end] for start, end in sorted(spans.items())]
