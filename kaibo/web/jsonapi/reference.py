"""`/api/v1/me`, `/metrics`, `/audit`."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from kaibo.commerce.team import api as team
from kaibo.eventlog import api as eventlog
from kaibo.metrics import api as metrics
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import AuditOut, DefinitionOut, ErrorOut, MeOut
from kaibo.web.pages import tools

router = Router()


@router.get("/me", response=MeOut, tags=["team"])
def me(request: HttpRequest) -> Any:
    """Who is logged in, with role and rooms."""
    person = team.person(tools.me(request))
    scope = {"is_all": person.scope.is_all, "rooms": sorted(person.scope.rooms)}
    return {"id": person.id, "username": person.username, "name": person.name, "role": person.role, "scope": scope}


@router.get("/metrics", response={200: list[DefinitionOut], 403: ErrorOut}, tags=["metrics"])
def definitions(request: HttpRequest) -> Any:
    """The dictionary of numbers, in both languages."""
    guard.require(request, "metric.see")
    return [guard.plain(one) for one in metrics.definitions()]


@router.get("/metrics/{metric_id}", response={200: DefinitionOut, 403: ErrorOut, 404: ErrorOut}, tags=["metrics"])
def definition(request: HttpRequest, metric_id: str) -> Any:
    """One definition: formula, denominator, unit, when it is empty."""
    guard.require(request, "metric.see")
    return guard.plain(metrics.definition(metric_id))


@router.get("/audit", response={200: list[AuditOut], 403: ErrorOut}, tags=["team"])
def audit(request: HttpRequest, thing: str | None = None, limit: int = 200) -> Any:
    """The newest acts first: who, what, before, after, why."""
    guard.require(request, "audit.see")
    entries = eventlog.audit_entries(thing=thing, limit=min(max(limit, 0), 10_000))
    return [guard.plain(entry) for entry in entries]
