"""What leaves the eventlog room: frozen dataclasses, no Django."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One line that was not accepted, in words its sender can act on. `line` counts from 1."""

    line: int
    field: str
    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to one hand-over of events; returned only after fsync.

    Shape: read = accepted + duplicates + rejected (+ skipped, which only importers count).
    """

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    details: tuple[Problem, ...] = ()  # the first 100


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who hands events over: goes into the envelope of every stored line."""

    feed_id: str
    ingest_id: str | None = None
    raw_ref: str | None = None
    translator_version: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRef:
    """An fsynced batch: the unit of counting. `path[offset:offset+length]` is NDJSON, `crc32` covers it."""

    writer: str
    from_seq: int
    to_seq: int
    path: Path
    offset: int
    length: int
    crc32: int
    committed_at: int = 0


@dataclass(frozen=True, slots=True)
class FeedView:
    """A configured source of events. `rooms` is empty for every room of the platform.

    Shape: `kinds` are the kinds the feed declares it can report; empty means not declared.
    """

    id: str
    name: str
    connector: str
    platform: str
    rooms: tuple[str, ...]
    kinds: tuple[str, ...]
    is_enabled: bool = True
    created_at: int = 0
    last_event_at: int | None = None
    last_received_at: int | None = None
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class RoomWindow:
    """Which show is open in which room; `to_us` None while it is open. Half-open: from <= t < to."""

    platform: str
    room_id: str
    show_id: str
    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which a feed of a show is known to have been silent although it should have spoken."""

    feed_id: str
    from_us: int
    to_us: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a show's time a feed covers. `ratio` is None while no time has passed.

    Shape: window_us = covered + gap_us; `gap_us` is the union of its gaps inside the show's windows.
    """

    feed_id: str
    window_us: int
    gap_us: int
    count_gaps: int
    silent_since: int | None = None  # µs; None while it speaks

    @property
    def is_open(self) -> bool:
        """It is silent now."""
        return self.silent_since is not None

    @property
    def ratio(self) -> float | None:
        return None if self.window_us <= 0 else 1 - self.gap_us / self.window_us


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the feeds of one show can report and did report.

    Shape: `declared` kind -> ids of feeds that declare it; `seen` kind -> number of events;
    `gaps` spans without the feed. A kind in neither is "not reported"; declared and unseen is 0.
    """

    show_id: str
    declared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    feeds: tuple[FeedView, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, when and why; `before` and `after` are small JSON values."""

    at_us: int
    actor: str
    act: str
    thing: str
    before: object = None
    after: object = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class LogStatus:
    """Health of the appenders: a metric like any other.

    Shape: `writers` writer -> its last sequence number; `last_seq` that of the only one, of several all their lines.
    """

    writers: dict[str, int]
    last_seq: int
    last_commit_at: int | None
    segments: int
    bytes_total: int
    quarantined: int
    is_refusing: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedView:
    """A refused line as received, with the reason; `tries` counts the attempts to take it again."""

    id: int
    feed_id: str
    ingest_id: str | None
    at_us: int
    raw: bytes
    field: str
    problem: str
    fix: str
    tries: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the lines of one show lie: together they hold each of its lines once.

    Shape: the files and batches also hold lines of other shows, and lines without a show (an order's later
    events name only their order); filter by `show_id = ? or show_id is null`. `parquet` rows carry `writer`
    and `seq`, so a reader can leave out what its ledger does not hold.
    """

    parquet: tuple[Path, ...] = ()
    batches: tuple[BatchRef, ...] = ()


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A push in the inbox. `payload` is what a translator reads; `told` what signed headers say beside it.

    Shape: `state` is waiting, translated or failed; `reason` says why it failed, or why it gave no event.
    """

    id: int
    feed_id: str
    connector: str
    identity: str
    received_at: int
    payload: bytes
    told: dict[str, str]
    state: str
    reason: str = ""
    count: int = 0
    tries: int = 0
    copies: int = 0
    translator_version: str = ""
    is_emptied: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """How the translation of a delivery went: `problem` keeps it for a replay, `note` says why it gave nothing."""

    item_id: int
    count: int = 0
    version: str = ""
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PollView:
    """One thing that a feed asks its platform for again and again. Times are µs UTC.

    Shape: `failures` counts those in a row, `code` and `problem` say why; `cursor` is the connector's own.
    """

    feed_id: str
    name: str
    cursor: dict[str, object]
    every_us: int = 0
    next_at: int = 0
    tried_at: int | None = None
    succeeded_at: int | None = None
    failures: int = 0
    code: str = ""
    problem: str = ""
    pages: int = 0
