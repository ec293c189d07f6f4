"""Rows out of XML of any size: no tree is kept, and a row that is no XML costs only itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kaibo.connectors.contracts import BadLine
from kaibo.connectors.reading import BrokenFile, bad

CHUNK = 256 * 1024
ROW_BYTES = 1024**2  # a row that grows past this was never closed
ROW_TAGS = frozenset(("d", "sc", "gift", "guard", "toast"))
HEAD_TAGS = frozenset(("BililiveRecorderRecordInfo", "room_id", "record_start_time", "live_start_time"))
RAW_BYTES = 4096
ROW_START = re.compile(rb"<(?:d|sc|gift|guard|toast)(?=[\s>/])")
_PREFIX = b"<i>"  # stands in for the root when reading goes on after a broken row
# Control characters that XML forbids but viewers manage to send; a blank does not change what was said.
_CLEAN = bytes(32 if code < 32 and code not in b"\t\n\r" else code for code in range(256))


@dataclass(frozen=True, slots=True)
class Row:
    """One element: a comment, gift, super chat or guard, or a line of the head."""

    tag: str
    attrs: dict[str, str]
    text: str
    line: int


class _Unclosed(Exception):
    """A row began inside another one."""


class _Collector:
    """What expat reports, gathered into rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.expat: object = None
        self.lines_before = 0
        self.row_at = -1  # byte where the open row began
        self.done_at = 0  # byte where the last row ended
        self._open: tuple[str, dict[str, str], int] | None = None
        self._text: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if self._open is not None and tag in ROW_TAGS:
            raise _Unclosed
        if tag in ROW_TAGS or tag in HEAD_TAGS:
            self._open = (tag, attrs, self.expat.CurrentLineNumber + self.lines_before)  # type: ignore[attr-defined]
            self._text.clear()
            self.row_at = self.expat.CurrentByteIndex  # type: ignore[attr-defined]

    def data(self, text: str) -> None:
        if self._open is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if self._open is not None and tag == self._open[0]:
            self.rows.append(Row(tag, self._open[1], "".join(self._text), self._open[2]))
            self._open = None
            self.row_at = -1
            self.done_at = self.expat.CurrentByteIndex  # type: ignore[attr-defined]

    def close(self) -> None:
        """Nothing is kept."""


class Reader:
    """Feeds a parser and, when it chokes, names the row and goes on with the next one."""

    def __init__(self) -> None:
        self._kept = bytearray()  # bytes since the last whole row
        self._kept_line = 1
        self._lost: BadLine | None = None  # a broken row whose end has not come yet
        self._lost_raw = b""
        self._begin(0)

    def _begin(self, lines_before: int) -> None:
        self._rows = _Collector()
        self._parser = DefusedXMLParser(target=self._rows, forbid_dtd=True)
        self._rows.expat = self._parser.parser
        self._rows.lines_before = lines_before
        self._kept_at = 0  # where `_kept` begins, in bytes the parser counts

    def read(self, body: BinaryIO) -> Iterator[Row | BadLine]:
        """Every row and every broken row, in file order; a broken file ends with the reason."""
        ended = False
        while not ended:
            try:
                chunk = body.read(CHUNK)
            except BrokenFile as error:
                yield from self._finish()
                yield bad(self._line(len(self._kept)), "file", error.problem, error.fix)
                return
            ended = not chunk
            try:
                yield from self._finish() if ended else self._take(chunk.translate(_CLEAN))
            except DefusedXmlException as error:
                problem = f"the file declares entities or a document type ({type(error).__name__}), which can hide harm"
                yield bad(self._line(0), "file", problem, "take the declaration out; recorders write none")
                return

    def _take(self, data: bytes) -> Iterator[Row | BadLine]:
        self._kept += data
        if self._lost is not None:
            self._lost_raw = (self._lost_raw + data)[:RAW_BYTES]
            yield from self._resume(0)
            return
        yield from self._feed(data)

    def _feed(self, data: bytes) -> Iterator[Row | BadLine]:
        try:
            self._parser.feed(data)
        except (ParseError, LookupError) as error:
            yield from self._drain()
            yield from self._recover(str(error).partition(":")[0], max(self._parser.parser.ErrorByteIndex, 0))
        except _Unclosed:
            began = self._rows.row_at
            yield from self._drain()
            yield from self._recover("the row is not closed before the next one begins", began + 1)
        else:
            yield from self._drain()
            if len(self._kept) > ROW_BYTES and self._rows.row_at >= 0:
                yield from self._recover("the row is not closed", self._rows.row_at + 1)

    def _drain(self) -> Iterator[Row]:
        rows, self._rows.rows = self._rows.rows, []
        yield from rows
        whole = self._rows.done_at if self._rows.row_at < 0 else self._rows.row_at
        if whole > self._kept_at:
            cut = whole - self._kept_at
            self._kept_line += self._kept.count(b"\n", 0, cut)
            del self._kept[:cut]
            self._kept_at = whole

    def _recover(self, problem: str, error_at: int) -> Iterator[Row | BadLine]:
        """Name the row that holds the byte `error_at`, then go on with the next one."""
        at = max(0, error_at - self._kept_at)
        starts = [match.start() for match in ROW_START.finditer(self._kept, 0, at + 1)]
        began = starts[-1] if starts else 0
        fix = "write & as &amp; and < as &lt;, and close every tag"
        self._lost = bad(self._line(began), "row", f"no XML: {problem}", fix)
        self._lost_raw = bytes(self._kept[began : began + RAW_BYTES])
        yield from self._resume(began + 1)

    def _resume(self, search_from: int) -> Iterator[Row | BadLine]:
        found = ROW_START.search(self._kept, search_from)
        if found is None:
            keep = min(len(self._kept), 16)  # a row's first bytes may straddle two chunks
            self._kept_line += self._kept.count(b"\n", 0, len(self._kept) - keep)
            del self._kept[: len(self._kept) - keep]
            return
        yield self._settle_lost()
        self._kept_line = self._line(found.start())
        del self._kept[: found.start()]
        self._begin(self._kept_line - 1)
        self._kept_at = len(_PREFIX)
        self._parser.feed(_PREFIX)
        yield from self._feed(bytes(self._kept))

    def _finish(self) -> Iterator[Row | BadLine]:
        if self._lost is not None:
            yield self._settle_lost()
            return
        try:
            self._parser.close()
            yield from self._drain()
        except (ParseError, LookupError):
            yield from self._drain()
            is_cut = self._rows.row_at >= 0 or ROW_START.search(self._kept) is not None
            what = "in the middle of a row" if is_cut else "without </i>"
            raw = bytes(self._kept) if is_cut else b""
            fix = "nothing before this line is lost; to have the rest, take the recorder's file again"
            yield bad(self._line(len(self._kept)), "file", f"the file ends {what}", fix, raw)

    def _settle_lost(self) -> BadLine:
        """The broken row with its raw text, which ends where its line or the next row does."""
        lost, self._lost = self._lost, None
        assert lost is not None
        following = ROW_START.search(self._lost_raw, 1)
        raw = self._lost_raw[: following.start() if following else None].partition(b"\n")[0]
        return bad(lost.line, lost.field, lost.problem, lost.fix, raw)

    def _line(self, offset: int) -> int:
        return self._kept_line + self._kept.count(b"\n", 0, offset)
