"""`/api/v1/compliance/cases`: suspected violations, as JSON."""

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Field, Router, Schema

from kaibo.operations.compliance import api as compliance
from kaibo.web.compliance import access
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut

router = Router(tags=["compliance"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}
Answer = dict[str, Any]


class StepIn(Schema):
    """confirm, dismiss, handle, appeal, uphold, overturn or reopen, and why."""

    step: str
    why: str = Field(default="", max_length=2000)


@router.get("/cases", response={200: list[Answer], **REFUSALS})
def listed(request: HttpRequest, show: str | None = None, state: str = "", rule: str = "") -> Any:
    """Cases of the reader's rooms, the newest first, without their evidence; `state=running` on the clock."""
    guard.require(request, "case.see")
    return [_shape(view) for view in access.my_cases(request, show_id=show, state=state, rule=rule)]


@router.get("/cases/{case_id}", response={200: Answer, **REFUSALS})
def one(request: HttpRequest, case_id: int) -> Any:
    """A case with evidence and history."""
    return _shape(access.case_or_404(request, case_id))


@router.post("/cases/{case_id}/acknowledge", response={200: Answer, **REFUSALS})
def acknowledge(request: HttpRequest, case_id: int) -> Any:
    """Take a case; the first one has it."""
    access.case_or_404(request, case_id, "case.act")
    return {"owner": compliance.acknowledge(case_id, actor=guard.actor(request))}


@router.post("/cases/{case_id}/steps", response={200: Answer, **REFUSALS})
def take_step(request: HttpRequest, case_id: int, body: StepIn) -> Any:
    """One step further, with its reason."""
    access.case_or_404(request, case_id, "case.act")
    compliance.take_step(case_id, body.step, why=body.why, actor=guard.actor(request))
    return _shape(compliance.case(case_id))


@router.get("/measures", response={200: list[Answer], **REFUSALS})
def measures(request: HttpRequest) -> Any:
    """How right each rule was over all rooms; `false_ratio` is null while nothing was decided."""
    guard.require(request, "case.rule")
    return [msgspec.to_builtins(one) for one in compliance.measures()]


@router.get("/shows/{show_id}/rate", response={200: Answer, **REFUSALS})
def rate(request: HttpRequest, show_id: str) -> Any:
    """Sensitive-word rate of a show on confirmed findings; provisional while cases are undecided."""
    guard.show_or_404(request, show_id, "case.see")
    found: Answer = msgspec.to_builtins(compliance.spoken_rate(show_id))
    return found | {"is_provisional": found["undecided"] > 0}


def _shape(view: object) -> Answer:
    found: Answer = msgspec.to_builtins(view)
    return found
