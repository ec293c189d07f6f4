"""Several servers share out the shards of a log: every shard has a holder while one server lives, and every server
one shard while there are enough."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection

from django.db import connections

from kaibo.eventlog import presence
from kaibo.eventlog.locks import instance
from kaibo.eventlog.log import log_lock

log = logging.getLogger("kaibo.config")
LOOK_SECONDS = 0.5
ANOTHERS_SECONDS = 2.0
"""A shard that is free this long is nobody else's: whoever holds one already takes it too."""
GIVE_SECONDS = 1.0
KEEP_SECONDS = 60.0
"""A shard that came back, because the server it was given away for did not take it, is kept this long."""


class Sharing:
    """The thread of a server that takes shards and gives them away.

    `take` takes one and says whether it is ours; `give` lets one go; `held` names what is held now.
    """

    def __init__(
        self, number: int, *, take: Callable[[int], bool], give: Callable[[int], object],
        held: Callable[[], Collection[int]],
    ) -> None:  # fmt: skip
        self._number, self._take, self._give, self._held = number, take, give, held
        self._free_since: dict[int, float] = {}
        self._looked_at = self._keeps_until = 0.0
        self._given: set[int] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sharing", daemon=True)

    def start(self) -> None:
        """Begin to look around."""
        self._thread.start()

    def stop(self) -> None:
        """What is held now stays held."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        """Whatever goes wrong is said, and tried again: nobody else may be left."""
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look(time.monotonic())
            except Exception:
                log.exception("shards of the log could not be shared out; trying again")
                connections.close_all()
        connections.close_all()

    def look(self, now: float) -> None:
        """Take what is free and ours to take, lowest first; give one away where a server has none."""
        free = [one for one in range(self._number) if one not in self._held() and log_lock(one).is_free()]
        self._free_since = {one: self._free_since.get(one, now) for one in free}
        for one in free:
            is_ours = not self._held() or now - self._free_since[one] >= ANOTHERS_SECONDS
            if is_ours and self._take(one):
                log.warning("shard %d of the log was free: this server holds it now", one)
                if one in self._given:
                    self._given.discard(one)
                    self._keeps_until = now + KEEP_SECONDS
        if len(self._held()) > 1 and now >= max(self._looked_at + GIVE_SECONDS, self._keeps_until):
            self._looked_at = now
            if not free and self._is_to_give():  # what is free is for whoever has none
                one = max(self._held())
                self._given.add(one)
                self._give(one)
                log.warning("shard %d of the log is given away: another server holds none", one)

    def _is_to_give(self) -> bool:
        """Whether a living server holds none, and this one most."""
        servers = {one.instance for one in presence.processes() if one.does == "serve"}
        takers = (log_lock(one).last_taker() for one in range(self._number))
        counts = Counter(taker for taker in takers if taker in servers)
        richest = max(servers, key=lambda name: (counts[name], name), default="")
        return len(counts) < len(servers) and richest == instance()
