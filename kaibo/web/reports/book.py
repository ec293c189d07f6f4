"""The report as a workbook in the team's own columns: a row for the show, a sheet per table, the sources behind."""

import io
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.kit import env
from kaibo.kit.clock import to_datetime
from kaibo.kit.money import to_decimal
from kaibo.metrics import api as metrics
from kaibo.metrics.contracts import Value
from kaibo.metrics.export import Cell, Table, numbers_table, plain, write_book
from kaibo.operations.reports import api as reports
from kaibo.operations.reports.contracts import ColumnChoice, Line, Report
from kaibo.operations.reports.gather import values_of
from kaibo.web import words as site
from kaibo.web.reports import shape, times, words, work

Fact = Callable[[Report, str, Line | None], Cell]
FORMATS = {"minor": "#,##0.00", "minor_per_minute": "#,##0.00", "ratio": "0.00%", "multiple": "0.00", "count": "#,##0"}
LONG = "#,##0.0"


def workbook(report: Report) -> bytes:
    """The .xlsx file in the active language."""
    file = io.BytesIO()
    write_book(tables(report), file)
    return file.getvalue()


def tables(report: Report) -> Iterator[Table]:
    """The sheets in order: the show, its tables, refunds, what happened, where every number comes from."""
    names = sheet_names()
    chosen = reports.columns("show")
    row = [_cell(report, "show", None, one, values_of(report)) for one in chosen]
    yield Table(names["show"], headings(chosen), [row], _formats(chosen))
    for breakdown in report.breakdowns:
        columns = reports.columns(breakdown.by)
        lines = _lines(report, breakdown.by, columns)
        rows = [[_cell(report, breakdown.by, line, one, line.values) for one in columns] for line in lines]
        yield Table(names[breakdown.by], headings(columns), rows, _formats(columns))
    yield _refunds(report)
    for one in work.tables(report):
        rows = [[None if cell == work.NONE else cell for cell in row] for row in one.rows]
        yield Table(one.title, one.columns, rows)
    yield _acts(report)
    language = "zh" if site.is_chinese() else "en"
    yield numbers_table(_p("sheet", "Sources"), values_of(report), language=language)


def _lines(report: Report, by: str, columns: tuple[ColumnChoice, ...]) -> tuple[Line, ...]:
    """Lines with the numbers that the team chose; those that the page does not show are evaluated here."""
    wanted = [one.id for one in columns if one.id not in facts()]
    lines = report.breakdown(by).lines
    if all(metric_id in line.values or not line.key for line in lines for metric_id in wanted):
        return lines
    return reports.report(report.show.show_id, at_us=report.as_of, columns={by: tuple(wanted)}).breakdown(by).lines


def sheet_names() -> dict[str, str]:
    """Sheet -> its name."""
    return {"show": _p("sheet", "Daily report"), **words.titles()}


def facts() -> dict[str, str]:
    """Columns that are no numbers of the dictionary, in words."""
    return {
        "date": _p("sheet", "Date"),
        "weekday": _p("sheet", "Weekday"),
        "room": _p("sheet", "Room"),
        "platform": _p("sheet", "Platform"),
        "title": _p("sheet", "Show"),
        "started": _p("sheet", "Started"),
        "ended": _p("sheet", "Ended"),
        "hosts": _p("sheet", "Hosts"),
        "gmv_goal": _p("sheet", "GMV target"),
        "label": _p("sheet", "What"),
        "link_no": _p("sheet", "Link number"),
        "spans": _p("sheet", "Times"),
    }


def heading(choice: ColumnChoice) -> str:
    """The team's own heading, else the full name of the number."""
    return choice.heading or facts().get(choice.id) or shape.full_name(choice.id)


def headings(chosen: tuple[ColumnChoice, ...]) -> list[str]:
    """Headings of a sheet in order."""
    return [heading(one) for one in chosen]


def _formats(chosen: tuple[ColumnChoice, ...]) -> list[str]:
    units = [None if one.id in _FACTS else metrics.definition(one.id).unit for one in chosen]
    return ["" if unit is None else FORMATS.get(unit, LONG) for unit in units]


def _cell(report: Report, by: str, line: Line | None, choice: ColumnChoice, values: dict[str, Value]) -> Cell:
    fact = _FACTS.get(choice.id)
    if fact is not None:
        return fact(report, by, line)
    value = values.get(choice.id)
    return None if value is None else plain(value)


def _local(at_us: int | None) -> Cell:
    return None if at_us is None else to_datetime(at_us).astimezone(env.zone()).replace(microsecond=0)


def _goal(report: Report, _by: str, _line: Line | None) -> Cell:
    goal = report.show.targets.get("gmv_paid_minor")
    return None if goal is None else to_decimal(round(goal), report.currency)


def _label(_report: Report, by: str, line: Line | None) -> Cell:
    if line is None:
        return None
    text, number = shape.line_label(by, line), _number(line)
    return text.removeprefix(f"{number} ") if by == "product" and number else text


def _number(line: Line | None) -> str:
    head = line.label.split(" ", 1)[0] if line else ""
    return head if head.isdigit() else ""


_FACTS: dict[str, Fact] = {
    "date": lambda report, _by, _line: times.date_of(report),
    "weekday": lambda report, _by, _line: times.weekday_of(report),
    "room": lambda report, _by, _line: report.room,
    "platform": lambda report, _by, _line: site.platform_name(report.show.platform),
    "title": lambda report, _by, _line: report.show.title or report.show.show_id,
    "started": lambda report, _by, _line: _local(report.show.started_at),
    "ended": lambda report, _by, _line: _local(report.show.ended_at),
    "hosts": lambda report, _by, _line: _(", ").join(report.hosts),
    "gmv_goal": _goal,
    "label": _label,
    "link_no": lambda _report, _by, line: _number(line),
    "spans": lambda _report, _by, line: " ".join(times.span_text(span) for span in line.spans) if line else None,
}


def _refunds(report: Report) -> Table:
    days = [*report.refunds]
    heads = [_p("sheet", "Number"), *(shape.day_name(day.day) for day in days), _p("report", "now")]
    rows: list[list[Cell]] = [
        [_p("sheet", "Taken at"), *(_local(day.taken_at) for day in days), _local(report.as_of)],
    ]
    for metric_id, value in report.refunds_now.items():
        kept = [day.values.get(metric_id) for day in days]
        rows.append([shape.full_name(metric_id), *(None if one is None else plain(one) for one in kept), plain(value)])
    return Table(_p("sheet", "Refunds"), heads, rows)


def _acts(report: Report) -> Table:
    titles, names = words.act_titles(), shape.names_of(report)
    rows = [[_local(act.at_us), titles[act.kind], words.act_text(act, report.currency, names)] for act in report.acts]
    return Table(_p("sheet", "What happened"), [_p("sheet", "Time"), _p("sheet", "Kind"), _p("sheet", "Text")], rows)
