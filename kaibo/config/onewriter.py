"""On PostgreSQL: one server at a time writes under the name of a log's shard, whatever machine its folder lies on.

A lock file guards one folder; a copy of a home (a restored backup, a cloned disk) has a folder of its own and would
write other events under the same numbers. The database that both speak to knows better.
"""

import hashlib
import logging
import threading
from typing import Any

from django.db import Error as DatabaseFault
from django.db import connections

from kaibo.eventlog.recovery import identity_of_home

log = logging.getLogger("kaibo.config")
LOOK_SECONDS = 5.0
ALIVE = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
"""A machine without power does not hang up: the database finds out within half a minute instead of two hours, and the
second home may write."""


class WriterLock:
    """An advisory lock of the database, held by a connection of its own and taken again after a restart of it."""

    def __init__(self, shard: int = 0) -> None:
        name = f"kaibo writer {identity_of_home()[0]}" + (f" {shard}" if shard else "")
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
        self._held: Any = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self) -> bool:
        """True when this process holds it now, or the records live in a file of the home."""
        if connections["default"].vendor != "postgresql":
            return True
        line = connections.create_connection("default")
        line.inc_thread_sharing()  # the thread that keeps it is another one
        with line.cursor() as cursor:
            for setting, value in ALIVE.items():
                cursor.execute(f"set {setting} = {value}")
            cursor.execute("select pg_try_advisory_lock(%s)", [self._key])
            (is_ours,) = cursor.fetchone()
        if not is_ours:
            line.close()
            return False
        self._held = line
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="writer-lock", daemon=True)
            self._thread.start()
        return True

    def release(self) -> None:
        """Let another home write."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        """A restarted database has forgotten the lock: take it again, and say loudly when somebody else has it."""
        while not self._stopped.wait(LOOK_SECONDS):
            if self._held is None or not self._is_held():
                self._take_again()
        if self._held is not None:
            self._held.close()

    def _is_held(self) -> bool:
        try:
            with self._held.cursor() as cursor:
                cursor.execute("select 1")
        except DatabaseFault:
            self._held.close()
            self._held = None  # a line that is opened anew holds no lock
            return False
        return True

    def _take_again(self) -> None:
        try:
            if not self.take():
                log.critical("another home writes under the name of this one; stop one of them, events are at risk")
        except DatabaseFault as error:
            log.warning("the records are away; the lock of the writer is taken again later: %s", error)
