"""The report of a show: page, files, links for others, the team's columns, reconciliation."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.operations.reports import api as reports
from kaibo.operations.reports.contracts import ColumnChoice, Report
from kaibo.web import actors, export
from kaibo.web.pages import tools
from kaibo.web.reports import book, charts, compare, picture, posting, shape, times

FORMS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "png": (picture.png, "image/png"),
    "pdf": (picture.pdf, "application/pdf"),
    "xlsx": (book.workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
DAYS = (1, 7, 30)


@tools.page("show.see")
def report_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/report`; with `?form=png`, `pdf` or `xlsx` the same as a file."""
    show = tools.show_or_404(request, show_id)
    form = request.GET.get("form", "")
    if form in FORMS:
        tools.require(request, "show.export", platform=show.platform, room_id=show.room_id)
        reports.note_published(show_id, form=form, where="file", actor=tools.actor(request))
        return file_answer(reports.report(show_id), form)
    may_share = team.may(request.user, "report.share", platform=show.platform, room_id=show.room_id)
    context = {
        **_paper(reports.report(show_id)),
        "show": show,
        "may_export": team.may(request.user, "show.export", platform=show.platform, room_id=show.room_id),
        "may_share": may_share,
        "may_columns": team.may(request.user, "report.columns"),
        "links": _links(request, show_id) if may_share else [],
        "days": DAYS,
        "bots": posting.bots_of(show) if may_share else [],
        "may_bots": team.may(request.user, "bot.edit"),
    }
    return render(request, "kaibo/reports/page.html", context)


def _paper(report: Report) -> dict[str, object]:
    drawing = shape.course(report, charts.PAGE)
    return {"paper": shape.paper(report), "course": mark_safe(drawing)}  # noqa: S308 - our own drawing, texts escaped


def file_answer(report: Report, form: str) -> HttpResponse:
    """The report as a file named by day and room, in the active language."""
    make, kind = FORMS[form]
    name = f"{times.date_of(report)} {report.room} {_('Daily report')}.{form}"
    answer = HttpResponse(make(report), content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(form != "png", name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _links(request: HttpRequest, show_id: str) -> list[dict[str, object]]:
    found = reports.links(show_id)
    names = actors.names_of({one.created_by for one in found})
    return [{"one": one, "url": link_url(request, one.token), "by": names[one.created_by]} for one in found]


def link_url(request: HttpRequest, token: str) -> str:
    """The whole address of a link, as it is pasted into a chat."""
    return request.build_absolute_uri(reverse("report_link", args=[token]))


@tools.page("report.share", methods=("POST",))
def share(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Make a link."""
    tools.show_or_404(request, show_id, "report.share")
    days = request.POST.get("days", "7")
    return tools.act(
        request,
        lambda: reports.share(
            show_id,
            days=int(days) if days.isdigit() else 7,
            language=get_language() or "",
            is_whole="whole" in request.POST,
            actor=tools.actor(request),
        ),
        done=_("The link is made; it stands below."),
        back=reverse("report", args=[show_id]) + "#links",
    )


@tools.page("report.share", methods=("POST",))
def revoke(request: HttpRequest, show_id: str, link_id: int) -> HttpResponseBase:
    """Close a link."""
    tools.show_or_404(request, show_id, "report.share")
    return tools.act(
        request,
        lambda: reports.revoke(link_id, show_id=show_id, actor=tools.actor(request)),
        done=_("The link no longer opens."),
        back=reverse("report", args=[show_id]) + "#links",
    )


@tools.page("report.share", methods=("POST",))
def post(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """Send the headline and a link to chat bots."""
    show = tools.show_or_404(request, show_id, "report.share")
    actor, chosen = tools.actor(request), tuple(request.POST.getlist("bot"))
    is_whole = "whole" in request.POST

    def send() -> None:
        posting.check(show, chosen)
        link = reports.share(
            show_id, days=posting.LINK_DAYS, language=get_language() or "", is_whole=is_whole, actor=actor
        )
        posting.post(reports.report(show_id), link_url(request, link.token), chosen, actor=actor)

    return tools.act(
        request,
        send,
        done=_("The report is on its way to the bots."),
        back=reverse("report", args=[show_id]) + "#links",
    )


def by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """`/r/<token>`: one report, for whoever holds the link; nothing else is reachable from it.

    What the team did, its costs and its people stand in it only when whoever shared it said so.
    """
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(("GET", "HEAD"))
    link = reports.opened(token)
    with translation.override(link.language):
        report = reports.report(link.show_id)
        report = report if link.is_whole else report.for_outsiders()
        if request.GET.get("form") == "png":
            answer: HttpResponse = file_answer(report, "png")
        else:
            answer = render(request, "kaibo/reports/shared.html", {**_paper(report), "link": link})
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@tools.page("report.columns", methods=("GET", "HEAD", "POST"))
def columns_page(request: HttpRequest) -> HttpResponseBase:
    """`/reports/columns/`: which columns the workbook has, sheet by sheet."""
    sheet = request.GET.get("sheet") or reports.SHEETS[0]
    current = reports.columns(sheet)
    if request.method == "POST":
        wanted = [] if "reset" in request.POST else _typed_columns(request)
        return tools.act(
            request,
            lambda: reports.set_columns(sheet, wanted, actor=tools.actor(request)),
            done=_("The columns are remembered; the next workbook has them."),
            back=reverse("report_columns") + "?" + urlencode({"sheet": sheet}),
        )
    names = book.sheet_names()
    chosen = {one.id for one in current}
    context = {
        "sheet": sheet,
        "sheets": [{"id": one, "name": names[one]} for one in reports.SHEETS],
        "rows": [{"id": one.id, "heading": one.heading, "name": _own_name(one.id)} for one in current],
        "more": [{"id": one, "name": _own_name(one)} for one in reports.choices(sheet) if one not in chosen],
        "back": request.GET.get("back", ""),
    }
    return render(request, "kaibo/reports/columns.html", context)


def _own_name(column: str) -> str:
    return book.heading(ColumnChoice(column))


def _typed_columns(request: HttpRequest) -> list[dict[str, str]]:
    """Rows in the order typed: position, then the order of the page; a row without its box is left out."""
    rows = []
    for index, column in enumerate(request.POST.getlist("id")):
        if column and f"keep-{column}" in request.POST:
            place = request.POST.get(f"place-{column}", "")
            order = float(place) if place.replace(".", "", 1).isdigit() else index + 1
            rows.append((order, index, {"id": column, "heading": request.POST.get(f"heading-{column}", "")}))
    added = request.POST.get("add", "")
    if added:
        rows.append((float("inf"), 0, {"id": added, "heading": ""}))
    return [row for _order, _index, row in sorted(rows, key=lambda row: row[:2])]


@tools.page("show.see")
def compare_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/reconcile`: counted, typed, pushed and imported figures side by side."""
    show = tools.show_or_404(request, show_id)
    found = reports.reconcile(show_id)
    currency = _currency(show)
    asked = export.wanted(request, {f"{show_id}-reconcile": lambda: compare.table(found, currency)})
    if asked is not None:
        tools.require(request, "show.export", platform=show.platform, room_id=show.room_id)
        return asked
    context = {"show": show, "lines": compare.lines(found, currency), "heads": compare.heads()}
    return render(request, "kaibo/reports/reconcile.html", context)


def _currency(show: ShowView) -> str:
    from kaibo.metrics import api as metrics

    return metrics.facts_of(show.show_id).currency
