"""Servers that hold the log, live and answer nobody: a lock is free only when its process is gone, so all wait.

The watch of a replica (`config/hungwatch.py`) writes down whom it found; readiness and pages say it.
"""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass

from kaibo.eventlog import presence
from kaibo.eventlog.handover import CONNECT_SECONDS, Address, server_address
from kaibo.eventlog.locks import machine
from kaibo.eventlog.presence import Present
from kaibo.eventlog.shards import in_force
from kaibo.kit import env


@dataclass(frozen=True, slots=True)
class Silent:
    """A holder without an answer. `seconds` since the first that it owed; `is_ended` when one of us will end it."""

    holder: Present
    seconds: float
    is_ended: bool

    @property
    def sentence(self) -> str:
        """What is the matter, and what to do."""
        told = f"process {self.holder.pid} on {self.holder.machine} holds the log and has not answered for"
        return f"{told} {self.seconds:.0f} s; {fix_of(self.holder, is_ended=self.is_ended)}"


def fix_of(holder: Present, *, is_ended: bool = False) -> str:
    """What to do about a holder that does not answer."""
    if is_ended:
        return f"it is ended after {env.end_hung_holder_seconds()} s and another server takes over"
    where = "" if holder.machine == machine() else f" on {holder.machine}"
    return f"end it: `kill -9 {holder.pid}`{where}; a replica takes over, without one start `kaibo serve`"


def holders() -> Iterator[tuple[Present, Address]]:
    """The living servers that said that they hold the log, or shards of it, each with where it listens."""
    from kaibo.eventlog.log import log_lock

    said: dict[str, Address] = {}
    for shard in range(in_force().number):
        address = server_address(shard)
        # else it is free, just taken over, or written by a command: nobody who could be asked
        if address is not None and log_lock(shard).is_held_by(address.instance):
            said[address.instance] = address
    for one in presence.processes() if said else ():
        if one.instance in said:
            yield one, said[one.instance]


def is_silent(address: Address) -> bool:
    """Whether the system there takes a connection and nobody answers. A refusal, or trouble of our own, is no silence.

    Cost: a request, three seconds where nobody answers.
    """
    host, port = address.where()
    line = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    try:
        line.request("GET", "/healthz?live", headers={"Host": "127.0.0.1"})
        line.getresponse()
    except TimeoutError:
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
    return False


def silent_now() -> list[Present]:
    """Holders that do not answer at this moment. Cost: that of `is_silent` for each."""
    return [holder for holder, address in holders() if is_silent(address)]


_noted: list[Silent] = []


def note_silent(found: list[Silent]) -> None:
    """What the watch of this process saw last."""
    _noted[:] = found


def silent_holders() -> list[Silent]:
    """What the watch of this process saw last; empty where none runs. Cost: none."""
    return list(_noted)
