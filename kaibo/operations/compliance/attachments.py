"""Texts out of attached files: Word, Excel, CSV, plain text. Nothing is stored, nothing but text is read."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePath

from defusedxml import ElementTree
from django.utils.translation import gettext as _

from kaibo.operations.compliance.errors import BadText

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 32 * 1024 * 1024
"""A script of a whole night is a fifth of a megabyte; what a zip says of its sizes is not believed."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LEAST_LETTERS = 2
"""Cells with less than two letters or characters are numbers, ticks and codes, not words that somebody says."""

Piece = tuple[str, str]


def read(name: str, data: bytes) -> list[Piece]:
    """(place, text) pairs of a file: cells of a table, else the whole text. Raises BadText with the fix."""
    if len(data) > MOST_BYTES:
        raise BadText(_("The file is too large."), fix=_("Attach at most 10 MB."), field="file")
    suffix = PurePath(name).suffix.lower()
    try:
        if suffix in {".docx", ".xlsx", ".xlsm"}:
            _refuse_bomb(data)
        if suffix == ".docx":
            return [("", _word(data))]
        if suffix in {".xlsx", ".xlsm"}:
            return list(_excel(data))
    except BadText:
        raise
    except Exception as error:
        raise BadText(
            _("%(name)s cannot be opened.") % {"name": name}, fix=_("Save it again as .docx or .xlsx."), field="file"
        ) from error
    if suffix not in {".txt", ".md", ".csv", ".tsv", ".srt", ""}:
        raise BadText(
            _("%(name)s is no text.") % {"name": name},
            fix=_("Attach .docx, .xlsx, .csv, .txt or .md."),
            field="file",
        )
    text = _decoded(name, data)
    if suffix in {".csv", ".tsv"}:
        return list(_table(text, "\t" if suffix == ".tsv" else ","))
    return [("", text)]


def _decoded(name: str, data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadText(_("%(name)s is no text.") % {"name": name}, fix=_("Save it as UTF-8."), field="file")


def _refuse_bomb(data: bytes) -> None:
    """Unpack without keeping."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for part in packed.infolist():
            with packed.open(part) as inner:
                while chunk := inner.read(1 << 20):
                    total += len(chunk)
                    if total > MOST_UNPACKED:
                        raise BadText(_("The file unpacks to an absurd size."), fix=_("Paste the text."), field="file")


def _word(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        tree = ElementTree.fromstring(packed.read("word/document.xml"))
    lines = ("".join(one.text or "" for one in part.iter(f"{_WORD}t")) for part in tree.iter(f"{_WORD}p"))
    return "\n".join(lines).strip()


def _excel(data: bytes) -> Iterator[Piece]:
    from openpyxl import load_workbook  # dear to import, and every page imports us

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and is_said(cell.value):
                        yield f"{sheet.title} {cell.coordinate}", cell.value.strip()
    finally:
        book.close()


def _table(text: str, mark: str) -> Iterator[Piece]:
    for number, row in enumerate(_rows(text, mark), 1):
        for column, cell in enumerate(row, 1):
            if is_said(cell):
                yield f"{number}:{column}", cell.strip()


def _rows(text: str, mark: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    except csv.Error as error:
        raise BadText(
            _("The table cannot be read: %(why)s") % {"why": error},
            fix=_("Save it again as CSV or .xlsx."),
            field="file",
        ) from error


def is_said(text: str) -> bool:
    """Whether a cell holds words."""
    return sum(map(str.isalpha, text)) >= LEAST_LETTERS
