"""Rows of a recognised sheet, each one outcome: its events, a reason to leave it out, or the cells to correct. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kaibo.connectors.contracts import Skipped
from kaibo.connectors.exports import books, reports
from kaibo.connectors.exports.cells import CellProblem, Cells, RowReader, Told
from kaibo.connectors.exports.forms import COUNTS, INSTANTS, MARK, MONEY
from kaibo.connectors.exports.orders import Orders, missing_problem
from kaibo.connectors.exports.recognise import Found, headings_of
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.tables.files import Numbered, Sheet
from kaibo.kit.tables.texts import clean

TOTALS = ("合计", "总计", "汇总", "小计", "共计", "总和", "total", "sum", "grand total", "subtotal", "全部")
LONGEST_TOTAL = 20
_CODE = re.compile(r"[a-z ]*[a-z](?:-|_|\d)|(?:sum(?!mary\b|s\b)|(?:sub)?total(?!s\b))[a-z]").match
"""What begins like a word of totals and is the code of a piece: sum-01, summer-1, total_3."""
TOTALS_ROW = "a row of totals"
DESCRIPTION_ROW = "a row that explains the columns"
EMPTY_ROW = "a row without a number"
NO_EVENT = "a row that states nothing we keep"
DESCRIPTION_DEPTH = 3
"""Formula and description rows stand directly below the headings."""


@dataclass(frozen=True, slots=True)
class RowEvents:
    """What a row says. `number` is the row of the file; `is_more` of a row that was told before."""

    number: int
    events: tuple[PlatformEvent, ...]
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused, by its cells."""

    number: int
    problems: tuple[CellProblem, ...]


type RowOutcome = RowEvents | BadRow | Skipped


def read_rows(found: Found, sheets: Sequence[Sheet], told: Told) -> Iterator[RowOutcome]:
    """One outcome per row below the headings, in order; a refund whose time the file lacks comes at the end.

    Shape: every row of the sheet below its headings comes exactly once; the extra ones at the end repeat row numbers.
    """
    reader = RowReader(found, told)
    orders = Orders(found.form, told)
    make = _maker(found, told, orders)
    keys = [column.index for name, column in found.by_field.items() if name not in MONEY | COUNTS]
    strict = {*found.form.needs} | {name for name in found.by_field if name in MONEY | INSTANTS}
    for sheet, first in _parts(found, sheets):
        orders.next_sheet()
        for row in sheet.rows():
            if row.number < first:
                continue
            if _is_total(row, keys):
                yield Skipped(TOTALS_ROW, row.number)
                continue
            if row.number < first + DESCRIPTION_DEPTH and _explains(row, reader, found):
                yield Skipped(DESCRIPTION_ROW, row.number)
                continue
            cells = reader.read(row)
            yield _outcome(cells, found, make, strict)
    for number, event in orders.rest():
        yield RowEvents(number, (event,), is_more=True)


def _parts(found: Found, sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, int]]:
    """The recognised sheet and those with the same headings: a long export goes on there. Each with its first row."""
    yield sheets[found.sheet], found.first
    for number, sheet in enumerate(sheets):
        if number != found.sheet:
            same = (first for texts, first in headings_of(sheet) if _has(texts, found))
            first = next(same, None)
            if first is not None:
                yield sheet, first


def _has(texts: Sequence[str], found: Found) -> bool:
    return all(one.index < len(texts) and texts[one.index] == one.header for one in found.columns)


def _maker(found: Found, told: Told, orders: Orders) -> Callable[[Cells], Iterator[PlatformEvent]]:
    form = found.form
    if form.shape == "orders":
        return orders.events
    if form.shape == "books":
        return lambda cells: books.entry(cells, form, told)
    if form.shape == "spend":
        return lambda cells: reports.spend(cells, form, told)
    if form.shape == "stock":
        return lambda cells: reports.stock(cells, form, told)
    return lambda cells: reports.figures(cells, form, told)


def _outcome(
    cells: Cells, found: Found, make: Callable[[Cells], Iterator[PlatformEvent]], strict: set[str]
) -> RowOutcome:
    """The events of a row; a refused cell that matters refuses the row, an empty needed one too."""
    by_field = found.by_field
    refused = [one for one in cells.problems if one.name in strict]
    missing = [
        missing_problem(cells, name, by_field[name].header)
        for name in found.form.needs
        if not name.endswith(MARK)
        and name in by_field
        and cells[name] is None
        and not any(one.name == name for one in refused)
        and not _may_lack(name, cells)
    ]
    if refused or missing:
        if missing and not cells.values:
            return Skipped(EMPTY_ROW, cells.number)
        return BadRow(cells.number, tuple(refused + missing))
    events = tuple(make(cells))
    if cells.problems:
        return BadRow(cells.number, tuple(cells.problems))
    return RowEvents(cells.number, events) if events else Skipped(NO_EVENT, cells.number)


def _may_lack(name: str, cells: Cells) -> bool:
    """Entries of money that belong to no order (a fee, a withdrawal) name none."""
    return name in {"order_id", "scene"} and cells["at"] is not None


def _is_total(row: Numbered, keys: Sequence[int]) -> bool:
    """Whether the row adds the others up: its first text says so, and most of what names a row is empty."""
    first = next((cell for cell in row.cells if cell not in ("", None)), "")
    if isinstance(first, str) and len(first) < LONGEST_TOTAL:
        plain = clean(first).lower().rstrip(":：")
        if any(plain.startswith(word) and len(plain) <= len(word) + 6 for word in TOTALS) and not _CODE(plain):
            return True
    cells = (row.cells[index] for index in keys if index < len(row.cells))
    return any(isinstance(cell, str) and len(cell) < LONGEST_TOTAL and cell.strip().lower() in TOTALS for cell in cells)


def _explains(row: Numbered, reader: RowReader, found: Found) -> bool:
    """Whether a row near the headings explains them: no cell that should hold a number or a time does."""
    cells = reader.read(row)
    hard = {name for name in found.by_field if name in MONEY | COUNTS | INSTANTS or name.endswith(("_minor", "_at"))}
    if not hard or any(cells[name] is not None for name in hard):
        return False
    texts = [clean(cell) for cell in row.cells if cell not in ("", None)]
    return bool(texts) and not any(text[:1].isdigit() and len(text) > 5 for text in texts)
