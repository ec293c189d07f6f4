"""The pages of imports: drop, look, correct, import, report, assign, undo."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kaibo.commerce.rooms.contracts import PLATFORMS
from kaibo.commerce.team import api as team
from kaibo.connectors import api as connectors
from kaibo.kit import clock
from kaibo.kit.errors import KaiboError, NotFound
from kaibo.metrics.export import Table
from kaibo.operations.imports import api as imports
from kaibo.operations.imports.contracts import ImportView, TableState, TableView
from kaibo.web import actors, export, feedwords, words
from kaibo.web.imports import access, shape
from kaibo.web.imports import words as import_words
from kaibo.web.pages import fields, tools

FILES_AT_ONCE = 60


@tools.page("import.see")
def import_list(request: HttpRequest) -> HttpResponseBase:
    """`/imports/`: drop files, what became of them, orders that wait, every import with undo; exportable."""
    reports = [report for report in imports.imports() if access.sees(request, report)]
    asked = export.wanted(request, {"imports": lambda: _import_table(reports)})
    if asked is not None:
        return asked
    may_run = team.may(request.user, "import.run")
    brought = {show_id: shape.show(show_id) for show_id in {one for report in reports for one in report.shows}}
    listed = [one for one in connectors.connectors() if one.direction != "out" and one.transport == "file"]
    context = {
        "reports": [
            (
                report,
                import_words.export(report.export) if report.export else feedwords.connector_name(report.connector),
                [brought[show_id] for show_id in report.shows],
            )
            for report in reports
        ],
        "connectors": [{"id": one.id, "name": _side(one.name), "says": _side(one.says)} for one in listed],
        "kinds": [kind["name"] for kind in shape.kinds_of_table() if not kind["id"].startswith("any_")],
        "may_run": may_run,
        "may_undo": team.may(request.user, "import.undo"),
        "shows": access.shows_of(request) if may_run else [],
        "waiting": _waiting(request) if may_run else [],
        **(_cards(request) if may_run else {}),
    }
    return render(request, "kaibo/imports/page.html", context)


def _side(names: dict[str, str]) -> str:
    return names.get("zh" if words.is_chinese() else "en", "")


def _cards(request: HttpRequest) -> dict[str, Any]:
    tables = [shape.table(view) for view in imports.dropped(actor=access.mine(request))]
    return {
        "tables": tables,
        "is_busy": any(one["is_busy"] for one in tables),
        "ready": sum(1 for one in tables if one["may_start"]),
    }


def _waiting(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"group": one, "why": import_words.why(one.evidence)}
        for one in imports.waiting_orders(mine=access.mine(request))
    ]


@tools.page("import.run")
def tables_part(request: HttpRequest) -> HttpResponseBase:
    """The cards of dropped files, asked for again while something moves."""
    return render(request, "kaibo/imports/tables.html", _cards(request))


@tools.page("import.run", methods=("POST",))
def drop(request: HttpRequest) -> HttpResponseBase:
    """Keep dropped files. A script is answered as JSON, a plain form goes back to the page."""
    files = request.FILES.getlist("file")[:FILES_AT_ONCE]
    show_id = access.show_of(request, request.POST.get("show_id", ""))
    as_of = request.POST.get("as_of", "")
    made = [
        imports.drop_table(
            file.chunks(),
            file_name=file.name or "table",
            as_of=int(as_of) if as_of.isdigit() else None,
            show_id=show_id,
            rooms=access.rooms_of(request),
            language=get_language() or "en",
            actor=tools.actor(request),
        )
        for file in files
    ]
    if request.headers.get("X-Kaibo-Part"):
        return JsonResponse({"tables": [view.id for view in made]}, status=201)
    return redirect("imports")


@tools.page("import.run", methods=("GET", "HEAD", "POST"))
def table_page(request: HttpRequest, table_id: str) -> HttpResponseBase:
    """One file: first rows, what each column holds, refused cells; a POST says what the headings do not."""
    view = access.table_or_404(request, table_id)
    if request.method == "POST":
        return _map(request, view)
    asked = export.wanted(request, {f"{table_id}-cells": lambda: _problem_table(table_id)})
    if asked is not None:
        return asked
    chosen = request.GET.get("kind", "")
    kind = chosen if chosen in imports.export_ids() else view.export or "any_orders"
    looked = imports.look_as(table_id, kind) if kind != view.export else view
    context = {
        "table": shape.table(looked),
        "columns": shape.mapping(looked),
        "preview": _lined_up(looked),
        "kind": kind,
        "kinds": shape.kinds_of_table(),
        "fields": shape.fields_of(kind),
        "missing": import_words.listed(looked.missing),
        "shows": access.shows_of(request),
        "asks_platform": not imports.platform_of(kind),
        "platforms": PLATFORMS,
        "may_map": view.state in {TableState.CHECKED, TableState.UNCLEAR, TableState.WAITING, TableState.FAILED},
    }
    return render(request, "kaibo/imports/table.html", context)


def _lined_up(view: TableView) -> list[dict[str, Any]]:
    """First rows with a cell under every heading that is shown."""
    at = [one["index"] for one in view.columns]
    return [
        {"row": row["row"], "cells": [row["cells"][index] if index < len(row["cells"]) else "" for index in at]}
        for row in view.preview
    ]


def _map(request: HttpRequest, view: TableView) -> HttpResponseBase:
    """Only what differs from the headings is told."""
    kind = request.POST.get("kind", "")
    chosen = {}
    looked = imports.look_as(view.id, kind)
    for one in looked.columns:
        told = request.POST.get(f"column-{one['index']}")
        if told is not None and (told != one["field"] or one["certainty"] in {"chosen", "remembered"}):
            chosen[one["header"]] = told

    def work() -> None:
        imports.map_table(
            view.id,
            export=kind,
            chosen=chosen,
            show_id=access.show_of(request, request.POST.get("show_id", "")),
            platform=request.POST.get("platform", "")[:60],
            actor=tools.actor(request),
        )

    back = reverse("import_table", args=[view.id])
    return tools.act(request, work, done=_("Kept for such headings. The file is being read again."), back=back)


def _problem_table(table_id: str) -> Table:
    columns = [_("Row"), _("Column"), _("Value"), _("Problem"), pgettext("import", "How to mend it")]
    return Table("cells", columns, imports.table_problems(table_id))


@tools.page("import.run", methods=("POST",))
def start(request: HttpRequest, table_id: str) -> HttpResponseBase:
    """Import one file."""
    view = access.table_or_404(request, table_id, with_rows=False)
    return tools.act(
        request,
        lambda: imports.start_table(view.id, actor=tools.actor(request)),
        done=_("%(file)s is being imported.") % {"file": view.file_name},
        back=reverse("imports"),
    )


@tools.page("import.run", methods=("POST",))
def start_all(request: HttpRequest) -> HttpResponseBase:
    """Import every file that is ready, orders before what belongs to them."""
    ready = [view for view in imports.dropped(actor=access.mine(request)) if view.state == TableState.CHECKED]
    started = 0
    for view in sorted(ready, key=lambda view: imports.turn_of(view.export)):
        try:
            imports.start_table(view.id, actor=tools.actor(request))
            started += 1
        except KaiboError as error:
            messages.error(request, f"{view.file_name}: {error.sentence} {error.fix}")
    if started:
        messages.success(request, _("Files being imported: %(n)s") % {"n": started})
    return redirect("imports")


@tools.page("import.run", methods=("POST",))
def discard(request: HttpRequest, table_id: str) -> HttpResponseBase:
    """Put a file away."""
    view = access.table_or_404(request, table_id, with_rows=False)
    return tools.act(
        request,
        lambda: imports.discard_table(view.id, actor=tools.actor(request)),
        done=_("%(file)s was put away.") % {"file": view.file_name},
        back=reverse("imports"),
    )


@tools.page("import.run", methods=("POST",))
def assign(request: HttpRequest) -> HttpResponseBase:
    """Give waiting orders of one account to a show."""

    def work() -> None:
        show_id = access.show_of(request, request.POST.get("show_id", ""))
        if not show_id:
            raise NotFound(_("Choose the show."))
        imports.assign_orders(
            show_id,
            platform=request.POST.get("platform", ""),
            author=request.POST.get("author", ""),
            evidence=request.POST.get("evidence", ""),
            is_account=request.POST.get("is_account") == "1",
            mine=access.mine(request),
            actor=tools.actor(request),
            why=fields.text(request.POST, "why"),
        )

    return tools.act(
        request, work, done=_("The orders are in the show; undo stands in the list below."), back=reverse("imports")
    )


@tools.page("import.undo", methods=("POST",))
def import_undo(request: HttpRequest, ingest_id: str) -> HttpResponseBase:
    """Take back everything an import brought."""
    if not access.sees(request, imports.import_of(ingest_id), "import.undo"):
        raise NotFound(_("There is no such import."), ingest_id=ingest_id)
    why = fields.text(request.POST, "why")
    return tools.act(
        request,
        lambda: imports.undo_import(ingest_id, actor=tools.actor(request), why=why),
        done=_("The import is taken back; its numbers are being counted again."),
        back=reverse("imports"),
    )


def _import_table(reports: list[ImportView]) -> Table:
    columns = [_("File"), "id", _("Connector"), _("State"), pgettext("menu", "Shows"), _("Began"), _("Ended"), _("Who")]
    columns += [pgettext("count", "Read"), _("Accepted"), _("Duplicates"), _("Rejected"), _("Skipped"), _("Problem")]
    return Table("imports", columns, _import_rows(reports))


def _import_rows(reports: list[ImportView]) -> Iterator[list[Any]]:
    names = actors.names_of({one.actor for one in reports})
    for one in reports:
        yield [
            one.file_name,
            one.id,
            one.export or one.connector,
            words.import_state(one.state),
            ", ".join(one.shows),
            clock.iso(one.started_at),
            clock.iso(one.finished_at) if one.finished_at else None,
            names.get(one.actor, one.actor),
            one.read,
            one.accepted,
            one.duplicates,
            one.rejected,
            one.skipped,
            one.problem,
        ]
