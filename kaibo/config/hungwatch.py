"""A replica asks the holder of the log whether it lives, and ends one that is proven to hang on its own machine.

The system frees a lock when its process is gone and not before: a server that was stopped, or whose threads wait for
each other, would keep all others from taking over. Ending it is what a power cut does: what it acknowledged is on the
disk. Before that all of this must hold: it has not answered for so many seconds in a row, while this process itself
ran; it answered before, or the system says that it is stopped; it still has the lock and lives; its process id and its
start are those that it wrote down, on this machine, under our own account; and the records answer, so that one of
us does it, writes it down and can go on.
"""

import logging
import os
import select
import signal
import threading
import time
from pathlib import Path

from django.db import connections

from kaibo.eventlog import api as eventlog
from kaibo.eventlog import hung
from kaibo.eventlog.handover import CONNECT_SECONDS
from kaibo.eventlog.locks import instance, machine
from kaibo.eventlog.presence import Present, mark_of
from kaibo.eventlog.turns import turn
from kaibo.kit import env

log = logging.getLogger("kaibo.config")
LOOK_SECONDS = 1.0
OWN_PAUSE_SECONDS = LOOK_SECONDS + CONNECT_SECONDS + 5.0
"""A look that took longer: this process did not run either, and knows nothing of others."""
DEATH_SECONDS = 10.0
TOLD_SECONDS = 60
"""After how long a holder that nobody may end is said to hang."""


class HungWatch(threading.Thread):
    """Looks once a second at holders other than this process; on SQLite there is one server and no watch."""

    def __init__(self) -> None:
        super().__init__(name="hung-watch", daemon=True)
        self._stopped = threading.Event()
        self._owing: dict[str, float] = {}  # instance -> when it owed its first answer
        self._answered: set[str] = set()
        self._looked_at = time.monotonic()
        self._told: set[str] = set()

    def start(self) -> None:
        if connections["default"].vendor == "postgresql":
            super().start()

    def stop(self) -> None:
        """A look in hand ends first: at most as long as connecting may take."""
        self._stopped.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                for one in self._look():
                    self._act(one)
            except Exception:
                log.exception("the holder of the log cannot be looked at")
                connections.close_all()
        hung.note_silent([])
        connections.close_all()

    def _look(self) -> list[hung.Silent]:
        """Holders without an answer, each with the time since the first that it owed."""
        now, found = time.monotonic(), []
        if now - self._looked_at > OWN_PAUSE_SECONDS:
            self._owing.clear()
        self._looked_at = now
        owing, self._owing = self._owing, {}
        for holder, address in hung.holders():
            if holder.instance == instance():
                continue
            if not hung.is_silent(address):
                self._answered.add(holder.instance)
                continue
            self._owing[holder.instance] = owing.get(holder.instance, now)
            seconds = time.monotonic() - self._owing[holder.instance]
            found.append(hung.Silent(holder, seconds, is_ended=not self._why_not(holder)))
        hung.note_silent(found)
        return found

    def _why_not(self, holder: Present) -> str:
        """Why this process will not end a holder; empty when it may."""
        if not env.end_hung_holder_seconds():
            return "KAIBO_END_HUNG_HOLDER_SECONDS is 0"
        if holder.machine != machine():
            return "it runs on another machine"
        if not is_ours(holder):
            return "nothing proves which process it is, or it is of another account"
        if holder.instance not in self._answered and not is_stopped(holder.pid):
            return "it never answered here"
        return ""

    def _act(self, one: hung.Silent) -> None:
        limit = env.end_hung_holder_seconds()
        if one.seconds < (limit or TOLD_SECONDS):
            return
        if why := self._why_not(one.holder):
            if one.holder.instance not in self._told:
                self._told.add(one.holder.instance)
                log.critical("%s (it is not ended from here: %s)", one.sentence, why)
            return
        with turn("end a server that hangs", seconds=DEATH_SECONDS):
            still = [holder.instance for holder in hung.silent_now()]
            if one.holder.instance not in still or not end(one.holder):
                return
            log.critical("process %s held the log and hung; it was ended", one.holder.pid)
            eventlog.audit(
                "system:replica",
                "server.ended",
                f"process:{one.holder.pid}",
                after={"machine": one.holder.machine, "url": one.holder.url, "seconds": round(one.seconds)},
                why="it held the log and answered nobody",
            )


def is_ours(holder: Present) -> bool:
    """Whether the process of this id here is the one that wrote it down, and of our account."""
    try:
        is_same = bool(holder.began) and mark_of(holder.pid) == holder.began
        return is_same and Path(f"/proc/{holder.pid}").stat().st_uid == os.getuid()
    except OSError:
        return False


def is_stopped(pid: int) -> bool:
    """Whether the system says that a process was stopped (SIGSTOP); one that somebody traces is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


def end(holder: Present) -> bool:
    """End it as a power cut would, and wait until it is gone; False when it is not, or no longer, that process."""
    if not hasattr(os, "pidfd_open"):
        return False
    try:
        handle = os.pidfd_open(holder.pid)
    except OSError:
        return False
    try:
        if not is_ours(holder):  # asked behind the handle: the id cannot become another's from here on
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return bool(select.select([handle], [], [], DEATH_SECONDS)[0])
    finally:
        os.close(handle)
