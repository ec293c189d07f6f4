"""A first look at lines of our own format: which shows they hold, before the log is given any of them."""

import re
from collections import Counter
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from kaibo.eventlog.api import EARLIEST_US
from kaibo.eventlog.kinds import KINDS, UNKNOWN
from kaibo.kit import clock
from kaibo.operations.imports.plan import AFTERMATH, BLOCK_US, ENDED, STARTED, Planner
from kaibo.operations.imports.tally import Tally

GLANCE_BYTES = 256 * 1024
"""Pieces whose decoded lines stay in the processor's cache and mostly lie inside one block of the planner."""
PLATFORM_NAME = re.compile(r"[a-z0-9][a-z0-9_.\-]*\Z")  # as at the door
type _Place = tuple[str, str, str | None]
type _Key = tuple[str, str, str | None, bool]


class _Glance(msgspec.Struct, gc=False):
    """What must be known of a line before it is handed over; the log reads the rest."""

    kind: str
    platform: str
    room_id: str
    occurred_at: str | int | float
    show_id: str | None = None


_GLANCE = msgspec.json.Decoder(_Glance)


class Glance:
    """Tells a planner and a tally of the lines of a file, piece by piece, by blocks of time and not line by line.

    Most files are of one room and show: a piece is first read as if it were as the piece before, which costs half.
    """

    def __init__(self, planner: Planner, tally: Tally, *, latest_us: int) -> None:
        self._planner = planner
        self._tally = tally
        self._latest_us = latest_us
        self._same: msgspec.json.Decoder[Any] | None = None
        self._place: _Place = ("", "", None)

    def __call__(self, piece: bytes) -> None:
        if self._same is not None:
            try:
                rows = self._same.decode_lines(piece)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self._same = None
            else:
                self._tell(rows, [self._place])
                return
        rows = _rows(piece)
        places = list({(row.platform, row.room_id, row.show_id) for row in rows})
        if len(places) == 1:
            self._place = places[0]
            self._same = _decoder_of(*places[0])
        self._tell(rows, places)

    def _tell(self, rows: list[_Glance], places: list[_Place]) -> None:
        if not rows:
            return
        kinds = Counter([row.kind for row in rows])
        tally = self._tally
        for kind, count in kinds.items():
            tally.by_kind[kind if kind in KINDS else UNKNOWN] += count
        if len(places) == 1:
            tally.by_room[places[0][1]] += len(rows)
        else:
            tally.by_room.update([row.room_id for row in rows])
        if STARTED in kinds or ENDED in kinds:
            for row in rows:
                if row.kind in {STARTED, ENDED} and EARLIEST_US <= (at := _instant(row.occurred_at)) <= self._latest_us:
                    self._planner.saw_mark((row.platform, row.room_id), row.kind, at, row.show_id)
        for (platform, room_id, show_id, is_aftermath), times in _times(rows, kinds, places):
            first_at, last_at = min(times), max(times)
            if PLATFORM_NAME.match(platform) and first_at >= EARLIEST_US and last_at <= self._latest_us:
                tally.reach(first_at)
                tally.reach(last_at)
                part = (first_at, last_at, len(times))
                self._planner.saw_block((platform, room_id), show_id, is_aftermath=is_aftermath, edges=part)


@lru_cache(64)
def _decoder_of(platform: str, room_id: str, show_id: str | None) -> msgspec.json.Decoder[Any]:
    """Reads lines of one room and show with canonical times and known kinds, and nothing else.

    A value out of a known few is told apart without making a text of it.
    """
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        ("kind", Literal[*sorted(KINDS)]),
        ("platform", Literal[platform]),
        ("room_id", Literal[room_id]),
        ("occurred_at", Annotated[int, msgspec.Meta(ge=EARLIEST_US)]),
        ("show_id", None, None) if show_id is None else ("show_id", Literal[show_id]),
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Same", fields, gc=False, kw_only=True))


def _times(rows: list[_Glance], kinds: Counter[str], places: list[_Place]) -> list[tuple[_Key, list[int]]]:
    """The instants of the rows by room, show and block; mostly all of a piece are of one."""
    times: list[Any] = [row.occurred_at for row in rows]
    if set(map(type, times)) != {int} or min(times) < EARLIEST_US:
        times = [_instant(at) for at in times]
    if len(places) > 1 or min(times) // BLOCK_US != max(times) // BLOCK_US:
        return _times_apart(rows, times)
    [place] = places
    if AFTERMATH.isdisjoint(kinds):
        return [((*place, False), times)]
    after = [at for row, at in zip(rows, times, strict=True) if row.kind in AFTERMATH]
    on_air = [at for row, at in zip(rows, times, strict=True) if row.kind not in AFTERMATH]
    return [((*place, is_after), some) for is_after, some in ((False, on_air), (True, after)) if some]


def _times_apart(rows: list[_Glance], times: list[int]) -> list[tuple[_Key, list[int]]]:
    found: dict[tuple[_Key, int], list[int]] = {}
    for row, at_us in zip(rows, times, strict=True):
        key = (row.platform, row.room_id, row.show_id, row.kind in AFTERMATH)
        found.setdefault((key, at_us // BLOCK_US), []).append(at_us)
    return [(key, some) for (key, _), some in found.items()]


def _instant(given: str | int | float) -> int:
    try:
        return clock.parse_instant(given)
    except ValueError:
        return 0  # the log names this line


def _rows(piece: bytes) -> list[_Glance]:
    try:
        return _GLANCE.decode_lines(piece)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = []
        for line in piece.splitlines():
            try:
                found.append(_GLANCE.decode(line))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue  # the log names this line
        return found
