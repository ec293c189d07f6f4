"""`/api/v1/shows/<id>/report`: the report and its reconciliation as data, links, and the team's columns."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Body, Router, Schema, Status

from kaibo.operations.reports import api as reports
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut
from kaibo.web.reports import views

router = Router(tags=["reports"])
columns_router = Router(tags=["reports"])
REFUSALS = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut}


class ShareIn(Schema):
    """How long a link opens, in which language, and whether it shows what otherwise only the team sees."""

    days: int = 7
    language: str = ""
    whole: bool = False


class ColumnIn(Schema):
    """A column of the workbook; an empty heading is our own name of the number."""

    id: str
    heading: str = ""


@router.get("/{show_id}/report", response={200: dict[str, Any], **REFUSALS})
def report(request: HttpRequest, show_id: str) -> Any:
    """The whole report: every number with value or reason, source, as-of and status."""
    guard.show_or_404(request, show_id)
    return asdict(reports.report(show_id))


@router.get("/{show_id}/report.{form}", response={200: None, **REFUSALS}, include_in_schema=False)
def report_file(request: HttpRequest, show_id: str, form: str) -> HttpResponse:
    """The report as png, pdf or xlsx."""
    guard.show_or_404(request, show_id, "show.export")
    if form not in views.FORMS:
        return HttpResponse(status=404)
    reports.note_published(show_id, form=form, where="api", actor=guard.actor(request))
    return views.file_answer(reports.report(show_id), form)


@router.get("/{show_id}/reconcile", response={200: list[dict[str, Any]], **REFUSALS})
def reconcile(request: HttpRequest, show_id: str) -> Any:
    """Counted, typed, pushed and imported figures side by side, with named causes of their differences."""
    guard.show_or_404(request, show_id)
    return [asdict(one) for one in reports.reconcile(show_id)]


@router.post("/{show_id}/report/links", response={201: dict[str, Any], **REFUSALS})
def share(request: HttpRequest, show_id: str, body: ShareIn) -> Any:
    """A link to the report that needs no account."""
    guard.show_or_404(request, show_id, "report.share")
    language = body.language or get_language() or ""
    made = reports.share(show_id, days=body.days, language=language, is_whole=body.whole, actor=guard.actor(request))
    return Status(201, {**asdict(made), "url": views.link_url(request, made.token)})


@router.delete("/{show_id}/report/links/{link_id}", response={204: None, **REFUSALS})
def revoke(request: HttpRequest, show_id: str, link_id: int) -> Any:
    """Close a link at once."""
    guard.show_or_404(request, show_id, "report.share")
    reports.revoke(link_id, show_id=show_id, actor=guard.actor(request))
    return Status(204, None)


@columns_router.get("/columns/{sheet}", response={200: list[dict[str, str]], **REFUSALS})
def columns(request: HttpRequest, sheet: str) -> Any:
    """The columns of a sheet of the workbook."""
    guard.require(request, "show.see")
    return [asdict(one) for one in reports.columns(sheet)]


@columns_router.put("/columns/{sheet}", response={200: list[dict[str, str]], **REFUSALS})
def set_columns(request: HttpRequest, sheet: str, body: Body[list[ColumnIn]]) -> Any:
    """Other columns for the whole team; an empty list goes back to ours."""
    guard.require(request, "report.columns")
    wanted = [{"id": one.id, "heading": one.heading} for one in body]
    return [asdict(one) for one in reports.set_columns(sheet, wanted, actor=guard.actor(request))]
