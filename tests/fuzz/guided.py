"""A small fuzzer guided by coverage: what reaches a new line of ours is kept and changed further.

`sys.monitoring` reports each line once and is then switched off for it, so that a run costs next to nothing. Draws
come from one seed: a longer run tries the same inputs first.
"""

import contextlib
import io
import os
import random
import sys
import traceback
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

OURS = str(Path(__file__).parents[2] / "kaibo")
TOOL = 4  # ids 0 to 2 and 5 belong to debuggers, coverage, profilers and optimizers
SLOW_SECONDS = 2.0
"""Of processor time for one small input: more is a way to stop a server with one file."""
MOST_BYTES = 64 * 1024
TOKENS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"0", b"-1", b"1e400", b"9" * 30, b"NaN", b"null", b"true", b"[]",
    b"{}", b'"', b"'", b",", b"\t", b"\n", b"\r\n", b"\r", b";", b"%s", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;",
    b"<![CDATA[", b"]]>", b"\xed\xa0\x80", "１２".encode(), "元".encode(), b"2026-13-45", b"=1+1", b"\\u0000",
    b"\\ud800", b"\x80", b"\x1f\x8b", b"[" * 2000, b'{"a":' * 500, b"<a>" * 500,
)  # fmt: skip
ZIP = b"PK\x03\x04"


def spent() -> float:
    """Processor time of this process and of those it started and waited for."""
    return sum(os.times()[:4])


@dataclass
class Outcome:
    """What a run did: inputs tried, inputs kept because they reached new lines, and what went wrong."""

    runs: int = 0
    kept: int = 0
    lines: int = 0
    faults: list[str] = field(default_factory=list)


class Reach:
    """Tells whether a call ran a line of ours that none before it ran."""

    def __init__(self) -> None:
        self.lines = 0

    def __enter__(self) -> "Reach":
        watch = sys.monitoring
        watch.use_tool_id(TOOL, "fuzz")
        watch.register_callback(TOOL, watch.events.LINE, self._line)
        watch.set_events(TOOL, watch.events.LINE)
        watch.restart_events()
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)

    def _line(self, code: CodeType, _number: int) -> object:
        self.lines += code.co_filename.startswith(OURS)
        return sys.monitoring.DISABLE


def fuzz(
    parse: Callable[[bytes], object],
    seeds: Sequence[bytes],
    *,
    allowed: tuple[type[Exception], ...],
    seconds: float,
    most_runs: int = 10**9,
    seed: int = 20_261_128,
) -> Outcome:
    """Change the seeds and parse until the processor time is over; a fault is an exception that is not allowed."""
    draw = random.Random(seed)
    corpus, outcome = list(seeds), Outcome()
    seen: set[str] = set()
    ends = spent() + seconds
    with Reach() as reach:
        for given in seeds:
            _try(parse, given, allowed, outcome, seen)
        while outcome.runs < most_runs + len(seeds) and spent() < ends:
            given = changed(draw.choice(corpus), corpus, draw)
            before = reach.lines
            _try(parse, given, allowed, outcome, seen)
            if reach.lines > before and len(given) <= MOST_BYTES:
                corpus.append(given)
    outcome.kept, outcome.lines = len(corpus) - len(seeds), reach.lines
    return outcome


def _try(
    parse: Callable[[bytes], object],
    given: bytes,
    allowed: tuple[type[Exception], ...],
    outcome: Outcome,
    seen: set[str],
) -> None:
    outcome.runs += 1
    began = spent()
    try:
        parse(given)
    except allowed:
        pass
    except Exception as error:  # noqa: BLE001 - finding them is what it is for
        at = traceback.extract_tb(error.__traceback__)[-1]
        _note(f"{type(error).__name__} at {at.filename}:{at.lineno}", f"{error}", given, outcome, seen)
    if spent() - began > SLOW_SECONDS:
        again = spent()  # the first time may have paid for what is loaded once
        with contextlib.suppress(Exception):
            parse(given)
        if spent() - again > SLOW_SECONDS:
            _note("slow", f"{spent() - again:.1f} s", given, outcome, seen)


def _note(what: str, says: str, given: bytes, outcome: Outcome, seen: set[str]) -> None:
    if what not in seen:  # one example of each is enough to mend it
        seen.add(what)
        outcome.faults.append(f"{what}: {says[:200]}\n  {given[:1500]!r}")


def changed(given: bytes, corpus: Sequence[bytes], draw: random.Random) -> bytes:
    """An input like another one. What is zipped is changed inside, so that its reader gets that far."""
    if given.startswith(ZIP) and draw.random() < 0.85:
        return _changed_inside(given, draw)
    data = bytearray(given)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        _CHANGES[draw.randrange(len(_CHANGES))](data, corpus, draw)
    return bytes(data[: 4 * MOST_BYTES])


def _flip(data: bytearray, _corpus: Sequence[bytes], draw: random.Random) -> None:
    if data:
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _put(data: bytearray, _corpus: Sequence[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(data) + 1)
    data[at : at + draw.choice((0, 0, 1, 4))] = draw.choice(TOKENS)


def _cut(data: bytearray, _corpus: Sequence[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(data) + 1)
    del data[at : at + draw.choice((1, 2, 8, 64, len(data)))]


def _repeat(data: bytearray, _corpus: Sequence[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(data) + 1)
    piece = data[at : at + draw.randrange(1, 65)]
    data[at:at] = piece * draw.choice((1, 2, 30))


def _splice(data: bytearray, corpus: Sequence[bytes], draw: random.Random) -> None:
    other = draw.choice(corpus)
    start = draw.randrange(len(other) + 1)
    at = draw.randrange(len(data) + 1)
    data[at : at + 64] = other[start : start + draw.randrange(1, 257)]


def _digits(data: bytearray, _corpus: Sequence[bytes], draw: random.Random) -> None:
    """Another number where one stands: most of what parsers believe stands in numbers."""
    places = [at for at, byte in enumerate(data[: 1 << 14]) if 48 <= byte <= 57]
    if places:
        at = draw.choice(places)
        data[at : at + 1] = draw.choice((b"0", b"9", b"-1", b"99999999999999999999", b"1.5", b"1e9", b"", b"x"))


_CHANGES = (_flip, _put, _cut, _repeat, _splice, _digits)


def _changed_inside(given: bytes, draw: random.Random) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            chosen = draw.choice(names)
            for name in names:
                body = old.read(name)
                if name == chosen:
                    body = changed(body, [body], draw)
                    if draw.random() < 0.05:
                        continue
                new.writestr(name, body)
    except Exception:  # noqa: BLE001 - an archive broken by an earlier change is an input too
        return given[: draw.randrange(len(given) + 1)]
    return out.getvalue()
