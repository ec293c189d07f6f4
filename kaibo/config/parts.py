"""The log, or one shard of it, in the hands of this process: the lock of its folder and that of the database."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kaibo.config.onewriter import WriterLock
from kaibo.eventlog import presence, shards
from kaibo.eventlog.log import LocalLog, log_lock, take_log
from kaibo.kit import env
from kaibo.kit.errors import Conflict

log = logging.getLogger("kaibo.config")
WAIT_SECONDS = 20.0
"""Whoever changes the number of shards is done by then."""


class AlreadyServed(Conflict):
    """Another process serves this home."""

    code = "already_served"


@dataclass(frozen=True, slots=True)
class Part:
    """A shard that is held here."""

    log: LocalLog
    writer: WriterLock

    def let_go(self) -> None:
        """Everything durable and sealed, then others may have it."""
        self.log.leave()
        self.writer.release()


def take_part(shard: int = 0, *, is_first: bool = False) -> Part | None:
    """Take a shard when it is free, the lock of the database with it; both or neither.

    Raises: AlreadyServed, while a server starts, when another home writes under the name of this one.
    """
    lock = log_lock(shard)
    if not lock.take():
        return None
    writer = WriterLock(shard)
    try:
        is_ours = writer.take()
        if not is_ours and is_first and shard == 0:
            raise AlreadyServed(
                f"another home writes to this database already under the name of {env.home()}",
                fix="stop the server of the home that this one is a copy of, or give this one a database of its own",
            )
        held = take_log(lock, shard) if is_ours else None
    except BaseException:
        lock.release()
        writer.release()
        raise
    if held is None:  # the database has not yet noticed that the holder is gone
        lock.release()
        writer.release()
        return None
    return Part(held, writer)


def settle_number() -> None:
    """Put the number of shards of KAIBO_LOG_SHARDS in force where nobody lives in the home.

    Raises: BadConfiguration, with what to do, where another number is in force and somebody does.
    """
    wanted = env.log_shards()
    ends = time.monotonic() + WAIT_SECONDS
    while shards.in_force().number != wanted:
        with _every_lock(max(shards.in_force().number, wanted)) as is_ours:
            before = shards.in_force().number
            if is_ours and before != wanted:
                shards.change_to(wanted)
                log.warning("the log has %d shards from now on, %d before", wanted, before)
                return
        if presence.processes() or time.monotonic() > ends:
            shards.agreed()
        time.sleep(0.1)


@contextmanager
def _every_lock(number: int) -> Iterator[bool]:
    """Whether every lock of the log is held here and no server or worker lives."""
    locks = [log_lock(shard) for shard in range(number)]
    writers: list[WriterLock] = []
    try:
        is_ours = all(lock.take() for lock in locks) and not presence.processes()
        if is_ours:
            writers = [WriterLock(shard) for shard in range(number)]
            is_ours = all(writer.take() for writer in writers)
        yield is_ours
    finally:
        for writer in writers:
            writer.release()
        for lock in locks:
            lock.release()
