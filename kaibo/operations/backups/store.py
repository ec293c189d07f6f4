"""A store: pieces named by their content, and snapshots that list them. Local folders and buckets alike."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import IO, Any

import pyarrow as pa

from kaibo.kit.storage import Storage
from kaibo.operations.backups.errors import DamagedBackup, NoBackup

PIECE = 4 * 1024 * 1024
"""Files are cut into pieces of this size, so that a database of which little changed adds little."""
AT_ONCE = 4
"""Pieces of a file under way at the same time: sixteen megabytes of it in memory, a bucket's answers four at a time."""
FORM = 1


class Store:
    """Where backups go. Raises BadAddress for one that names no place."""

    def __init__(self, location: str) -> None:
        self.location = location
        self._files = Storage(location)

    # -- pieces ------------------------------------------------------------------------------------------------

    def add(self, file: IO[bytes], length: int) -> tuple[list[str], int]:
        """Put the next `length` bytes into the store; digests of their pieces, and by how much the store grew."""
        names: list[str] = []
        grown = 0
        for name, more in _side_by_side(self._add_piece, _cut(file, length), length > PIECE):
            names.append(name)
            grown += more
        return names, grown

    def _add_piece(self, data: bytes) -> tuple[str, int]:
        name = hashlib.sha256(data).hexdigest()
        path = _piece(name)
        if self._files.has(path):
            return name, 0
        packed = f"{len(data)}\n".encode() + bytes(pa.compress(data, codec="zstd", asbytes=True))
        self._files.write(path, packed)
        return name, len(packed)

    def pieces(self, names: list[str], file: str) -> Iterator[bytes]:
        """The bytes of a file. Raises DamagedBackup that names the file and the piece, StorageFault."""
        yield from _side_by_side(lambda name: self._read_piece(name, file), names, len(names) > 1)

    def _read_piece(self, name: str, file: str) -> bytes:
        path = _piece(name)
        try:
            data = _unpacked(self._files.read(path))
        except FileNotFoundError:
            raise self._damaged(file, path, "is missing") from None
        except (ValueError, OSError) as error:
            raise self._damaged(file, path, "cannot be read") from error
        if hashlib.sha256(data).hexdigest() != name:
            raise self._damaged(file, path, "is not what was stored")
        return data

    def _damaged(self, file: str, path: str, says: str) -> DamagedBackup:
        return DamagedBackup(
            f"{file} cannot be restored: {self._files.path(path)} {says}",
            fix="restore an earlier snapshot (`kaibo backup list`), or repair the store from a copy of it",
            file=file,
        )

    # -- snapshots ---------------------------------------------------------------------------------------------

    def save(self, snapshot: dict[str, Any]) -> None:
        """Write a snapshot's list; only now it exists."""
        body = json.dumps({"form": FORM, **snapshot}, ensure_ascii=False, sort_keys=True).encode()
        check = hashlib.sha256(body).hexdigest().encode()
        self._files.write(_listed(snapshot["id"]), check + b"\n" + body)

    def load(self, name: str) -> dict[str, Any]:
        """A snapshot's list. Raises NoBackup, DamagedBackup."""
        path = _listed(name)
        try:
            check, _, body = self._files.read(path).partition(b"\n")
        except FileNotFoundError:
            raise NoBackup(
                f"there is no snapshot {name} in {self.location}", fix="`kaibo backup list` names those that are there"
            ) from None
        if hashlib.sha256(body).hexdigest().encode() != check:
            raise DamagedBackup(
                f"{self._files.path(path)} is not what was stored", fix="use another snapshot", file=path
            )
        found: dict[str, Any] = json.loads(body)
        if found["form"] > FORM:
            raise NoBackup(f"snapshot {name} was written by a newer Kaibo", fix="update Kaibo first")
        return found

    def snapshots(self) -> list[str]:
        """Ids of snapshots, the oldest first."""
        found = map(PurePosixPath, self._files.names("snapshots"))
        return sorted(path.stem for path in found if path.suffix == ".json")

    def drop(self, names: list[str]) -> int:
        """Take snapshots out, then every piece that no other snapshot needs; how many pieces went."""
        for name in names:
            self._files.delete(_listed(name))
        needed = {piece for kept in self.snapshots() for file in self.load(kept)["files"] for piece in file["pieces"]}
        gone = [path for path in self._files.names("pieces") if PurePosixPath(path).name not in needed]
        for path in gone:
            self._files.delete(path)
        return len(gone)


def _cut(file: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0:
        data = file.read(min(PIECE, length))
        if not data:
            raise EOFError
        length -= len(data)
        yield data


def _side_by_side[Given, Made](work: Callable[[Given], Made], given: Iterable[Given], is_many: bool) -> Iterator[Made]:
    """What `work` makes of each, in order, a few at a time: packing and waiting for a bucket let each other go on."""
    if not is_many:
        yield from map(work, given)
        return
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one in given:
            waiting.append(pool.submit(work, one))
            if len(waiting) > AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _unpacked(stored: bytes) -> bytes:
    """A piece as it was before it was packed. Raises ValueError, OSError for what is no piece."""
    size, _, packed = stored.partition(b"\n")
    if not 0 < int(size) <= PIECE:
        raise ValueError("no piece is of this size")
    return bytes(pa.decompress(packed, decompressed_size=int(size), codec="zstd", asbytes=True))


def _piece(name: str) -> str:
    return f"pieces/{name[:2]}/{name}"


def _listed(name: str) -> str:
    return f"snapshots/{name}.json"
