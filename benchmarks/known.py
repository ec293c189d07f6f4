"""Put many known ids on disk before a run, as sealed segments leave them: sorted digests by room and hour."""

import zlib
from pathlib import Path

import msgspec
import numpy as np

from kaibo.kit.clock import HOUR_US
from tests.journeys.server import Kaibo

PER_FILE = 2_000_000
PER_PARTITION = 250_000  # ids of one room in one hour of a large night
NEAR_SHARE = 0.04  # of the ids lie in the hours that the run itself writes to, the rest in other rooms and nights


def sidecar(path: Path, partitions: list[tuple[str, str, int]], sizes: list[int], draw: np.random.Generator) -> None:
    """One sealed segment's ids: a checked head, then per partition its sorted pairs of 64-bit numbers."""
    entries, payload, offset = [], [], 0
    for (platform, room, hour), size in zip(partitions, sizes, strict=True):
        pairs = draw.integers(0, 2**64, size=(size, 2), dtype=np.uint64)
        data = pairs[np.argsort(pairs[:, 0], kind="stable")].tobytes()
        entries.append([platform, room, hour, offset, size, 0, zlib.crc32(data)])
        payload.append(data)
        offset += len(data)
    head = msgspec.json.encode({"ids": 1, "partitions": entries})
    path.write_bytes(b"".join((f"{zlib.crc32(head):08x}".encode(), head, b"\n", *payload)))


def plant(home: Kaibo, known: int, *, began_us: int) -> int:
    """Write `known` ids into the home's log folder before its server starts; how many they are."""
    folder = home.home / "log" / "segments"
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(7)
    hour = began_us // HOUR_US
    near = [("shop", "100", hour + step) for step in range(4)]
    partitions, sizes = list(near), [int(known * NEAR_SHARE) // len(near)] * len(near)
    left = known - sum(sizes)
    while left > 0:
        number = len(partitions)
        partitions.append(("shop", str(1000 + number % 40), hour - 24 * (1 + number // 40)))
        sizes.append(min(PER_PARTITION, left))
        left -= sizes[-1]
    at = file = 0
    while at < len(partitions):
        until = at + 1
        while until < len(partitions) and sum(sizes[at : until + 1]) <= PER_FILE:
            until += 1
        name = f"w00000000-{1 + file * PER_FILE:020d}"
        for suffix in (".ndjson", ".idx"):
            (folder / f"{name}{suffix}").touch()
        sidecar(folder / f"{name}.ids", partitions[at:until], sizes[at:until], draw)
        at, file = until, file + 1
    return known
