"""A first look at lines of our own format: which shows they hold, before the log is given any of them."""

import re
from collections import Counter
from typing import Any

import msgspec

from kaibo.eventlog.api import EARLIEST_US
from kaibo.eventlog.kinds import KINDS, UNKNOWN
from kaibo.kit import clock
from kaibo.operations.imports.plan import AFTERMATH, BLOCK_US, Planner
from kaibo.operations.imports.tally import Tally

GLANCE_BYTES = 256 * 1024
"""Pieces whose decoded lines stay in the processor's cache and mostly lie inside one block of the planner."""
PLATFORM_NAME = re.compile(r"[a-z0-9][a-z0-9_.\-]*\Z")  # as at the door
type _Key = tuple[str, str, str | None, bool]


class _Glance(msgspec.Struct, gc=False):
    """What must be known of a line before it is handed over; the log reads the rest."""

    kind: str
    platform: str
    room_id: str
    occurred_at: str | int | float
    show_id: str | None = None


_GLANCE = msgspec.json.Decoder(_Glance)


def glance(piece: bytes, planner: Planner, tally: Tally, *, latest_us: int) -> None:
    """Tell the planner and the tally of the lines of a piece, by blocks of time and not line by line."""
    rows = _rows(piece)
    if not rows:
        return
    kinds = Counter([row.kind for row in rows])
    for kind, count in kinds.items():
        tally.by_kind[kind if kind in KINDS else UNKNOWN] += count
    tally.by_room.update([row.room_id for row in rows])
    for (platform, room_id, show_id, is_aftermath), times in _times(rows, kinds):
        first_at, last_at = min(times), max(times)
        if PLATFORM_NAME.match(platform) and first_at >= EARLIEST_US and last_at <= latest_us:
            tally.reach(first_at)
            tally.reach(last_at)
            part = (first_at, last_at, len(times))
            planner.saw_block((platform, room_id), show_id, is_aftermath=is_aftermath, edges=part)


def _times(rows: list[_Glance], kinds: Counter[str]) -> list[tuple[_Key, list[int]]]:
    """The instants of the rows by room, show and block; mostly all of a piece are of one."""
    times: list[Any] = [row.occurred_at for row in rows]
    if set(map(type, times)) != {int} or min(times) < EARLIEST_US:
        times = [_instant(at) for at in times]
    places = {(row.platform, row.room_id, row.show_id) for row in rows}
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
