"""Deliveries on the disk before they are answered: an append-only file per process, many of them behind one fsync.

The records database has many writers and commits one after the other; a platform that waits for its answer must not
stand in that line. What lies here is brought into the inbox a moment later, many in one transaction. A file that a
killed process left is brought in by whoever translates; the inbox knows each delivery for ever, so twice is once.
"""

import contextlib
import os
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from struct import Struct
from typing import BinaryIO

import msgspec

from kaibo.eventlog.locks import try_lock
from kaibo.kit import env
from kaibo.kit.durable import sync_folder

SUFFIX = ".spool"
TRUNCATE_BYTES = 8 * 1024 * 1024
MOST_BYTES = 128 * 1024 * 1024
"""So much may wait for records that are busy; past it a platform is asked to send again later."""
AT_ONCE = 500
AT_ONCE_BYTES = 32 * 1024 * 1024
YOUNG_SECONDS = 60.0
HEAD = Struct(">II")  # length, crc32


class Kept(msgspec.Struct, array_like=True, gc=False):
    """A delivery as it arrived."""

    feed_id: str
    connector: str
    identity: str
    received_at: int
    body: bytes | memoryview
    payload: bytes | None
    told: dict[str, str]


class _Read(Kept, array_like=True, gc=False):
    """The same from a file, where every body is bytes."""

    body: bytes


_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(_Read)
_SEVEN_FIELDS, _BYTES = b"\x97", b"\xc6"
"""MessagePack: an array of seven; bytes whose length follows in four."""


class Spool:
    """The spool of this process.

    Shape: `bring` takes what is durable into the inbox and must be safe to repeat; its second argument is False for
    what a killed process left, of which a part may be there already.
    """

    def __init__(self, bring: Callable[[list[Kept], bool], None]) -> None:
        self._bring = bring
        self._work = threading.Condition()
        self._waiting: list[tuple[Kept, Future[None]]] = []
        self._durable: list[Kept] = []
        self._is_writing = False
        self._held_bytes = 0
        self._retired: list[BinaryIO] = []
        self._bringing = threading.Lock()
        self._file: BinaryIO | None = None
        self._folder: Path | None = None
        self._writer: threading.Thread | None = None

    def keep(self, one: Kept) -> "Future[None]":
        """Durable when the future is done. It fails with OSError when the disk does, or the records take nothing."""
        done: Future[None] = Future()
        with self._work:
            if self._held_bytes > MOST_BYTES:
                done.set_exception(OSError("the records have taken nothing for too long"))
                return done
            self._held_bytes += _size(one)
            self._waiting.append((one, done))
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="spool", daemon=True)
                self._writer.start()
            self._work.notify()
        return done

    def bring_in(self) -> int:
        """Bring what is durable into the inbox; how many. Raises what `bring` raises, then nothing is forgotten."""
        if not self._durable:
            return 0
        with self._bringing:
            with self._work:
                taken = _so_much(self._durable)
            self._bring(taken, True)
            with self._work:
                del self._durable[: len(taken)]
                self._held_bytes -= sum(map(_size, taken))
            self._shorten()
            return len(taken)

    def recover(self) -> int:
        """Bring in what killed processes left; how many."""
        found = 0
        for path in sorted(spool_folder().glob(f"*{SUFFIX}")):
            with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
                if not try_lock(file):
                    continue  # its process lives
                left = list(_records(file))
                if not left and time.time() - path.stat().st_mtime < YOUNG_SECONDS:
                    continue  # its process is about to lock it
                if left:
                    self._bring(left, False)
                found += len(left)
                path.unlink()
        return found

    def close(self) -> None:
        """Bring in what waits and take the file away."""
        while self.bring_in():
            pass
        with self._work:
            if self._waiting or self._durable or self._is_writing:
                return
            self._retire()
            for file in self._retired:
                with contextlib.suppress(OSError):
                    file.close()
                Path(file.name).unlink(missing_ok=True)
            self._retired.clear()

    def _write(self) -> None:
        while True:
            with self._work:
                while not self._waiting:
                    if not self._work.wait(30):
                        self._writer = None
                        return
                group, self._waiting = self._waiting, []
                self._is_writing = True
            try:
                file = self._opened()
                for one, _done in group:
                    file.writelines(_record(one))
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                with self._work:
                    self._retire()
                    self._held_bytes -= sum(_size(one) for one, _done in group)
                for _one, done in group:
                    done.set_exception(error)
                continue
            with self._work:
                self._durable += [one for one, _done in group]
                self._is_writing = False
            for _one, done in group:
                done.set_result(None)

    def _retire(self) -> None:
        """A file that may end in half a record takes no more; it stays, locked, for what was acknowledged in it."""
        self._is_writing = False
        if self._file is not None:
            self._retired.append(self._file)
            self._file = None

    def _opened(self) -> BinaryIO:
        folder = spool_folder()
        if self._file is None or self._folder != folder:
            self._file, self._folder = _locked(folder), folder
            sync_folder(folder)
        return self._file

    def _shorten(self) -> None:
        """Let the file go once nothing in it waits and it has grown; a killed process leaves little to do."""
        with self._work:
            is_idle = not self._waiting and not self._durable and not self._is_writing
            if self._file is None or not is_idle or self._file.tell() < TRUNCATE_BYTES:
                return
            self._file.truncate(0)


def _size(one: Kept) -> int:
    return len(one.body) + len(one.payload or b"")


def _locked(folder: Path) -> BinaryIO:
    """A new file that is ours; one that another process is looking at just now is left to it."""
    while True:
        file = (folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}").open("ab")
        if try_lock(file):
            return file
        file.close()


def spool_folder() -> Path:
    folder = env.home() / "inbox"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _so_much(waiting: list[Kept]) -> list[Kept]:
    """What is brought in at once: many small ones, few large ones, one at least."""
    size = 0
    for number, one in enumerate(waiting[:AT_ONCE]):
        size += _size(one)
        if number and size > AT_ONCE_BYTES:
            return waiting[:number]
    return waiting[:AT_ONCE]


def _record(one: Kept) -> tuple[bytes, bytes | memoryview, bytes]:
    """Length, check and fields, in pieces: a large body goes from its pages into the file and is never joined."""
    encode = _ENCODER.encode
    before = b"".join((_SEVEN_FIELDS, *map(encode, (one.feed_id, one.connector, one.identity, one.received_at))))
    before += _BYTES + len(one.body).to_bytes(4, "big")
    after = encode(one.payload) + encode(one.told)
    check = zlib.crc32(after, zlib.crc32(one.body, zlib.crc32(before)))
    return HEAD.pack(len(before) + len(one.body) + len(after), check) + before, one.body, after


def _records(file: BinaryIO) -> Iterator[Kept]:
    """Whole records; what lies behind the first broken one was never acknowledged."""
    while len(head := file.read(HEAD.size)) == HEAD.size:
        length, wanted = HEAD.unpack(head)
        data = file.read(length)
        if len(data) < length or zlib.crc32(data) != wanted:
            return
        yield _DECODER.decode(data)
