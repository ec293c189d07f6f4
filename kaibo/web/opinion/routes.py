"""`/api/v1/opinion`: matters as JSON."""

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Field, Router, Schema

from kaibo.operations.opinion import api as opinion
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.opinion import access

router = Router(tags=["opinion"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class StepIn(Schema):
    """`step`: start, note, close (with `outcome`) or reopen; `why`: what is done, or why."""

    step: str = Field(max_length=20)
    why: str = Field(default="", max_length=2000)
    outcome: str = Field(default="", max_length=20)


@router.get("/matters", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest, state: str = "open") -> Any:
    """Matters of the reader's rooms: `open`, a state, or empty for all."""
    guard.require(request, "opinion.see")
    return [msgspec.to_builtins(view) for view in access.my_matters(request, state=state)]


@router.get("/matters/{matter_id}", response={200: Answer, **REFUSALS})
def one(request: HttpRequest, matter_id: int) -> Any:
    """A matter with its messages, hours and history."""
    return msgspec.to_builtins(access.matter_or_404(request, matter_id))


@router.post("/matters/{matter_id}/steps", response={200: Answer, **REFUSALS})
def take_step(request: HttpRequest, matter_id: int, body: StepIn) -> Any:
    """One step further, with its reason."""
    access.matter_or_404(request, matter_id, "opinion.act")
    opinion.take_step(matter_id, body.step, why=body.why, outcome=body.outcome, actor=guard.actor(request))
    return msgspec.to_builtins(access.matter_or_404(request, matter_id))
