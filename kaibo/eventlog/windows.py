"""Room windows: which show is open in which room, and the book of them that the appender stamps from."""

import hashlib
import os
import re
import threading
import time
from bisect import bisect_right
from pathlib import Path

from django.db import models, transaction

from kaibo.eventlog.contracts import RoomWindow
from kaibo.eventlog.errors import WindowTaken
from kaibo.eventlog.models import RoomWindow as Row
from kaibo.eventlog.segments import log_folder
from kaibo.eventlog.shards import in_force
from kaibo.eventlog.turns import turn
from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, MICROS, MINUTE_US, to_datetime

ECHO_US = 10 * MINUTE_US
"""A second show.started this soon after the first is another feed's word for the same start."""
EARLY_US = 2 * HOUR_US
"""A show.started this long before a planned window opens that window early."""
POLL_SECONDS = 1.0
CLAIM_SECONDS = 5.0

Place = tuple[str, str]


def view(row: Row) -> RoomWindow:
    return RoomWindow(row.platform, row.room_id, row.show_id, row.from_us, row.to_us)


def windows(*, show_id: str | None = None) -> list[RoomWindow]:
    """Windows by start, all or of one show. Cost: one query."""
    rows = Row.objects.order_by("from_us", "id")
    return [view(row) for row in (rows if show_id is None else rows.filter(show_id=show_id))]


def window_at(platform: str, room_id: str, at_us: int) -> RoomWindow | None:
    """The window of the room that holds the instant. Cost: one query."""
    inside = models.Q(to_us__isnull=True) | models.Q(to_us__gt=at_us)
    row = (
        Row.objects.filter(inside, platform=platform, room_id=room_id, from_us__lte=at_us).order_by("-from_us").first()
    )
    return view(row) if row else None


def open_window(platform: str, room_id: str, show_id: str, *, from_us: int, to_us: int | None = None) -> RoomWindow:
    """Open or change the window of a show in a room; repeating it changes nothing.

    Raises: WindowTaken when another show holds part of that time. An open window of an earlier show is not
    closed silently: close it first.
    """
    with transaction.atomic():
        others = Row.objects.filter(platform=platform, room_id=room_id).exclude(show_id=show_id)
        overlap = others.filter(models.Q(to_us__isnull=True) | models.Q(to_us__gt=from_us))
        if to_us is not None:
            overlap = overlap.filter(from_us__lt=to_us)
        taken = overlap.first()
        if taken is not None:
            raise WindowTaken(
                f"room {platform}/{room_id} already has show {taken.show_id} at that time",
                fix="close that show first, or choose another time",
                show_id=taken.show_id,
            )
        row, _ = Row.objects.update_or_create(
            platform=platform, room_id=room_id, show_id=show_id, defaults={"from_us": from_us, "to_us": to_us}
        )
    tell_changed()
    return view(row)


def close_window(show_id: str, *, to_us: int) -> int:
    """Close every open window of a show; how many there were. A window never ends before it began."""
    closed = 0
    with transaction.atomic():
        for row in Row.objects.filter(show_id=show_id, to_us__isnull=True):
            row.to_us = max(to_us, row.from_us + 1)
            row.save(update_fields=["to_us"])
            closed += 1
    if closed:
        tell_changed()
    return closed


def drop_window(show_id: str) -> int:
    """Take away the windows of a show that has not begun, so that its room is free at that time; how many."""
    with transaction.atomic():
        dropped, _ = Row.objects.filter(show_id=show_id, is_confirmed=False).delete()
    if dropped:
        tell_changed()
    return dropped


def show_id_for(platform: str, room_id: str, at_us: int) -> str:
    """`<platform>-<room>-<yyyymmdd>-<hhmm>` in the team's zone; a room id with odd characters gets a hash."""
    local = to_datetime(at_us).astimezone(env.zone())
    plain = re.sub(r"[^A-Za-z0-9_\-]+", "-", room_id)[:60]
    if plain != room_id:
        plain = f"{plain}-{hashlib.sha256(room_id.encode()).hexdigest()[:8]}"
    return f"{platform}-{plain}-{local:%Y%m%d-%H%M}"


def start_show(platform: str, room_id: str, at_us: int, *, given: str | None, is_late: bool = False) -> str:
    """Open the window that a show.started asks for; the id of its show. Repeating it changes nothing.

    Shape: `is_late` says that events of the show may have come before its start did; they are bound afterwards.
    """
    with transaction.atomic():
        rows = list(Row.objects.filter(platform=platform, room_id=room_id).order_by("from_us"))
        row = _same_start(rows, at_us, given)
        if row is None:
            row = _new_window(rows, platform, room_id, at_us, given)
            if is_late:
                row.needs_binding = True
                row.save(update_fields=["needs_binding"])
        elif row.from_us > at_us or not row.is_confirmed:
            free_from = max((other.to_us or 0 for other in rows if other.from_us < row.from_us), default=0)
            row.from_us = max(min(row.from_us, at_us), free_from)
            row.is_confirmed = True
            row.needs_binding = row.needs_binding or is_late
            row.save(update_fields=["from_us", "is_confirmed", "needs_binding"])
    tell_changed()
    return row.show_id


def claim_show(platform: str, room_id: str, at_us: int, *, given: str | None, is_late: bool = False) -> str:
    """`start_show` by a feed: the show that it names is the room's only where it is not another room's already.

    Shape: rooms of several shards are asked in turn, as those of one appender are.
    """
    if given is None or in_force().number == 1:
        return start_show(platform, room_id, at_us, given=given, is_late=is_late)
    with turn(f"claim of {given}", seconds=CLAIM_SECONDS):
        places = set(Row.objects.filter(show_id=given).values_list("platform", "room_id"))
        is_free = not places or (platform, room_id) in places
        return start_show(platform, room_id, at_us, given=given if is_free else None, is_late=is_late)


def _same_start(rows: list[Row], at_us: int, given: str | None) -> Row | None:
    if given is not None:
        return next((row for row in rows if row.show_id == given), None)
    for row in rows:
        is_over = row.from_us < at_us and row.to_us == at_us + 1  # it ended in this very instant
        is_running = row.from_us <= at_us and (row.to_us is None or at_us < row.to_us) and not is_over
        if is_running and (not _lasts(row, rows) or not row.is_confirmed or at_us - row.from_us < ECHO_US):
            return row
        if 0 < row.from_us - at_us <= (ECHO_US if row.is_confirmed else EARLY_US):
            return row
    return None


def _lasts(row: Row, rows: list[Row]) -> bool:
    """Whether nobody has said when it ended: it goes on, at most until the show that is planned behind it."""
    return row.to_us is None or any(other.from_us == row.to_us for other in rows)


def _new_window(rows: list[Row], platform: str, room_id: str, at_us: int, given: str | None) -> Row:
    for row in rows:  # the show before it was never said to have ended
        if row.from_us < at_us and (row.to_us is None or row.to_us > at_us):
            row.to_us = at_us
            row.save(update_fields=["to_us"])
    following = min((row.from_us for row in rows if row.from_us > at_us), default=None)
    show_id = given or show_id_for(platform, room_id, at_us)
    if any(row.show_id == show_id for row in rows):
        show_id = f"{show_id}-{at_us // MICROS % 60:02d}"
    return Row.objects.create(
        platform=platform, room_id=room_id, show_id=show_id, from_us=at_us, to_us=following, is_confirmed=True
    )


def waiting_for_binding() -> list[RoomWindow]:
    """Windows that were opened late. Cost: one query."""
    return [view(row) for row in Row.objects.filter(needs_binding=True)]


def set_bound(window: RoomWindow) -> None:
    """The loose events of a late window were given to its show."""
    rows = Row.objects.filter(platform=window.platform, room_id=window.room_id, show_id=window.show_id)
    rows.update(needs_binding=False)


def end_show(platform: str, room_id: str, at_us: int, *, given: str | None) -> str | None:
    """Close the window that a show.ended names or stands in; the id of its show.

    Shape: the window ends one microsecond after the event, so what carries the same instant still belongs to it.
    """
    rows = list(Row.objects.filter(platform=platform, room_id=room_id).order_by("from_us"))
    # without a name it is no word about a show that begins in this very instant
    begun = [row for row in rows if (row.from_us < at_us if given is None else row.show_id == given)]
    row = begun[-1] if begun else None
    if row is None or row.from_us > at_us or (given is None and row.to_us is not None and row.to_us <= at_us):
        return None
    if _lasts(row, rows) and (row.to_us is None or at_us < row.to_us):
        row.to_us = at_us + 1
        row.save(update_fields=["to_us"])
        tell_changed()
    return row.show_id


def _mark() -> Path:
    return log_folder() / "windows.changed"


_generation = 0


def tell_changed() -> None:
    """Let every appender of this home look again: this process at once, others by the time of a file."""
    _bump()
    transaction.on_commit(_bump)


def _bump() -> None:
    global _generation  # noqa: PLW0603 - one counter per process is the point
    _generation += 1
    mark = _mark()
    mark.parent.mkdir(parents=True, exist_ok=True)
    fresh = mark.with_name(f"{mark.name}.{os.getpid()}.{threading.get_ident()}")
    fresh.touch()
    fresh.replace(mark)  # another file, so that two changes within one tick of the clock differ


class WindowBook:
    """Windows in memory for stamping; looks at the records again as soon as any process changed them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, tuple[int, int]] | None = None
        self._read_at = 0.0
        self._starts: dict[Place, list[int]] = {}
        self._windows: dict[Place, list[RoomWindow]] = {}
        self._places_of_show: dict[str, set[Place]] = {}

    def refresh(self) -> None:
        """Read the windows if they may have changed. Cost: one stat; one query when they did or each second."""
        try:
            mark = _mark().stat()
            stamp = (mark.st_mtime_ns, mark.st_ino)
        except FileNotFoundError:
            stamp = (0, 0)
        state = (_generation, stamp)
        if state == self._state and time.monotonic() - self._read_at < POLL_SECONDS:
            return
        with self._lock:
            self._read(state)

    def _read(self, state: tuple[int, tuple[int, int]]) -> None:
        found: dict[Place, list[RoomWindow]] = {}
        places: dict[str, set[Place]] = {}
        for window in windows():
            place = (window.platform, window.room_id)
            found.setdefault(place, []).append(window)
            places.setdefault(window.show_id, set()).add(place)
        self._windows = found
        self._starts = {place: [window.from_us for window in listed] for place, listed in found.items()}
        self._places_of_show = places
        self._read_at = time.monotonic()
        self._state = state

    def at(self, place: Place, at_us: int) -> str | None:
        starts = self._starts.get(place)
        if not starts:
            return None
        position = bisect_right(starts, at_us) - 1
        if position < 0:
            return None
        window = self._windows[place][position]
        return window.show_id if window.to_us is None or at_us < window.to_us else None

    def span(self, place: Place, from_us: int, to_us: int) -> tuple[bool, str | None]:
        """(True, show or None) when the whole span lies in one window or touches none; else (False, None)."""
        listed = self._windows.get(place)
        if not listed:
            return True, None
        touching = [w for w in listed if w.from_us <= to_us and (w.to_us is None or from_us < w.to_us)]
        if not touching:
            return True, None
        only = touching[0]
        inside = only.from_us <= from_us and (only.to_us is None or to_us < only.to_us)
        return (True, only.show_id) if len(touching) == 1 and inside else (False, None)

    def is_shown_in(self, show_id: str, place: Place) -> bool:
        return place in self._places_of_show.get(show_id, ())

    def is_elsewhere(self, show_id: str, place: Place) -> bool:
        places = self._places_of_show.get(show_id)
        return bool(places) and place not in (places or ())
