"""Files at an address: a folder, or a bucket that speaks S3 (`s3://bucket/prefix`).

Credentials and the endpoint come from the environment, by the names that every S3 tool reads: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL. An address may add `?virtual_host=1` for a
storage that wants the bucket in its host name.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa
from pyarrow import fs as arrow_fs

from kaibo.kit.durable import sync_folder, write_durably
from kaibo.kit.errors import KaiboError

CONNECT_SECONDS, ANSWER_SECONDS, TRIES = 5.0, 60.0, 3
_AT_ONCE = 16 * 1024 * 1024
_KEY = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


class BadAddress(KaiboError):
    """The address names no place for files."""

    code = "bad_address"


class StorageFault(KaiboError):
    """The storage did not do what was asked; nothing half-written counts."""

    code = "storage_fault"
    status = 503


class StorageAway(StorageFault):
    """It does not answer, or broke off: trying again later may help."""

    code = "storage_away"


class StorageRefuses(StorageFault):
    """It answers and says no: a key, a bucket or an address must be put right first."""

    code = "storage_refuses"


class Storage:
    """One place. Names are relative, with `/`; a file is there whole or not at all."""

    def __init__(self, address: str) -> None:
        """Raises: BadAddress. Nobody is asked anything yet."""
        self.address = address
        self.is_bucket = "://" in address
        if self.is_bucket:
            self._fs, self._root = _bucket(address)
        else:
            self._fs, self._root = arrow_fs.LocalFileSystem(), str(Path(address).expanduser().resolve())

    def path(self, name: str) -> str:
        """Where a file lies, for messages."""
        return f"{self._root}/{name}"

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises: FileNotFoundError, StorageFault."""

        def take() -> bytes:
            with self._fs.open_input_file(self.path(name)) as file:
                return bytes(file.read(file.size()))

        return self._told(take)

    def fetch(self, name: str, into: Path) -> None:
        """Copy a file here, durably and whole. Raises: FileNotFoundError, StorageFault."""
        into.parent.mkdir(parents=True, exist_ok=True)
        part = into.with_name(f"{into.name}.{os.getpid()}.part")

        def take() -> None:
            with self._fs.open_input_file(self.path(name)) as file, part.open("wb") as out:
                size = file.size()
                while out.tell() < size:
                    out.write(file.read(min(_AT_ONCE, size - out.tell())))
                out.flush()
                os.fsync(out.fileno())

        try:
            self._told(take)
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(into.parent)

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file and see that it is there. Raises: StorageFault; OSError from a full disk."""
        if not self.is_bucket:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, data)
            return
        self._send(name, pa.py_buffer(data))

    def send(self, path: Path, name: str) -> None:
        """Copy a file of this machine there. Raises: as `write`."""
        if not self.is_bucket:
            self.write(name, path.read_bytes())
            return
        with pa.memory_map(str(path)) as mapped:
            self._send(name, mapped.read_buffer())

    def has(self, name: str) -> bool:
        """Whether a file of this name is there. Raises: StorageFault."""
        return self._size(name) is not None

    def names(self, folder: str) -> Iterator[str]:
        """Names of all files below a folder, in no order. Raises: StorageFault, also where there is no bucket."""
        chosen = arrow_fs.FileSelector(self.path(folder), recursive=True, allow_not_found=True)
        found = self._told(lambda: self._fs.get_file_info(chosen))
        if not found and self.is_bucket:
            self._refuse_missing_bucket()
        start = len(self._root) + 1
        return (info.path[start:] for info in found if info.type == arrow_fs.FileType.File)

    def delete(self, name: str) -> None:
        """Take a file away. Raises: FileNotFoundError, StorageFault."""
        self._told(lambda: self._fs.delete_file(self.path(name)))

    def _send(self, name: str, data: Any) -> None:
        def give() -> None:
            with self._fs.open_output_stream(self.path(name)) as stream:
                stream.write(data)

        self._told(give)
        found = self._size(name)
        if found != data.size:
            raise StorageRefuses(
                f"{self.path(name)} has {found} bytes there where {data.size} were sent",
                fix="leave AWS_REQUEST_CHECKSUM_CALCULATION unset: this storage keeps the frames of checksums",
            )

    def _size(self, name: str) -> int | None:
        info = self._told(lambda: self._fs.get_file_info(self.path(name)))
        return int(info.size) if info.type == arrow_fs.FileType.File else None

    def _refuse_missing_bucket(self) -> None:
        bucket = self._root.partition("/")[0]
        if self._told(lambda: self._fs.get_file_info(bucket)).type == arrow_fs.FileType.NotFound:
            raise _missing(bucket)

    def _told[T](self, work: Callable[[], T]) -> T:
        """Do it; what a bucket answers becomes a sentence, what a folder answers stays as it is."""
        try:
            return work()
        except FileNotFoundError:
            raise
        except OSError as error:
            if not self.is_bucket:
                raise
            raise _fault(str(error), self._root) from error


def _bucket(address: str) -> tuple[Any, str]:
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.username or parts.password:
        raise BadAddress(
            f"{_hidden(address)} holds a key", fix=f"leave it out of the address: set {_KEY} in the environment"
        )
    if parts.scheme != "s3" or not parts.hostname or options.keys() - {"virtual_host"}:
        raise BadAddress(
            f"'{_hidden(address)}' is no place for files",
            fix="give a folder, or s3://bucket/folder (with ?virtual_host=1 where the storage wants it)",
        )
    # Our files carry checksums of their own; those that newer S3 clients add are unknown to many other storages.
    os.environ.setdefault("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    os.environ.setdefault("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", ""))
    reached = {"endpoint_override": endpoint.netloc, "scheme": endpoint.scheme} if endpoint.netloc else {}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None
    made = arrow_fs.S3FileSystem(
        region=region,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=ANSWER_SECONDS,
        retry_strategy=arrow_fs.AwsStandardS3RetryStrategy(max_attempts=TRIES),
        allow_delayed_open=True,  # a small file is one request, not three
        background_writes=False,
        force_virtual_addressing=options.get("virtual_host") == "1",
        **reached,
    )
    return made, f"{parts.hostname}{parts.path}".rstrip("/")


def _hidden(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", address)


def _missing(bucket: str) -> StorageRefuses:
    return StorageRefuses(f"there is no bucket {bucket}", fix="make it, or correct the address")


_NO_KEY = re.compile(r"SIGNATURE_DOES_NOT_MATCH|INVALID_ACCESS_KEY|INVALID_CLIENT_TOKEN|EXPIRED_TOKEN|ACCESS_DENIED"
                     r"|MISSING_AUTHENTICATION|InvalidToken|HTTP status 40[13]")  # fmt: skip


def _fault(said: str, root: str) -> StorageFault:
    """What the client says, as a sentence: no (put it right) or not now (try again)."""
    bucket = root.partition("/")[0]
    if "NO_SUCH_BUCKET" in said or f"Bucket '{bucket}' not found" in said:
        return _missing(bucket)
    if _NO_KEY.search(said):
        return StorageRefuses(f"the storage of bucket {bucket} refuses our key", fix=f"look at {_KEY}")
    reason = _reason(said)
    if "HTTP status 4" in said:
        return StorageRefuses(f"the storage of bucket {bucket} refuses: {reason}", fix="look at the storage's own log")
    return StorageAway(
        f"the storage of bucket {bucket} does not answer: {reason}", fix="look at AWS_ENDPOINT_URL and the network"
    )


def _reason(said: str) -> str:
    """What of the client's many words tells somebody something."""
    if found := re.search(r"curlCode: \d+, ([^;]+)", said):
        return found[1]
    return re.sub(r"\s*\(Request ID: \w+\)", "", said.splitlines()[0]).rpartition("AWS Error ")[2]
