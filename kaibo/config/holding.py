"""A server in its home: one holds the log, counts and translates; the others stand by and take over when it is gone.

Where the log has several shards each server holds some; counting and what else happens once per home is where the
first is."""

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Protocol

from django.db import connections

from kaibo.config.parts import AlreadyServed, Part, settle_number, take_part
from kaibo.config.sharing import Sharing
from kaibo.kit import env

log = logging.getLogger("kaibo.config")
LOOK_SECONDS = 0.5
"""How often a replica tries the lock of the log: one open file each time."""
GUARD_SECONDS = 1.0
WAIT_SECONDS = 2.0
"""A server that is started again waits so long for the one before it, or for an import, to let go."""


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
        from kaibo.eventlog.log import local_logs

        while not self._stopped.wait(GUARD_SECONDS):
            for held in local_logs():
                try:
                    is_lost = held.lock.is_lost() and held in local_logs()  # else it was given away just now
                except OSError as error:
                    log.error("the lock of the log cannot be read: %s", error)
                    continue
                if is_lost:
                    log.critical(
                        "process %s holds the log by now; this server ends, start it again", held.lock.holder()
                    )
                    logging.shutdown()
                    os._exit(1)

    def stop(self) -> None:
        self._stopped.set()


class Home:
    """What one server does in its home from `begin` to `end`."""

    def __init__(self) -> None:
        from kaibo.config.hungwatch import HungWatch
        from kaibo.connectors.inboxworker import InboxWorker
        from kaibo.eventlog.feeds import heard_change
        from kaibo.eventlog.notices import Listener, listen
        from kaibo.eventlog.workers import Workers

        self._parts: dict[int, Part] = {}
        self._sharing: Sharing | None = None
        self._inbox = InboxWorker()
        self._everywhere: list[_Hand] = [self._inbox, Workers(), Listener(), _Guard(), HungWatch()]
        listen("feeds", heard_change)
        self._where_held: list[_Hand] = []
        self._listening: Listening | None = None
        self._present = ExitStack()
        self._changing = threading.Lock()
        self._stopped = threading.Event()
        self._waiting: threading.Thread | None = None

    @property
    def shards(self) -> list[int]:
        """The shards that are held here; [0] at the holder of a log that is not shared out."""
        return sorted(self._parts)

    @property
    def is_holder(self) -> bool:
        """Whether the log is held here, or its first shard."""
        return 0 in self._parts

    def begin(self) -> None:
        """Hold the log, or on PostgreSQL stand by while another server does.

        Raises: AlreadyServed when the records are in the home and another process holds its log, or when another
        home writes under the name of this one.
        """
        from kaibo.eventlog.log import count_shards, stand_back

        stand_back()
        settle_number()
        if count_shards() > 1:
            self._share(count_shards())
        else:
            self._hold_or_stand_by()
        for hand in self._everywhere:
            hand.start()

    def _hold_or_stand_by(self) -> None:
        ends = time.monotonic() + WAIT_SECONDS
        while not self._take(is_first=True):
            if _is_served() or time.monotonic() > ends:
                self._stand_by()
                return
            time.sleep(0.1)
        self._hold()

    def _share(self, number: int) -> None:
        """Take the lowest shard that is free; the others share out themselves."""
        next((shard for shard in range(number) if self._take_shard(shard, is_first=True)), None)
        self._sharing = Sharing(number, take=self._take_shard, give=self._give_shard, held=lambda: self._parts)
        self._sharing.start()

    def _take_shard(self, shard: int, *, is_first: bool = False) -> bool:
        """Take it and do what belongs to it; when that fails it is free again."""
        if not self._take(shard, is_first=is_first):
            return False
        try:
            self._hold() if shard == 0 else self._tell_of(shard)
        except BaseException:
            _all_at_once(*(hand.stop for hand in self._where_held))
            self._where_held = []
            self._give_shard(shard)
            raise
        return True

    def _give_shard(self, shard: int) -> None:
        from kaibo.eventlog import api as eventlog

        with self._changing:
            eventlog.withdraw_server(shard=shard)
            part = self._parts.pop(shard)
        part.let_go()

    def tell(self, listening: Listening) -> None:
        """The server listens: others of this home may hand over to it where it holds the log."""
        from kaibo.eventlog import presence

        self._present.enter_context(presence.present("serve", url=listening.url))
        with self._changing:
            self._listening = listening
            for shard in list(self._parts):
                self._announce(shard)

    def end(self) -> None:
        """Let others have the log, everything durable; what is in hand ends first."""
        from kaibo.eventlog import api as eventlog
        from kaibo.web.door import door

        self._stopped.set()
        if self._waiting is not None:
            self._waiting.join()
        if self._sharing is not None:
            self._sharing.stop()
            self._present.close()  # nobody gives a shard away for a server that ends
        for shard in [shard for shard in self._parts if shard]:
            self._give_shard(shard)  # at once, while what belongs to the first one ends
        eventlog.withdraw_server()
        _all_at_once(*(hand.stop for hand in [*self._where_held, *self._everywhere]))
        door.close()
        for part in self._parts.values():
            part.log.close()
            part.writer.release()
        self._present.close()

    # -- holding --------------------------------------------------------------------------------------------------

    def _take(self, shard: int = 0, *, is_first: bool = False) -> bool:
        part = take_part(shard, is_first=is_first)
        if part is not None:
            self._parts[shard] = part
            part.log.start_housekeeping()
        return part is not None

    def _tell_of(self, shard: int) -> None:
        with self._changing:
            self._announce(shard)

    def _hold(self) -> None:
        from kaibo.config.adopter import Adopter
        from kaibo.connectors.pollworker import PollWorker
        from kaibo.eventlog import api as eventlog
        from kaibo.operations.compliance import api as compliance
        from kaibo.operations.opinion import api as opinion
        from kaibo.operations.radar.api import Follower
        from kaibo.warehouse.supervisor import Supervisor
        from kaibo.web.door import door

        hands: list[_Hand] = [
            Adopter(),
            PollWorker(),
            compliance.LogFollower("proctor", compliance.look),
            compliance.LogFollower("radar", Follower().look, seconds=1.0),
            compliance.LogFollower("opinion", opinion.Follower().look, seconds=2.0),
        ]
        if env.read("KAIBO_LAKE"):
            hands.append(eventlog.LakeSender())
        if not env.read_flag("KAIBO_COUNT_APART"):
            hands.append(Supervisor())
        for hand in hands:
            hand.start()
            self._where_held.append(hand)
        self._inbox.translate()
        door.close()  # it may still hold the way to the server before us
        self._tell_of(0)

    def _announce(self, shard: int) -> None:
        from kaibo.eventlog import api as eventlog

        if self._listening is not None:
            eventlog.announce_server(self._listening.host, self._listening.port, shard=shard)

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
    if not stops:
        return
    with ThreadPoolExecutor(len(stops)) as pool:
        ending = [pool.submit(stop) for stop in stops]
    for each in ending:
        each.result()
