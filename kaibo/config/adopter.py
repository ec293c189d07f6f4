"""Shows that arrive as events get their row within a second, so that no page has to write when it is opened."""

import logging
import threading

from django.db import Error as DatabaseError
from django.db import connections

from kaibo.commerce.shows import api as shows

PACE_SECONDS = 1.0
"""Two queries each time; a show that began is on the home page before anybody could open it."""
log = logging.getLogger(__name__)


class Adopter(threading.Thread):
    """Ticks until it is stopped."""

    def __init__(self) -> None:
        super().__init__(name="adopter", daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Adopt again and again; records that cannot be reached are tried a second later."""
        while not self._stopped.wait(PACE_SECONDS):
            try:
                shows.adopt_windows()
            except DatabaseError as error:
                log.error("shows that arrived as events wait for their row: %s", error)
                connections.close_all()
        connections.close_all()

    def stop(self) -> None:
        """Let it end and wait for it."""
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=10)
