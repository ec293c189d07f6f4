"""The mapped cells of a row as values; each cell that cannot be read is named by row and heading. Pure."""

from collections.abc import Callable
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
    values: dict[str, Any] = field(default_factory=dict)
    problems: list["CellProblem"] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class CellProblem(Problem):
    """A refused cell: `line` is the row, `field` the heading, `value` what stands there (cut)."""

    value: str = ""
    name: str = ""


def reader_of(name: str, told: Told) -> Reader:
    """How the cells of a field are read."""
    if name in IDS:
        return values.read_id
    if name in MONEY or name.endswith("_minor"):
        return lambda value: values.read_amount(value, told.currency)
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
        self._readers: list[tuple[Column, Reader, bool]] = [
            (column, reader_of(name, told), name in MONEY or name.endswith("_minor") or name in COUNTS)
            for name, column in found.by_field.items()
        ]

    def read(self, row: Numbered) -> Cells:
        """The row's values. An amount of a merged cell counts once, in its first row, and is nothing in the others."""
        cells = Cells(row.number)
        given, width = row.cells, len(row.cells)
        for column, read, is_summed in self._readers:
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
