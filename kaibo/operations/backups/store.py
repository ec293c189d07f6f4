"""A store: pieces named by their content, and snapshots that list them. Local folders and buckets alike."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from pyarrow import fs as arrow_fs

from kaibo.operations.backups.errors import BadStore, DamagedBackup, NoBackup

PIECE = 4 * 1024 * 1024
"""Files are cut into pieces of this size, so that a database of which little changed adds little."""
FORM = 1


class Store:
    """Where backups go. Raises BadStore for an address that names no place."""

    def __init__(self, location: str) -> None:
        self.location = location
        try:
            if "://" in location:
                self._fs, self._root = arrow_fs.FileSystem.from_uri(location)
            else:
                self._fs, self._root = arrow_fs.LocalFileSystem(), str(Path(location).expanduser().resolve())
        except (pa.ArrowInvalid, OSError) as error:
            raise BadStore(
                f"'{location}' is no place for backups: {error}",
                fix="give a folder, or an address such as s3://bucket/kaibo",
            ) from error

    # -- pieces ------------------------------------------------------------------------------------------------

    def add(self, file: IO[bytes], length: int) -> tuple[list[str], int]:
        """Put the next `length` bytes into the store; digests of their pieces, and by how much the store grew."""
        names: list[str] = []
        grown = 0
        while length > 0:
            data = file.read(min(PIECE, length))
            if not data:
                raise EOFError
            length -= len(data)
            name = hashlib.sha256(data).hexdigest()
            names.append(name)
            path = self._piece(name)
            if not self._exists(path):
                packed = f"{len(data)}\n".encode() + bytes(pa.compress(data, codec="zstd", asbytes=True))
                self._write(path, packed)
                grown += len(packed)
        return names, grown

    def pieces(self, names: list[str], file: str) -> Iterator[bytes]:
        """The bytes of a file. Raises DamagedBackup that names the file and the piece."""
        for name in names:
            path = self._piece(name)
            try:
                size, _, packed = self._read(path).partition(b"\n")
                data = bytes(pa.decompress(packed, decompressed_size=int(size), codec="zstd", asbytes=True))
            except FileNotFoundError:
                raise self._damaged(file, path, "is missing") from None
            except (ValueError, OSError) as error:
                raise self._damaged(file, path, "cannot be read") from error
            if hashlib.sha256(data).hexdigest() != name:
                raise self._damaged(file, path, "is not what was stored")
            yield data

    def _damaged(self, file: str, path: str, says: str) -> DamagedBackup:
        return DamagedBackup(
            f"{file} cannot be restored: {path} {says}",
            fix="restore an earlier snapshot (`kaibo backup list`), or repair the store from a copy of it",
            file=file,
        )

    # -- snapshots ---------------------------------------------------------------------------------------------

    def save(self, snapshot: dict[str, Any]) -> None:
        """Write a snapshot's list; only now it exists."""
        body = json.dumps({"form": FORM, **snapshot}, ensure_ascii=False, sort_keys=True).encode()
        check = hashlib.sha256(body).hexdigest().encode()
        self._write(f"{self._root}/snapshots/{snapshot['id']}.json", check + b"\n" + body)

    def load(self, name: str) -> dict[str, Any]:
        """A snapshot's list. Raises NoBackup, DamagedBackup."""
        path = f"{self._root}/snapshots/{name}.json"
        try:
            check, _, body = self._read(path).partition(b"\n")
        except FileNotFoundError:
            raise NoBackup(
                f"there is no snapshot {name} in {self.location}", fix="`kaibo backup list` names those that are there"
            ) from None
        if hashlib.sha256(body).hexdigest().encode() != check:
            raise DamagedBackup(f"{path} is not what was stored", fix="use another snapshot", file=path)
        found: dict[str, Any] = json.loads(body)
        if found["form"] > FORM:
            raise NoBackup(f"snapshot {name} was written by a newer Kaibo", fix="update Kaibo first")
        return found

    def snapshots(self) -> list[str]:
        """Ids of snapshots, the oldest first."""
        chosen = arrow_fs.FileSelector(f"{self._root}/snapshots", allow_not_found=True)
        found = (Path(info.path) for info in self._fs.get_file_info(chosen))
        return sorted(path.stem for path in found if path.suffix == ".json")

    def drop(self, names: list[str]) -> int:
        """Take snapshots out, then every piece that no other snapshot needs; how many pieces went."""
        for name in names:
            self._fs.delete_file(f"{self._root}/snapshots/{name}.json")
        needed = {piece for kept in self.snapshots() for file in self.load(kept)["files"] for piece in file["pieces"]}
        chosen = arrow_fs.FileSelector(f"{self._root}/pieces", recursive=True, allow_not_found=True)
        gone = 0
        for info in self._fs.get_file_info(chosen):
            if info.type == arrow_fs.FileType.File and Path(info.path).name not in needed:
                self._fs.delete_file(info.path)
                gone += 1
        return gone

    # -- files -------------------------------------------------------------------------------------------------

    def _piece(self, name: str) -> str:
        return f"{self._root}/pieces/{name[:2]}/{name}"

    def _exists(self, path: str) -> bool:
        return bool(self._fs.get_file_info(path).type == arrow_fs.FileType.File)

    def _read(self, path: str) -> bytes:
        with self._fs.open_input_stream(path) as stream:
            return bytes(stream.read())

    def _write(self, path: str, data: bytes) -> None:
        """Whole or not at all: a bucket does that by itself, a folder by rename."""
        folder = path.rpartition("/")[0]
        self._fs.create_dir(folder, recursive=True)
        if isinstance(self._fs, arrow_fs.LocalFileSystem):
            from kaibo.eventlog.api import write_durably

            write_durably(Path(path), data)
            return
        temporary = path if self._is_bucket() else f"{path}.{secrets.token_hex(4)}.tmp"
        with self._fs.open_output_stream(temporary) as stream:
            stream.write(data)
        if temporary != path:
            self._fs.move(temporary, path)

    def _is_bucket(self) -> bool:
        return self._fs.type_name in {"s3", "gcs", "abfs"}
