"""`/api/v1/shows/<id>/acts`: what the desk did, once each, whenever it arrives."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import Act, ActKind
from kaibo.web import actors
from kaibo.web.desk import acts
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut

router = Router(tags=["desk"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}


class ActIn(Schema):
    """One act with the id (8 to 64 characters) and the time (µs UTC) that the device gave it."""

    id: str
    kind: ActKind
    at_us: int
    link_no: str = Field(default="", max_length=12)
    text: str = Field(default="", max_length=500)
    host_id: str = Field(default="", max_length=120)
    relieves: str = Field(default="", max_length=120)
    of: str = Field(default="", max_length=64)


class ActsIn(Schema):
    acts: list[ActIn] = Field(max_length=200)


class AnswerOut(Schema):
    """recorded, known (it had arrived before), undone, or refused with a sentence."""

    id: str
    state: str
    problem: str = ""
    fix: str = ""


class ActOut(Schema):
    id: str
    kind: str
    at_us: int
    received_us: int
    by: str
    link_no: str = ""
    text: str = ""
    host_id: str = ""
    is_undone: bool = False


@router.post("/{show_id}/acts", response={200: list[AnswerOut], **REFUSALS})
def record(request: HttpRequest, show_id: str, body: ActsIn) -> Any:
    """Record acts in the order given; sending them again changes nothing."""
    show = guard.show_or_404(request, show_id, "show.mark")
    told = [
        Act(each.id, each.kind, each.at_us, each.link_no, each.text, each.host_id, each.relieves, each.of)
        for each in body.acts
    ]
    answers = acts.record(show, told, actor=guard.actor(request))
    return [{"id": each.act_id, "state": each.state, "problem": each.problem, "fix": each.fix} for each in answers]


@router.get("/{show_id}/acts", response={200: list[ActOut], **REFUSALS})
def latest(request: HttpRequest, show_id: str, limit: int = 50) -> Any:
    """The latest acts, undone ones too."""
    guard.show_or_404(request, show_id)
    found = lineups.acts(show_id, limit=max(1, min(limit, 500)))
    names = actors.names_of({each.actor for each in found})
    return [
        {
            "id": each.act_id,
            "kind": each.kind.value,
            "at_us": each.at_us,
            "received_us": each.received_us,
            "by": names.get(each.actor, each.actor),
            "link_no": each.link_no,
            "text": each.text,
            "host_id": each.host_id,
            "is_undone": each.is_undone,
        }
        for each in found
    ]
