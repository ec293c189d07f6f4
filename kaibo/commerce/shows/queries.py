"""The reads of the shows module."""

from collections.abc import Iterable

from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.shows.models import Show
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import RoomWindow
from kaibo.kit import clock, env

_HALF_SLOT_US = 90 * clock.MINUTE_US  # trade practice: a room's evening slot drifts by less than an hour and a half


def status_of(window: RoomWindow | None, *, now_us: int) -> ShowStatus:
    """Before the window, inside it, or after it; no window yet is planned."""
    if window is None or now_us < window.from_us:
        return ShowStatus.PLANNED
    if window.to_us is None or now_us < window.to_us:
        return ShowStatus.ON_AIR
    return ShowStatus.ENDED


def view(row: Show, window: RoomWindow | None, *, now_us: int) -> ShowView:
    """The row beside its window as it leaves the module."""
    status = status_of(window, now_us=now_us)
    is_begun = window is not None and status is not ShowStatus.PLANNED
    return ShowView(
        show_id=row.show_id,
        platform=row.platform,
        room_id=row.room_id,
        title=row.title,
        status=status,
        planned_at=row.planned_at,
        planned_end_at=row.planned_end_at,
        started_at=window.from_us if window and is_begun else None,
        ended_at=window.to_us if window and status is ShowStatus.ENDED else None,
        targets=dict(row.targets),
        created_by=row.created_by,
        is_deleted=row.deleted_at is not None,
        merged_into=row.merged_into or None,
    )


def windows_by_show(show_id: str | None = None) -> dict[str, RoomWindow]:
    """One window per show: from its first beginning to its last end (a show may be interrupted)."""
    spans: dict[str, RoomWindow] = {}
    for window in eventlog.windows(show_id=show_id):
        known = spans.get(window.show_id)
        if known is None:
            spans[window.show_id] = window
            continue
        ends = (known.to_us, window.to_us)
        spans[window.show_id] = RoomWindow(
            known.platform,
            known.room_id,
            known.show_id,
            min(known.from_us, window.from_us),
            None if None in ends else max(end for end in ends if end is not None),
        )
    return spans


def views(rows: Iterable[Show], *, now_us: int | None = None) -> list[ShowView]:
    """Rows beside their windows, latest beginning first. Cost: one query for all windows."""
    at_us = clock.now_us() if now_us is None else now_us
    spans = windows_by_show()
    found = [view(row, spans.get(row.show_id), now_us=at_us) for row in rows]
    return sorted(found, key=lambda show: (show.begins_at or 0, show.show_id), reverse=True)


def like(show: ShowView, candidates: Iterable[ShowView], *, limit: int) -> list[ShowView]:
    """Earlier ended shows of the same room whose local time of day lies within 90 minutes, latest first."""
    begins_at = show.begins_at
    if begins_at is None:
        return []
    same = [
        other
        for other in candidates
        if other.status is ShowStatus.ENDED
        and other.show_id != show.show_id
        and other.begins_at is not None
        and other.begins_at < begins_at
        and _apart_in_day(other.begins_at, begins_at) <= _HALF_SLOT_US
    ]
    same.sort(key=lambda other: other.begins_at or 0, reverse=True)
    return same[:limit]


def _apart_in_day(one_us: int, other_us: int) -> int:
    gap = abs(_time_of_day(one_us) - _time_of_day(other_us))
    return min(gap, clock.DAY_US - gap)


def _time_of_day(at_us: int) -> int:
    local = clock.to_datetime(at_us).astimezone(env.zone())
    return ((local.hour * 60 + local.minute) * 60 + local.second) * clock.MICROS
