"""Tables exported by platforms as events: recognised by their headings, read row by row. Pure."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from kaibo.connectors.contracts import Outcome
from kaibo.connectors.exports.cells import CellProblem, Told
from kaibo.connectors.exports.forms import forms
from kaibo.connectors.exports.recognise import Found, as_form, candidates
from kaibo.connectors.exports.rows import BadRow, RowEvents, read_rows
from kaibo.connectors.reading import BrokenFile, bad
from kaibo.kit import clock, env
from kaibo.kit.speech import gettext as _
from kaibo.kit.tables.files import OLE, ZIP, Sheet, UnreadableTable, open_table

_PRINTED = bytes(sorted({*range(32, 256), 9, 10, 11, 12, 13, 27} - {127}))
NOT_KNOWN = "no export with these headings is known"


def recognise(head: bytes) -> bool:
    """A workbook, or text whose first lines have columns."""
    if head.startswith((OLE, ZIP)):
        return True
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"[", b"<"}:
        return False
    if head.startswith(b"\x00\x00"):  # a length, or other binary data: no text begins so
        return False
    if _is_binary(head):
        return False
    lines = head.replace(b"\x00", b"").split(b"\n")[:20]
    return any(line.count(sign) >= 2 for line in lines for sign in (b",", b"\t", b";"))


def _is_binary(head: bytes) -> bool:
    """Whether it holds more control characters than a text does; in UTF-16 half a character may look like one."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 8:
        return False
    return len(head.translate(None, delete=_PRINTED)) > len(head) // 100


def translate(body: BinaryIO, *, room: str | None, options: Mapping[str, str]) -> Iterator[Outcome]:
    """One outcome per state, figure or refused row. `as_of` says when the file was exported.

    Shape: orders stand in `shop:files`, reports in `report:files`; the import joins them to shows.
    Source: headings of known/*.toml; those under `columns` are documented, the others are not.
    """
    with tempfile.TemporaryDirectory(prefix="kaibo-table-") as folder:
        path = Path(folder) / "table"
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(body, file, 1 << 20)
            sheets = open_table(path)
        except BrokenFile as error:
            yield bad(1, "file", error.problem, error.fix)
            return
        except UnreadableTable as refusal:
            yield bad(1, "file", refusal.sentence, refusal.fix)
            return
        found = recognised(sheets, options)
        if found is None or found.missing:
            yield bad(1, "headings", _(NOT_KNOWN), _("Name the export with --option export=…, or map it on the page."))
            return
        yield from _outcomes(found, sheets, told_of(options, room))


def recognised(sheets: list[Sheet], options: Mapping[str, str]) -> Found | None:
    """The export the options name, else the likeliest."""
    name = options.get("export", "")
    if name:
        return as_form(forms()[name], sheets)
    return next(iter(candidates(sheets, file_name=options.get("file_name", ""))), None)


def told_of(options: Mapping[str, str], room: str | None = None) -> Told:
    """What the options say beside the file; without `as_of` it is the beginning of our time."""
    given = options.get("as_of", "")
    as_of = clock.parse_instant(given, zone=env.zone()) if given else 0
    del room
    return Told(env.zone(), as_of, options.get("currency") or env.read("KAIBO_CURRENCY"), options.get("platform", ""))


def _outcomes(found: Found, sheets: list[Sheet], told: Told) -> Iterator[Outcome]:
    try:
        for outcome in read_rows(found, sheets, told):
            if isinstance(outcome, RowEvents):
                for event in outcome.events:
                    yield _plain(event, told)
            elif isinstance(outcome, BadRow):
                yield outcome.problems[0]
            else:
                yield outcome
    except UnreadableTable as refusal:
        yield bad(1, "file", refusal.sentence, refusal.fix)


def _plain(event: Outcome, told: Told) -> Outcome:
    """The event as a reader without a join sees it."""
    del told
    attrs = getattr(event, "attrs", None)
    if attrs:
        attrs.pop("join", None)
    return event


__all__ = ["CellProblem", "recognise", "recognised", "told_of", "translate"]
