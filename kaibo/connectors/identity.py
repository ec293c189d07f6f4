"""Stable ids for rows that have none: a hash of their content and the ordinal among equal rows."""

import tempfile
from collections import OrderedDict
from pathlib import Path

import msgspec
import xxhash

HOUR_US = 3_600_000_000
HOT_HOURS = 24  # hours of rows in memory at once; others wait on disk, so a file of any length fits


class RowIds:
    """Gives every row of one file an id that a second import of the same rows gives again.

    Equal rows are told apart by their ordinal. Counts are kept per hour of occurrence: equal rows have equal
    times, so an hour that is no longer touched can be put on disk and read back when a late row comes.
    """

    def __init__(self) -> None:
        self._hot: OrderedDict[tuple[str, int], dict[int, int]] = OrderedDict()
        self._cold: set[tuple[str, int]] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def of(self, content: bytes, *, room: str, at_us: int) -> str:
        """The id of the next row with this content."""
        bucket = self._bucket((room, at_us // HOUR_US))
        digest = xxhash.xxh3_128_hexdigest(content)
        short = int(digest[:16], 16)
        ordinal = bucket.get(short, 0)
        bucket[short] = ordinal + 1
        return f"h{digest}" if ordinal == 0 else f"h{digest}.{ordinal}"

    def close(self) -> None:
        """Remove what was put on disk."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _bucket(self, key: tuple[str, int]) -> dict[int, int]:
        bucket = self._hot.get(key)
        if bucket is None:
            bucket = self._hot[key] = self._load(key)
            if len(self._hot) > HOT_HOURS:
                self._spill(*self._hot.popitem(last=False))
        else:
            self._hot.move_to_end(key)
        return bucket

    def _load(self, key: tuple[str, int]) -> dict[int, int]:
        if key not in self._cold:
            return {}
        self._cold.discard(key)
        return msgspec.msgpack.decode(self._path(key).read_bytes(), type=dict[int, int])

    def _spill(self, key: tuple[str, int], bucket: dict[int, int]) -> None:
        self._path(key).write_bytes(msgspec.msgpack.encode(bucket))
        self._cold.add(key)

    def _path(self, key: tuple[str, int]) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="kaibo-ids-")
        return Path(self._folder.name) / f"{xxhash.xxh3_64_hexdigest(repr(key).encode())}.ids"
