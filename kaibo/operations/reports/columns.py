"""The team's own columns of the workbook: which numbers, in which order, under which headings."""

from collections.abc import Iterable, Mapping
from typing import Any

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.metrics import api as metrics
from kaibo.operations.reports.contracts import COLUMNS, HEADLINES, ColumnChoice
from kaibo.operations.reports.errors import BadColumns
from kaibo.operations.reports.models import ReportColumns

FACTS: dict[str, tuple[str, ...]] = {
    "show": ("date", "weekday", "room", "platform", "title", "started", "ended", "hosts", "gmv_goal"),
    "hour": ("label",),
    "host": ("label", "spans"),
    "product": ("link_no", "label", "spans"),
    "traffic_source": ("label",),
}
"""Sheet -> columns that are no numbers of the dictionary."""
SHEETS = tuple(FACTS)
MOST_COLUMNS = 60
LONGEST_HEADING = 40
_GRAIN = {"show": "show", "hour": "show"}


def defaults(sheet: str) -> tuple[ColumnChoice, ...]:
    """Columns before the team chose its own."""
    numbers = HEADLINES if sheet == "show" else COLUMNS[sheet]
    return tuple(ColumnChoice(one) for one in (*FACTS[sheet], *numbers))


def choices(sheet: str) -> tuple[str, ...]:
    """Every column that a sheet can have: facts first, then numbers that exist at its grain."""
    grain = _GRAIN.get(sheet, sheet)
    return (*FACTS[sheet], *(one.id for one in metrics.definitions() if grain in one.grains))


def columns(sheet: str) -> tuple[ColumnChoice, ...]:
    """The columns of a sheet as the team has them. Raises: BadColumns for an unknown sheet. Cost: one query."""
    _known(sheet)
    row = ReportColumns.objects.filter(sheet=sheet).first()
    if row is None:
        return defaults(sheet)
    possible = set(choices(sheet))  # a number may have left the dictionary since
    return tuple(ColumnChoice(**one) for one in row.columns if one["id"] in possible)


def set_columns(sheet: str, wanted: Iterable[Mapping[str, Any]], *, actor: str) -> tuple[ColumnChoice, ...]:
    """Remember the team's columns of a sheet; an empty list goes back to ours.

    Raises: BadColumns naming what cannot be: an unknown column, one twice, too many, a heading that is too long.
    """
    _known(sheet)
    chosen = [ColumnChoice(str(one.get("id") or ""), str(one.get("heading") or "").strip()) for one in wanted]
    _check(sheet, chosen)
    before = [_plain(one) for one in columns(sheet)]
    if chosen:
        told = {"columns": [_plain(one) for one in chosen], "changed_at": now_us(), "changed_by": actor}
        ReportColumns.objects.update_or_create(sheet=sheet, defaults=told)
    else:
        ReportColumns.objects.filter(sheet=sheet).delete()
    after = [_plain(one) for one in columns(sheet)]
    eventlog.audit(actor, "report.columns_set", f"report:{sheet}", before=before, after=after)
    return columns(sheet)


def _check(sheet: str, chosen: list[ColumnChoice]) -> None:
    possible, seen = set(choices(sheet)), set()
    if len(chosen) > MOST_COLUMNS:
        raise BadColumns(f"{len(chosen)} columns are too many", fix=f"keep at most {MOST_COLUMNS}")
    for number, one in enumerate(chosen, start=1):
        if one.id not in possible:
            raise BadColumns(f"column {number}: '{one.id}' does not exist on this sheet", fix="choose one of the list")
        if one.id in seen:
            raise BadColumns(f"column {number}: '{one.id}' is there twice", fix="take one of them away")
        if len(one.heading) > LONGEST_HEADING:
            raise BadColumns(f"column {number}: the heading is too long", fix=f"at most {LONGEST_HEADING} characters")
        seen.add(one.id)


def _known(sheet: str) -> None:
    if sheet not in FACTS:
        raise BadColumns(f"there is no sheet '{sheet}'", fix="one of " + ", ".join(FACTS))


def _plain(one: ColumnChoice) -> dict[str, str]:
    return {"id": one.id, "heading": one.heading}
