"""`/api/v1/shows`."""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Status

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.metrics import api as metrics
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import CoverageOut, ErrorOut, MergeIn, ShowIn, ShowOut, TitleIn, ValueOut, WhyIn

router = Router(tags=["shows"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}


@router.get("", response={200: list[ShowOut], 403: ErrorOut})
def show_list(
    request: HttpRequest,
    status: ShowStatus | None = None,
    platform: str | None = None,
    room_id: str | None = None,
    limit: int = 100,
) -> Any:
    """Shows of the reader's rooms, latest beginning first."""
    guard.require(request, "show.see")
    found = guard.mine(request, shows.shows(status=status, platform=platform, room_id=room_id))
    return [guard.plain(one) for one in found[: max(0, limit)]]


@router.post("", response={201: ShowOut, **REFUSALS})
def create(request: HttpRequest, body: ShowIn) -> Any:
    """Plan a show, or begin one now."""
    guard.room_or_404(request, body.platform, body.room_id, "show.create")
    made = shows.create_show(
        body.platform,
        body.room_id,
        title=body.title,
        planned_at=body.planned_at,
        planned_end_at=body.planned_end_at,
        targets=body.targets,
        actor=guard.actor(request),
    )
    return Status(201, guard.plain(made))


@router.get("/{show_id}", response={200: ShowOut, 404: ErrorOut})
def show(request: HttpRequest, show_id: str) -> Any:
    """One show."""
    return guard.plain(guard.show_or_404(request, show_id))


@router.patch("/{show_id}", response={200: ShowOut, **REFUSALS})
def rename(request: HttpRequest, show_id: str, body: TitleIn) -> Any:
    """Another title."""
    guard.show_or_404(request, show_id, "show.change")
    return guard.plain(shows.rename_show(show_id, body.title, actor=guard.actor(request)))


@router.put("/{show_id}/targets", response={200: ShowOut, **REFUSALS})
def set_targets(request: HttpRequest, show_id: str, body: Body[dict[str, float | None]]) -> Any:
    """Change the named targets; null takes one away."""
    guard.show_or_404(request, show_id, "show.target")
    return guard.plain(shows.set_targets(show_id, body, actor=guard.actor(request)))


@router.post("/{show_id}/start", response={200: ShowOut, **REFUSALS})
def start(request: HttpRequest, show_id: str) -> Any:
    """Go on air now."""
    guard.show_or_404(request, show_id, "show.start")
    return guard.plain(shows.start_show(show_id, actor=guard.actor(request)))


@router.post("/{show_id}/end", response={200: ShowOut, **REFUSALS})
def end(request: HttpRequest, show_id: str, body: WhyIn) -> Any:
    """Close the room window."""
    guard.show_or_404(request, show_id, "show.end")
    return guard.plain(shows.end_show(show_id, why=body.why, actor=guard.actor(request)))


@router.post("/{show_id}/merge", response={200: ShowOut, **REFUSALS})
def merge(request: HttpRequest, show_id: str, body: MergeIn) -> Any:
    """Give all events to another show of the room; answers the other."""
    guard.show_or_404(request, show_id, "show.merge")
    guard.show_or_404(request, body.into, "show.merge")
    return guard.plain(shows.merge_shows(show_id, into=body.into, why=body.why, actor=guard.actor(request)))


@router.delete("/{show_id}", response={200: ShowOut, **REFUSALS})
def delete(request: HttpRequest, show_id: str, why: str = "") -> Any:
    """Hide the show; its data is kept."""
    guard.show_or_404(request, show_id, "show.delete")
    return guard.plain(shows.delete_show(show_id, why=why, actor=guard.actor(request)))


@router.post("/{show_id}/restore", response={200: ShowOut, **REFUSALS})
def restore(request: HttpRequest, show_id: str) -> Any:
    """Undo a deletion."""
    guard.show_or_404(request, show_id, "show.delete")
    return guard.plain(shows.restore_show(show_id, actor=guard.actor(request)))


@router.get(
    "/{show_id}/metrics",
    response={200: dict[str, ValueOut] | dict[str, dict[str, ValueOut]], 404: ErrorOut},
)
def numbers(
    request: HttpRequest,
    show_id: str,
    *,
    by: metrics.By | None = None,
    ids: str = "",
    from_us: int | None = None,
    to_us: int | None = None,
) -> Any:
    """Numbers of a show: id -> value; with `by`, key -> id -> value. `ids` is a comma-separated choice."""
    guard.show_or_404(request, show_id, "metric.see")
    wanted = [one.strip() for one in ids.split(",") if one.strip()] or None
    if by is None:
        whole = metrics.evaluate(show_id, wanted, from_us=from_us, to_us=to_us)
        return {id_: guard.plain(value) for id_, value in whole.items()}
    with eventlog.one_look():
        lines = metrics.evaluate(show_id, wanted, by=by, from_us=from_us, to_us=to_us)
    return {key: {id_: guard.plain(value) for id_, value in line.items()} for key, line in lines.items()}


@router.get("/{show_id}/coverage", response={200: CoverageOut, 404: ErrorOut})
def coverage(request: HttpRequest, show_id: str) -> Any:
    """What the feeds of the show can report and did report."""
    guard.show_or_404(request, show_id)
    return guard.plain(eventlog.coverage(show_id, now_us=clock.now_us()))
