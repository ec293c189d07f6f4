"""The proctor's thread beside the server."""

import logging
import threading
from collections.abc import Callable

from django.db import Error as DatabaseFault
from django.db import connections

log = logging.getLogger("kaibo.operations")

LOOK_SECONDS = 0.1
"""A cue that comes a second late is late: looking costs a listing and one small file."""
RETRY_SECONDS = 2.0


class LogFollower:
    """Calls `look` again and again; it returns how much it read, 0 when there is nothing new."""

    def __init__(self, name: str, look: Callable[[], int], *, seconds: float = LOOK_SECONDS) -> None:
        self._look, self._seconds = look, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand; the rest waits in the log for the next start."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                if not self._look():
                    self._stopped.wait(self._seconds)
            except (DatabaseFault, OSError) as error:
                log.warning("%s waits: %s", self._thread.name, error)
                connections.close_all()
                self._stopped.wait(RETRY_SECONDS)
            except Exception:
                log.exception("%s failed and tries again", self._thread.name)
                connections.close_all()
                self._stopped.wait(RETRY_SECONDS)
        connections.close_all()
