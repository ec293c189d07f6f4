"""Files and pasted text as a grid of texts. What is no sheet at all is refused whole, with what to do."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from kaibo.commerce.lineup.errors import BadFile
from kaibo.kit.tables.merged import MOST_MERGED, count_merged
from kaibo.kit.tables.texts import clean

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
"""A lineup of a thousand links unpacks to about 2 MB; the bound keeps a hostile file from filling the memory."""
MAX_ROWS = 2000
MAX_COLUMNS = 120
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Grid:
    """Texts by row and column. `first_row` is the number the spreadsheet gives to the first of them.

    Shape: `spread` cells (row, column) that repeat a merged cell; the cell's own place is not among them.
    """

    rows: list[list[str]]
    name: str = ""
    spread: frozenset[tuple[int, int]] = frozenset()


def grids_of(data: bytes, *, name: str = "") -> list[Grid]:
    """Every sheet of a file: .xlsx, or text in any of the encodings spreadsheets save.

    Raises: BadFile with the sentence and the fix.
    """
    if len(data) > MAX_BYTES:
        raise BadFile(_("The file is larger than a lineup can be."), fix=_("Keep the sheet of this show only."))
    if data.startswith(_OLE):
        raise BadFile(
            _("The file is protected by a password, or is an old .xls."),
            fix=_("Take the password away and save it as .xlsx, or copy the cells and paste them."),
        )
    if data.startswith(_ZIP):
        return list(_workbook(data))
    return grids_of_text(decode(data), name=name)


def decode(data: bytes) -> str:
    """Text of a file: UTF-8 or UTF-16 by mark, UTF-8, else GB 18030 (which holds GBK). Raises BadFile."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for each in (encoding, "gb18030"):
        try:
            text = data.decode(each)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadFile(_("This is neither a spreadsheet nor text."), fix=_("Save it as .xlsx or CSV, or paste the cells."))


def grids_of_text(text: str, *, name: str = "") -> list[Grid]:
    """Pasted cells or CSV, once per sign that may part its columns: the reader takes the one with headings.

    Raises: BadFile when there are more rows than a lineup can have.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    present = [sign for sign in "\t,;" if sign in plain] or ["\t"]
    return [_parted(plain, sign, name) for sign in present]


def _parted(plain: str, delimiter: str, name: str) -> Grid:
    # an odd quote would swallow every row below it
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if plain.count('"') % 2 == 0 else csv.QUOTE_NONE
    try:
        rows = [
            [clean(cell) for cell in row[:MAX_COLUMNS]]
            for row, _number in zip(
                csv.reader(io.StringIO(plain), delimiter=delimiter, quoting=quoting), range(MAX_ROWS + 1), strict=False
            )
        ]
    except csv.Error as error:
        raise BadFile(
            _("The text cannot be read as a table."), fix=_("Paste the cells again."), why=str(error)
        ) from error
    _refuse_long(len(rows))
    return Grid(rows, name)


def _refuse_long(count: int) -> None:
    if count > MAX_ROWS:
        raise BadFile(
            _("More than %(n)s rows: this is no lineup of one show.") % {"n": MAX_ROWS},
            fix=_("Keep the rows of this show only."),
        )


def _workbook(data: bytes) -> Iterator[Grid]:
    from openpyxl import load_workbook  # dear to import, and every page imports us

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            is_large = unpacked > MAX_UNPACKED or count_merged(archive) > MOST_MERGED
        if is_large:
            raise BadFile(
                _("The file is larger than a lineup can be."),
                fix=_("Keep the sheet of this show only, without pictures."),
            )
        values = load_workbook(io.BytesIO(data), data_only=True)
        formulas = load_workbook(io.BytesIO(data), data_only=False)
        sheets = [_sheet(sheet, formulas[sheet.title]) for sheet in values.worksheets[:12]]
    except BadFile:
        raise
    except Exception as error:
        raise BadFile(
            _("The file is damaged or is no .xlsx."), fix=_("Open it and save it again as .xlsx."), why=str(error)[:200]
        ) from error
    yield from sheets


def _sheet(values: "Worksheet", formulas: "Worksheet") -> Grid:
    """Cells as text; a merged cell speaks for all places it covers; a formula without a result shows itself."""
    rows: list[list[str]] = []
    for row, written in zip(
        values.iter_rows(max_col=MAX_COLUMNS, values_only=True),
        formulas.iter_rows(max_col=MAX_COLUMNS, values_only=True),
        strict=False,
    ):
        texts = [_text(value, formula) for value, formula in zip(row, written, strict=False)]
        rows.append(texts)
        if len(rows) > MAX_ROWS * 2:
            break
    while rows and not any(rows[-1]):
        rows.pop()
    _refuse_long(len(rows))
    spread = set()
    for area in values.merged_cells.ranges:
        top, left = area.min_row - 1, area.min_col - 1
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row_at in range(top, min(area.max_row, len(rows))):
            for column in range(left, min(area.max_col, len(rows[row_at]))):
                if (row_at, column) != (top, left):
                    rows[row_at][column] = rows[top][left]
                    spread.add((row_at, column))
    return Grid(rows, values.title, frozenset(spread))


def _text(value: object, formula: object) -> str:
    if value is None:
        return formula if isinstance(formula, str) and formula.startswith("=") else ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return clean(value)
