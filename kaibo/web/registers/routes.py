"""`/api/v1/shows/<id>/…`: the registers for the control room; every entry has an id of its device and counts once."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChangeKind, NewAdjustment, NewChange
from kaibo.kit.errors import KaiboError
from kaibo.web import actors
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.registers import acts, found
from kaibo.web.registers.state import change_shape
from kaibo.web.rounds.posting import currency_of

router = Router(tags=["registers"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class ChangeIn(Schema):
    """A price (minor units) or stock (pieces) change, asked for or made already."""

    id: str
    kind: ChangeKind
    link_no: str = Field(max_length=12)
    after: int
    before: int | None = None
    title: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=300)
    asked_by: str = Field(default="", max_length=120)
    revert_after_minutes: int | None = None
    is_made: bool = False
    at_us: int | None = None


class AdIn(Schema):
    """One act in the ad console, with the id and the time (µs UTC) that the device gave it."""

    id: str
    at_us: int
    plan: str = Field(max_length=120)
    what: str = Field(max_length=20)
    value: str = Field(default="", max_length=120)
    why: str = Field(default="", max_length=300)


class AdsIn(Schema):
    entries: list[AdIn] = Field(max_length=100)


@router.get("/{show_id}/changes", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest, show_id: str) -> Any:
    """Price and stock changes, latest first."""
    guard.show_or_404(request, show_id)
    return [change_shape(each) for each in registers.changes(show_id)]


@router.post("/{show_id}/changes", response={200: Answer, **REFUSALS})
def ask(request: HttpRequest, show_id: str, body: ChangeIn) -> Any:
    """Ask for a change, or say that it was made."""
    show = guard.show_or_404(request, show_id, "goods.change")
    new = NewChange(
        entry_id=body.id,
        kind=body.kind,
        link_no=body.link_no,
        after=body.after,
        before=body.before,
        title=body.title,
        reason=body.reason,
        asked_by=body.asked_by,
        revert_after_minutes=body.revert_after_minutes,
        is_made=body.is_made,
        at_us=body.at_us,
    )
    product_id = found.product_of(show_id, body.link_no)
    made = registers.ask_change(
        show, new, product_id=product_id, currency=currency_of(show), actor=guard.actor(request)
    )
    return change_shape(made)


@router.post("/{show_id}/changes/{entry_id}/{step}", response={200: Answer, **REFUSALS})
def step(
    request: HttpRequest, show_id: str, entry_id: str, step: Literal["make", "check", "revert", "withdraw"]
) -> Any:
    """The next step of a change; a second person checks it."""
    show = guard.show_or_404(request, show_id, "goods.change")
    return change_shape(acts.step_change(show, entry_id, step, actor=guard.actor(request)))


@router.post("/{show_id}/ads", response={200: list[Answer], **REFUSALS})
def log(request: HttpRequest, show_id: str, body: AdsIn) -> Any:
    """Write ad adjustments down, in the order given; sending them again changes nothing."""
    show = guard.show_or_404(request, show_id, "ad.log")
    answers = []
    for each in body.entries:
        new = NewAdjustment(each.id, each.plan, each.what, each.value, each.why, each.at_us)
        try:
            registers.log_adjustment(show, new, actor=guard.actor(request))
        except KaiboError as error:
            answers.append({"id": each.id, "state": "refused", "problem": error.sentence, "fix": error.fix})
        else:
            answers.append({"id": each.id, "state": "recorded", "problem": "", "fix": ""})
    return answers


@router.get("/{show_id}/ads", response={200: list[Answer], **REFUSALS})
def ads(request: HttpRequest, show_id: str) -> Any:
    """The ad log, latest first, undone entries too."""
    guard.show_or_404(request, show_id)
    entries = registers.ad_log(show_id)
    names = actors.names_of({each.actor for each in entries})
    return [
        {
            "id": each.entry_id,
            "at_us": each.at_us,
            "by": names.get(each.actor, each.actor),
            "plan": each.plan,
            "what": each.what,
            "value": each.value,
            "why": each.why,
            "is_undone": each.is_undone,
        }
        for each in entries
    ]


@router.post("/{show_id}/ads/{entry_id}/undo", response={200: Answer, **REFUSALS})
def undo(request: HttpRequest, show_id: str, entry_id: str) -> Any:
    """Take an adjustment back within ten minutes."""
    show = guard.show_or_404(request, show_id, "ad.log")
    taken = registers.undo_adjustment(show, entry_id, actor=guard.actor(request))
    return {"id": taken.entry_id, "is_undone": taken.is_undone}
