"""Lines of schema 1 as events, held against the same rules as at the door. Pure: no clock, no network."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import msgspec

from kaibo.connectors.contracts import BadLine, Outcome, Skipped
from kaibo.connectors.reading import RAW_KEPT, Lines
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import Line, Rules
from kaibo.eventlog.validate import check_each

OTHER_ROOM = "another room than the one asked for"
BLANK = "blank line"
LINE_BYTES = 1024**2
_NO_CLOCK = 2**62  # whether a time lies ahead of now is for the door to say: a translation has no clock
_RULES = Rules(now_us=_NO_CLOCK, currency="CNY")
_SHAPE = msgspec.json.Decoder(dict[str, Any])
_FIELDS = tuple(field.name for field in msgspec.structs.fields(PlatformEvent))


def recognise(head: bytes) -> bool:
    """One of the first lines is JSON with `event_id` or `kind`, or nothing else claims to be it."""
    for line in head.splitlines()[:20]:
        try:
            row = _SHAPE.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        if {"event_id", "kind"} & row.keys():
            return True
    return False


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:  # noqa: ARG001 - no options
    """One outcome per line; `room` leaves out the others."""
    lines = Lines(body, LINE_BYTES)
    for line in lines:
        if not line.strip():
            yield Skipped(BLANK, lines.number)
            continue
        checked = check_each([(lines.number, line.removeprefix(b"\xef\xbb\xbf"))], _RULES)
        for problem in checked.problems:
            text = line.decode("utf-8", "replace")[:RAW_KEPT]
            yield BadLine(problem.line, problem.field or "line", problem.problem, problem.fix, text)
        for good in checked.lines:
            if room is not None and good.room_id != room:
                yield Skipped(OTHER_ROOM, lines.number, good.room_id)
            else:
                yield as_event(good)
    if lines.broken is not None:
        yield lines.broken


def as_event(line: Line) -> PlatformEvent:
    """The line's own fields; `occurred_at` is canonical once checked."""
    return PlatformEvent(**{name: getattr(line, name) for name in _FIELDS})
