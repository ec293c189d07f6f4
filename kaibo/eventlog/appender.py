"""The appender of a home, or of one of its shards: duplicates out, shows stamped, many requests on one fsync."""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import msgspec

from kaibo.eventlog.books import Bookkeeper, Entry
from kaibo.eventlog.contracts import BatchRef, FeedView, Provenance, Receipt
from kaibo.eventlog.errors import LogFailed, LogRefuses
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.ids import IdIndex, Place
from kaibo.eventlog.lines import ENCODER, Line
from kaibo.eventlog.models import SeenKind
from kaibo.eventlog.recovery import Recovered, recover, restore_open
from kaibo.eventlog.segments import SEAL_BYTES, SEAL_US, SegmentWriter, cut_tail, segment_folder
from kaibo.eventlog.validate import Checked
from kaibo.eventlog.viewers import NameBook, ViewerIds
from kaibo.eventlog.windows import WindowBook, claim_show, end_show, start_show
from kaibo.kit.clock import now_us

log = logging.getLogger("kaibo.eventlog")

MIN_FREE_BYTES = 512 * 1024 * 1024
WAITING_BYTES = 64 * 1024 * 1024
"""More than this unsynced means that the disk cannot keep up: senders are asked to come back."""
_MARKS = ("show.started", "show.ended")


@dataclass(slots=True)
class Group:
    """What one fsync makes durable: the lines of every request that came while the last one ran."""

    chunks: list[bytes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    from_seq: int = 0
    to_seq: int = 0
    size: int = 0
    is_done: bool = False
    error: Exception | None = None
    ref: BatchRef | None = None


class Appender:
    """Thread-safe. Made by `open_log`, which holds the lock file for it."""

    def __init__(self, *, has_lost: Callable[[], bool] = lambda: False, shard: int = 0) -> None:
        self._has_lost = has_lost
        self.is_lost = False
        self.folder = segment_folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        found: Recovered = recover(self.folder, shard)
        self.writer = found.writer
        self.index: IdIndex = found.index
        self.names = NameBook()
        self.viewers = ViewerIds()
        self.book = WindowBook()
        self.books = Bookkeeper(self.writer, last_seq=found.last_seq, former=() if shard else found.former)
        self.last_commit_at = found.last_commit_at
        self.damaged = found.damaged
        self._next_seq = found.last_seq + 1
        self._durable_seq = found.last_seq
        self._lock = threading.RLock()
        self._sync_lock = threading.Lock()
        self._group = Group()
        self._open: SegmentWriter | None = None
        self._free_checked_at = 0.0
        self._refusal = ""
        self._loose: dict[Place, int] = {}
        self._held_loose: bool | None = None
        self._started_at = now_us()
        self.has_late_window = True  # look once at start: a crash may have come between window and binding

    @property
    def last_seq(self) -> int:
        """The last sequence number that is on disk."""
        return self._durable_seq

    def look_at_windows(self) -> None:
        """Know the windows that other processes opened; once a hand-over is enough."""
        with self._lock:
            self.book.refresh()

    # -- taking lines in --------------------------------------------------------------------------------------

    def take(self, checked: Checked, provenance: Provenance, *, feed: FeedView | None) -> tuple[Receipt, Group]:
        """Put good lines into the current group; the receipt holds once `sync` of the group returned."""
        lines = checked.lines
        received_at = now_us()
        read = len(lines)
        accepted = 0
        with self._lock:
            group = self._group
            places = [(checked.place, lines)] if checked.place is not None else _by_place(lines)
            for place, together in places:
                accepted += self._take_place(group, place, together, provenance, received_at, is_trusted=feed is None)
            rejected = len(checked.problems)
            group.entries.append(
                Entry(provenance.feed_id, accepted=accepted, duplicates=read - accepted, rejected=rejected)
            )
        receipt = Receipt(accepted, read - accepted, rejected, tuple(checked.problems[:100]))
        return receipt, group

    def _take_place(
        self,
        group: Group,
        place: Place,
        lines: list[Line],
        provenance: Provenance,
        received_at: int,
        *,
        is_trusted: bool,
    ) -> int:
        times: list[int] = [line.occurred_at for line in lines]  # type: ignore[misc]
        fresh = self.index.admit(place, lines, times)
        if not fresh:
            return 0
        if fresh is not lines:
            times = [line.occurred_at for line in fresh]  # type: ignore[misc]
        try:
            entry = self._stamp(place, fresh, times, provenance, received_at, is_trusted=is_trusted)
            data = ENCODER.encode_lines(fresh)
        except BaseException:
            self.index.free(place, fresh, times)
            raise
        self._add(group, data, len(fresh), entry)
        return len(fresh)

    def _add(self, group: Group, data: bytes, count: int, entry: Entry) -> None:
        group.from_seq = group.from_seq or self._next_seq
        self._next_seq += count
        group.to_seq = self._next_seq - 1
        group.chunks.append(data)
        group.size += len(data)
        group.entries.append(entry)

    def _stamp(
        self,
        place: Place,
        lines: list[Line],
        times: list[int],
        provenance: Provenance,
        received_at: int,
        *,
        is_trusted: bool,
    ) -> Entry:
        """Write envelope, show and hidden viewer into the lines; what that changes in the books."""
        feed_id = provenance.feed_id
        entry = Entry(feed_id, place=place, last_event_at=max(times), received_at=received_at, count=len(lines))
        kinds = [line.kind for line in lines]
        if "show.started" in kinds or "show.ended" in kinds:
            self._move_windows(place, lines, is_trusted=is_trusted)
        viewers = self.viewers.hidden(place[0], [line.viewer_id for line in lines], is_trusted=is_trusted)
        shows = self._shows(place, lines, times, is_trusted=is_trusted)
        tail = envelope(provenance, received_at)
        if isinstance(shows, list):
            for line, show in zip(lines, shows, strict=True):
                line.show_id = show
            for seq, line, viewer in zip(count(self._next_seq), lines, viewers):
                line.seq = seq
                line.viewer_id = viewer
                line.received_at = tail
            entry.count_shows(shows, kinds)
        else:
            for seq, line, viewer in zip(count(self._next_seq), lines, viewers):
                line.seq = seq
                line.viewer_id = viewer
                line.received_at = tail
                line.show_id = shows
            entry.count_kinds(shows, kinds)
        self.names.take(lines)
        if shows is None or (isinstance(shows, list) and None in shows):
            self._loose[place] = max(self._loose.get(place, 0), entry.last_event_at)
        return entry

    def _shows(
        self, place: Place, lines: list[Line], times: list[int], *, is_trusted: bool
    ) -> str | list[str | None] | None:
        """The show of all lines when it is one and the same, which is the rule; else the show of each."""
        given = {line.show_id for line in lines}
        if given == {None}:
            is_whole, show = self.book.span(place, min(times), max(times))
            if is_whole:
                return show
        elif is_trusted and len(given) == 1:
            return given.pop()
        kept = given if is_trusted else {show for show in given if show and self.book.is_shown_in(show, place)}
        at = self.book.at
        return [
            line.show_id if line.show_id is not None and line.show_id in kept else at(place, when)
            for line, when in zip(lines, times, strict=True)
        ]

    def _move_windows(self, place: Place, lines: list[Line], *, is_trusted: bool) -> None:
        marks = [line for line in lines if line.kind in _MARKS]
        for line in sorted(marks, key=lambda one: (one.occurred_at, one.kind == "show.started")):
            given = line.show_id
            if given is not None and not is_trusted and self.book.is_elsewhere(given, place):
                given = None
            at: int = line.occurred_at  # type: ignore[assignment]
            if line.kind == "show.started":
                is_late = self._may_be_overtaken(place, at)
                line.show_id = (start_show if is_trusted else claim_show)(*place, at, given=given, is_late=is_late)
                self.has_late_window |= is_late
            else:
                line.show_id = end_show(*place, at, given=given) or (given if is_trusted else None)
            self.book.refresh()

    def _may_be_overtaken(self, place: Place, at: int) -> bool:
        """Whether the log may hold events of the room, after this start, that came before it and have no show."""
        if at <= self._loose.get(place, 0):
            return True
        if self._held_loose is None:
            self.books.flush(self.names)  # the table may lag behind the log after a crash
            self._held_loose = SeenKind.objects.filter(show_id="", count__gt=0).exists()
        return self._held_loose and at < self._started_at

    # -- making it durable --------------------------------------------------------------------------------------

    def sync(self, group: Group) -> None:
        """Return once the group is on disk. Raises LogFailed when it is not and never will be."""
        if not group.is_done:
            with self._sync_lock:
                if not group.is_done:
                    self._commit_current()
        if group.error is not None:
            raise group.error

    def _commit_current(self) -> None:
        with self._lock:
            group, self._group = self._group, Group()
        self._write(group)
        if group.error is None and self._is_seal_due():
            self._seal()

    def _write(self, group: Group) -> None:
        """Caller holds the sync lock."""
        if group.chunks and self._is_lost():
            self._give_up(group)
            return
        if group.chunks:
            try:
                if self._open is None:
                    self._open = SegmentWriter(self.folder, self.writer, group.from_seq, opened_at=now_us())
                group.ref = self._open.commit(
                    group.chunks, from_seq=group.from_seq, to_seq=group.to_seq, now_us=now_us()
                )
            except OSError as error:
                self._fail(group, error)
                return
            self._durable_seq = group.to_seq
            self.last_commit_at = group.ref.committed_at
        self.books.take(group.entries, booked_seq=self._durable_seq)
        group.chunks = []
        group.is_done = True

    def _is_lost(self) -> bool:
        """Whether another process writes by now: then no file may be touched, it knows them better."""
        self.is_lost = self.is_lost or self._has_lost()
        return self.is_lost

    def _give_up(self, group: Group) -> None:
        failure = LogFailed("another process holds the log by now", fix="send it again; the next server takes it")
        with self._lock:
            waiting, self._group = self._group, Group()
            for failed in (group, waiting):
                failed.error = failure
                failed.is_done = True

    def _fail(self, group: Group, error: OSError) -> None:
        """Nothing of this group or of those that wait behind it was acknowledged: go back to what the disk holds."""
        log.error("the log could not be written: %s", error)
        failure = LogFailed(f"the log could not be written: {error}", fix="look at the disk, then send again")
        with self._lock:
            waiting, self._group = self._group, Group()
            self.index.forget_unsealed()
            current, self._open = self._open, None
            if current is not None:
                current.close()
                refs = cut_tail(current.segment)
                restore_open(self.index, refs)
                self._durable_seq = max(self._durable_seq, refs[-1].to_seq if refs else 0)
                if refs:
                    self._write_ids(current)
            self._next_seq = self._durable_seq + 1
            for failed in (group, waiting):
                failed.error = failure
                failed.is_done = True

    def _write_ids(self, current: SegmentWriter) -> bool:
        """Write the sidecar that seals a segment. Without it the ids stay in memory, and a start finds them again."""
        try:
            self.index.seal(current.segment.ids_path)
        except OSError as error:
            log.error("segment %s could not be sealed: %s", current.segment.path.name, error)
            return False
        return True

    def _is_seal_due(self) -> bool:
        current = self._open
        return current is not None and (current.size >= SEAL_BYTES or now_us() - current.opened_at >= SEAL_US)

    def _seal(self) -> None:
        """Caller holds the sync lock. What waits is written first: a sidecar must name only ids on disk."""
        with self._lock:
            if self._group.chunks:
                group, self._group = self._group, Group()
                self._write(group)
            if self._open is not None and not self._is_lost() and self._write_ids(self._open):
                self._open.close()
                self._open = None

    # -- taking lines back --------------------------------------------------------------------------------------

    def take_signed(self, events: list[StoredEvent]) -> Group | None:
        """Write lines that carry their own sign: −1 frees the id, +1 takes it. Lines that change nothing are left out.

        Shape: the lines of one event stand in their order, −1 before the +1 that replaces it.
        """
        with self._lock:
            group = self._group
            kept = self.index.turn(events)
            if not kept:
                return None
            entry = Entry("")
            for seq, event in enumerate(kept, self._next_seq):
                event.seq = seq
                entry.count_one(event.show_id, event.feed_id, event.kind, event.sign)
            self._add(group, ENCODER.encode_lines(kept), len(kept), entry)
        return group

    # -- health -------------------------------------------------------------------------------------------------

    def refuse_if_behind(self) -> None:
        """Raise LogRefuses with the reason while no more can be taken. Cost: one stat of the disk per second."""
        if self._group.size > WAITING_BYTES:
            raise LogRefuses("the log is behind: too much waits for the disk", fix="send again later", retry_after=1)
        if time.monotonic() - self._free_checked_at > 1:
            free = shutil.disk_usage(self.folder).free
            self._refusal = "" if free >= MIN_FREE_BYTES else f"the disk is nearly full: {free >> 20} MB free"
            self._free_checked_at = time.monotonic()
        if self._refusal:
            raise LogRefuses(self._refusal, fix="free space on the disk of KAIBO_HOME", retry_after=30)

    def refusal(self) -> str:
        """Why the log refuses now, or nothing."""
        try:
            self.refuse_if_behind()
        except LogRefuses as refusal:
            return refusal.sentence
        return ""

    def tick(self, *, is_forced: bool = False) -> None:
        """Housekeeping when it is due: counters, nicknames, sealing by age."""
        if self.books.is_due() or is_forced:
            self.books.flush(self.names)
        if self._is_seal_due():
            with self._sync_lock:
                if self._is_seal_due():
                    self._seal()

    def close(self) -> None:
        """Make everything durable, seal, and write the counters."""
        with self._sync_lock:
            self._commit_current()
            self._seal()
        self.books.flush(self.names)


def envelope(provenance: Provenance, received_at: int) -> msgspec.Raw:
    """The value of `received_at` with the rest of the envelope behind it, as raw JSON for every line of a hand-over."""
    shared = {"feed_id": provenance.feed_id}
    for name in ("raw_ref", "ingest_id", "translator_version"):
        value = getattr(provenance, name)
        if value is not None:
            shared[name] = value
    return msgspec.Raw(b"%d," % received_at + msgspec.json.encode(shared)[1:-1])


def _by_place(lines: list[Line]) -> list[tuple[Place, list[Line]]]:
    if not lines:
        return []
    rooms = {line.room_id for line in lines}
    platforms = {line.platform for line in lines}
    if len(rooms) == 1 and len(platforms) == 1:
        return [((lines[0].platform, lines[0].room_id), lines)]
    found: dict[Place, list[Line]] = {}
    for line in lines:
        place = (line.platform, line.room_id)
        together = found.get(place)
        if together is None:
            found[place] = [line]
        else:
            together.append(line)
    return list(found.items())
