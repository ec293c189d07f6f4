"""Files as bounded streams: plain or gzip told apart by their first bytes, never wholly in memory."""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from kaibo.connectors.contracts import BadFile, BadLine
from kaibo.kit.errors import NotFound

GZIP_MAGIC = b"\x1f\x8b"
HEAD_BYTES = 64 * 1024
CHUNK = 1024 * 1024
RAW_KEPT = 2000  # characters of a bad row that go into quarantine


class BrokenFile(Exception):
    """The stream stopped making sense after some good bytes; `problem` and `fix` say how."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class BoundedFile(io.RawIOBase):
    """A readable stream over a plain or gzip file that counts what it took from disk and stops at a limit."""

    def __init__(self, path: Path, *, limit: int) -> None:
        super().__init__()
        self._file = path.open("rb")
        self.total_bytes = path.stat().st_size
        self.is_gzip = self._file.read(2) == GZIP_MAGIC
        self._file.seek(0)
        self._inner: BinaryIO = gzip.GzipFile(fileobj=self._file) if self.is_gzip else self._file  # type: ignore[assignment]
        self._left = limit
        self._limit = limit

    @property
    def read_bytes(self) -> int:
        """Bytes taken from disk so far, for a progress bar."""
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer. Raises BrokenFile for damaged gzip data and past the limit."""
        try:
            data = self._inner.read(len(buffer))
        except EOFError as error:
            raise BrokenFile(
                "the gzip data ends before its end mark", "copy or download the file again and import it once more"
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BrokenFile(
                f"the gzip data is damaged: {error}", "unpack it with gunzip to see, or copy it again"
            ) from error
        self._left -= len(data)
        if self._left < 0:
            raise BrokenFile(f"the file unpacks to more than {self._limit:,} bytes", "split it and import the parts")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._file.close()
        super().close()


def open_file(path: Path, *, limit: int) -> BoundedFile:
    """The file as a stream. Raises NotFound or BadFile with a sentence."""
    if not path.exists():
        raise NotFound(f"there is no file {path}", fix="check the path", path=str(path))
    if not path.is_file():
        raise BadFile(f"{path} is no file", fix="name one file; import several one after the other")
    try:
        source = BoundedFile(path, limit=limit)
    except PermissionError as error:
        raise BadFile(f"{path} may not be read by this account", fix=f"chmod +r {path}") from error
    if source.total_bytes == 0:
        source.close()
        raise BadFile(f"{path.name} is empty", fix="export it again; an empty file holds no show")
    if path.suffix == ".gz" and not source.is_gzip:
        source.close()
        raise BadFile(f"{path.name} is named .gz but holds no gzip data", fix="rename it without .gz, or copy it again")
    return source


def head_of(path: Path, *, limit: int) -> bytes:
    """The first 64 KiB after decompression. Raises BadFile when not even they can be read."""
    with open_file(path, limit=limit) as file:
        try:
            head = io.BufferedReader(file, HEAD_BYTES).read(HEAD_BYTES)
        except BrokenFile as error:
            raise BadFile(f"{path.name}: {error.problem}", fix=error.fix) from error
    if not head.strip():
        raise BadFile(f"{path.name} holds nothing but white space", fix="export it again")
    return head


_HALF = re.compile(
    rb"(?i)\\u(?:d[89ab][0-9a-f]{2}(?!\\ud[cdef][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[cdef][0-9a-f]{2})"
)
"""Half of a pair that JSON writes a character beyond 16 bits with: no text can hold it."""


def sound(row: bytes) -> bytes:
    """JSON whose escapes are whole characters; a lone half becomes the sign for what cannot be shown."""
    return _HALF.sub(rb"\\ufffd", row) if b"\\u" in row else row


@dataclass(slots=True)
class Lines:
    """Rows of a text stream with their numbers from 1; `broken` tells afterwards why it stopped early."""

    body: BinaryIO
    limit: int
    number: int = 0
    broken: BadLine | None = field(default=None)

    def __iter__(self) -> Iterator[bytes]:
        """Every row without its line end; a row past the limit comes cut, so its JSON will not read."""
        while True:
            try:
                row = self.body.readline(self.limit)
                is_cut = len(row) == self.limit and not row.endswith(b"\n")
                while is_cut and (rest := self.body.readline(self.limit)) and not rest.endswith(b"\n"):
                    pass
            except BrokenFile as error:
                self.broken = BadLine(self.number + 1, "file", error.problem, error.fix)
                return
            if not row:
                return
            self.number += 1
            yield sound(row.strip(b"\r\n"))


def bad(line: int, field_name: str, problem: str, fix: str, raw: bytes | str = b"") -> BadLine:
    """A bad row in the form every translator yields."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return BadLine(line, field_name, problem, fix, text[:RAW_KEPT])


type Progress = Callable[[int, int], None]
