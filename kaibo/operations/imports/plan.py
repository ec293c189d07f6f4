"""Which shows a file holds: one per room and evening, in bounded memory, before anything is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kaibo.eventlog import kinds
from kaibo.kit.clock import HOUR_US, MINUTE_US

PAUSE_US = 6 * HOUR_US
"""A room that is silent this long has ended its show: the longest breaks inside one night are far below, and the
next evening is further away."""
BLOCK_US = 10 * MINUTE_US

AFTERMATH = frozenset(
    ("order.canceled", "order.refunded", "order.shipped", "order.delivered", *kinds.REPORT, *kinds.GROUP)
)
"""Kinds that also happen days after a show: they neither begin nor lengthen one; their order leads them home."""

type Place = tuple[str, str]  # platform, room


@dataclass(slots=True)
class Span:
    """One show of the file: first and last event, both inside; `show_id` where the events name it."""

    place: Place
    first_at: int
    last_at: int
    show_id: str | None = None


@dataclass(slots=True)
class _Room:
    """When something happened in a room, as blocks of ten minutes with their exact edges."""

    blocks: dict[int, list[int]] = field(default_factory=dict)

    def saw(self, at_us: int) -> None:
        block = self.blocks.get(at_us // BLOCK_US)
        if block is None:
            self.blocks[at_us // BLOCK_US] = [at_us, at_us]
        elif at_us < block[0]:
            block[0] = at_us
        elif at_us > block[1]:
            block[1] = at_us

    def spans(self, place: Place, *, is_one: bool) -> Iterable[Span]:
        found: list[Span] = []
        for first_at, last_at in (edges for _, edges in sorted(self.blocks.items())):
            if found and (is_one or first_at - found[-1].last_at < PAUSE_US):
                found[-1].last_at = last_at
            else:
                found.append(Span(place, first_at, last_at))
        return found


class Planner:
    """Told of every event once, it knows the shows. `is_one` makes one of every room, however long its pauses."""

    def __init__(self, *, is_one: bool) -> None:
        self._is_one = is_one
        self._rooms: dict[Place, _Room] = {}
        self._named: dict[tuple[Place, str], _Room] = {}

    def saw(self, place: Place, kind: str, at_us: int, show_id: str | None) -> None:
        """One event of the file."""
        if kind in AFTERMATH and show_id is None:
            return
        if show_id is None:
            room = self._rooms.get(place)
            if room is None:
                room = self._rooms[place] = _Room()
        else:
            named = (place, show_id)
            room = self._named.get(named)
            if room is None:
                room = self._named[named] = _Room()
            if kind in AFTERMATH and room.blocks:
                return
        room.saw(at_us)

    def spans(self) -> list[Span]:
        """Every show of the file, in order of place and time; named ones first."""
        found = []
        for (place, show_id), room in self._named.items():
            (span,) = room.spans(place, is_one=True)
            span.show_id = show_id
            found.append(span)
        for place, room in self._rooms.items():
            found += room.spans(place, is_one=self._is_one)
        return sorted(found, key=lambda span: (span.place, span.first_at))
