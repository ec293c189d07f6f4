"""Every parser that reads what strangers write: how to call it, what to begin with, how it may say no."""

import gzip
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from kaibo.commerce.lineup import drafts, grids
from kaibo.connectors import api as connectors
from kaibo.connectors import registry, tables
from kaibo.connectors.contracts import Accepted, Answered, Refused, Skipped
from kaibo.connectors.tests import pushes
from kaibo.eventlog.contracts import Problem
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.lines import ENCODER, Rules
from kaibo.eventlog.validate import check_body
from kaibo.kit.clock import parse_instant
from kaibo.kit.errors import KaiboError
from kaibo.kit.tests import ole
from kaibo.language import api as language
from kaibo.operations.compliance import attachments
from kaibo.web import door

RULES = Rules(now_us=1_790_000_000_000_000, currency="CNY")
HEADERS = {"received_at": "1780000000000000", "as_of": "1780000000", "room": "r-1", "account": "77"}
TOLD = tables.Told(ZoneInfo("Asia/Shanghai"), 1_780_000_000_000_000)
SHEET = """链接号\t款号\t商品名称\t角色\t直播价（元）\t原价\t库存\t讲解时长
1\tA-1001\t羊毛大衣\t主推\t899.00\t1599\t黑 S10 M20\t12
2号\tB-22\t打底衫\t福利\t面议\t99\t-\t5分钟
合计\t\t\t\t918.9\t\t530\t20
"""
REVIEW = "全网最低价，国家级品质！加V信 ①③8 领券。這款面霜能治好痘痘，gj级享受。"


@dataclass(frozen=True, slots=True)
class Parser:
    """`allowed` are the refusals that carry a sentence for people."""

    name: str
    parse: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    allowed: tuple[type[Exception], ...] = (KaiboError,)


@cache
def scratch() -> Path:
    """A folder for parsers that read files."""
    return Path(tempfile.mkdtemp(prefix="kaibo-fuzz-"))


def file_with(data: bytes, suffix: str) -> Path:
    path = scratch() / f"given{suffix}"
    path.write_bytes(data)
    return path


def outcomes_hold(outcomes: Iterator[object]) -> None:
    """Each outcome is one of the three, says what to do, and the door can answer for every event."""
    events: list[PlatformEvent] = []
    for one in outcomes:
        assert isinstance(one, PlatformEvent | Skipped | Problem), one
        if isinstance(one, PlatformEvent):
            events.append(one)
        elif isinstance(one, Problem):
            assert one.problem
            assert one.fix
    check_body(ENCODER.encode_lines(events), RULES)


def own(connector: str) -> list[bytes]:
    folder = registry.manifest_of(connector).folder / "fixtures"
    return [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]


def every() -> list[Parser]:
    """All of them, by name."""
    return [*_files(), *_payloads(), *_pushes(), *_tables(), *_others()]


def _files() -> Iterator[Parser]:
    for one in connectors.connectors():
        if one.transport != "file" or one.id == "exports":
            continue

        def parse(data: bytes, connector: str = one.id) -> None:
            path = file_with(data, "")
            connectors.recognised_by(path)
            translator = registry.file_translator(connector)
            outcomes_hold(translator.translate(io.BytesIO(data), room="r-1", options={"file_name": "given"}))

        yield Parser(f"file {one.id}", parse, lambda connector=one.id: own(connector))  # type: ignore[misc]


def _payloads() -> Iterator[Parser]:
    for one in connectors.connectors():
        if one.transport not in registry.PAYLOADS:
            continue

        def parse(data: bytes, connector: str = one.id) -> None:
            outcomes_hold(registry.payload_translator(connector).translate(data, HEADERS))

        yield Parser(f"payload {one.id}", parse, lambda connector=one.id: own(connector))  # type: ignore[misc]


def _pushes() -> Iterator[Parser]:
    for connector, settings in pushes.SETTINGS.items():
        known = pushes.push(connector)

        def parse(data: bytes, connector: str = connector, known: pushes.Push = known) -> None:
            verdict = registry.verifier(connector).verify(known.with_body(data), pushes.SETTINGS[connector])
            assert isinstance(verdict, Accepted | Answered | Refused)

        assert settings
        yield Parser(f"push {connector}", parse, lambda known=known: [known.delivery.body])  # type: ignore[misc]


def _tables() -> Iterator[Parser]:
    def parse(data: bytes, suffix: str) -> None:
        opened = tables.open_file(file_with(data, suffix))
        for found in opened.found[:2]:
            for row in opened.rows(found, TOLD):
                if isinstance(row, tables.RowEvents):
                    outcomes_hold(iter(row.events))
        assert opened.signature is not None

    yield Parser("table csv", lambda data: parse(data, ".csv"), lambda: own("exports"))
    yield Parser("table xlsx", lambda data: parse(data, ".xlsx"), lambda: [_workbook()])
    yield Parser("table xls", lambda data: parse(data, ".xls"), lambda: [ole.xls(_rows())])


def _rows() -> list[list[object]]:
    text = own("exports")[0].decode("utf-8-sig", "replace")
    return [list(line.split(",")) for line in text.splitlines()[:5]]


def _workbook() -> bytes:
    book = Workbook()
    for row in _rows():
        book.active.append(row)  # type: ignore[union-attr]
    book.active.merge_cells("A2:A3")  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_book() -> bytes:
    book = Workbook()
    for line in SHEET.splitlines():
        book.active.append(line.split("\t"))  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _word() -> bytes:
    import zipfile

    out = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w") as packed:
        body = f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{REVIEW}</w:t></w:r></w:p></w:body></w:document>'
        packed.writestr("word/document.xml", body)
    return out.getvalue()


def _others() -> Iterator[Parser]:
    def sheet(data: bytes) -> None:
        drafts.read_grids(grids.grids_of(data, name="given"), remembered={})

    def pasted(data: bytes) -> None:
        drafts.read_grids(grids.grids_of_text(data.decode("utf-8", "replace")), remembered={})

    def review(data: bytes) -> None:
        text = data.decode("utf-8", "replace")[:4000]
        language.check(text)
        language.read_intents([text])

    def words(data: bytes) -> None:
        for kind in ("plain", "tagged", "separated"):
            language.import_words(file_with(data, ".txt"), pack_id="given", kind=kind)

    def packed(data: bytes) -> None:
        check_body(door.unpack(data, 1 << 20), RULES)

    def instant(data: bytes) -> None:
        parse_instant(data.decode("utf-8", "replace"))

    lines = own("ndjson") + own("simulator")
    lines = [b"\n".join(one.splitlines()[:30]) for one in lines]
    yield Parser("door ndjson", lambda data: check_body(data, RULES), lambda: lines)
    yield Parser("door gzip", packed, lambda: [gzip.compress(one) for one in lines], (KaiboError, door.Refused))
    yield Parser("lineup pasted", pasted, lambda: [SHEET.encode()])
    yield Parser("lineup file", sheet, lambda: [_sheet_book(), SHEET.replace("\t", ",").encode("gbk")])
    for suffix, seed in ((".docx", _word), (".xlsx", _sheet_book), (".csv", SHEET.encode)):
        yield Parser(
            f"review {suffix}", lambda data, end=suffix: attachments.read(f"a{end}", data), lambda s=seed: [s()]
        )  # type: ignore[misc]
    yield Parser("review text", review, lambda: [REVIEW.encode()])
    yield Parser("word list", words, lambda: [b"word tag,tag\nother\n", "甲|乙、丙".encode()])
    yield Parser("instant", instant, lambda: [b"2026-11-22T20:00:00+08:00", b"1780000000"], (ValueError,))
