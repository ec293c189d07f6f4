"""The mapped cells of a row as values; each cell that cannot be read is named by row and heading. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from kaibo.connectors.exports.forms import COUNTS, IDS, INSTANTS, KEYS, MARK, MONEY
from kaibo.connectors.exports.recognise import Column, Found
from kaibo.eventlog.contracts import Problem
from kaibo.kit.tables import values
from kaibo.kit.tables.files import Numbered
from kaibo.kit.tables.texts import BadCell, clean

type Reader = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What the file does not say itself. `as_of` is when it was exported, µs UTC."""

    zone: ZoneInfo
    as_of: int
    currency: str = "CNY"
    platform: str = ""


@dataclass(slots=True)
class Cells:
    """One row: values by field, None where a cell is empty; `problems` name the cells that were refused."""

    number: int
    currency: str = "CNY"
    values: dict[str, Any] = field(default_factory=dict)
    problems: list["CellProblem"] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class CellProblem(Problem):
    """A refused cell: `line` is the row, `field` the heading, `value` what stands there (cut)."""

    value: str = ""
    name: str = ""


def is_money(name: str) -> bool:
    """Whether a field holds an amount."""
    return name in MONEY or name.endswith("_minor")


def reader_of(name: str, told: Told, currency: str) -> Reader:
    """How the cells of a field are read in a row of that currency: a yen has no hundredths."""
    if name in IDS:
        return values.read_id
    if is_money(name):
        return lambda value: values.read_amount(value, currency)
    if name in INSTANTS:
        return lambda value: values.read_instant(value, told.zone)
    if name == "available":
        return _stock
    if name.endswith("_seconds"):
        return values.read_seconds
    if name in COUNTS or (name not in KEYS and not name.endswith(MARK)):
        return _count
    return values.read_text


def _stock(value: Any) -> int | None:
    """Pieces; an oversold SKU is below zero in stock systems and has nothing available."""
    found = values.read_amount(value, "JPY")
    return None if found is None else max(0, found)


def _count(value: Any) -> int | None:
    """A whole number; a mean over people or time is rounded."""
    try:
        return values.read_count(value)
    except BadCell:
        found = values.read_amount(value, "JPY") if "." in clean(value) else None
        if found is None or found < 0:
            raise
        return found


class RowReader:
    """Reads rows of one recognised sheet."""

    def __init__(self, found: Found, told: Told) -> None:
        self._told, self._fields = told, found.by_field
        self._amounts = [one.index for name, one in self._fields.items() if is_money(name)]
        self._readers: dict[str, list[tuple[Column, Reader, bool]]] = {}

    def _in(self, currency: str) -> list[tuple[Column, Reader, bool]]:
        if currency not in self._readers:
            self._readers[currency] = [
                (column, reader_of(name, self._told, currency), is_money(name) or name in COUNTS)
                for name, column in self._fields.items()
            ]
        return self._readers[currency]

    def _currency(self, given: Sequence[Any]) -> str:
        """Of the row: its column of currencies, else what stands beside an amount, else as told."""
        own, told = self._fields.get("currency"), self._told.currency
        if own is not None and own.index < len(given) and (code := values.currency_named(given[own.index])):
            return code
        amounts = (given[index] for index in self._amounts if index < len(given))
        return next((code for cell in amounts if (code := values.currency_beside(cell, told))), told)

    def read(self, row: Numbered) -> Cells:
        """The row's values. An amount of a merged cell counts once, in its first row, and is nothing in the others."""
        given, width = row.cells, len(row.cells)
        cells = Cells(row.number, self._currency(given))
        for column, read, is_summed in self._in(cells.currency):
            value = given[column.index] if column.index < width else None
            if value is None or value == "":
                continue
            if is_summed and column.index in row.spread:
                cells.values[column.field] = 0
                continue
            try:
                cells.values[column.field] = read(value)
            except BadCell as error:
                cells.problems.append(
                    CellProblem(
                        row.number, column.header, error.problem, error.fix, value=clean(value)[:80], name=column.field
                    )
                )
        return cells
