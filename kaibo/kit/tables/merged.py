"""How many cells the merged areas of a workbook cover: its readers make each of them, and a name of ten letters is
enough for seventeen thousand million.
"""

import re
import zipfile

MOST_MERGED = 200_000
"""A sheet of 2,000 rows with every row merged across 100 columns."""
_AREA = re.compile(
    r"""mergeCell\b[^<>]*?\bref\s*=\s*["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})""", re.IGNORECASE
)
_SHEETS = "xl/worksheets/"


def count_merged(archive: zipfile.ZipFile) -> int:
    """Cells under merged areas of all sheets. Cost: unpacks every sheet once."""
    total = 0
    for part in archive.namelist():
        if not part.lower().lstrip("/").startswith(_SHEETS):
            continue
        data = archive.read(part)
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
        for left, top, right, bottom in _AREA.findall(text):
            width = abs(_column(right) - _column(left)) + 1
            total += width * (abs(int(bottom) - int(top)) + 1)
    return total


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
