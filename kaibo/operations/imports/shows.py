"""Finding a home for every show of a file: the one whose window it overlaps, else a new one."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.errors import ShowNotFound
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import RoomWindow
from kaibo.kit import clock, env
from kaibo.operations.imports.plan import Place, Span


@dataclass(slots=True)
class Homes:
    """Where events of a file go: by place, the spans in order of time with the show each belongs to."""

    ids: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    _spans: dict[Place, list[tuple[int, int, str]]] = field(default_factory=dict)

    def add(self, span: Span, show_id: str, *, is_new: bool) -> None:
        if show_id not in self.ids:
            self.ids.append(show_id)
        if is_new:
            self.made.append(show_id)
        self._spans.setdefault(span.place, []).append((span.first_at, span.last_at, show_id))
        self._spans[span.place].sort()

    def show_at(self, place: Place, at_us: int) -> str | None:
        """The show whose span holds the instant."""
        spans = self._spans.get(place, [])
        position = bisect_right(spans, at_us, key=lambda span: span[0]) - 1
        if position < 0 or at_us > spans[position][1]:
            return None
        return spans[position][2]


def house(spans: Sequence[Span], *, show: str | None, actor: str) -> Homes:
    """A show for every span, made or found. `show` sends them all to one.

    Raises: ShowConflict when that show belongs to another room.
    """
    homes = Homes()
    for span in spans:
        given = show or span.show_id
        show_id = given or _overlapping(span) or _new_id(span)
        is_new = not _is_known(show_id)
        platform, room_id = span.place
        view = shows.ensure_show(
            show_id,
            platform=platform,
            room_id=room_id,
            started_at=span.opens_at,
            ended_at=span.closes_at + 1,
            actor=actor,
        )
        if view.merged_into is not None:
            show_id = view.merged_into
        elif view.is_deleted:
            shows.restore_show(show_id, actor=actor)
        _widen(show_id, span)
        homes.add(span, show_id, is_new=is_new)
    return homes


def _is_known(show_id: str) -> bool:
    try:
        shows.show(show_id)
    except ShowNotFound:
        return False
    return True


def _windows(place: Place) -> list[RoomWindow]:
    return [window for window in eventlog.windows() if (window.platform, window.room_id) == place]


def _overlapping(span: Span) -> str | None:
    """The show that shares most time with the span."""
    best: tuple[int, str] | None = None
    for window in _windows(span.place):
        until = window.to_us if window.to_us is not None else max(span.closes_at + 1, window.from_us + 1)
        shared = min(until, span.closes_at + 1) - max(window.from_us, span.opens_at)
        if shared > 0 and (best is None or shared > best[0]):
            best = (shared, window.show_id)
    return best[1] if best else None


def _new_id(span: Span) -> str:
    """`<platform>-<room>-<yyyymmdd>-<hhmm>` of the first event, the same for every import of the file."""
    local = clock.to_datetime(span.opens_at).astimezone(env.zone())
    platform, room_id = span.place
    plain = "".join(sign if sign.isalnum() or sign in "_-." else "-" for sign in room_id)[:60]
    return f"{platform}-{plain}-{local:%Y%m%d-%H%M}"


def _widen(show_id: str, span: Span) -> None:
    """Let the show's window hold the span, as far as its neighbours leave room."""
    listed = _windows(span.place)
    own = next((window for window in listed if window.show_id == show_id), None)
    if own is None or (own.from_us <= span.opens_at and (own.to_us is None or own.to_us > span.closes_at)):
        return
    before = [w.to_us for w in listed if w.show_id != show_id and w.to_us is not None and w.to_us <= own.from_us]
    after = [w.from_us for w in listed if w.show_id != show_id and w.from_us > own.from_us]
    from_us = max([min(own.from_us, span.opens_at), *before])
    to_us = None if own.to_us is None else min([max(own.to_us, span.closes_at + 1), *after])
    eventlog.open_window(*span.place, show_id, from_us=from_us, to_us=to_us)
