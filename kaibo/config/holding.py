"""A server in its home: one holds the log, counts and translates; the others stand by and take over when it is gone."""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Protocol

from django.db import connections

from kaibo.config.onewriter import WriterLock
from kaibo.kit import env
from kaibo.kit.errors import Conflict

log = logging.getLogger("kaibo.config")
LOOK_SECONDS = 0.5
"""How often a replica tries the lock of the log: one open file each time."""
GUARD_SECONDS = 1.0
WAIT_SECONDS = 2.0
"""A server that is started again waits so long for the one before it, or for an import, to let go."""


class AlreadyServed(Conflict):
    """Another process serves this home."""

    code = "already_served"


class Listening(Protocol):
    """Where the server answers."""

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def url(self) -> str: ...


class _Hand(Protocol):
    def start(self) -> object: ...

    def stop(self) -> object: ...


class _Guard(threading.Thread):
    """Ends this process when the lock of the log is another's: a machine that was cut off from a shared disk comes
    back after the disk gave its lock away. What it acknowledged is on the disk; it starts again as a replica."""

    def __init__(self) -> None:
        super().__init__(name="guard", daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        from kaibo.eventlog.log import log_lock

        lock = log_lock()
        while not self._stopped.wait(GUARD_SECONDS):
            try:
                is_lost = lock.is_lost()
            except OSError as error:
                log.error("the lock of the log cannot be read: %s", error)
                continue
            if is_lost:
                log.critical("process %s holds the log by now; this server ends, start it again", lock.holder())
                logging.shutdown()
                os._exit(1)

    def stop(self) -> None:
        self._stopped.set()


class Home:
    """What one server does in its home from `begin` to `end`."""

    def __init__(self) -> None:
        from kaibo.connectors.inboxworker import InboxWorker
        from kaibo.eventlog.feeds import heard_change
        from kaibo.eventlog.log import LocalLog
        from kaibo.eventlog.notices import Listener, listen
        from kaibo.eventlog.workers import Workers

        self._log: LocalLog | None = None
        self._writer: WriterLock | None = None
        self._inbox = InboxWorker()
        self._everywhere: list[_Hand] = [self._inbox, Workers(), Listener()]
        listen("feeds", heard_change)
        self._where_held: list[_Hand] = []
        self._listening: Listening | None = None
        self._present = ExitStack()
        self._changing = threading.Lock()
        self._stopped = threading.Event()
        self._waiting: threading.Thread | None = None

    @property
    def is_holder(self) -> bool:
        """Whether the log is held here."""
        return self._log is not None

    def begin(self) -> None:
        """Hold the log, or on PostgreSQL stand by while another server does.

        Raises: AlreadyServed when the records are in the home and another process holds its log, or when another
        home writes under the name of this one.
        """
        from kaibo.eventlog.log import stand_back

        stand_back()
        ends = time.monotonic() + WAIT_SECONDS
        while not self._take(is_first=True):
            if _is_served() or time.monotonic() > ends:
                self._stand_by()
                break
            time.sleep(0.1)
        else:
            self._hold()
        for hand in self._everywhere:
            hand.start()

    def tell(self, listening: Listening) -> None:
        """The server listens: others of this home may hand over to it where it holds the log."""
        from kaibo.eventlog import presence

        self._present.enter_context(presence.present("serve", url=listening.url))
        with self._changing:
            self._listening = listening
            self._announce()

    def end(self) -> None:
        """Let others have the log, everything durable; what is in hand ends first."""
        from kaibo.eventlog import api as eventlog
        from kaibo.web.door import door

        self._stopped.set()
        if self._waiting is not None:
            self._waiting.join()
        eventlog.withdraw_server()
        _all_at_once(*(hand.stop for hand in [*self._where_held, *self._everywhere]))
        door.close()
        if self._log is not None:
            self._log.close()
        if self._writer is not None:
            self._writer.release()
        self._present.close()

    # -- holding --------------------------------------------------------------------------------------------------

    def _take(self, *, is_first: bool = False) -> bool:
        """Take the log when it is free, the lock of the database with it; both or neither."""
        from kaibo.eventlog.log import log_lock, take_log

        lock = log_lock()
        if not lock.take():
            return False
        writer = WriterLock()
        try:
            is_ours = writer.take()
            if not is_ours and is_first:
                raise AlreadyServed(
                    f"another home writes to this database already under the name of {env.home()}",
                    fix="stop the server of the home that this one is a copy of, "
                    "or give this one a database of its own",
                )
            held = take_log(lock) if is_ours else None
        except BaseException:
            lock.release()
            writer.release()
            raise
        if held is None:  # the database has not yet noticed that the holder is gone
            lock.release()
            writer.release()
            return False
        self._log, self._writer = held, writer
        return True

    def _hold(self) -> None:
        from kaibo.config.adopter import Adopter
        from kaibo.connectors.pollworker import PollWorker
        from kaibo.eventlog import api as eventlog
        from kaibo.operations.compliance import api as compliance
        from kaibo.operations.opinion import api as opinion
        from kaibo.operations.radar.api import Follower
        from kaibo.warehouse.supervisor import Supervisor
        from kaibo.web.door import door

        if self._log is not None:
            self._log.start_housekeeping()
        self._where_held = [
            _Guard(),
            Adopter(),
            PollWorker(),
            compliance.LogFollower("proctor", compliance.look),
            compliance.LogFollower("radar", Follower().look, seconds=1.0),
            compliance.LogFollower("opinion", opinion.Follower().look, seconds=2.0),
        ]
        if env.read("KAIBO_LAKE"):
            self._where_held.append(eventlog.LakeSender())
        if not env.read_flag("KAIBO_COUNT_APART"):
            self._where_held.append(Supervisor())
        for hand in self._where_held:
            hand.start()
        self._inbox.translate()
        door.close()  # it may still hold the way to the server before us
        with self._changing:
            self._announce()

    def _announce(self) -> None:
        from kaibo.eventlog import api as eventlog

        if self._log is not None and self._listening is not None:
            eventlog.announce_server(self._listening.host, self._listening.port)

    # -- standing by ----------------------------------------------------------------------------------------------

    def _stand_by(self) -> None:
        from kaibo.eventlog import api as eventlog
        from kaibo.eventlog.log import log_lock

        if connections["default"].vendor != "postgresql":
            address, lock = eventlog.server_address(), log_lock()
            if address is None or not lock.is_held_by(address.instance):
                raise AlreadyServed(
                    f"process {lock.holder()} is writing the log of {env.home()}", fix="wait until it is done"
                )
            raise AlreadyServed(
                f"{address.url} already serves {env.home()}",
                fix="use that one, or stop it first; several servers of one home need PostgreSQL",
            )
        self._waiting = threading.Thread(target=self._wait, name="take-over", daemon=True)
        self._waiting.start()

    def _wait(self) -> None:
        """Try the lock until it is ours. Whatever goes wrong is said, and tried again: nobody else may be left."""
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                if self.is_holder or self._take():
                    self._hold()
                    log.warning("the log was free: this server holds it now")
                    break
            except Exception:
                log.exception("the log is free, but could not be taken over; trying again")
                connections.close_all()
        connections.close_all()


def _is_served() -> bool:
    """Whether a server of this home has said that it holds the log."""
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog.log import log_lock

    address = eventlog.server_address()
    is_shared = connections["default"].vendor == "postgresql"
    return is_shared and address is not None and log_lock().is_held_by(address.instance)


def _all_at_once(*stops: Callable[[], object]) -> None:
    """Stop workers that do not wait for each other: what each has in hand ends while the others' does.

    Raises: what the first of them raised, after all have ended.
    """
    with ThreadPoolExecutor(len(stops)) as pool:
        ending = [pool.submit(stop) for stop in stops]
    for each in ending:
        each.result()
