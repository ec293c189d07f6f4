"""Counters beside the log: events per show, feed and kind; health of feeds; silences. Kept right across crashes.

The log is the truth. `SeenKind` holds it up to `Booked.seq`, written in one transaction; what lies after that
is read again from the segments at start. Numbers of duplicates and rejections live only here.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from django.db import Error as DatabaseFault
from django.db import connection, models, transaction

from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.models import Booked, Feed, Gap, Polled, Pulse, RoomWindow, SeenKind
from kaibo.eventlog.segments import batches, read_batch
from kaibo.eventlog.viewers import NameBook
from kaibo.kit.clock import MICROS
from kaibo.kit.logfields import about_damage

log = logging.getLogger("kaibo.eventlog")

FLUSH_SECONDS = 1.0
MOST_TOLD = 100_000  # shows × feeds × kinds that one process remembers to have written; beyond it starts afresh
SILENCE_US = 25 * MICROS
"""A page looks every five seconds: what falls silent shows as a gap within thirty."""
STEADY_EVENTS, STEADY_US = 6, 60 * MICROS
"""A feed speaks steadily in a room when it brought this many events within a minute; a quieter one has no gaps."""

LAST_SEQ = 2**62

Place = tuple[str, str]
SeenKey = tuple[str, str, str]


@dataclass(slots=True)
class Entry:
    """What one hand-over changes in the books."""

    feed_id: str
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    place: Place | None = None
    last_event_at: int = 0
    received_at: int = 0
    count: int = 0
    seen: Counter[SeenKey] = field(default_factory=Counter)

    def count_kinds(self, show: str | None, kinds: list[str]) -> None:
        for kind, number in Counter(kinds).items():
            self.seen[(show or "", self.feed_id, kind)] += number

    def count_shows(self, shows: list[str | None], kinds: list[str]) -> None:
        for (show, kind), number in Counter(zip(shows, kinds, strict=True)).items():
            self.seen[(show or "", self.feed_id, kind)] += number

    def count_one(self, show: str | None, feed_id: str, kind: str, sign: int) -> None:
        self.seen[(show or "", feed_id, kind)] += sign


@dataclass(slots=True)
class _Beat:
    """The recent voice of one feed in one room."""

    last_received_at: int
    is_steady: bool = False
    since: int = 0
    count: int = 0
    silences: list[tuple[int, int]] = field(default_factory=list)

    def hear(self, at: int, count: int) -> None:
        if self.last_received_at and at - self.last_received_at > SILENCE_US:
            if self.is_steady:
                self.silences.append((self.last_received_at, at))
            self.is_steady, self.since, self.count = False, at, 0
        if at - self.since > STEADY_US:
            self.is_steady = self.count >= STEADY_EVENTS
            self.since, self.count = at, 0
        self.count += count
        self.is_steady = self.is_steady or self.count >= STEADY_EVENTS
        self.last_received_at = max(at, self.last_received_at)


class Bookkeeper:
    """Collects entries of durable groups and writes them about once a second."""

    def __init__(self, writer: str, *, last_seq: int, former: Iterable[str] = ()) -> None:
        self.writer = writer
        self._former = sorted(former)
        self._lock = threading.Lock()
        self._flush_lock = threading.Lock()
        self._waiting: list[Entry] = []
        self._seq = last_seq
        self._is_caught_up = False
        self._written_at = 0.0
        self._told: set[SeenKey] = set()
        self.is_urgent = False
        self._beats: dict[tuple[str, Place], _Beat] = {}
        self._tokens: dict[str, bool] = {}

    def take(self, entries: list[Entry], *, booked_seq: int) -> None:
        with self._lock:
            self._waiting += entries
            self._seq = max(self._seq, booked_seq)
            fresh = {key for entry in entries for key in entry.seen} - self._told
            if fresh:
                self.is_urgent = True
                self._told = fresh if len(self._told) > MOST_TOLD else self._told | fresh

    def is_due(self) -> bool:
        """Whether to write now: once a second, and at once when a feed says something for the first time in a show.

        Until it is written, the feed does not belong to the show and its numbers read "not reported".
        """
        return self.is_urgent or time.monotonic() - self._written_at >= FLUSH_SECONDS

    def flush(self, names: NameBook) -> None:
        """Write what waits. A database that is busy only delays it: the entries stay for the next time."""
        with self._flush_lock:
            self._written_at = time.monotonic()
            with self._lock:
                self.is_urgent = False
                entries, self._waiting = self._waiting, []
                seq = self._seq
            try:
                names.flush()
                with transaction.atomic():
                    self._write(entries, seq)
                self._is_caught_up = True
            except DatabaseFault as error:
                log.warning("counters of the log wait: %s", error)
                if not connection.in_atomic_block and not connection.is_usable():
                    connection.close()
                with self._lock:
                    self._waiting = entries + self._waiting

    def _write(self, entries: list[Entry], seq: int) -> None:
        row, _ = Booked.objects.get_or_create(writer=self.writer)
        seen: Counter[SeenKey] = Counter()
        if not self._is_caught_up:
            self._catch_up(self.writer, row.seq, seq, seen)
            self._end_former(seen)
        else:
            for entry in entries:
                seen.update(entry.seen)
        add_seen(seen)
        if seq > row.seq:
            row.seq = seq
            row.save(update_fields=["seq"])
        self._write_feeds(entries)
        self._write_pulses(entries)

    def _catch_up(self, writer: str, booked: int, seq: int, seen: Counter[SeenKey]) -> int:
        """Count what the log holds beyond the books, up to `seq`, and how far that is; entries that wait are in it."""
        for ref in batches({writer: booked}, writer=writer):
            if ref.to_seq > seq:
                continue
            try:
                count_batch(read_batch(ref), seen)
            except DamagedSegment as error:
                log.error("%s", error.sentence, extra=about_damage(error))
            booked = ref.to_seq
        return booked

    def _end_former(self, seen: Counter[SeenKey]) -> None:
        """Books of writers that write no more, as far as a crash left them behind."""
        for writer in self._former:
            row, _ = Booked.objects.get_or_create(writer=writer)
            reached = self._catch_up(writer, row.seq, LAST_SEQ, seen)
            if reached > row.seq:
                Booked.objects.filter(writer=writer).update(seq=reached)

    def _write_feeds(self, entries: Iterable[Entry]) -> None:
        sums: dict[str, list[int]] = {}
        for entry in entries:
            kept = sums.setdefault(entry.feed_id, [0, 0, 0, 0, 0])
            kept[0] += entry.accepted
            kept[1] += entry.duplicates
            kept[2] += entry.rejected
            kept[3] = max(kept[3], entry.last_event_at)
            kept[4] = max(kept[4], entry.received_at)
        for feed_id, (accepted, duplicates, rejected, event_at, received_at) in sorted(sums.items()):
            rows = Feed.objects.filter(id=feed_id)
            rows.update(
                accepted=models.F("accepted") + accepted,
                duplicates=models.F("duplicates") + duplicates,
                rejected=models.F("rejected") + rejected,
            )
            if received_at:
                rows.filter(models.Q(last_event_at=None) | models.Q(last_event_at__lt=event_at)).update(
                    last_event_at=event_at
                )
                rows.update(last_received_at=received_at)

    def _write_pulses(self, entries: Iterable[Entry]) -> None:
        changed: dict[tuple[str, Place], _Beat] = {}
        for entry in entries:
            if entry.place is not None and self._has_token(entry.feed_id):
                at = (entry.feed_id, entry.place)
                beat = self._beats.get(at) or self._remember(*at)
                beat.hear(entry.received_at, entry.count)
                changed[at] = beat
        for (feed_id, (platform, room_id)), beat in changed.items():
            for from_us, to_us in beat.silences:
                if _was_on_air(platform, room_id, from_us, to_us):
                    values = {"platform": platform, "to_us": to_us, "reason": "silent"}
                    Gap.objects.update_or_create(feed_id=feed_id, room_id=room_id, from_us=from_us, defaults=values)
            beat.silences.clear()
            Pulse.objects.update_or_create(
                feed_id=feed_id,
                platform=platform,
                room_id=room_id,
                defaults={"last_received_at": beat.last_received_at, "is_steady": beat.is_steady},
            )

    def _remember(self, feed_id: str, place: Place) -> _Beat:
        row = Pulse.objects.filter(feed_id=feed_id, platform=place[0], room_id=place[1]).first()
        beat = _Beat(row.last_received_at, row.is_steady) if row else _Beat(0)
        self._beats[(feed_id, place)] = beat
        return beat

    def _has_token(self, feed_id: str) -> bool:
        """Importers work in bursts and have no token: their silence means nothing. Polls tell their own silences."""
        known = self._tokens.get(feed_id)
        if known is None:
            rows = Feed.objects.filter(id=feed_id, is_local=False)
            asking = Polled.objects.filter(feed_id=feed_id)
            known = self._tokens[feed_id] = rows.exists() and not asking.exists()
        return known


def _was_on_air(platform: str, room_id: str, from_us: int, to_us: int) -> bool:
    rows = RoomWindow.objects.filter(platform=platform, room_id=room_id, from_us__lt=to_us)
    return rows.filter(models.Q(to_us__isnull=True) | models.Q(to_us__gt=from_us + SILENCE_US)).exists()


class _Seen(msgspec.Struct, gc=False):
    kind: str
    show_id: str = ""
    feed_id: str = ""
    sign: int = 1


_SEEN = msgspec.json.Decoder(_Seen)


def count_batch(data: bytes, seen: Counter[SeenKey]) -> None:
    for line in _SEEN.decode_lines(data):
        seen[(line.show_id, line.feed_id, line.kind)] += line.sign


def add_seen(seen: Counter[SeenKey]) -> None:
    """Add to `SeenKind` in one statement per key, whether the row exists or not."""
    table = connection.ops.quote_name(SeenKind._meta.db_table)
    sql = (
        f"insert into {table} (show_id, feed_id, kind, count) values (%s, %s, %s, %s) "  # noqa: S608 - our own name
        f"on conflict (show_id, feed_id, kind) do update set count = {table}.count + excluded.count"
    )
    rows = [(*key, number) for key, number in sorted(seen.items()) if number]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
