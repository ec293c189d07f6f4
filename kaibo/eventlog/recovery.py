"""Coming back after a stop or a crash: only what an index record names exists."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.ids import IdIndex, Key, Touched, read_head, write_sidecar
from kaibo.eventlog.locks import LockFile
from kaibo.eventlog.mending import mend
from kaibo.eventlog.segments import (
    Segment,
    batches_of,
    cut_tail,
    forget_listing,
    log_folder,
    read_batch,
    segments,
)
from kaibo.eventlog.shards import in_force
from kaibo.kit.clock import HOUR_US
from kaibo.kit.durable import write_durably
from kaibo.kit.logfields import about_damage

log = logging.getLogger("kaibo.eventlog")


class _Identity(msgspec.Struct, gc=False):
    event_id: str
    platform: str
    room_id: str
    occurred_at: int
    sign: int = 1


_IDENTITIES = msgspec.json.Decoder(_Identity)


@dataclass(slots=True)
class Recovered:
    """What the appender starts from."""

    writer: str
    index: IdIndex
    last_seq: int = 0
    last_commit_at: int | None = None
    damaged: list[str] = field(default_factory=list)
    former: set[str] = field(default_factory=set)
    """Writers of this home before the number of shards was changed."""


def identity_of_home() -> tuple[str, int]:
    """The writer's name and the seed of its digests, made once per home."""
    path = log_folder() / "writer"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, f"w{secrets.token_hex(4)} {secrets.randbits(63)}\n".encode())
    writer, seed = path.read_text().split()
    return writer, int(seed)


def recover(folder: Path, shard: int = 0) -> Recovered:
    """Cut what was never acknowledged, seal what was left open, and know every id of the shard's rooms again."""
    home, seed = identity_of_home()
    shards = in_force()
    others = shards.writers(home)
    writer = shards.writer(home, shard)
    del others[writer]
    found = Recovered(writer, IdIndex(seed), last_seq=shards.first_seq - 1)
    is_wanted = (lambda *place: shards.of(*place) == shard) if others else None
    forget_listing()
    for segment in segments(folder):
        if segment.writer in others:
            continue  # its own appender knows its ids: they are of other rooms
        if segment.writer == writer:
            _make_whole(found, segment)
        elif segment.writer == home or segment.writer.startswith(f"{home}_"):
            found.former.add(segment.writer)
            if not segment.ids_path.exists():
                with _sealing(segment) as is_ours:
                    if is_ours:
                        _make_whole(found, segment)
        if not segment.ids_path.exists():
            continue  # empty, or the open segment of another home: its own appender knows its ids
        _know(found, segment, is_wanted)
        if segment.writer == writer:
            last = batches_of(segment)[-1:]
            if last:
                found.last_seq, found.last_commit_at = last[0].to_seq, last[0].committed_at
    return found


def _make_whole(found: Recovered, segment: Segment) -> None:
    mend(segment, batches_of(segment))
    if not segment.ids_path.exists() and (refs := cut_tail(segment)):
        _write_ids(found, segment, refs)


def _know(found: Recovered, segment: Segment, is_wanted: Callable[[str, str], bool] | None) -> None:
    try:
        found.index.catalog(segment.ids_path, is_wanted=is_wanted)
    except DamagedSegment:
        with _sealing(segment, is_again=True) as is_ours:
            if is_ours:
                _write_ids(found, segment, batches_of(segment))
        found.index.catalog(segment.ids_path, is_wanted=is_wanted)


@contextmanager
def _sealing(segment: Segment, *, is_again: bool = False) -> Iterator[bool]:
    """Hold the right to write beside a segment; False where it is sealed well by now.

    Appenders of several shards that start together meet the same segments of writers before them.
    """
    lock = LockFile(log_folder() / "sealing")
    while not lock.take():
        time.sleep(0.02)
    try:
        yield _is_damaged(segment) if is_again else not segment.ids_path.exists()
    finally:
        lock.release()


def _is_damaged(segment: Segment) -> bool:
    try:
        for _ in read_head(segment.ids_path):
            pass
    except DamagedSegment:
        return True
    return False


def _write_ids(found: Recovered, segment: Segment, refs: list[BatchRef]) -> None:
    touched, damaged = ids_of(found.index, refs)
    found.damaged += damaged
    write_sidecar(segment.ids_path, touched)


def restore_open(index: IdIndex, refs: list[BatchRef]) -> None:
    """Put the ids of an unsealed segment back into the index."""
    touched, _ = ids_of(index, refs)
    for key, effect in touched.items():
        index.restore(key, added=effect.added, removed=effect.removed)


def ids_of(index: IdIndex, refs: list[BatchRef]) -> tuple[dict[Key, Touched], list[str]]:
    """Net effect of batches on the ids, and the names of damaged batches, whose ids cannot be known."""
    found: dict[Key, tuple[set[bytes], set[bytes]]] = {}
    damaged: list[str] = []
    for ref in refs:
        try:
            lines = _IDENTITIES.decode_lines(read_batch(ref))
        except DamagedSegment as error:
            log.error("%s", error.sentence, extra=about_damage(error))
            damaged.append(f"{ref.writer} {ref.from_seq}-{ref.to_seq}")
            continue
        for line, digest in zip(lines, index.digests(lines), strict=True):
            key = (line.platform, line.room_id, line.occurred_at // HOUR_US)
            added, removed = found.get(key) or found.setdefault(key, (set(), set()))
            into, out = (added, removed) if line.sign > 0 else (removed, added)
            into.add(digest)
            out.discard(digest)
    return {key: Touched([b"".join(added)], removed) for key, (added, removed) in found.items()}, damaged
