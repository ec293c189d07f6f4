"""Tables of numbers as CSV and .xlsx: streamed, safe to open, every number with its source, as-of and status."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from kaibo.kit.clock import to_datetime
from kaibo.kit.env import zone
from kaibo.kit.money import show_money, to_decimal
from kaibo.metrics.contracts import Value
from kaibo.metrics.registry import entry

Cell = str | int | float | Decimal | datetime | None

BOM = "\ufeff"
"""Excel reads a CSV as UTF-8 only when it begins with this mark."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes text that begins so for a formula. Source: OWASP, CSV injection."""
MAX_ROWS = 1_048_576
"""Rows of one .xlsx sheet, the format's limit."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their headings; `rows` is read once, so it may be a generator.

    Shape: `formats` are number formats of an .xlsx sheet, one per column, '' for none.
    """

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    formats: Sequence[str] = ()


def shown(value: Value) -> str:
    """A number as people read it: ¥1,234.50, 12.3 %, 4.6."""
    number = value.value
    if number is None:
        return "-"
    if value.unit in {"minor", "minor_per_minute"}:
        return show_money(round(number), value.currency or "CNY")
    if value.unit == "ratio":
        return f"{number * 100:.2f} %"
    return f"{number:,}" if isinstance(number, int) else f"{number:,.2f}"


def plain(value: Value) -> Cell:
    """A number as a spreadsheet calculates with it: money in whole units, ratios 0-1, nothing for missing."""
    if value.value is None:
        return None
    if value.unit in {"minor", "minor_per_minute"}:
        return to_decimal(round(value.value), value.currency or "CNY")
    return value.value


def numbers_table(
    title: str, values: Mapping[str, Value], *, language: str = "en", time_zone: tzinfo | None = None
) -> Table:
    """A line per number: id, name, value, unit, currency, status, reason, source, feeds, as-of."""
    where = time_zone or zone()

    def lines() -> Iterator[Sequence[Cell]]:
        for value in values.values():
            yield _line(value, language, where)

    return Table(title, HEADS[_side(language)], lines())


def lines_table(
    title: str,
    lines: Mapping[str, Mapping[str, Value]],
    *,
    by: str,
    language: str = "en",
    time_zone: tzinfo | None = None,
    name_key: Callable[[str], str] = str,
) -> Table:
    """A line per number and key of a dimension, for `evaluate(by=…)`; `name_key` turns a key into its name."""
    where = time_zone or zone()

    def rows() -> Iterator[Sequence[Cell]]:
        for key, line in lines.items():
            first: Cell = _local(int(key), where) if by == "minute" and key else name_key(key)
            for value in line.values():
                yield (first, *_line(value, language, where))

    return Table(title, (by, *HEADS[_side(language)]), rows())


def wide_table(
    title: str,
    lines: Mapping[str, Mapping[str, Value]],
    *,
    by: str,
    language: str = "en",
    time_zone: tzinfo | None = None,
    name_key: Callable[[str], str] = str,
) -> Table:
    """A line per key, and four columns per number: value, status (or reason), source, as-of."""
    where = time_zone or zone()
    ids = list(dict.fromkeys(metric_id for line in lines.values() for metric_id in line))
    heads = [by]
    for metric_id in ids:
        name = _name(metric_id, language)
        heads += [name, *(f"{name} · {part}" for part in PARTS[_side(language)])]

    def rows() -> Iterator[Sequence[Cell]]:
        for key, line in lines.items():
            cells: list[Cell] = [_local(int(key), where) if by == "minute" and key else name_key(key)]
            for metric_id in ids:
                value = line.get(metric_id)
                cells += (None, None, None, None) if value is None else _four(value, where)
            yield cells

    return Table(title, heads, rows())


HEADS: dict[str, tuple[str, ...]] = {
    "en": ("id", "name", "value", "unit", "currency", "status", "reason", "source", "feeds", "as of"),
    "zh": ("编号", "名称", "数值", "单位", "币种", "状态", "缺失原因", "来源", "数据源", "截至"),
}
PARTS = {"en": ("status", "source", "as of"), "zh": ("状态", "来源", "截至")}


def _side(language: str) -> str:
    return "zh" if language.lower().startswith("zh") else "en"


def _name(metric_id: str, language: str) -> str:
    definition = entry(metric_id).definition
    return definition.zh if _side(language) == "zh" else definition.en


def _line(value: Value, language: str, where: tzinfo) -> tuple[Cell, ...]:
    side = _side(language)
    return (
        value.id,
        _name(value.id, language),
        plain(value),
        value.unit,
        value.currency,
        value.status,
        value.says.get(side, value.reason) if value.value is None else "",
        value.origin,
        ", ".join(value.sources),
        None if value.as_of is None else _local(value.as_of, where),
    )


def _four(value: Value, where: tzinfo) -> tuple[Cell, ...]:
    status = value.reason if value.value is None else value.status
    as_of = None if value.as_of is None else _local(value.as_of, where)
    origin = value.origin + (f" ({', '.join(value.sources)})" if value.sources else "")
    return plain(value), status, origin, as_of


def _local(at_us: int, where: tzinfo) -> datetime:
    return to_datetime(at_us).astimezone(where).replace(microsecond=0)


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula, made plain text; everything else as it is."""
    if isinstance(cell, str) and cell.lstrip(" \u3000\ufeff").startswith((*DANGEROUS, "＝", "＋", "－", "＠")):
        return "'" + cell
    return cell


def csv_lines(table: Table) -> Iterator[str]:
    """The table as CSV, a piece per row; times in ISO 8601 with their zone."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield BOM
    for row in _with_head(table):
        writer.writerow([_csv_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _csv_cell(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, datetime) else safe(cell)


def _with_head(table: Table) -> Iterator[Sequence[Cell]]:
    yield table.columns
    yield from table.rows


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """Write the table as one sheet, row by row in constant memory.

    Raises: ValueError beyond the rows that a sheet can hold.
    """
    write_book([table], file)


def write_book(tables: Iterable[Table], file: IO[bytes]) -> None:
    """Write each table as a sheet of one workbook, row by row in constant memory.

    Raises: ValueError beyond the rows that a sheet can hold.
    """
    from openpyxl import Workbook  # dear to import, and every page imports us

    book = Workbook(write_only=True)
    for table in tables:
        _write_sheet(book.create_sheet(_sheet_name(table.title)), table)
    book.save(file)


def _write_sheet(sheet: Any, table: Table) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    sheet.freeze_panes = "A2"
    for index, row in enumerate(_with_head(table)):
        if index >= MAX_ROWS:
            sheet.close()
            raise ValueError(f"a sheet holds {MAX_ROWS:,} rows; export CSV or a shorter span")
        cells = []
        for column, value in enumerate(row):
            cell = WriteOnlyCell(sheet, value=_xlsx_cell(value))
            if isinstance(value, str):
                cell.data_type = "s"  # text stays text, whatever it begins with
            if index == 0:
                cell.font = Font(bold=True)
            elif column < len(table.formats) and table.formats[column]:
                cell.number_format = table.formats[column]
            cells.append(cell)
        sheet.append(cells)


def _xlsx_cell(cell: Cell) -> str | float | datetime | None:
    if isinstance(cell, Decimal):
        return float(cell)  # a sheet has no decimals; fifteen digits hold any amount of a show
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)  # a sheet knows no zones; the column is in the team's
    if isinstance(cell, str):
        return "".join(c for c in cell if c >= " " or c in "\t\n")
    return cell


def _sheet_name(title: str) -> str:
    return "".join("_" if c in "[]:*?/\\" else c for c in title)[:31].strip("'") or "Kaibo"


def xlsx_chunks(table: Table, *, size: int = 65_536) -> Iterator[bytes]:
    """The .xlsx file in pieces, through a temporary file instead of memory."""
    with TemporaryFile() as file:
        write_xlsx(table, file)
        file.seek(0)
        while piece := file.read(size):
            yield piece
