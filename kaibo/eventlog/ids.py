"""Exact duplicates for ever at bounded memory: digests of event ids by room and occurred hour.

Identity is (platform, room_id, event_id). Its digest is searched in the partition of the event's hour and the
two hours beside it, so a second copy is found for ever when it carries the same time, or one up to an hour off.
A copy whose `occurred_at` moved further is another event to us: senders must repeat the time they first gave.
"""

import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import xxhash

from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.lines import Line
from kaibo.kit.clock import HOUR_US
from kaibo.kit.durable import write_durably


class HasId(Protocol):
    """All that a digest needs of a line."""

    @property
    def event_id(self) -> str: ...


Place = tuple[str, str]
Key = tuple[str, str, int]
Run = Any
"""Sorted digests, shape (n, 2) of uint64: 16 bytes an id, where a Python set needs about 90."""

RECENT_LIMIT = 1_500_000  # about 140 MB of Python sets
FROZEN_LIMIT = 12_000_000  # about 190 MB of sorted arrays


def to_run(digests: Iterable[bytes]) -> Run:
    """Sorted digests of any number of joined or single ones."""
    return _sorted(np.frombuffer(b"".join(digests), dtype="<u8").reshape(-1, 2))


def merge(runs: list[Run]) -> Run:
    return _sorted(np.concatenate(runs))


def _sorted(pairs: Run) -> Run:
    """By the first half; equal ones in any order, which `hits` can stand: the stable sort takes ten times as long."""
    return pairs[np.argsort(pairs[:, 0])]


def hits(run: Run, wanted: Run) -> Any:
    """Which rows of `wanted` stand in the sorted run, as a boolean array."""
    at = np.searchsorted(run[:, 0], wanted[:, 0])
    inside = np.minimum(at, len(run) - 1)
    same_high = run[inside, 0] == wanted[:, 0]
    found = same_high & (run[inside, 1] == wanted[:, 1])
    for row in np.flatnonzero(same_high & ~found):  # equal first halves: one pair in 2^64
        step = int(inside[row]) + 1
        while step < len(run) and run[step, 0] == wanted[row, 0]:
            found[row] |= run[step, 1] == wanted[row, 1]
            step += 1
    return found


@dataclass(slots=True)
class Partition:
    """The ids of one room and hour: the newest as a set, the others as sorted arrays."""

    recent: set[bytes] = field(default_factory=set)
    frozen: list[Run] = field(default_factory=list)

    def known(self, wanted: set[bytes]) -> set[bytes]:
        found = self.recent & wanted if self.recent else set()
        if self.frozen:
            asked = list(wanted - found)
            if asked:
                run = np.frombuffer(b"".join(asked), dtype="<u8").reshape(-1, 2)
                for held in self.frozen:
                    found.update(asked[row] for row in np.flatnonzero(hits(held, run)))
        return found

    def drop(self, digests: set[bytes]) -> None:
        self.recent -= digests
        gone = to_run(digests)
        self.frozen = [kept for kept in (run[~_among(run, gone)] for run in self.frozen) if len(kept)]

    def freeze(self) -> int:
        """Turn the set into an array, merging arrays of similar size; how many ids left the set."""
        moved = len(self.recent)
        if moved:
            self.frozen.append(to_run(self.recent))
            self.recent = set()
            while len(self.frozen) > 1 and len(self.frozen[-2]) < 2 * len(self.frozen[-1]):
                last = self.frozen.pop()
                self.frozen[-1] = merge([self.frozen[-1], last])
        return moved

    def frozen_size(self) -> int:
        return sum(map(len, self.frozen))


def _among(run: Run, others: Run) -> Any:
    return hits(others, run) if len(others) else np.zeros(len(run), dtype=bool)


@dataclass(slots=True)
class Touched:
    """Net effect of the unsealed segment on one partition: what it leaves in, what it took out."""

    pieces: list[bytes] = field(default_factory=list)
    """Digests that were added, joined: each stands in one piece, because only an id that is free can be added."""
    removed: set[bytes] = field(default_factory=set)

    @property
    def added(self) -> set[bytes]:
        """All that was added, as a set; lines that come in need none."""
        joined = b"".join(self.pieces)
        return {joined[at : at + 16] for at in range(0, len(joined), 16)}

    def add(self, digests: Iterable[bytes]) -> None:
        self.pieces.append(b"".join(digests))
        if self.removed:
            self.removed.difference_update(digests)

    def remove(self, digests: set[bytes]) -> None:
        self.pieces = [b"".join(self.added - digests)]
        self.removed |= digests


@dataclass(frozen=True, slots=True)
class _Slice:
    path: Path
    offset: int
    added: int
    removed: int
    crc: int


class IdIndex:
    """All known ids. Not thread-safe: the appender calls it under its lock."""

    def __init__(self, seed: int, *, recent_limit: int = RECENT_LIMIT, frozen_limit: int = FROZEN_LIMIT) -> None:
        self.seed = seed
        self.recent_limit = recent_limit
        self.frozen_limit = frozen_limit
        self._hot: OrderedDict[Key, Partition] = OrderedDict()
        self._cold: dict[Key, list[_Slice]] = {}
        self._unsealed: dict[Key, Touched] = {}
        self._recent_count = 0
        self._frozen_count = 0
        self.loads = 0

    def digests(self, lines: Sequence[HasId]) -> list[bytes]:
        ids = map(str.encode, [line.event_id for line in lines])
        return list(map(xxhash.xxh3_128_digest, ids, repeat(self.seed)))

    def admit(self, place: Place, lines: list[Line], times: list[int]) -> list[Line]:
        """The lines not seen before, which are known from now on. All lines are of one room."""
        digests = self.digests(lines)
        hour = min(times) // HOUR_US
        if hour != max(times) // HOUR_US:
            return self._admit_mixed(place, lines, times, digests)
        unique = set(digests)
        seen = self._known(place, hour, unique)
        if not seen and len(unique) == len(digests):
            self._remember((*place, hour), digests)
            return lines
        fresh: list[Line] = []
        added: list[bytes] = []
        for line, digest in zip(lines, digests, strict=True):
            if digest not in seen:
                seen.add(digest)
                added.append(digest)
                fresh.append(line)
        if added:
            self._remember((*place, hour), added)
        return fresh

    def _admit_mixed(self, place: Place, lines: list[Line], times: list[int], digests: list[bytes]) -> list[Line]:
        by_hour: dict[int, set[bytes]] = {}
        hours = [at // HOUR_US for at in times]
        for hour, digest in zip(hours, digests, strict=True):
            by_hour.setdefault(hour, set()).add(digest)
        seen = {hour: self._known(place, hour, wanted) for hour, wanted in by_hour.items()}
        taken: set[bytes] = set()
        fresh: list[Line] = []
        added: dict[int, list[bytes]] = {hour: [] for hour in by_hour}
        for line, hour, digest in zip(lines, hours, digests, strict=True):
            if digest not in taken and digest not in seen[hour]:
                taken.add(digest)
                added[hour].append(digest)
                fresh.append(line)
        for hour, new in added.items():
            if new:
                self._remember((*place, hour), new)
        return fresh

    def _known(self, place: Place, hour: int, wanted: set[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for step in (0, -1, 1):
            part = self._partition((*place, hour + step))
            if part is not None:
                found |= part.known(wanted)
        return found

    def turn(self, events: list[StoredEvent]) -> list[StoredEvent]:
        """The signed lines that change something, in order: a −1 whose id is held frees it, a +1 takes a free one."""
        keys = [(event.platform, event.room_id, event.occurred_at // HOUR_US) for event in events]
        digests = self.digests(events)
        wanted: dict[Key, set[bytes]] = {}
        for key, digest in zip(keys, digests, strict=True):
            wanted.setdefault(key, set()).add(digest)
        held: dict[Key, set[bytes]] = {}
        for key, asked in wanted.items():
            part = self._partition(key)
            held[key] = part.known(asked) if part is not None else set()
        before = {key: set(found) for key, found in held.items()}
        kept = []
        for event, key, digest in zip(events, keys, digests, strict=True):
            if (event.sign < 0) == (digest in held[key]):
                (held[key].discard if event.sign < 0 else held[key].add)(digest)
                kept.append(event)
        for key, found in held.items():
            if gone := before[key] - found:
                self._forget(key, gone)
            if new := found - before[key]:
                self._remember(key, new)
        return kept

    def free(self, place: Place, lines: list[Line], times: list[int]) -> None:
        """Forget ids, so that the same events can be taken again."""
        by_hour: dict[int, set[bytes]] = {}
        for digest, at in zip(self.digests(lines), times, strict=True):
            by_hour.setdefault(at // HOUR_US, set()).add(digest)
        for hour, digests in by_hour.items():
            self._forget((*place, hour), digests)

    def _forget(self, key: Key, digests: set[bytes]) -> None:
        part = self._partition(key)
        if part is not None:
            before = (len(part.recent), part.frozen_size())
            part.drop(digests)
            self._recent_count += len(part.recent) - before[0]
            self._frozen_count += part.frozen_size() - before[1]
        self._unsealed.setdefault(key, Touched()).remove(digests)

    def _remember(self, key: Key, digests: set[bytes] | list[bytes]) -> None:
        part = self._hot.get(key)
        if part is None:
            part = self._partition(key)
            if part is None:
                part = self._hot[key] = Partition()
        part.recent.update(digests)
        self._recent_count += len(digests)
        touched = self._unsealed.get(key)
        if touched is None:
            touched = self._unsealed[key] = Touched()
        touched.add(digests)
        if self._recent_count > self.recent_limit:
            self._shrink()

    def _partition(self, key: Key) -> Partition | None:
        part = self._hot.get(key)
        if part is not None:
            self._hot.move_to_end(key)
            return part
        if key not in self._cold and key not in self._unsealed:
            return None
        part = self._load(key)
        self._hot[key] = part
        self._frozen_count += part.frozen_size()
        self._recent_count += len(part.recent)
        if self._frozen_count > self.frozen_limit or self._recent_count > self.recent_limit:
            self._shrink(keep=key)
        return part

    def _load(self, key: Key) -> Partition:
        self.loads += 1
        part = Partition()
        for piece in self._cold.get(key, ()):
            added, removed = read_slice(piece)
            if len(removed):
                part.frozen = [run[~_among(run, removed)] for run in part.frozen]
            if len(added):
                part.frozen.append(added)
        part.frozen = [merge(part.frozen)] if len(part.frozen) > 1 else part.frozen
        part.frozen = [run for run in part.frozen if len(run)]
        touched = self._unsealed.get(key)
        if touched:
            if touched.removed:
                part.drop(touched.removed)
            part.recent = set(touched.added)
        return part

    def _shrink(self, keep: Key | None = None) -> None:
        """Least recently used first: sets become arrays, then whole partitions leave for the disk."""
        for part in self._hot.values():
            if self._recent_count <= self.recent_limit // 2:
                break
            moved = part.freeze()
            self._recent_count -= moved
            self._frozen_count += moved
        for key in list(self._hot):
            if self._frozen_count <= self.frozen_limit or len(self._hot) <= 3:
                break
            if key != keep:
                gone = self._hot.pop(key)
                self._frozen_count -= gone.frozen_size()
                self._recent_count -= len(gone.recent)

    def restore(self, key: Key, *, added: set[bytes], removed: set[bytes]) -> None:
        """Take over what a segment that was never sealed holds; called at start, before anything is hot."""
        touched = self._unsealed.setdefault(key, Touched())
        touched.remove(removed)
        touched.add(added)

    def forget_unsealed(self) -> None:
        """After a failed write: only what the disk holds is true."""
        self._unsealed.clear()
        self._hot.clear()
        self._recent_count = self._frozen_count = 0

    def seal(self, path: Path) -> None:
        """Write what the unsealed segment added and removed beside it; from then on it can be read back."""
        write_sidecar(path, self._unsealed)
        self._unsealed = {}
        self.catalog(path)

    def catalog(self, path: Path, *, is_wanted: Callable[[str, str], bool] | None = None) -> None:
        """Know a sidecar by its head, or what it holds of wanted rooms. Raises DamagedSegment."""
        for key, piece in read_head(path):
            if is_wanted is None or is_wanted(key[0], key[1]):
                self._cold.setdefault(key, []).append(piece)


def write_sidecar(path: Path, touched: dict[Key, Touched]) -> None:
    """One file per segment: a JSON line that lists the partitions, then their sorted digests."""
    entries, payload, offset = [], [], 0
    for (platform, room_id, hour), effect in touched.items():
        added, removed = to_run(effect.pieces), to_run(effect.removed)
        data = added.tobytes() + removed.tobytes()
        entries.append([platform, room_id, hour, offset, len(added), len(removed), zlib.crc32(data)])
        payload.append(data)
        offset += len(data)
    head = msgspec.json.encode({"ids": 1, "partitions": entries})
    check = f"{zlib.crc32(head):08x}".encode()
    write_durably(path, b"".join((check, head, b"\n", *payload)))


def read_head(path: Path) -> Iterator[tuple[Key, _Slice]]:
    with path.open("rb") as file:
        line = file.readline()
    check, head = line[:8], line[8:-1]
    if check != f"{zlib.crc32(head):08x}".encode():
        raise DamagedSegment(f"{path.name} is damaged", fix="delete it; it is made again from its segment at start")
    start = len(line)
    for platform, room_id, hour, offset, added, removed, crc in msgspec.json.decode(head)["partitions"]:
        yield (platform, room_id, hour), _Slice(path, start + offset, added, removed, crc)


def read_slice(piece: _Slice) -> tuple[Run, Run]:
    with piece.path.open("rb") as file:
        file.seek(piece.offset)
        data = file.read(16 * (piece.added + piece.removed))
    if zlib.crc32(data) != piece.crc:
        raise DamagedSegment(
            f"{piece.path.name} is damaged", fix="delete it; it is made again from its segment at start"
        )
    pairs = np.frombuffer(data, dtype="<u8").reshape(-1, 2)
    return pairs[: piece.added], pairs[piece.added :]
