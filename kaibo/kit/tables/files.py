"""Files as tables: .xlsx, .xls, CSV and TSV in any encoding, row by row; what is no table is refused with the fix."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine as calamine

from kaibo.kit.errors import KaiboError
from kaibo.kit.speech import gettext as _
from kaibo.kit.tables import probe

MAX_BYTES = 512 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_PACKING = 300  # spreadsheets of real exports unpack to 5-20 times their size
MAX_PARTS = 2000
MAX_ROWS = 500_000
MAX_COLUMNS = 300
MAX_SHEETS = 30
HEAD_ROWS = 40
OLE, ZIP, GZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"\x1f\x8b"
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
HEIF = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 20
csv.field_size_limit(1 << 20)

type Row = Sequence[Any]


class UnreadableTable(KaiboError):
    """The file as a whole cannot be read; nothing was taken from it."""

    code = "unreadable_table"
    status = 422


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row with the number the spreadsheet gives it. `spread` are columns that repeat a merged cell above."""

    number: int
    cells: Row
    spread: frozenset[int] = frozenset()


@dataclass(slots=True)
class Sheet:
    """One sheet. `head` are its first rows; `rows()` reads all of it, as often as wanted."""

    name: str
    head: list[Numbered]
    _read: Any = field(repr=False)
    encoding: str = ""

    def rows(self) -> Iterator[Numbered]:
        """Every row that holds something, in order."""
        found: Iterator[Numbered] = self._read()
        return found


def open_table(path: Path) -> list[Sheet]:
    """The sheets of a file that hold anything.

    Shape: text is streamed; a workbook is unpacked by its reader, bounded by MAX_UNPACKED and MAX_ROWS.
    Raises: UnreadableTable: empty, too large, protected by a password, packed absurdly, damaged, no table.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableTable(_("The file is empty."), fix=_("Export it again."))
    if size > MAX_BYTES:
        raise UnreadableTable(_("The file is larger than 512 MB."), fix=_("Export a shorter time, e.g. one day."))
    with path.open("rb") as file:
        start = file.read(16)
    _refuse_other(start)
    if start.startswith(OLE):
        _refuse_encrypted(path)
    if start.startswith(ZIP):
        _refuse_bomb(path)
    if start.startswith((OLE, ZIP)):
        return _workbook(path, is_old=start.startswith(OLE))
    if start.startswith(GZIP):
        raise UnreadableTable(_("The file is packed (gzip)."), fix=_("Unpack it, then drop what is inside."))
    return _text_sheets(path)


def _refuse_other(start: bytes) -> None:
    """What people drop instead of the table that it shows, whatever its name ends with."""
    is_picture = start.startswith(PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
    is_picture = is_picture or (start[4:8] == b"ftyp" and start[8:12] in HEIF)
    fix = _("Drop the .xlsx or .csv as the platform exports it.")
    if is_picture:
        raise UnreadableTable(_("This is a picture, not a spreadsheet."), fix=fix)
    if start.startswith(b"%PDF-"):
        raise UnreadableTable(_("This is a PDF, not a spreadsheet."), fix=fix)
    if start[4:8] == b"ftyp" or start[:4] in (b"RIFF", b"OggS", b"ID3\x03", b"ID3\x04", b"\x1a\x45\xdf\xa3"):
        raise UnreadableTable(_("This is a sound or a video, not a spreadsheet."), fix=fix)


# -- workbooks ------------------------------------------------------------------------------------------------------


def _refuse_encrypted(path: Path) -> None:
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(_CHUNK):
            if _ENCRYPTED in before + chunk:
                raise _protected()
            before = chunk[-64:]


def _protected() -> UnreadableTable:
    return UnreadableTable(
        _("The file is protected by a password."),
        fix=_("Open it, take the password away (File, Info, Protect workbook), save it as .xlsx and drop it again."),
    )


def _refuse_bomb(path: Path) -> None:
    """Unpack without keeping: what a zip says of its sizes is not believed."""
    total, packed = 0, path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise _bomb()
            if any(part.flag_bits & 1 for part in parts):
                raise _protected()
            if not any(part.filename == "[Content_Types].xml" for part in parts):
                raise UnreadableTable(
                    _("This is an archive, not a spreadsheet."), fix=_("Unpack it, then drop the files inside.")
                )
            for part in parts:
                with archive.open(part) as inner:
                    while chunk := inner.read(_CHUNK):
                        total += len(chunk)
                        if total > MAX_UNPACKED or (total > 64 * _CHUNK and total > packed * MAX_PACKING):
                            raise _bomb()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise _damaged(error) from error


def _bomb() -> UnreadableTable:
    return UnreadableTable(
        _("The file unpacks to an absurd size."), fix=_("Export it again; if it is real, split it by date.")
    )


def _damaged(error: Exception) -> UnreadableTable:
    return UnreadableTable(
        _("The file is damaged or is no spreadsheet."),
        fix=_("Export or download it again."),
        why=str(error)[:200],
    )


def _workbook(path: Path, *, is_old: bool) -> list[Sheet]:
    if not probe.can_be_read(path, most_sheets=MAX_SHEETS, is_old=is_old):
        raise UnreadableTable(
            _("The file needs more memory or time than any export does."),
            fix=_("Open it, copy the cells into a new workbook, save it as .xlsx and drop that."),
        )
    try:
        with calamine.load_workbook(str(path)) as book:
            shown = [
                one.name
                for one in book.sheets_metadata
                if one.typ == calamine.SheetTypeEnum.WorkSheet and one.visible == calamine.SheetVisibleEnum.Visible
            ]
            found = [_sheet(book, name) for name in shown[:MAX_SHEETS]]
    except calamine.PasswordError as error:
        raise _protected() from error
    except UnreadableTable:
        raise
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the reader breaks off a cut .xls; it has no class to import
            raise
        raise _damaged(RuntimeError(str(error))) from None
    sheets = [sheet for sheet in found if sheet.head]
    if not sheets:
        raise UnreadableTable(_("The file holds no cells."), fix=_("Export it again; an empty file holds no numbers."))
    return sheets


def _sheet(book: calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS:
        raise UnreadableTable(
            _("A sheet has more than %(n)s rows.") % {"n": f"{MAX_ROWS:,}"},
            fix=_("Export a shorter time, or save it as CSV."),
        )
    first_row, first_column = sheet.start or (0, 0)
    areas = [area for area in (sheet.merged_cell_ranges or [])[:50_000] if area[1][0] - area[0][0] <= MAX_ROWS]

    def read() -> Iterator[Numbered]:
        return _filled(sheet, first_row, first_column, areas)

    head = []
    for row in read():
        head.append(row)
        if len(head) == HEAD_ROWS:
            break
    return Sheet(name, head, read)


type _Area = tuple[tuple[int, int], tuple[int, int]]


def _filled(
    sheet: calamine.CalamineSheet, first_row: int, first_column: int, areas: Sequence[_Area]
) -> Iterator[Numbered]:
    """Rows with merged cells filled: to the right within a row, downwards as `spread`."""
    pending = sorted(areas, reverse=True)
    open_areas: list[tuple[_Area, Any]] = []
    lead = [""] * min(first_column, MAX_COLUMNS)
    for at, read in enumerate(sheet.iter_rows(), first_row):
        row: list[Any] = [*lead, *read][:MAX_COLUMNS]
        spread: set[int] = set()
        open_areas = [one for one in open_areas if one[0][1][0] >= at]
        for (_top, left), (_bottom, right), value in ((*area, value) for area, value in open_areas):
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
                spread.add(column)
        while pending and pending[-1][0][0] <= at:
            area = pending.pop()
            (top, left), (_bottom, right) = area
            if top != at or left >= len(row):
                continue
            for column in range(left + 1, min(right + 1, len(row))):
                row[column] = row[left]
                spread.add(column)
            open_areas.append((area, row[left]))
        if any(cell not in ("", None) for cell in row):
            yield Numbered(at + 1, row, frozenset(spread))


# -- text -----------------------------------------------------------------------------------------------------------


def encoding_of(path: Path) -> str:
    """UTF-8 or UTF-16 by mark, UTF-8 when all of it is, else GB 18030 (which holds GBK). Raises UnreadableTable."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if b"\x00" in start:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if max(even, odd) < len(start) // 8:
            raise UnreadableTable(
                _("This is neither a spreadsheet nor text."),
                fix=_("Drop the .xlsx or .csv as the platform exports it."),
            )
        return "utf-16-be" if even > odd else "utf-16-le"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    return "utf-8" if _is_mostly_utf8(start) else "gb18030"


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(start: bytes) -> bool:
    return start.decode("utf-8", "replace").count("\ufffd") <= start.decode("gb18030", "replace").count("\ufffd")


def _text_sheets(path: Path) -> list[Sheet]:
    """The text once per sign that may part its columns, the likeliest first."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = file.read(256 * 1024)
    if "\x00" in start:
        raise UnreadableTable(
            _("This is neither a spreadsheet nor text."), fix=_("Drop the .xlsx or .csv as the platform exports it.")
        )
    counts = {sign: start.count(sign) for sign in "\t,;|"}
    signs = [sign for sign in sorted(counts, key=lambda each: -counts[each]) if counts[sign]][:3] or [","]
    found = [_text_sheet(path, encoding, sign) for sign in signs]
    sheets = [sheet for sheet in found if any(len(row.cells) > 1 for row in sheet.head)]
    if not sheets:
        raise UnreadableTable(
            _("The text has no columns."), fix=_("Drop the .xlsx or .csv as the platform exports it.")
        )
    return sheets


def _text_sheet(path: Path, encoding: str, sign: str) -> Sheet:
    def read() -> Iterator[Numbered]:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            yield from _text_rows(file, sign)

    head = []
    for row in read():
        head.append(row)
        if len(head) == HEAD_ROWS:
            break
    return Sheet("", head, read, encoding)


def _text_rows(file: io.TextIOBase, sign: str) -> Iterator[Numbered]:
    reader = csv.reader(file, delimiter=sign)
    try:
        for row in reader:
            if any(row):
                yield Numbered(reader.line_num, row[:MAX_COLUMNS])
    except csv.Error as error:
        raise UnreadableTable(
            _("Row %(n)s cannot be read: a quotation mark is open.") % {"n": reader.line_num},
            fix=_("Export the file again, or save it as .xlsx."),
            row=reader.line_num,
        ) from error
