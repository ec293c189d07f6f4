"""One task per watched show: recompute, compare, encode once, hand the same bytes to every watcher.

A show's `Board` keeps its newest state and a ring of encoded patches. A watcher only remembers the number of the
last frame it was given, so a slow one costs nothing: when it comes back too late for the ring it gets a snapshot.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec

State = dict[str, Any]
log = logging.getLogger(__name__)

POLL_SECONDS = 0.1  # how often the show's version is looked at; one indexed query
NOTICED_SECONDS = 1.0
"""The same while the records tell us of every change: then looking is only for what was told while nobody heard it."""
PUSH_SECONDS = 0.4
"""The first change after a quiet moment leaves at once, the next so much later: what happened is on a thousand screens
within a second, of which counting takes up to 0.3."""
PUSH_SHARE = 0.2  # of a core at most goes into the states of one show: a costly state comes less often
ROLL_SECONDS = 4.0  # windows such as "last 5 minutes" move on although nothing new was counted
RING_FRAMES = 225  # a watcher that was away this many frames, 90 s, is cheaper to serve with a snapshot
LAG_FRAMES = 20  # the same for one whose connection does not keep up
IDLE_SECONDS = 20.0  # a board outlives its last watcher, so that a reconnect finds its ring
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Patch:
    """What changed between two states; applying it to the old one gives the new one."""

    set: State = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.set or self.dropped)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Patch:
    """The patch from `old` to `new`."""
    missing = object()
    return Patch(
        set={path: value for path, value in new.items() if old.get(path, missing) != value},
        dropped=[path for path in old if path not in new],
    )


def apply(state: Mapping[str, Any], patch: Mapping[str, Any]) -> State:
    """The state after a decoded patch frame; the page's `store.js` does the same."""
    gone = set(patch.get("del", ()))
    return {path: value for path, value in state.items() if path not in gone} | dict(patch.get("set", {}))


def _frame(event: str, name: str, body: Mapping[str, Any]) -> bytes:
    return b"id: " + name.encode() + b"\nevent: " + event.encode() + b"\ndata: " + _encode(body) + b"\n\n"


class Board[Key: Hashable]:
    """The newest state of one show and its recent patches. Lives on the event loop, never shared with threads."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.epoch = secrets.token_hex(4)  # frame numbers of another process or an earlier board mean nothing here
        self.number = 0
        self.state: State | None = None
        self.watchers: set[asyncio.Event] = set()
        self.unwatched_since: float | None = None
        self.is_closed = False
        self.bell = asyncio.Event()  # somebody says that there is something to look at
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=RING_FRAMES)
        self._snapshot: tuple[int, bytes] | None = None

    @property
    def version(self) -> str:
        """Name of the newest frame."""
        return f"{self.epoch}.{self.number}"

    def publish(self, state: State) -> bool:
        """Take a new state; True when it differs and the watchers were woken."""
        if self.state is None:
            self.state = state
            self.number = 1
            self._wake()
            return True
        patch = difference(self.state, state)
        if not patch:
            return False
        before = self.version
        self.state = state
        self.number += 1
        body = {"v": self.version, "after": before, "set": patch.set, "del": patch.dropped}
        self._ring.append((self.number, _frame("patch", self.version, body)))
        self._wake()
        return True

    def number_after(self, version: str) -> int:
        """The frame number behind a `?after=`; 0 (everything, please) when it is not one of ours."""
        epoch, _, number = version.partition(".")
        return int(number) if epoch == self.epoch and number.isdigit() else 0

    def frames_after(self, number: int, *, at_most: int = RING_FRAMES) -> list[bytes]:
        """What a watcher that has frame `number` must still be sent: patches, or one snapshot."""
        if self.state is None or number == self.number:
            return []
        missing = self.number - number
        oldest = self._ring[0][0] if self._ring else self.number + 1
        if 0 < number < self.number and missing <= at_most and oldest <= number + 1:
            return [frame for at, frame in self._ring if at > number]
        return [self.snapshot()]

    def snapshot(self) -> bytes:
        """The whole state as one frame, encoded once per version."""
        if self._snapshot is None or self._snapshot[0] != self.number:
            body = {"v": self.version, "all": self.state or {}}
            self._snapshot = (self.number, _frame("snapshot", self.version, body))
        return self._snapshot[1]

    def close(self) -> None:
        """End every watcher's stream."""
        self.is_closed = True
        self._wake()

    def _wake(self) -> None:
        for watcher in self.watchers:
            watcher.set()


def pace_after(seconds: float) -> float:
    """How long the next frame waits after one whose state took so much of a core; at most what windows take to roll."""
    return min(max(PUSH_SECONDS, seconds / PUSH_SHARE), ROLL_SECONDS)


class Hub[Key: Hashable]:
    """Boards by show. `version_of` and `state_of` are plain blocking functions run on the hub's own two threads."""

    def __init__(
        self,
        *,
        version_of: Callable[[Key], object],
        state_of: Callable[[Key], State],
        poll_seconds: float = POLL_SECONDS,
        is_told: Callable[[], bool] = lambda: False,
        name_of: Callable[[Key], str] = str,
    ) -> None:
        self.boards: dict[Key, Board[Key]] = {}
        self.poll_seconds = poll_seconds
        self._version_of = version_of
        self._state_of = state_of
        self._is_told = is_told
        self._name_of = name_of
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="kaibo-live")

    def board(self, key: Key) -> Board[Key]:
        """The board of a show; starts its task when nobody watched it so far."""
        board = self.boards.get(key)
        if board is None or board.is_closed:
            board = self.boards[key] = Board(key)
            task = asyncio.get_running_loop().create_task(self._run(board), name=f"live {key}")
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._ended(board, done))
        return board

    def ring(self, name: str = "") -> None:
        """Look at the boards of this name now, without one at all of them. On the loop's thread."""
        for board in self.boards.values():
            if not name or self._name_of(board.key) == name:
                board.bell.set()

    async def close(self) -> None:
        """End all streams and tasks; called before the server waits for its connections."""
        for board in list(self.boards.values()):
            board.close()
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, board: Board[Key]) -> None:
        loop = asyncio.get_running_loop()
        seen: object = None
        computed_at, pace = -ROLL_SECONDS, PUSH_SECONDS
        while not self._is_abandoned(board):
            version = await loop.run_in_executor(self._pool, self._version_of, board.key)
            now = time.monotonic()
            is_new = version != seen and now - computed_at >= pace
            if board.state is None or is_new or now - computed_at >= ROLL_SECONDS:
                state, spent = await loop.run_in_executor(self._pool, self._timed_state_of, board.key)
                # the version was read before the state: what lands in between is looked at again next time
                seen, computed_at = version, now
                board.publish(state)
                pace = pace_after(spent)
            await self._rest(board, due=computed_at + pace if version != seen else None)

    async def _rest(self, board: Board[Key], *, due: float | None) -> None:
        """Until the next look: a change that is known already waits for its turn, one that is told ends the rest."""
        if not self._is_told():
            await asyncio.sleep(self.poll_seconds)
        elif due is not None:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        else:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(NOTICED_SECONDS):
                    await board.bell.wait()
        board.bell.clear()

    def _timed_state_of(self, key: Key) -> tuple[State, float]:
        """The state, and the processor time it took: on a busy machine the clock on the wall would say nothing."""
        began = time.thread_time()
        return self._state_of(key), time.thread_time() - began

    def _is_abandoned(self, board: Board[Key]) -> bool:
        if board.watchers:
            board.unwatched_since = None
            return board.is_closed
        now = time.monotonic()
        board.unwatched_since = board.unwatched_since or now
        return board.is_closed or now - board.unwatched_since > IDLE_SECONDS

    def _ended(self, board: Board[Key], task: asyncio.Task[None]) -> None:
        """Forget the board. A failure closes its streams: browsers come back and say so meanwhile."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the live state of show %s failed", board.key, exc_info=error)
        board.close()
        if self.boards.get(board.key) is board:
            del self.boards[board.key]
            self._tasks.pop(board.key, None)
