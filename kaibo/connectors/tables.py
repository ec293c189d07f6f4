"""The door of table exports: what a dropped table is, and its rows as events. Contracts in and out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kaibo.connectors.exports.cells import CellProblem, Told
from kaibo.connectors.exports.forms import DROPPED, Form, fields_of, forms, is_own
from kaibo.connectors.exports.headings import heading_key
from kaibo.connectors.exports.recognise import Column, Found, as_form, candidates, signature
from kaibo.connectors.exports.rows import BadRow, RowEvents, RowOutcome, read_rows
from kaibo.kit.tables.files import Numbered, Sheet, UnreadableTable, open_table

__all__ = [
    "DROPPED",
    "BadRow",
    "CellProblem",
    "Column",
    "Form",
    "Found",
    "Numbered",
    "Opened",
    "RowEvents",
    "Told",
    "UnreadableTable",
    "fields_of",
    "form",
    "forms",
    "heading_key",
    "is_own",
    "open_file",
]


def form(form_id: str) -> Form | None:
    """The description of an export, None for an id that there is not."""
    return forms().get(form_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """A readable table: its sheets and every export that it may be, the likeliest first."""

    sheets: list[Sheet]
    found: list[Found]

    @property
    def signature(self) -> str:
        """What the headings of the likeliest reading are remembered under; of the widest row where none is known."""
        if self.found:
            return signature([one.header for one in self.found[0].columns])
        return signature([str(cell) for cell in self.widest().cells])

    def widest(self) -> Numbered:
        """The first of the rows with the most texts: the headings of a table that nobody knows."""
        rows = [row for sheet in self.sheets for row in sheet.head]
        return max(rows, key=lambda row: sum(1 for cell in row.cells if isinstance(cell, str) and cell.strip()))

    def read_as(
        self, form_id: str, *, chosen: Mapping[str, str] | None = None, is_remembered: bool = False
    ) -> Found | None:
        """The table read as one export; `chosen` heading key -> field overrules its headings."""
        certainty = "remembered" if is_remembered else "chosen"
        return as_form(forms()[form_id], self.sheets, chosen=chosen, certainty=certainty)

    def rows(self, found: Found, told: Told) -> Iterator[RowOutcome]:
        """One outcome per row; see `exports.rows`."""
        return read_rows(found, self.sheets, told)


def open_file(path: Path, *, file_name: str = "") -> Opened:
    """A dropped file as a table. Raises UnreadableTable with the sentence and the fix."""
    sheets = open_table(path)
    return Opened(sheets, candidates(sheets, file_name=file_name or path.name))
