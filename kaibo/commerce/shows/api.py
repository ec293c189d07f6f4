"""The door of the shows module."""

from collections.abc import Mapping

from kaibo.commerce.shows import queries, services
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.commerce.shows.models import Show
from kaibo.kit import clock


def show(show_id: str, *, now_us: int | None = None) -> ShowView:
    """One show, a deleted one too (`is_deleted`).

    Raises: ShowNotFound. Cost: two queries.
    """
    return _view(services.get(show_id), now_us=now_us)


def shows(
    *,
    status: ShowStatus | str | None = None,
    platform: str | None = None,
    room_id: str | None = None,
    is_deleted: bool = False,
    limit: int | None = None,
    now_us: int | None = None,
) -> list[ShowView]:
    """Shows that are not deleted (or, asked so, only those that are), latest beginning first.

    Cost: two queries.
    """
    rows = Show.objects.filter(deleted_at__isnull=not is_deleted)
    if platform is not None:
        rows = rows.filter(platform=platform)
    if room_id is not None:
        rows = rows.filter(room_id=room_id)
    found = queries.views(rows, now_us=now_us)
    if status is not None:
        wanted = ShowStatus(status)
        found = [one for one in found if one.status is wanted]
    return found[:limit]


def create_show(
    platform: str,
    room_id: str,
    *,
    title: str = "",
    planned_at: int | None = None,
    planned_end_at: int | None = None,
    targets: Mapping[str, float] | None = None,
    actor: str,
) -> ShowView:
    """A new show; its room window opens at the planned time, without a plan now. Units: µs UTC.

    Raises: BadShow with the field that cannot be.
    """
    row = services.create(
        platform,
        room_id,
        title=title,
        planned_at=planned_at,
        planned_end_at=planned_end_at,
        targets=targets or {},
        actor=actor,
    )
    return _view(row)


def ensure_show(
    show_id: str,
    *,
    platform: str,
    room_id: str,
    title: str | None = None,
    started_at: int | None = None,
    ended_at: int | None = None,
    actor: str,
) -> ShowView:
    """The show with this id, made when it is new; for imports, simulations and replays. Units: µs UTC.

    Raises: ShowConflict when the id belongs to another room.
    """
    row = services.ensure(
        show_id,
        platform=platform,
        room_id=room_id,
        title=title,
        started_at=started_at,
        ended_at=ended_at,
        actor=actor,
    )
    return _view(row)


def adopt_windows() -> list[ShowView]:
    """Shows that arrived as show.started events get their row; returns the new ones. Safe to repeat."""
    return queries.views(services.adopt())


def start_show(show_id: str, *, at_us: int | None = None, actor: str) -> ShowView:
    """Go on air before the planned time. Raises ShowConflict when it has begun."""
    return _view(services.start(show_id, actor=actor, at_us=at_us))


def end_show(show_id: str, *, at_us: int | None = None, why: str = "", actor: str) -> ShowView:
    """Close the show's room window. Raises ShowConflict when it has not begun or has ended."""
    return _view(services.end(show_id, actor=actor, at_us=at_us, why=why))


def rename_show(show_id: str, title: str, *, actor: str) -> ShowView:
    """Another title. Raises BadShow for an empty or overlong one."""
    return _view(services.rename(show_id, title, actor=actor))


def set_targets(show_id: str, targets: Mapping[str, float | None], *, actor: str) -> ShowView:
    """Change the named targets (`contracts.TARGETS`); None takes one away. Raises BadShow with the field."""
    return _view(services.set_targets(show_id, targets, actor=actor))


def merge_shows(show_id: str, *, into: str, why: str = "", actor: str) -> ShowView:
    """Give all events of a show to another one of the same room; returns the other. Raises ShowConflict."""
    return _view(services.merge(show_id, into=into, actor=actor, why=why))


def delete_show(show_id: str, *, why: str = "", actor: str) -> ShowView:
    """Hide a show that is not on air; its data stays. Raises ShowConflict."""
    return _view(services.delete(show_id, actor=actor, why=why))


def restore_show(show_id: str, *, actor: str) -> ShowView:
    """Undo a deletion or a merge. Raises ShowConflict when another show has taken its time meanwhile."""
    return _view(services.restore(show_id, actor=actor))


def shows_like(show_id: str, *, limit: int = 7) -> list[ShowView]:
    """Earlier, ended shows of the same room that began within 90 minutes of the same local time, latest first.

    Raises: ShowNotFound. Cost: four queries.
    """
    one = show(show_id)
    return queries.like(one, shows(platform=one.platform, room_id=one.room_id), limit=limit)


def _view(row: Show, *, now_us: int | None = None) -> ShowView:
    at_us = clock.now_us() if now_us is None else now_us
    return queries.view(row, queries.windows_by_show(row.show_id).get(row.show_id), now_us=at_us)
