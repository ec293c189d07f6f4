"""Handing batches to the log: patient while it is behind, exact about what it answered."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Protocol

import msgspec

from kaibo.connectors.api import BadLine
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance, Receipt
from kaibo.eventlog.errors import LogRefuses
from kaibo.eventlog.events import PlatformEvent
from kaibo.operations.imports.tally import Tally

BATCH = 10_000
PIECE_BYTES = 4 * 1024 * 1024  # one fsync each; far below the size at which the log syncs, and may refuse, midway
PATIENCE_SECONDS = 120


class Taker(Protocol):
    """The part of the log that an importer needs."""

    def append_soon(self, body: bytes, *, provenance: Provenance) -> Callable[[], Receipt]: ...

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt: ...


def patiently[Answer](hand_over: Callable[[], Answer]) -> Answer:
    """What the log answered; waits while the log asks to come back. Raises LogRefuses after two minutes of refusals."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return hand_over()
        except LogRefuses as refusal:
            if time.monotonic() + refusal.retry_after > deadline:
                raise
            time.sleep(refusal.retry_after)


class Aside:
    """Rejected rows on their way into quarantine, in batches."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._waiting: list[BadLine] = []

    def put(self, row: BadLine) -> None:
        if row.raw:
            self._waiting.append(row)
        if len(self._waiting) >= 500:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        raws = [row.raw.encode() for row in waiting]
        told = self._provenance
        eventlog.set_aside(list(waiting), raws, feed_id=told.feed_id, ingest_id=told.ingest_id)


_ROW = msgspec.json.Decoder(tuple[int, PlatformEvent])


class Spool:
    """Translated events of one file on disk beside their row numbers, so that memory stays small."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder()
        self._waiting: list[tuple[int, PlatformEvent]] = []
        self.count = 0

    def put(self, row: int, event: PlatformEvent) -> None:
        self._waiting.append((row, event))
        self.count += 1
        if len(self._waiting) >= BATCH:
            self._flush()

    def batches(self) -> Iterator[list[tuple[int, PlatformEvent]]]:
        """Everything that was put, in order, by ten thousand."""
        self._flush()
        self._file.seek(0)
        batch: list[tuple[int, PlatformEvent]] = []
        for line in self._file:
            batch.append(_ROW.decode(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _flush(self) -> None:
        self._file.write(self._encoder.encode_lines(self._waiting))
        self._waiting = []


def note_refused(tally: Tally, receipt: Receipt, rows: list[int]) -> None:
    """Name rows of the file where the log named positions in the batch."""
    for problem in receipt.details:
        row = rows[problem.line - 1] if 0 < problem.line <= len(rows) else problem.line
        tally.detail(dataclasses.replace(problem, line=row))


def pieces_of(body: BinaryIO, *, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """A text file in pieces that end at a line."""
    rest = b""
    while chunk := body.read(size):
        cut = chunk.rfind(b"\n") + 1
        if cut == 0:
            rest += chunk
            continue
        yield rest + chunk[:cut]
        rest = chunk[cut:]
    if rest:
        yield rest
