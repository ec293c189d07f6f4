"""The counter: takes fsynced batches that the ledger does not hold, counts them, writes rows and ledger together."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import DataError, InterfaceError, OperationalError, connection, transaction

from kaibo.eventlog import api as log
from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedLake, DamagedSegment, LogBusy
from kaibo.eventlog.kinds import UNKNOWN
from kaibo.eventlog.locks import LockFile
from kaibo.kit import env
from kaibo.kit.clock import now_us
from kaibo.kit.logfields import about, batch_name
from kaibo.kit.storage import StorageFault
from kaibo.warehouse import ledger, memory, sqlfiles
from kaibo.warehouse.engine import Engine
from kaibo.warehouse.forgetting import forget_some
from kaibo.warehouse.merge import add_tally, known_homes, merge
from kaibo.warehouse.models import OrderHome, QuarantinedBatch, RebuildRequest, ShowVersion, StrayEvent
from kaibo.warehouse.rules import recount_after_change
from kaibo.warehouse.store import drop_show
from kaibo.warehouse.typed import Chunk
from kaibo.warehouse.wording import read_wording

logger = logging.getLogger(__name__)

GROUP_BYTES = 192 * 1024 * 1024  # about 500,000 lines: large enough that the fixed cost of a merge disappears
BULK_BYTES = 16 * 1024 * 1024
"""A group of at least this size ends where a segment does, if it can: then its lines are read once for both, the rows
and the lake."""
GROWING_US = 1_000_000
"""A patient counter leaves a segment that was written to within this time until it is whole."""
BULK_THREADS = min(2, os.cpu_count() or 1)  # a night at pace leaves the other core to the server
POLL_SECONDS = 0.05  # a batch waits half of it on average; the target from fsync to counted is 0.5 s
REST_SECONDS = 0.15
SMALL_STEP = 20_000
"""After a step smaller than this the counter rests, twice as long as it worked and at most REST_SECONDS: a step costs
about the same whether it takes three events or three thousand, so that at the pace of a night a core stays free."""
LAKE_SECONDS = 5.0
GATHER_AFTER_US = 600_000_000  # by then the segments of the show are sealed
GATHER_WITHIN_US = 86_400_000_000  # a restart does it again: bound what that costs
BAD_DATA = (
    *(duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException),
    *(DataError, ValueError, OverflowError),  # SQLite says OverflowError where PostgreSQL says DataError
)
"""What a batch's content can cause. Anything else is our fault or the machine's, and must not set batches aside."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one turn did."""

    batches: int = 0
    events: int = 0
    rebuilt: tuple[str, ...] = ()
    quarantined: int = 0
    is_again: bool = False  # nothing was written; look at the ledger and try once more

    def __bool__(self) -> bool:
        return bool(self.batches or self.rebuilt or self.quarantined or self.is_again)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a group, verified: bytes of batches, and files that hold nothing else."""

    chunks: Sequence[Chunk]
    files: Sequence[Path]


class Counter:
    """Counts the log of this home. One per home: the caller holds the lock; the ledger refuses a second anyway."""

    def __init__(
        self,
        *,
        threads: int = 1,
        group_bytes: int = GROUP_BYTES,
        is_patient: bool = False,
        engine: Callable[..., Engine] = Engine,
    ) -> None:
        overflow = env.home() / "state"
        overflow.mkdir(exist_ok=True)
        self.engine = engine(threads=threads, overflow=overflow)
        self._group_bytes = group_bytes
        self._threads = threads
        self._is_patient = is_patient
        self._lake_at = 0.0
        self._is_greeted = False  # what an older version could not count is tried again once
        self._gathered: set[str] = set()
        self._left: dict[str, int] | None = None  # where the ledger was when this counter last wrote into it

    def close(self) -> None:
        self.engine.close()

    def run(self, *, stopped: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Count until told to stop; a database that is away is waited for."""
        pause = POLL_SECONDS
        while not stopped():
            beat()
            began = time.monotonic()
            try:
                step = self.step()
            except (OperationalError, InterfaceError, StorageFault) as error:
                logger.warning("records or lake are away, trying again in %.1f s: %s", pause, error)
                self.engine.reset()
                connection.close()
                pause = min(pause * 2, 5.0)
                time.sleep(pause)
                continue
            pause = POLL_SECONDS
            rest = rest_after(step, seconds=time.monotonic() - began)
            self._keep_house(step)
            time.sleep(rest)

    def run_once(self) -> Step:
        """Count everything that is there."""
        self._is_patient = False
        batches = events = quarantined = 0
        rebuilt: tuple[str, ...] = ()
        while step := self.step():
            batches, events = batches + step.batches, events + step.events
            quarantined, rebuilt = quarantined + step.quarantined, (*rebuilt, *step.rebuilt)
            forget_some(self.engine)
        self._fill_lake()
        return Step(batches, events, rebuilt, quarantined)

    def _keep_house(self, step: Step) -> None:
        now = time.monotonic()
        is_due = now - self._lake_at >= LAKE_SECONDS * (4 if step else 1)
        if is_due or step.events > SMALL_STEP:
            forget_some(self.engine)
        if is_due:
            self._lake_at = now
            self._fill_lake()
            if not step:
                self._gather_a_show()

    def _fill_lake(self) -> None:
        """Let sealed and counted segments become Parquet; a lake that cannot take them now gets them later."""
        try:
            log.lake_sealed(ledger.reached())
        except (DamagedSegment, DamagedLake, LogBusy, OSError, duckdb.Error) as error:
            logger.error("segments wait for the lake: %s", error)

    def _gather_a_show(self) -> None:
        """Let the lake hold a show that ended lately in one sorted file; one show a turn, each once per process."""
        now = now_us()
        windows = log.windows()
        is_open = {one.show_id for one in windows if one.to_us is None or one.to_us > now - GATHER_AFTER_US}
        ended = {one.show_id for one in windows if one.to_us is not None and one.to_us > now - GATHER_WITHIN_US}
        for show in sorted(ended - is_open - self._gathered):
            try:
                path = log.rewrite_show(show)
            except (DamagedLake, LogBusy, OSError, duckdb.Error) as error:
                logger.error("show %s stays in its hourly files: %s", show, error)
                return
            if path is not None:  # else none of it is in the lake yet
                self._gathered.add(show)
                return

    def step(self) -> Step:
        """Count one group of batches and what was asked to be counted again."""
        if not self._is_greeted:
            self._is_greeted = True
            ledger.ask_again(only_older=True)
            recount_after_change()
        asked_for = ledger.next_asked()
        if asked_for is not None:
            return self._try_again(asked_for)
        expected = ledger.reached()
        if self._left is not None and self._left != expected:
            self.engine.reset()  # somebody else counted, or took back, what it does not remember
        self._left = expected
        group: list[BatchRef] = []
        size = 0
        for ref in log.batches(expected):
            if group and size + ref.length > self._group_bytes:
                break
            group.append(ref)
            size += ref.length
        whole = _cut_at_segment(group)
        if self._is_patient and whole is group and group and now_us() - group[-1].committed_at < GROWING_US:
            return Step()  # the segment is growing fast: all of it together is cheaper
        group = whole
        asked = dict(RebuildRequest.objects.values_list("show_id", "asked_at"))
        if not group and not asked:
            return Step()
        try:
            return self._count(group, asked, expected)
        except ledger.CountedElsewhere as error:
            logger.warning("%s; reading the ledger again", error.sentence)
            self.engine.reset()
            time.sleep(POLL_SECONDS)
            return Step(is_again=True)

    def _count(self, group: Sequence[BatchRef], asked: Mapping[str, int], expected: dict[str, int]) -> Step:
        is_bulk = sum(ref.length for ref in group) >= BULK_BYTES
        self.engine.use_threads(max(self._threads, BULK_THREADS) if is_bulk else self._threads)
        good: list[BatchRef] = []
        whole = [] if self.engine.reads_itself else log.whole_segments(group)  # they are read where they lie
        files = [one[0].path for one in whole]
        chunks: list[Chunk] = []
        for ref, chunk in memory.read_all(self.engine, group):
            if isinstance(chunk, DamagedSegment):
                return self._before(ref, group, asked, expected, chunk.sentence)
            if ref.path not in files:
                chunks.append(chunk)
            good.append(ref)
        try:
            rebuilt = self._count_bytes(good, Lines(chunks, files), asked, expected)
        except BAD_DATA as error:
            self.engine.reset()
            if len(good) > 1:
                half = len(good) // 2
                logger.warning("a group of %d batches failed, counting it in halves: %s", len(good), error)
                return self._count(good[:half], asked, expected)
            if not good:
                raise
            return self._set_aside(good[0], f"{type(error).__name__}: {error}")
        if whole and not rebuilt:
            self._fill_lake_with(whole)
        return Step(len(good), sum(ref.to_seq - ref.from_seq + 1 for ref in good), tuple(rebuilt))

    def _fill_lake_with(self, whole: Sequence[Sequence[BatchRef]]) -> None:
        """Write what was just counted as Parquet from the lines at hand; what fails is tried again from the log."""
        if self.engine.has_negatives() or self.engine.has((UNKNOWN,)):
            return  # what was taken back has left the lines; a kind of a newer Kaibo has lost its name there
        try:
            log.lake_staged(whole, lines=sqlfiles.load("staging", "lake_lines"), connection=self.engine.duck)
        except (DamagedLake, LogBusy, OSError, duckdb.Error) as error:
            logger.error("segments wait for the lake: %s", error)

    def _before(
        self, bad: BatchRef, group: Sequence[BatchRef], asked: Mapping[str, int], expected: dict[str, int], reason: str
    ) -> Step:
        """Count the batches before a damaged one; when it is the first, set it aside."""
        before = list(group[: group.index(bad)])
        if before:
            return self._count(before, asked, expected)
        return self._set_aside(bad, reason)

    def _set_aside(self, ref: BatchRef, reason: str) -> Step:
        ledger.set_aside(ref, reason)
        return Step(quarantined=1)

    def _try_again(self, row: QuarantinedBatch) -> Step:
        """One batch that was set aside, as it is in the log now; failing again it stays with its new reason."""
        held = log.batches({row.writer: row.from_seq - 1})
        ref = next((one for one in held if (one.writer, one.from_seq) == (row.writer, row.from_seq)), None)
        if ref is None:
            ref = BatchRef(row.writer, row.from_seq, row.to_seq, Path(row.path), 0, 0, 0, row.at_us)
            ledger.set_aside(ref, "the log holds it no longer")
            return Step(is_again=True)
        try:
            ((_, chunk),) = memory.read_all(self.engine, [ref])
            if isinstance(chunk, DamagedSegment):
                raise chunk
            if not ledger.is_counted(ref.writer, ref.from_seq, ref.to_seq, ledger.spans()):
                self._count_bytes([ref], Lines([chunk], []), {}, ledger.reached())
        except DamagedSegment as error:
            ledger.set_aside(ref, error.sentence)
        except BAD_DATA as error:
            self.engine.reset()
            ledger.set_aside(ref, f"{type(error).__name__}: {error}")
        else:
            row.delete()
            named = about(batch=batch_name(ref.writer, ref.from_seq, ref.to_seq))
            logger.info("batch %s %d-%d is counted after all", ref.writer, ref.from_seq, ref.to_seq, extra=named)
        return Step(is_again=True)

    def _count_bytes(
        self, refs: Sequence[BatchRef], lines: Lines, asked: Mapping[str, int], expected: dict[str, int]
    ) -> list[str]:
        engine = self.engine
        engine.bind({feed.id: feed.rooms for feed in log.feeds() if feed.rooms})
        engine.stage(lines.chunks, lines.files)
        taken_back = engine.negatives()
        rebuilt = self._to_rebuild(taken_back, asked)
        without_show = engine.without_show()
        if taken_back:  # rare: forget everything rather than reason about what an undo leaves in memory
            engine.reset()
            engine.bind({feed.id: feed.rooms for feed in log.feeds() if feed.rooms})
            engine.stage(lines.chunks, lines.files)
        gone = {uid for _, uid, _ in taken_back}
        excluded: list[str] = []
        strays: list[str] = []
        if rebuilt:
            engine.leave_out(rebuilt)
            for show in rebuilt:
                engine.drop_show(show)
                memory.stage_show(engine, show)
                engine.stage_more(lines.chunks, show, lines.files)
                engine.touch(show)
            excluded = [uid for uid in memory.strays_elsewhere(rebuilt) if uid not in gone]
            strays = [body for body in memory.strays_at_home(rebuilt) if json.loads(body)["uid"] not in gone]
        if taken_back or rebuilt:
            engine.net()
        engine.stage_orders(excluded=excluded, strays=strays)
        memory.remember_what_it_touches(engine, rebuilt)
        counted = engine.count()
        if counted.said.rows:
            read_wording(counted, rebuilt=rebuilt)
        try:
            with transaction.atomic():
                ledger.enter(ledger.joined(refs), expected=expected)
                self._clear(rebuilt, gone, asked, words_kept=counted.words_kept)
                self._refuse_forgotten(counted.shows, rebuilt)
                merge(counted)
                if without_show:
                    add_tally("events_without_show", without_show)
            self._left = _grown(expected, refs)
        except BaseException:
            engine.reset()  # what it remembers includes a batch that the ledger does not hold
            raise
        return rebuilt

    def _to_rebuild(self, taken_back: Sequence[tuple[str | None, str, str]], asked: Iterable[str]) -> list[str]:
        """Shows to count from the beginning: asked for, forgotten and touched again, or with lines taken back."""
        shows = self.engine.event_shows()
        found = {
            *asked,
            *ShowVersion.objects.filter(show_id__in=shows, is_forgotten=True).values_list("show_id", flat=True),
        }
        if taken_back:
            found.update(show for show, _, _ in taken_back if show is not None)
            uids = [uid for _, uid, _ in taken_back]
            found.update(StrayEvent.objects.filter(uid__in=uids).values_list("home_show_id", flat=True))
            found.update(known_homes([order for _, _, order in taken_back if order]))
        return sorted(found - {""})

    def _clear(
        self, rebuilt: Sequence[str], gone: set[str], asked: Mapping[str, int], *, words_kept: Sequence[str]
    ) -> None:
        """Delete what is about to be written anew, and the requests that this answers: one made since then stays."""
        for show in rebuilt:
            drop_show(show, keeps_words=show in words_kept)
            OrderHome.objects.filter(show_id=show).delete()
            ShowVersion.objects.update_or_create(
                show_id=show, defaults={"first_at": None, "last_at": None, "is_forgotten": False}
            )
        for uid in gone:
            StrayEvent.objects.filter(uid=uid).delete()
        for show, asked_at in asked.items():
            RebuildRequest.objects.filter(show_id=show, asked_at=asked_at).delete()

    def _refuse_forgotten(self, shows: Sequence[str], rebuilt: Sequence[str]) -> None:
        """Raise CountedElsewhere when a show was forgotten while it was being counted."""
        touched = set(shows) - set(rebuilt)
        if touched and ShowVersion.objects.filter(show_id__in=touched, is_forgotten=True).exists():
            raise ledger.CountedElsewhere("a show was forgotten while it was counted", fix="nothing to do")


def _grown(reached: Mapping[str, int], refs: Sequence[BatchRef]) -> dict[str, int]:
    """Where the ledger is once it holds these too."""
    grown = dict(reached)
    for ref in refs:
        grown[ref.writer] = max(grown.get(ref.writer, 0), ref.to_seq)
    return grown


def _cut_at_segment(group: list[BatchRef]) -> list[BatchRef]:
    """The group up to the end of its last whole segment, if that is much; else all of it."""
    whole = log.whole_segments(group)
    if not whole:
        return group
    cut = group[: group.index(whole[-1][-1]) + 1]
    return cut if sum(ref.length for ref in cut) >= BULK_BYTES else group


def rest_after(step: Step, *, seconds: float) -> float:
    """How long to rest after a step that took so long: not at all while there is much to do."""
    if not step:
        return POLL_SECONDS
    if step.is_again or step.rebuilt or step.quarantined or step.events >= SMALL_STEP:
        return 0.0
    return min(2 * seconds, REST_SECONDS)


def counter_lock() -> LockFile:
    """The lock that makes one process of a home its counter."""
    return LockFile(env.home() / "run" / "counter.lock")
