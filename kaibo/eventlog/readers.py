"""Following the log: what was remembered since a reader's last look. Each reader keeps its own place; what several of
them read at about the same time is read and understood once."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.segments import batches, read_batch
from kaibo.kit.logfields import about_damage

log = logging.getLogger("kaibo.eventlog")
_decode = msgspec.json.Decoder(StoredEvent).decode

MOST_KEPT = 20_000
"""Events kept for the readers that come next, some 10 MB: a busy room's last minutes."""
MOST_BATCHES = 2_000


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

    Cost: a listing and the end of the newest index while nothing is new; a batch is read once for all readers that
    come for it soon, lines of kinds that none of them wants are not parsed.
    """
    place = dict(after)
    found: list[StoredEvent] = []
    count = 0
    for ref in batches(after):
        if until is not None and ref.to_seq > until.get(ref.writer, 0):
            continue
        try:
            found += _shared.events(ref, kinds)
        except DamagedSegment as error:
            log.error("a reader passes over what it cannot read: %s", error.sentence, extra=about_damage(error))
        place[ref.writer] = max(place.get(ref.writer, 0), ref.to_seq)
        count += 1
        if count >= most:
            break
    return News(tuple(found), place, count)


class _Shared:
    """The newest batches as events of every kind that some reader wants. A reader that lags reads what it needs again;
    one that fails leaves the others what was read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: frozenset[str] = frozenset()
        self._kept: OrderedDict[BatchRef, tuple[frozenset[str], tuple[StoredEvent, ...]]] = OrderedDict()
        self._size = 0

    def events(self, ref: BatchRef, kinds: Collection[str]) -> Iterable[StoredEvent]:
        """The events of a batch that are of these kinds, in order. Raises DamagedSegment."""
        with self._lock:  # who comes meanwhile waits for what it would read itself
            read_kinds, read = self._kept.get(ref, (frozenset[str](), ()))
            if not read_kinds.issuperset(kinds):
                self._kinds = self._kinds.union(kinds)
                read = _read(ref, self._kinds)
                self._keep(ref, read)
        return [event for event in read if event.kind in kinds]

    def _keep(self, ref: BatchRef, events: tuple[StoredEvent, ...]) -> None:
        self._size += len(events) - len(self._kept.pop(ref, (None, ()))[1])
        self._kept[ref] = self._kinds, events
        while len(self._kept) > 1 and (self._size > MOST_KEPT or len(self._kept) > MOST_BATCHES):
            self._size -= len(self._kept.popitem(last=False)[1][1])


_shared = _Shared()


def _read(ref: BatchRef, kinds: Collection[str]) -> tuple[StoredEvent, ...]:
    marks = [b'"kind":' + msgspec.json.encode(kind) for kind in kinds]
    return tuple(event for event in map(_decode, _lines_with(read_batch(ref), marks)) if event.kind in kinds)


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
