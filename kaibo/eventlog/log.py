"""The log as its callers see it: the appender itself where the lock can be had, else a way to the server."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from django.db import Error as DatabaseFault

from kaibo.eventlog import quarantine
from kaibo.eventlog.appender import Appender, Group
from kaibo.eventlog.bodies import add, append_all, moved, pieces
from kaibo.eventlog.contracts import FeedView, Provenance, Receipt
from kaibo.eventlog.errors import LogBusy
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.handover import RemoteLog, server_address
from kaibo.eventlog.ids import Place
from kaibo.eventlog.lanes import Parcel
from kaibo.eventlog.lines import Rules
from kaibo.eventlog.locks import LockFile
from kaibo.eventlog.moves import bind_loose
from kaibo.eventlog.shards import agreed, in_force, lock_path
from kaibo.eventlog.validate import check_body
from kaibo.eventlog.windows import set_bound, waiting_for_binding
from kaibo.kit import env
from kaibo.kit.clock import now_us
from kaibo.kit.errors import KaiboError

log = logging.getLogger("kaibo.eventlog")

SYNC_BYTES = 16 * 1024 * 1024
"""A long body is made durable on its way once this much waits."""
WAIT_SECONDS = 20.0


class Log(Protocol):
    """What `open_log` gives, whoever does the work."""

    def append_lines(self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None) -> Receipt: ...

    def append_soon(
        self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None
    ) -> Callable[[], Receipt]: ...

    def append_many(self, parcels: Sequence[Parcel]) -> list[Receipt]: ...

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt: ...

    def append_signed(self, events: list[StoredEvent]) -> None: ...

    def tick(self) -> None: ...

    def start_housekeeping(self) -> None: ...

    def close(self) -> None: ...


class LocalLog:
    """The appender of this process, or of one shard in it, shared by everybody in it who opened the log."""

    def __init__(self, home: Path, lock: LockFile, shard: int = 0) -> None:
        self.home = home
        self.shard = shard
        self.pid = os.getpid()
        self.holders = 0
        self.lock = lock
        self._shards = agreed()  # while the lock is held the number stays
        self.appender = Appender(has_lost=lock.is_lost, shard=shard)
        self._closed = threading.Event()
        self._housekeeper: threading.Thread | None = None
        self._stopped = threading.Event()
        self._binding = threading.Lock()
        self._syncing: ThreadPoolExecutor | None = None

    def append_lines(self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None) -> Receipt:
        """Take a body of NDJSON or a JSON array. `feed` binds it to the platform and rooms of a token.

        Raises: LogRefuses (come back later), LogFailed (the disk refused; nothing after the last receipt counts).
        """
        total, groups = self._take(body, provenance, feed)
        self._sync(groups)
        self._tick_if_needed()
        return total

    def append_soon(
        self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None
    ) -> Callable[[], Receipt]:
        """Take a body now and make it durable behind the caller's back; what comes back waits for that and answers.

        An importer reads and checks its next lines meanwhile. Raises: LogRefuses now, LogFailed from the answer.
        """
        total, groups = self._take(body, provenance, feed)
        if self._syncing is None:
            self._syncing = ThreadPoolExecutor(1, thread_name_prefix="eventlog-sync")
        done = self._syncing.submit(self._sync, groups)
        self._tick_if_needed()

        def answer() -> Receipt:
            done.result()
            return total

        return answer

    def _tick_if_needed(self) -> None:
        """A server has a thread for it; what a feed says for the first time, pages must know at once."""
        if self._housekeeper is None or self.appender.books.is_urgent:
            self._tick()

    def _sync(self, groups: list[Group]) -> None:
        for group in groups:
            self.appender.sync(group)

    def _take(self, body: bytes, provenance: Provenance, feed: FeedView | None) -> tuple[Receipt, list[Group]]:
        """Refused only before the first line and after a sync on the way: a body of usual size has one answer."""
        self.appender.refuse_if_behind()
        self.appender.look_at_windows()
        total = Receipt()
        groups: list[Group] = []
        rules = Rules(
            now_us=now_us(),
            currency=env.read("KAIBO_CURRENCY"),
            platform=feed.platform if feed else None,
            rooms=frozenset(feed.rooms) if feed else frozenset(),
        )
        for piece, line_offset in pieces(body):
            checked = check_body(piece, rules)
            if self._shards.number > 1:
                self._refuse_others(
                    {checked.place} if checked.place else {(o.platform, o.room_id) for o in checked.lines}
                )
            if line_offset and checked.problems:
                checked.problems = [moved(problem, line_offset) for problem in checked.problems]
            receipt, group = self.appender.take(checked, provenance, feed=feed)
            if checked.problems:
                quarantine.keep(
                    checked.problems, checked.raws, feed_id=provenance.feed_id, ingest_id=provenance.ingest_id
                )
            total = add(total, receipt)
            if not groups or groups[-1] is not group:
                groups.append(group)
            if group.size > SYNC_BYTES:
                self.appender.sync(group)
                self.appender.refuse_if_behind()
        return total, groups

    def append_many(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """A receipt for each body, taken in their order; they share fsyncs."""
        answers = [self.append_soon(one.body, provenance=one.provenance, feed=one.feed) for one in parcels]
        return [answer() for answer in answers]

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt:
        """Take events of our own translators. Positions in `details` count events from 1."""
        return append_all(events, lambda body: self.append_lines(body, provenance=provenance))

    def _refuse_others(self, places: set[Place]) -> None:
        """Raises LogBusy for rooms of another shard: whoever sent them here knows another number of shards."""
        for place in places:
            if self._shards.of(*place) != self.shard:
                raise LogBusy(f"room {'/'.join(place)} is not of shard {self.shard}", fix="look again who holds it")

    def append_signed(self, events: list[StoredEvent]) -> None:
        """Write lines with their own sign and envelope: how undo and binding speak."""
        self._refuse_others({(event.platform, event.room_id) for event in events})
        group = self.appender.take_signed(events)
        if group is not None:
            self.appender.sync(group)

    def tick(self) -> None:
        """Write counters, bind what came before its show's start, seal what is old; the server calls it each second."""
        self._tick(is_forced=True)

    def _tick(self, *, is_forced: bool = False) -> None:
        self.appender.tick(is_forced=is_forced)
        if self.appender.has_late_window and self._binding.acquire(blocking=False):
            try:
                self.appender.has_late_window = False
                for window in waiting_for_binding():
                    if self._shards.of(window.platform, window.room_id) != self.shard:
                        continue
                    bind_loose(window, self.append_signed)
                    set_bound(window)
            except (KaiboError, DatabaseFault) as error:  # the events are safe; the next start tries again
                log.error("events could not be given to their show: %s", error)
            finally:
                self._binding.release()

    def start_housekeeping(self) -> None:
        """Tick each second in a thread of its own until the log is closed; only a server needs it."""
        if self._housekeeper is None:
            self._housekeeper = threading.Thread(target=self._keep_house, name="eventlog", daemon=True)
            self._housekeeper.start()

    def _keep_house(self) -> None:
        from django.db import connections

        while not self._stopped.wait(1.0):
            try:
                self._tick()
            except OSError as error:
                log.error("housekeeping of the log waits: %s", error)
        connections.close_all()

    def close(self) -> None:
        """Give it back; whoever is last makes everything durable, seals, and lets the lock go."""
        with _opening:
            self.holders -= 1
            if self.holders > 0:
                return
            if _open.get((self.home, self.shard)) is self:
                del _open[(self.home, self.shard)]
            self._stopped.set()
            if self._housekeeper is not None:
                self._housekeeper.join()
            if self._syncing is not None:
                self._syncing.shutdown()
            self.appender.close()
            self.lock.release()
            self._closed.set()

    def leave(self) -> None:
        """Give it back for good: nobody opens it any more, and it is closed when this returns."""
        with _opening:
            if _open.get((self.home, self.shard)) is self:
                del _open[(self.home, self.shard)]
        self.close()
        self._closed.wait()


_open: dict[tuple[Path, int], LocalLog] = {}
_opening = threading.RLock()


_stands_back = False


def stand_back() -> None:
    """From now on nothing in this process takes the log by opening it: a server decides when, with `take_log`.

    Else a page of a replica would become the appender in the moment in which the holder is gone.
    """
    global _stands_back  # noqa: PLW0603 - what a process is, it is as a whole
    _stands_back = True


def stands_back() -> bool:
    """Whether this is a server that has to reach whoever holds the log when it does not hold it itself."""
    return _stands_back


def take_log(lock: LockFile, shard: int = 0) -> LocalLog:
    """Open the log, or a shard of it, behind its lock, which the caller has taken; it is let go when this fails."""
    home = env.home()
    with _opening:
        try:
            held = _open[(home, shard)] = LocalLog(home, lock, shard)
        except BaseException:
            lock.release()
            raise
        held.holders = 1
        return held


def log_lock(shard: int = 0) -> LockFile:
    """The lock that makes one process the appender of a home, or of a shard of it."""
    return LockFile(lock_path(shard))


def open_log(*, wait_seconds: float = WAIT_SECONDS) -> Log:
    """The log of this home: the appender when this process holds or can take the lock, else a way to the server.

    Shape: the way is patient for as long: when the server is gone, whoever takes the log over next is asked.
    Raises: LogBusy when another process holds the lock for long and no server is there to hand over to;
    BadConfiguration when the log has another number of shards than this process's setting says.
    """
    if (shards := agreed()).number > 1:
        from kaibo.eventlog.shared import open_shared

        return open_shared(shards, wait_seconds=wait_seconds)
    deadline = time.monotonic() + wait_seconds
    while True:
        with _opening:
            held = local_log()
            if held is not None:
                held.holders += 1
                return held
            lock = log_lock()
            if not _stands_back and lock.take():
                return take_log(lock)
        address = server_address()
        if address is not None and lock.is_held_by(address.instance):
            return RemoteLog(address, patience_seconds=wait_seconds)
        if time.monotonic() > deadline:
            raise LogBusy(_nobody_takes(lock), fix="wait until it is done, or start `kaibo serve`")
        time.sleep(0.1)


def _nobody_takes(lock: LockFile) -> str:
    if _stands_back:
        return "no server of this home holds the log just now; one takes it over within seconds"
    return f"process {lock.holder()} is writing the log and no server is there to hand over to"


def local_log(shard: int = 0) -> LocalLog | None:
    """The appender of this process if it is open here."""
    held = _open.get((env.home(), shard))
    return held if held is not None and held.pid == os.getpid() else None


def local_logs() -> list[LocalLog]:
    """The appenders of this process, by shard."""
    home, pid = env.home(), os.getpid()
    return sorted(
        (one for one in list(_open.values()) if (one.home, one.pid) == (home, pid)), key=lambda one: one.shard
    )


def opening() -> threading.RLock:
    """Held while it is decided who opens what in this process."""
    return _opening


@contextmanager
def borrowed(shard: int) -> Iterator[LocalLog | None]:
    """The appender of a shard, which stays open for the block; None where another process holds it."""
    with _opening:
        held = local_log(shard)
        if held is not None:
            held.holders += 1
    try:
        yield held
    finally:
        if held is not None:
            held.close()


def holds_log() -> bool:
    """Whether this process is the appender of the home, or of its first shard; the other servers are replicas."""
    return local_log() is not None


def shards_held() -> list[int]:
    """The shards whose appender this process is; [0] at the holder of a log that is not shared out."""
    return [one.shard for one in local_logs()]


def count_shards() -> int:
    """How many appenders share out the rooms of this home."""
    return in_force().number
