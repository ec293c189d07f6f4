"""Small bodies on their way to a shard that is held elsewhere: those that wait for one fsync share the next.

Pushes are translated one by one, and each would wait for an answer of its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import NamedTuple

from kaibo.eventlog.contracts import FeedView, Provenance, Receipt

MOST_BODIES = 500
MOST_BYTES = 4 * 1024 * 1024


class Parcel(NamedTuple):
    """A body with what `append_lines` is told about it."""

    body: bytes
    provenance: Provenance
    feed: FeedView | None = None


class Lane:
    """One shard's: bodies arrive in the order in which they were put, many in one hand-over."""

    def __init__(self, deliver: Callable[[list[Parcel]], list[Receipt]]) -> None:
        self._deliver = deliver
        self._crew = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self._waiting: deque[tuple[Parcel, Future[Receipt]]] = deque()
        self._guard = threading.Lock()

    def put(self, parcel: Parcel) -> Callable[[], Receipt]:
        """Send it behind the caller's back; what comes back waits for the receipt, or raises why there is none."""
        told: Future[Receipt] = Future()
        with self._guard:
            self._waiting.append((parcel, told))
        self._crew.submit(copy_context().run, self._send)
        return told.result

    def settle(self) -> None:
        """Wait until everything that was put is answered."""
        self._crew.submit(lambda: None).result()

    def close(self) -> None:
        """The same, for good."""
        self._crew.shutdown()

    def _send(self) -> None:
        taken = self._taken()
        if not taken:
            return  # went with an earlier one
        try:
            receipts = self._deliver([parcel for parcel, _ in taken])
        except BaseException as error:  # noqa: BLE001 - each caller hears it
            for _, told in taken:
                told.set_exception(error)
            return
        for (_, told), receipt in zip(taken, receipts, strict=True):
            told.set_result(receipt)

    def _taken(self) -> list[tuple[Parcel, Future[Receipt]]]:
        taken: list[tuple[Parcel, Future[Receipt]]] = []
        size = 0
        with self._guard:
            while self._waiting and len(taken) < MOST_BODIES and size < MOST_BYTES:
                taken.append(self._waiting.popleft())
                size += len(taken[-1][0].body)
        return taken
