"""The page of a show's lineup, and the sheet as a file."""

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import FIELDS, MONEY, Line
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.kit import env
from kaibo.kit.money import to_decimal
from kaibo.metrics.export import Cell
from kaibo.web import export
from kaibo.web.lineup import shape, words
from kaibo.web.pages import tools

EARLIER = 12


@tools.page("show.see")
def lineup_page(request: HttpRequest, show_id: str) -> HttpResponseBase:
    """`/shows/<id>/lineup`: the grid; with `?export=xlsx` or `csv` the sheet as a file in the same columns."""
    show = tools.show_or_404(request, show_id)
    sees_costs = team.may(request.user, "cost.see", platform=show.platform, room_id=show.room_id)
    view = shape.seen(lineups.lineup(show_id), with_costs=sees_costs)
    currency = lineups.currency_of(show_id)
    form = request.GET.get("export", "")
    if form in export.FORMATS:
        tools.require(request, "show.export", platform=show.platform, room_id=show.room_id)
        fields = [field for field in FIELDS if sees_costs or field not in shape.COSTS]
        columns = [lineups.field_names()[field] for field in fields]
        return export.answer(f"{show_id}-lineup", columns, _rows(view.lines, fields, currency), form)
    may_change = team.may(request.user, "lineup.edit", platform=show.platform, room_id=show.room_id)
    context = {
        "show": show,
        "may_change": may_change,
        "minutes": shape.show_minutes(show),
        "earlier": _earlier(request, show),
        "sheet": shape.sheet(show, view, currency),
        "words": words.page_words(),
        "names": {},
        "page": {
            "api": f"/api/v1/shows/{show_id}/lineup",
            "currency": currency,
            "zone": str(env.zone()),
            "may_change": may_change,
            "status": show.status.value,
            "room_url": reverse("control_room", args=[show_id]),
            "columns": [one for one in words.columns() if sees_costs or one["field"] not in shape.COSTS],
            "sku_columns": words.sku_columns(),
            "roles": words.roles(),
        },
    }
    return render(request, "kaibo/lineup/page.html", context)


def _rows(lines: tuple[Line, ...], fields: list[str], currency: str) -> Iterator[list[Cell]]:
    """Cells of the file: numbers as numbers, a refused text as it was typed."""
    for line in lines:
        yield [_cell(line, field, currency) for field in fields]


def _cell(line: Line, field: str, currency: str) -> Cell:
    value = getattr(line, field)
    if field in line.refused or value is None:
        return lineups.shown(line, field, currency=currency) or None
    if field in MONEY:
        return to_decimal(value, currency)
    if field in {"cap", "planned_minutes"}:
        return Decimal(str(value))
    if field == "role":
        return words.role_in_files(value)
    return lineups.shown(line, field, currency=currency) or None


def _earlier(request: HttpRequest, show: ShowView) -> list[dict[str, object]]:
    """Other shows with a lineup that the reader sees, the same room first. Cost: three queries."""
    sizes = lineups.shows_with_lineup()
    scope = team.visible_rooms(request.user)
    found = [
        each
        for each in shows.shows()
        if each.show_id in sizes and each.show_id != show.show_id and (each.platform, each.room_id) in scope
    ]
    found.sort(key=lambda each: (each.room_id != show.room_id, -(each.begins_at or 0)))
    return [{"show": each, "lines": sizes[each.show_id]} for each in found[:EARLIER]]
