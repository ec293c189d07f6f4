"""Bodies of lines on their way into the log: in pieces, encoded, and what is told about them added up."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from kaibo.eventlog.contracts import Problem, Receipt
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER

CHUNK_BYTES = 256 * 1024
"""Bodies are taken in pieces of about this size, so that the decoded lines stay in the processor's cache: pieces of
4 MB cost half as much again."""
CHUNK_EVENTS = 10_000
DETAILS = 100


def pieces(body: bytes, *, size: int = 0) -> Iterator[tuple[bytes, int]]:
    """A body in pieces that end at a line, each with the number of lines before it; an array stays whole."""
    size = size or CHUNK_BYTES
    if len(body) <= size or body.lstrip()[:1] in {b"[", b"\xef"}:
        yield body, 0
        return
    start = lines = 0
    while start < len(body):
        end = body.find(b"\n", start + size)
        end = len(body) if end < 0 else end + 1
        piece = body[start:end]
        yield piece, lines
        lines += piece.count(b"\n")
        start = end


def encoded(events: Iterable[PlatformEvent]) -> Iterator[tuple[bytes, int]]:
    """Events as NDJSON bodies with their number."""
    source = iter(events)
    while batch := list(islice(source, CHUNK_EVENTS)):
        yield ENCODER.encode_lines(batch), len(batch)


def append_all(events: Iterable[PlatformEvent], append: Callable[[bytes], Receipt]) -> Receipt:
    """Hand events over as bodies, one after the other. Positions in `details` count events from 1."""
    total, read = Receipt(), 0
    for body, count in encoded(events):
        total = add(total, append(body), offset=read)
        read += count
    return total


def add(total: Receipt, more: Receipt, *, offset: int = 0) -> Receipt:
    """The sum of two receipts; `offset` is the number of lines before the second."""
    details = total.details
    if more.details and len(details) < DETAILS:
        later = more.details if not offset else tuple(moved(problem, offset) for problem in more.details)
        details = (*details, *later)[:DETAILS]
    return Receipt(
        total.accepted + more.accepted, total.duplicates + more.duplicates, total.rejected + more.rejected, details
    )


def moved(problem: Problem, offset: int) -> Problem:
    return Problem(problem.line + offset, problem.field, problem.problem, problem.fix)
