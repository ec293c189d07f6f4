"""Word from other processes that there is something to look at: LISTEN/NOTIFY on PostgreSQL, nothing elsewhere.

A notice says where to look, never what is there: whoever gets one asks the records. So a notice that is lost costs
time and nothing else, and everybody who waits for one also looks by itself now and then, more often while
`is_listening` says that none would come.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import Error as DatabaseFault
from django.db import connection, connections

from kaibo.eventlog.locks import instance

log = logging.getLogger("kaibo.eventlog")

WIRE = "kaibo"
KEY_LENGTH = 400
"""A payload may have 8000 bytes; what has a longer name is looked at with all others."""
BEAT_SECONDS = 5.0
LOST_SECONDS = 12.0
"""Our own beats come back over the database. Without one for so long the line is dead, or a pooler swallows notices."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

Ear = Callable[[str], object]
_ears: dict[str, list[Ear]] = defaultdict(list)
_guard = threading.Lock()


def tell(topic: str, key: str = "") -> None:
    """Let every listening process look at `key` of a topic, at all of it without a key, once the caller's transaction
    is over. Cost: one statement on PostgreSQL, none elsewhere."""
    if connection.vendor != "postgresql":
        return
    name = key if len(key) <= KEY_LENGTH and key.isprintable() else ""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [WIRE, f"{topic} {name}"])


def listen(topic: str, ear: Ear) -> Callable[[], None]:
    """Call `ear(key)` for each notice of a topic, from a thread of its own; what comes back ends that.

    Shape: an empty key means everything, also after the line was down. An ear must be quick and must not raise.
    """
    with _guard:
        _ears[topic].append(ear)

    def stop() -> None:
        with _guard:
            _ears[topic].remove(ear)

    return stop


def _hear(topic: str, key: str) -> None:
    with _guard:
        ears = list(_ears.get(topic, ()))
    for ear in ears:
        ear(key)


def _hear_everything() -> None:
    with _guard:
        topics = list(_ears)
    for topic in topics:
        _hear(topic, "")


class Listener:
    """The thread with the line over which notices come; it opens a new one when that is lost."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="notices", daemon=True)
        self._heard_at = -LOST_SECONDS
        self.heard = 0

    def start(self) -> None:
        """Begin to listen where the records can speak; elsewhere nothing."""
        global _listener  # noqa: PLW0603 - one line per process
        if connections["default"].vendor == "postgresql":
            _listener = self
            self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=BEAT_SECONDS)

    def is_well(self) -> bool:
        """Whether our own beat came back lately."""
        return not self._stopped.is_set() and time.monotonic() - self._heard_at < LOST_SECONDS

    def _work(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._listen()
            except (DatabaseFault, _fault()) as error:
                log.warning("notices do not come, we look by ourselves: %s", str(error).strip())
            except Exception:
                log.exception("a notice could not be followed")
            pause = FIRST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            self._stopped.wait(pause)

    def _listen(self) -> None:
        """Hear until told to stop. Raises what the database says when the line is lost."""
        own = f"{WIRE}_{instance()}"
        opened = connections.create_connection("default")
        try:
            opened.ensure_connection()
            opened.set_autocommit(True)
            line: Any = opened.connection
            for name in (WIRE, own):
                line.execute(f'listen "{name}"')
            _hear_everything()  # what was said while nobody listened
            began = time.monotonic()
            while not self._stopped.is_set():
                line.execute("select pg_notify(%s, '')", [own])
                self._hear_for(line, BEAT_SECONDS, own)
                if time.monotonic() - max(self._heard_at, began) > LOST_SECONDS:
                    raise DatabaseFault("our own beats do not come back")
        finally:
            opened.close()

    def _hear_for(self, line: Any, seconds: float, own: str) -> None:
        ends = time.monotonic() + seconds
        while not self._stopped.is_set() and (left := ends - time.monotonic()) > 0:
            for notice in line.notifies(timeout=min(left, 0.5)):
                self._heard_at = time.monotonic()
                if notice.channel != own:
                    self.heard += 1
                    topic, _, key = notice.payload.partition(" ")
                    _hear(topic, key)


_listener: Listener | None = None


def is_listening() -> bool:
    """Whether notices come just now; who waits for them may then look less often by itself."""
    return _listener is not None and _listener.is_well()


def heard() -> int:
    """How many notices of other processes and of this one came so far."""
    return _listener.heard if _listener is not None else 0


def _fault() -> type[Exception]:
    """What the driver raises; it is there where a line was opened at all."""
    import psycopg

    return psycopg.Error
