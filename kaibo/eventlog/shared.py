"""The log of a home whose rooms are shared out: each part goes to the appender of its shard, here or elsewhere."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from kaibo.eventlog import log as local
from kaibo.eventlog.bodies import add, append_all, pieces
from kaibo.eventlog.contracts import FeedView, Provenance, Receipt
from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.handover import AGAIN_SECONDS, REQUEST_BYTES, RemoteLog, server_address
from kaibo.eventlog.lanes import Lane, Parcel
from kaibo.eventlog.locks import LockFile
from kaibo.eventlog.shards import Shards, agreed
from kaibo.eventlog.split import Part, cut, together
from kaibo.kit.errors import KaiboError

FORWARDING = 16
"""Threads that wait for other servers; each waits for one fsync there."""
LARGE = 256 * 1024
"""A body above it, a piece of an import, goes by itself: what refuses it is known before the next is read."""

_forwarding: ThreadPoolExecutor | None = None
_making = threading.Lock()


def _forwarders() -> ThreadPoolExecutor:
    global _forwarding  # noqa: PLW0603 - one crew per process
    with _making:
        if _forwarding is None:
            _forwarding = ThreadPoolExecutor(FORWARDING, thread_name_prefix="forward")
        return _forwarding


class SharedLog:
    """Splits what it is given by room. Its answer comes when every part is on a disk; else nothing is acknowledged.

    Shape: parts may be durable although another was refused; whoever sends again sends copies, and they are known.
    """

    def __init__(self, shards: Shards, *, patience_seconds: float, opened: Sequence[local.LocalLog] = ()) -> None:
        self._shards = shards
        self._patience_seconds = patience_seconds
        self._opened = opened
        self._ways: dict[int, RemoteLog] = {}
        self._lanes: dict[int, Lane] = {}
        self._guard = threading.Lock()

    def append_lines(self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None) -> Receipt:
        """As LocalLog.append_lines. Raises: LogBusy, LogRefuses, LogFailed as soon as one shard does for good."""
        self._settle()
        total = Receipt()
        for piece, line_offset in pieces(body, size=REQUEST_BYTES):
            parts = cut(piece, self._shards, feed)

            def take(log: local.LocalLog | RemoteLog, part: Part) -> Receipt:
                return log.append_lines(part.body, provenance=provenance, feed=feed)

            total = add(total, together(parts, self._deliver(parts, take)), offset=line_offset)
        return total

    def append_soon(
        self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None
    ) -> Callable[[], Receipt]:
        """As LocalLog.append_soon. What goes to other servers may be refused by the answer only, a large body now."""
        if len(body) > LARGE:
            receipt = self.append_lines(body, provenance=provenance, feed=feed)
            return lambda: receipt
        parts = cut(body, self._shards, feed)
        answers = {shard: self._soon(shard, Parcel(part.body, provenance, feed)) for shard, part in parts.items()}
        return lambda: together(parts, {shard: answer() for shard, answer in answers.items()})

    def append_many(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        answers = [self.append_soon(one.body, provenance=one.provenance, feed=one.feed) for one in parcels]
        return [answer() for answer in answers]

    def _soon(self, shard: int, parcel: Parcel) -> Callable[[], Receipt]:
        """Taken here at once, unless an earlier one is on its way elsewhere: bodies of a room keep their order."""
        if shard not in self._lanes:
            with local.borrowed(shard) as log:
                if log is not None:
                    return log.append_soon(parcel.body, provenance=parcel.provenance, feed=parcel.feed)
            with self._guard:
                if shard not in self._lanes:
                    self._lanes[shard] = Lane(lambda parcels: self._many(shard, parcels))
        return self._lanes[shard].put(parcel)

    def _many(self, shard: int, parcels: list[Parcel]) -> list[Receipt]:
        ends = time.monotonic() + self._patience_seconds
        while True:
            try:
                return self._deliver({shard: parcels}, lambda log, part: log.append_many(part))[shard]
            except LogRefuses as refusal:
                if time.monotonic() + refusal.retry_after > ends:
                    raise
                time.sleep(refusal.retry_after)

    def _settle(self) -> None:
        """What was put on its way earlier arrives earlier."""
        for lane in list(self._lanes.values()):
            lane.settle()

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt:
        return append_all(events, lambda body: self.append_lines(body, provenance=provenance))

    def append_signed(self, events: list[StoredEvent]) -> None:
        """Lines of one event stay in their order: they are of one room."""
        self._settle()
        parts: dict[int, list[StoredEvent]] = {}
        for event in events:
            parts.setdefault(self._shards.of(event.platform, event.room_id), []).append(event)
        self._deliver(parts, lambda log, part: log.append_signed(part))

    def tick(self) -> None:
        self._deliver(dict.fromkeys(range(self._shards.number)), lambda log, _: log.tick())

    def start_housekeeping(self) -> None:
        """Every appender has its own; whoever took the shard began it."""

    def close(self) -> None:
        for lane in self._lanes.values():
            lane.close()
        for opened in self._opened:
            opened.close()
        with self._guard:
            ways, self._ways = self._ways, {}
        for way in ways.values():
            way.close()

    # -- to whoever holds what ----------------------------------------------------------------------------------

    def _deliver[P, R](
        self, parts: Mapping[int, P], take: Callable[[local.LocalLog | RemoteLog, P], R]
    ) -> dict[int, R]:
        """Give each shard its part; one that nobody takes is offered again for so long as there is patience."""
        done: dict[int, R] = {}
        ends = time.monotonic() + self._patience_seconds
        while True:
            agreed()  # where the number was changed meanwhile every part would go astray
            busy = self._offer({shard: part for shard, part in parts.items() if shard not in done}, take, done)
            if busy is None:
                return done
            if time.monotonic() >= ends:
                raise busy
            time.sleep(AGAIN_SECONDS)

    def _offer[P, R](
        self, parts: Mapping[int, P], take: Callable[[local.LocalLog | RemoteLog, P], R], done: dict[int, R]
    ) -> LogBusy | None:
        """Once to each; what was taken stands in `done`. Returns why to offer the rest again, raises what is final."""
        troubles: list[KaiboError] = []
        away: dict[int, Callable[[], R]] = {}
        for shard, part in parts.items():
            if local.local_log(shard) is None:
                away[shard] = self._sent(shard, part, take, is_alone=len(parts) == 1)
        for shard in sorted(parts, key=away.__contains__):  # what is here is taken while the others are on their way
            try:
                done[shard] = away[shard]() if shard in away else self._taken(shard, parts[shard], take)
            except KaiboError as error:
                troubles.append(error)
        trouble = min(troubles, key=_gravity, default=None)
        if trouble is None or isinstance(trouble, LogBusy):
            return trouble
        raise trouble

    def _taken[P, R](self, shard: int, part: P, take: Callable[[local.LocalLog | RemoteLog, P], R]) -> R:
        with local.borrowed(shard) as log:
            if log is None:
                raise LogBusy(f"shard {shard} of the log was given away just now", fix="send again")
            return take(log, part)

    def _sent[P, R](
        self, shard: int, part: P, take: Callable[[local.LocalLog | RemoteLog, P], R], *, is_alone: bool
    ) -> Callable[[], R]:
        """On its way to whoever holds the shard; what comes back waits for the answer."""

        def send() -> R:
            return take(self._way(shard), part)

        return send if is_alone else _forwarders().submit(copy_context().run, send).result

    def _way(self, shard: int) -> RemoteLog:
        """The way to whoever holds the shard now. Raises LogBusy while nobody does."""
        address = server_address(shard)
        if address is None or not local.log_lock(shard).is_held_by(address.instance):
            raise LogBusy(
                f"no server holds shard {shard} of the log just now", fix="one takes it within seconds; send again"
            )
        with self._guard:
            way = self._ways.get(shard)
            if way is None or not way.leads_to(address):
                if way is not None:
                    way.close()
                way = self._ways[shard] = RemoteLog(address, shard=shard)
            return way


def _gravity(trouble: KaiboError) -> int:
    """What the sender should hear first: a disk that failed, then to come back later, then that nobody is there."""
    return 0 if isinstance(trouble, LogFailed) else 2 if isinstance(trouble, LogBusy) else 1


def open_shared(shards: Shards, *, wait_seconds: float) -> SharedLog:
    """The log of a home with several shards: here in all where nobody serves the home, else by the servers.

    Raises: LogBusy when another process writes the log for long and no server is there to hand over to.
    """
    if local.stands_back():
        return SharedLog(shards, patience_seconds=wait_seconds)
    deadline = time.monotonic() + wait_seconds
    while True:
        opened = _all_here(shards)
        if opened:
            return SharedLog(shards, patience_seconds=wait_seconds, opened=opened)
        address, lock = server_address(), local.log_lock()
        if address is not None and lock.is_held_by(address.instance):
            return SharedLog(shards, patience_seconds=wait_seconds)
        if time.monotonic() > deadline:
            raise LogBusy(
                f"process {lock.holder()} is writing the log and no server is there to hand over to",
                fix="wait until it is done, or start `kaibo serve`",
            )
        time.sleep(0.1)


def _all_here(shards: Shards) -> list[local.LocalLog]:
    """The appenders of all shards in this process, taken or shared; none unless it can have them all."""
    with local.opening():
        held = local.local_logs()
        if len(held) == shards.number:
            for one in held:
                one.holders += 1
            return held
        locks: list[LockFile] = []
        for shard in range(shards.number):
            lock = local.log_lock(shard)
            if not lock.take():
                for taken in locks:
                    taken.release()
                return []
            locks.append(lock)
        opened: list[local.LocalLog] = []
        try:
            for shard, lock in enumerate(locks):
                opened.append(local.take_log(lock, shard))
        except BaseException:
            for one in opened:
                one.close()
            for lock in locks:
                lock.release()
            raise
        return opened
