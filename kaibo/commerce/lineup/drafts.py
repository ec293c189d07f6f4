"""A grid as lines: rows read one by one, the good kept, every refused cell named with row, column, problem and fix."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from kaibo.commerce.lineup import columns as headings
from kaibo.commerce.lineup import stock
from kaibo.commerce.lineup.cells import read_cell
from kaibo.commerce.lineup.contracts import FIELDS, CellProblem, Column, Draft, Line, Pieces
from kaibo.commerce.lineup.errors import BadFile
from kaibo.commerce.lineup.grids import Grid
from kaibo.kit.tables.texts import EMPTY, BadCell

_TOTALS = ("合计", "总计", "小计", "共计", "汇总", "total", "sum", "subtotal")
_OWN = ("link_no", "style_no", "title")


def new_id() -> str:
    """An id of a line that no other line has."""
    return secrets.token_hex(5)


def read_grids(
    grids: Sequence[Grid],
    *,
    remembered: Mapping[str, str],
    chosen: Mapping[int, str] | None = None,
    currency: str = "CNY",
    make_id: Callable[[], str] = new_id,
) -> Draft:
    """The lines of the sheet that looks most like a lineup.

    Raises: BadFile when no sheet has a header with a link number, style number or name.
    """
    found = [(headings.find_heading(grid.rows, remembered=remembered, chosen=chosen), grid) for grid in grids]
    heading, grid = max(found, key=lambda each: each[0].score, default=(headings.Heading((), 0, 0), Grid([])))
    if not heading.score:
        raise BadFile(
            _("No row with headings was found."),
            fix=_("Copy the cells together with their headings: at least 链接号 or 款号, and 直播价."),
        )
    reader = _Reader(heading.columns, currency, make_id)
    for at, row in enumerate(grid.rows[heading.first :], start=heading.first):
        reader.take(at, row, {column for row_at, column in grid.spread if row_at == at})
    return Draft(
        columns=heading.columns,
        lines=tuple(reader.lines),
        problems=tuple(reader.problems),
        left_out=tuple(reader.left_out),
        rows=len(grid.rows) - heading.first,
    )


@dataclass
class _Reader:
    columns: tuple[Column, ...]
    currency: str
    make_id: Callable[[], str]
    lines: list[Line] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)

    def take(self, at: int, row: Sequence[str], spread: set[int]) -> None:
        """One row: a line, more stock of the line before it, or nothing with the reason."""
        cells = {
            each.field: row[each.index]
            for each in self.columns
            if each.field and each.index < len(row) and row[each.index].lower() not in EMPTY
        }
        if not any(text for text in row):
            return
        reason = self._no_line(row, cells)
        if reason:
            self.left_out.append((at + 1, reason))
            return
        merged_from_above = {each.field for each in self.columns if each.index in spread}
        if self.lines and self._continues(cells, merged_from_above):
            self._add_stock(at, cells)
        else:
            self._add_line(at, cells)

    def _no_line(self, row: Sequence[str], cells: Mapping[str, str]) -> str:
        said = [text.strip().lower() for text in row if text]
        if any(text.startswith(_TOTALS) and len(text) < 12 for text in said[:3]):
            return _("a row of totals")
        told = [each for each in self.columns if each.index < len(row) and row[each.index] == each.header]
        if len(told) > len(said) / 2:
            return _("the headings again")
        if not cells:
            return _("nothing below a known heading")
        if len(set(said)) == 1 and not cells.get("link_no", "").isdigit() and set(cells) <= {"link_no", "title"}:
            return _("a title between the lines")
        return ""

    def _continues(self, cells: Mapping[str, str], merged: set[str]) -> bool:
        """Rows of further SKUs: own cells empty, merged from above, or the same link and style again."""
        if not any(name in cells for name in headings.SKU_FIELDS) and not any(n.startswith("size:") for n in cells):
            return False
        own = {name: cells[name] for name in _OWN if name in cells and name not in merged}
        if not own:
            return True
        last = self.lines[-1]
        numbers = {name: text for name, text in own.items() if name != "title"}
        has_sku = any(name in cells for name in ("colour", "size"))
        return (
            has_sku
            and bool(numbers)
            and all(self._read(name, text) == getattr(last, name) for name, text in numbers.items())
        )

    def _read(self, name: str, text: str) -> Any:
        try:
            return read_cell(name, text, currency=self.currency)
        except BadCell:
            return None

    def _add_line(self, at: int, cells: Mapping[str, str]) -> None:
        values: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for name in FIELDS:
            if name not in cells:
                continue
            try:
                values[name] = read_cell(name, cells[name], currency=self.currency)
            except BadCell as error:
                refused[name] = cells[name]
                self._tell(at, name, cells[name], error)
        line = Line(self.make_id(), **values, refused=refused)
        self.lines.append(line)
        self._add_stock(at, cells)

    def _add_stock(self, at: int, cells: Mapping[str, str]) -> None:
        """Stock told in columns of its own; a refused figure is kept on the line as its stock cell."""
        found, wrong = self._pieces(at, cells)
        line = self.lines[-1]
        if found:
            line = replace(line, stock=stock.merged((*line.stock, *found)))
        if wrong:
            line = replace(line, refused={**line.refused, "stock": wrong})
        self.lines[-1] = line

    def _pieces(self, at: int, cells: Mapping[str, str]) -> tuple[list[Pieces], str]:
        colour, size = cells.get("colour", ""), cells.get("size", "")
        found: list[Pieces] = []
        wrong = ""
        told = {name: text for name, text in cells.items() if name == "pieces" or name.startswith("size:")}
        for name, text in told.items():
            sized = name.removeprefix("size:") if name != "pieces" else stock.plain_size(size)
            try:
                read = read_cell("stock", text, currency=self.currency)
            except BadCell as error:
                wrong = text
                self._tell(at, name, text, error)
                continue
            is_plain = len(read) == 1 and not read[0].colour and not read[0].size
            found += [Pieces(colour, sized, read[0].pieces)] if is_plain else list(read)
        if len(told) > 1 and "pieces" in told:  # a total beside its sizes says nothing new
            found = [each for each in found if each.size]
        return found, wrong

    def _tell(self, at: int, name: str, text: str, error: BadCell) -> None:
        header = next((each.header for each in self.columns if each.field == name), name)
        target = "stock" if name == "pieces" or name.startswith("size:") else name
        self.problems.append(CellProblem(at + 1, header, target, text[:80], error.problem, error.fix))
