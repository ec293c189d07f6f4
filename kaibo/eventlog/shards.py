"""How many appenders share the log, and which of them takes a room; the number stands in the log's own folder.

With one nothing of this is on the disk. Every change of the number begins new writers behind all that came before,
so that the lines of a room lie in the order of their sequence numbers whoever wrote them.
"""

import threading
from functools import lru_cache
from pathlib import Path

import msgspec
import xxhash

from kaibo.eventlog.segments import batches_of, forget_listing, log_folder, segments
from kaibo.kit import env
from kaibo.kit.durable import write_durably
from kaibo.kit.errors import BadConfiguration

SEED = 0x6B61_6962_6F
"""Part of every home: with another seed the rooms of a running home would change their appenders."""


class Shards(msgspec.Struct, frozen=True):
    """The number in force, how often it was changed, and where the writers since the last change begin."""

    number: int = 1
    change: int = 0
    first_seq: int = 1

    def of(self, platform: str, room_id: str) -> int:
        """The shard of a room."""
        return 0 if self.number == 1 else _digest(platform, room_id) % self.number

    def writer(self, home: str, shard: int) -> str:
        """The name of a shard's writer; a home whose number was never changed writes under its own name.

        Shape: names of later changes stand behind earlier ones in order.
        """
        return f"{home}_{self.change:03d}_{shard}" if self.change else home

    def writers(self, home: str) -> dict[str, int]:
        """Writer -> shard, of all that are in force."""
        return {self.writer(home, shard): shard for shard in range(self.number)}


@lru_cache(maxsize=16_384)
def _digest(platform: str, room_id: str) -> int:
    return int(xxhash.xxh3_64_intdigest(f"{platform}\x1f{room_id}".encode(), SEED))


_known: dict[Path, tuple[tuple[int, int], Shards]] = {}
_reading = threading.Lock()


def _path() -> Path:
    return log_folder() / "shards.json"


def in_force() -> Shards:
    """What the home's folder says. Cost: one stat while it is unchanged."""
    path = _path()
    try:
        stat = path.stat()
    except FileNotFoundError:
        return Shards()
    stamp = (stat.st_mtime_ns, stat.st_ino)
    with _reading:
        known = _known.get(path)
        if known is None or known[0] != stamp:
            known = _known[path] = (stamp, msgspec.json.decode(path.read_bytes(), type=Shards))
        return known[1]


def agreed() -> Shards:
    """The number in force, which is this process's setting too. Raises: BadConfiguration where it is not."""
    found, wanted = in_force(), env.log_shards()
    if found.number != wanted:
        raise BadConfiguration(
            f"the log of {env.home()} has {found.number} shards, KAIBO_LOG_SHARDS says {wanted}",
            fix=f"set KAIBO_LOG_SHARDS={found.number}; to change the number, stop every server and worker of the home "
            "and start a server with the new one",
        )
    return found


def lock_path(shard: int) -> Path:
    """The lock that makes one process the appender of a shard."""
    return log_folder() / (f"lock-{shard}" if shard else "lock")


def change_to(number: int) -> Shards:
    """Put another number in force. The caller holds the locks of every shard, old and new, and nobody else lives."""
    before = in_force()
    forget_listing()
    last = 0
    for segment in segments():
        refs = batches_of(segment)
        last = max(last, refs[-1].to_seq if refs else segment.first_seq)
    made = Shards(number, before.change + 1, max(last + 1, before.first_seq))
    log_folder().mkdir(parents=True, exist_ok=True)
    write_durably(_path(), msgspec.json.encode(made))
    return made
