"""Which shows a file holds: one per room and evening, in bounded memory, before anything is kept."""

from dataclasses import dataclass, field, replace

from kaibo.eventlog import kinds
from kaibo.kit.clock import HOUR_US, MINUTE_US

PAUSE_US = 6 * HOUR_US
"""A room that is silent this long has ended its show: the longest breaks inside one night are far below, and the
next evening is further away."""
LULL_US = HOUR_US
"""Where a recording is silent this long, what lies beyond is before or after the show."""
BLOCK_US = 10 * MINUTE_US

STARTED, ENDED = "show.started", "show.ended"
"""What a file says itself of where a show ends and the next begins counts more than any silence."""

AFTERMATH = frozenset(
    ("order.canceled", "order.refunded", "order.shipped", "order.delivered", *kinds.REPORT, *kinds.GROUP)
)
"""Kinds that also happen days after a show: they neither begin nor lengthen one; their order leads them home."""

type _Part = tuple[int, int, int]
type Place = tuple[str, str]  # platform, room


@dataclass(slots=True)
class Span:
    """One show of the file: first and last event, both inside; `show_id` where the events name it.

    Shape: `opens_at` to `closes_at` is when it was on air: a recording also holds what waiting viewers wrote hours
    before and stragglers after, which belong to the show but not to its time.
    """

    place: Place
    first_at: int
    last_at: int
    opens_at: int
    closes_at: int
    show_id: str | None = None


@dataclass(slots=True)
class _Room:
    """When something happened in a room, as blocks of ten minutes with their exact edges."""

    blocks: dict[int, list[int]] = field(default_factory=dict)  # first, last, number of events

    def saw(self, first_at: int, last_at: int, count: int) -> None:
        block = self.blocks.get(first_at // BLOCK_US)
        if block is None:
            self.blocks[first_at // BLOCK_US] = [first_at, last_at, count]
            return
        block[0] = min(block[0], first_at)
        block[1] = max(block[1], last_at)
        block[2] += count

    def parts(self, pause_us: int) -> list[_Part]:
        """Stretches without a pause of that length: first, last, number of events."""
        found: list[_Part] = []
        for first_at, last_at, count in (edges for _, edges in sorted(self.blocks.items())):
            if found and first_at - found[-1][1] < pause_us:
                found[-1] = (found[-1][0], last_at, found[-1][2] + count)
            else:
                found.append((first_at, last_at, count))
        return found

    def whole(self, place: Place) -> Span:
        """Everything as one show, on air in its liveliest stretch."""
        parts = self.parts(LULL_US)
        body = max(parts, key=lambda part: part[2])
        return Span(place, parts[0][0], parts[-1][1], body[0], body[1])


class Planner:
    """Told of every event once, it knows the shows. `is_one` makes one of every room, however long its pauses."""

    def __init__(self, *, is_one: bool) -> None:
        self._is_one = is_one
        self._rooms: dict[Place, _Room] = {}
        self._named: dict[tuple[Place, str], _Room] = {}
        self._marks: dict[Place, set[tuple[int, str]]] = {}
        self._platforms: set[str] = set()

    def saw(self, place: Place, kind: str, at_us: int, show_id: str | None) -> None:
        """One event of the file."""
        self.saw_block(place, show_id, is_aftermath=kind in AFTERMATH, edges=(at_us, at_us, 1))
        self.saw_mark(place, kind, at_us, show_id)

    def saw_mark(self, place: Place, kind: str, at_us: int, show_id: str | None) -> None:
        """A beginning or an end that names no show."""
        if show_id is None and kind in {STARTED, ENDED}:
            self._marks.setdefault(place, set()).add((at_us, kind))

    def saw_block(self, place: Place, show_id: str | None, *, is_aftermath: bool, edges: _Part) -> None:
        """Events of one block of ten minutes at once: first, last, number."""
        self._platforms.add(place[0])
        if show_id is None:
            if is_aftermath:
                return
            room = self._rooms.get(place)
            if room is None:
                room = self._rooms[place] = _Room()
        else:
            named = (place, show_id)
            room = self._named.get(named)
            if room is None:
                room = self._named[named] = _Room()
            if is_aftermath and room.blocks:
                return
        room.saw(*edges)

    def platforms(self) -> set[str]:
        """Platforms of everything it was told of, aftermath included."""
        return self._platforms

    def spans(self) -> list[Span]:
        """Every show of the file, in order of place and time; named ones first."""
        found = []
        for (place, show_id), room in self._named.items():
            first_at, last_at, _ = room.parts(2**62)[0]
            found.append(Span(place, first_at, last_at, first_at, last_at, show_id))
        for place, room in self._rooms.items():
            if self._is_one:
                found.append(room.whole(place))
            else:
                for edges in room.parts(PAUSE_US):
                    found += _cut(Span(place, *edges[:2], *edges[:2]), sorted(self._marks.get(place, ())))
        return sorted(found, key=lambda span: (span.place, span.first_at))


def _cut(span: Span, marks: list[tuple[int, str]]) -> list[Span]:
    """The span in two wherever an end was told and a beginning after it."""
    found, last, ended = [], span, None
    for at_us, kind in marks:
        if kind == ENDED and last.first_at < at_us < span.last_at:
            ended = at_us
        elif kind == STARTED and ended is not None and ended <= at_us <= span.last_at:
            edge = min(ended, at_us - 1)
            found.append(replace(last, last_at=edge, closes_at=edge))
            last, ended = replace(last, first_at=at_us, opens_at=at_us), None
    return [*found, last]
