"""The body of one push while it arrives: small ones in memory, large ones on the disk, counted piece by piece.

A large body is never whole in memory before it is proven: its pieces go to a file without a name, which the system
takes away when nobody holds it any more, and what proves it reads the file through a view of its pages.
"""

import asyncio
import mmap
import tempfile
from dataclasses import dataclass, field
from typing import IO

from kaibo.eventlog.spool import spool_folder
from kaibo.web.plain import Receive

MEMORY_BYTES = 256 * 1024
"""What a request holds in memory at most while its body arrives; documented pushes are a few kilobytes."""


class TooLarge(Exception):
    """The body is longer than it may be."""


class TooMuch(Exception):
    """So much arrives at the same time that this sender must come back."""


class Gone(Exception):
    """The sender went away in the middle."""


@dataclass(slots=True)
class Held:
    """Bytes of all bodies that arrive or are being answered."""

    in_memory: int = 0
    on_disk: int = 0


@dataclass(slots=True)
class Body:
    """One body; `read` it, then `let_go` of it whatever happened."""

    held: Held
    _size: int = 0
    _in_memory: int = 0
    _pieces: list[bytes] = field(default_factory=list)
    _file: IO[bytes] | None = None

    async def read(self, receive: Receive, *, limit: int, most_in_memory: int, most_on_disk: int) -> bytes | memoryview:
        """The body as it came, to the byte: bytes, or a view of a file's pages where it is large.

        Raises: TooLarge, TooMuch, Gone, OSError when the disk takes no piece.
        """
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            piece = message.get("body", b"")
            self._count(len(piece))
            if self._size > limit:
                raise TooLarge
            if self.held.in_memory > most_in_memory or self.held.on_disk > most_on_disk:
                raise TooMuch
            self._pieces.append(piece)
            if self._in_memory > MEMORY_BYTES:
                await self._put_away()
            if not message.get("more_body", False):
                return await self._whole()

    def let_go(self) -> None:
        """Its bytes are answered for. What a view of it still shows stays until the view is gone."""
        self.held.in_memory -= self._in_memory
        self.held.on_disk -= self._size - self._in_memory
        self._size = self._in_memory = 0
        self._pieces.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _count(self, more: int) -> None:
        self._size += more
        self._in_memory += more
        self.held.in_memory += more

    async def _put_away(self) -> None:
        """Written on a thread, counted on the loop: the counters are everybody's."""
        await asyncio.to_thread(self._write)
        self._pieces.clear()
        self.held.in_memory -= self._in_memory
        self.held.on_disk += self._in_memory
        self._in_memory = 0

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=spool_folder())  # noqa: SIM115 - closed by let_go
        self._file.writelines(self._pieces)
        self._file.flush()

    async def _whole(self) -> bytes | memoryview:
        if self._file is None:
            return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        await self._put_away()
        return memoryview(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))
