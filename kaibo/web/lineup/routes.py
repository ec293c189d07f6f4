"""`/api/v1/shows/<id>/lineup`: the sheet, and `/acts`: the desk."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import LineupView, Rules
from kaibo.commerce.lineup.errors import BadLineup
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.web import export
from kaibo.web.desk import acts
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.lineup import shape

router = Router(tags=["lineup"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class SaveIn(Schema):
    """Cells as typed since version `base`: [line id, field, text]; ids of new lines are made by the client."""

    base: int
    cells: list[tuple[str, str, str]] = Field(default_factory=list, max_length=20_000)
    order: list[str] | None = Field(default=None, max_length=2000)
    removed: list[str] = Field(default_factory=list, max_length=2000)


class SheetIn(Schema):
    """Pasted text, or beside it a file; `chosen` is JSON column -> field; without `mode` nothing is written.

    Shape: `form` csv or xlsx answers a comparison as a file.
    """

    text: str = ""
    chosen: str = "{}"
    mode: str = ""
    form: str = ""


class NumberIn(Schema):
    number: int


class CopyIn(Schema):
    show_id: str
    with_stock: bool = False


class RulesIO(Schema):
    core_sizes: list[str]
    giveaway_loss_minor: int | None = None
    minutes_tolerance_ratio: float = 0.1


@router.get("/{show_id}/lineup", response={200: Answer, **REFUSALS})
def lineup(request: HttpRequest, show_id: str) -> Any:
    """The sheet as it stands, with findings in words."""
    show = guard.show_or_404(request, show_id)
    view = shape.seen(lineups.lineup(show_id), with_costs=_sees_costs(request, show))
    return _told(show, view)


@router.post("/{show_id}/lineup/save", response={200: Answer, **REFUSALS})
def save(request: HttpRequest, show_id: str, body: SaveIn) -> Any:
    """Cells typed, rows added, moved, removed; what cannot be read is kept and named."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    view = lineups.save(
        show_id,
        base=body.base,
        edits=[lineups.Edit(*cell) for cell in body.cells],
        order=body.order,
        removed=body.removed,
        actor=guard.actor(request),
    )
    return _told(show, view)


@router.post("/{show_id}/lineup/undo", response={200: Answer, **REFUSALS})
def undo(request: HttpRequest, show_id: str) -> Any:
    """Back before the last act."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    return _told(show, lineups.undo(show_id, actor=guard.actor(request)))


@router.post("/{show_id}/lineup/restore", response={200: Answer, **REFUSALS})
def restore(request: HttpRequest, show_id: str, body: NumberIn) -> Any:
    """An earlier version again."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    return _told(show, lineups.restore(show_id, body.number, actor=guard.actor(request)))


@router.post("/{show_id}/lineup/sheet", response={200: Answer, **REFUSALS})
def sheet(request: HttpRequest, show_id: str, body: Form[SheetIn], file: File[UploadedFile | None] = None) -> Any:
    """A preview of pasted text or a file; with `mode` replace, update or append it is written, with compare it is
    read as the platform's product list and held against the sheet."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    data = file.read() if file is not None else None
    name = (file.name or "") if file is not None else ""
    draft = lineups.read_sheet(show_id, text=body.text, data=data, name=name, chosen=_chosen(body.chosen))
    if not body.mode:
        return shape.draft_shape(draft, lineups.currency_of(show_id))
    if body.mode == "compare":
        lineups.remember_columns(draft, actor=guard.actor(request))
        found = lineups.compare_listed(lineups.lineup(show_id).lines, lineups.listed_of(draft))
        if body.form in export.FORMATS:
            table = shape.comparison_table(found, lineups.currency_of(show_id))
            return export.table_answer(f"{show_id}-differences", table, body.form)
        return shape.comparison_shape(found, lineups.currency_of(show_id))
    act = "uploaded" if file is not None else "pasted"
    view = lineups.take_sheet(show_id, draft, mode=body.mode, act=act, note=name, actor=guard.actor(request))
    return _told(show, view)


def _chosen(text: str) -> dict[int, str]:
    try:
        return {int(index): str(field) for index, field in json.loads(text).items()}
    except (ValueError, AttributeError):
        raise BadLineup(_("Which column is which cannot be read."), field="chosen") from None


@router.get("/{show_id}/lineup/versions", response={200: list[Answer], **REFUSALS})
def versions(request: HttpRequest, show_id: str) -> Any:
    """Versions, the latest first."""
    guard.show_or_404(request, show_id)
    return shape.versions(show_id)


@router.get("/{show_id}/lineup/differences", response={200: list[Answer], **REFUSALS})
def differences(request: HttpRequest, show_id: str, before: int, after: int) -> Any:
    """What happened to lines between two versions."""
    sees = _sees_costs(request, guard.show_or_404(request, show_id))
    return [shape.difference_shape(each, with_costs=sees) for each in lineups.differences(show_id, before, after)]


@router.post("/{show_id}/lineup/copy", response={200: Answer, **REFUSALS})
def copy(request: HttpRequest, show_id: str, body: CopyIn) -> Any:
    """The sheet of an earlier show instead of this one's."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    guard.show_or_404(request, body.show_id)
    view = lineups.copy_lineup(
        show_id, source_show=body.show_id, with_stock=body.with_stock, actor=guard.actor(request)
    )
    return _told(show, view)


@router.put("/{show_id}/lineup/rules", response={200: Answer, **REFUSALS})
def set_rules(request: HttpRequest, show_id: str, body: RulesIO) -> Any:
    """Other limits for the checks of this sheet."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    rules = Rules(tuple(body.core_sizes), body.giveaway_loss_minor, body.minutes_tolerance_ratio)
    lineups.set_rules(show_id, rules, actor=guard.actor(request))
    return _told(show, lineups.lineup(show_id))


@router.post("/{show_id}/lineup/publish", response={200: Answer, **REFUSALS})
def publish(request: HttpRequest, show_id: str) -> Any:
    """Tell the list to the show; the control room knows it within seconds."""
    show = guard.show_or_404(request, show_id, "lineup.edit")
    acts.publish(show, actor=guard.actor(request))
    return _told(show, lineups.lineup(show_id))


def _sees_costs(request: HttpRequest, show: ShowView) -> bool:
    return team.may(request.user, "cost.see", platform=show.platform, room_id=show.room_id)


def _told(show: ShowView, view: LineupView) -> Answer:
    return shape.sheet(show, view, lineups.currency_of(show.show_id))
