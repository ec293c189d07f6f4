"""One process at a time, whatever machine it runs on: for what must not happen twice and is no row of the records.

PostgreSQL keeps an advisory lock on a line of its own, so that nothing long happens inside a transaction; beside SQLite
all processes of a home are on one machine, and a file of the home is locked. Both are free again when a process dies.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.db import connections

from kaibo.eventlog.errors import TurnTaken
from kaibo.eventlog.locks import LockFile
from kaibo.kit import env

LOOK_SECONDS = 0.05


class _Lock(Protocol):
    def take(self) -> bool: ...
    def release(self) -> None: ...


class _Advisory:
    def __init__(self, name: str) -> None:
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
        self._line: Any = connections.create_connection("default")

    def take(self) -> bool:
        with self._line.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [self._key])
            return bool(cursor.fetchone()[0])

    def release(self) -> None:
        self._line.close()


def _lock_of(what: str) -> _Lock:
    if connections["default"].vendor == "postgresql":
        return _Advisory(f"kaibo {what}")
    return LockFile(env.home() / "run" / "turns" / hashlib.sha256(what.encode()).hexdigest()[:16])


@contextmanager
def turn(what: str, *, seconds: float) -> Iterator[None]:
    """Wait until no other thread of any process of this home is in a block of this name.

    Raises: TurnTaken after so many seconds. What was read before the turn may be old by now.
    """
    lock, ends = _lock_of(what), time.monotonic() + seconds
    try:
        while not lock.take():
            if time.monotonic() > ends:
                raise TurnTaken(f"another process has been at '{what}' for {seconds:.0f} s", fix="try again later")
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        lock.release()
