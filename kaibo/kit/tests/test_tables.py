"""Files that people and platforms really hand over: read, or refused with the sentence that helps."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from openpyxl import Workbook

from kaibo.kit.clock import iso
from kaibo.kit.tables import values
from kaibo.kit.tables.files import UnreadableTable, open_table
from kaibo.kit.tables.texts import BadCell, clean, is_empty
from kaibo.kit.tests import ole

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


TEXT = '订单号,金额\n\t6917001,"1,299.00"\n\'6917002,-\n'


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are read in English, whatever catalogues are compiled."""
    with translation.override("en"):
        yield


def rows_of(path: Path, sheet: int = 0) -> list[tuple[int, list[Any]]]:
    return [(row.number, list(row.cells)) for row in open_table(path)[sheet].rows()]


def saved(path: Path, rows: list[list[Any]], *, merged: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    for area in merged:
        book.active.merge_cells(area)  # type: ignore[union-attr]
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_it_reads_text_in_every_encoding_that_spreadsheets_save(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert rows_of(path) == [(1, ["订单号", "金额"]), (2, ["\t6917001", "1,299.00"]), (3, ["'6917002", "-"])]


def test_it_reads_the_tabs_of_a_table_that_was_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("订单号\t金额\n1\t2,50\n".encode())
    assert rows_of(path)[0] == (1, ["订单号", "金额"])


def test_it_fills_merged_cells_and_says_which_repeat(tmp_path: Path) -> None:
    rows = [["订单号", "商品", "金额"], ["A1", "衣", 10], [None, "裤", None], ["A2", "鞋", 5]]
    path = saved(tmp_path / "a.xlsx", rows, merged=("A2:A3", "C2:C3"))
    (sheet,) = open_table(path)
    read = list(sheet.rows())
    assert [list(row.cells) for row in read][2] == ["A1", "裤", 10]
    assert [sorted(row.spread) for row in read] == [[], [], [0, 2], []]


def test_it_keeps_the_numbers_that_a_spreadsheet_shows_beside_its_rows(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["a", "b"], [None, None], ["1", "2"]])
    assert [number for number, _ in rows_of(path)] == [1, 3]


def refused(path: Path) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as caught:
        list(open_table(path)[0].rows())
    assert caught.value.sentence
    assert caught.value.fix
    return caught.value


def test_it_refuses_a_file_that_a_password_protects(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.xlsx", [["订单号", "金额"], ["6917001", "1,299.00"]]).read_bytes()
    path = tmp_path / "a.xlsx"
    path.write_bytes(ole.encrypted(whole, "kaibo-2026"))
    refusal = refused(path)
    assert refusal.sentence == "The file is protected by a password."
    assert "take the password away" in refusal.fix


def test_it_reads_the_old_workbooks_that_erp_systems_still_export(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(ole.xls([["订单号", "金额"], ["6917001", 1299.0], ["6917002", "-"]]))
    assert rows_of(path) == [(1, ["订单号", "金额"]), (2, ["6917001", 1299.0]), (3, ["6917002", "-"])]
    cut = tmp_path / "cut.xls"
    cut.write_bytes(path.read_bytes()[:1500])
    refused(cut)


def test_it_refuses_what_unpacks_to_an_absurd_size(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"\0" * (200 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert "absurd" in refused(path).sentence


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, b"just words\nwithout columns\n"]
)
def test_it_refuses_what_is_no_table(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    refused(path)


def test_it_refuses_a_damaged_workbook_and_an_archive(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"]]).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    refused(cut)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", TEXT)
    (tmp_path / "all.zip").write_bytes(packed.getvalue())
    assert "archive" in refused(tmp_path / "all.zip").sentence


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\t6917", "6917"),
        ("'6917", "6917"),
        ('="6917"', "6917"),
        ("\u3000甲\u00a0", "甲"),
        ("\ufeff主订单编号", "主订单编号"),
    ],
)
def test_it_takes_wrappers_off(written: str, read: str) -> None:
    assert clean(written) == read


@pytest.mark.parametrize("text", ["", "-", "--", "—", "空", "无", "N/A", "null"])
def test_it_knows_the_marks_of_an_empty_cell(text: str) -> None:
    assert is_empty(text)
    assert values.read_amount(text) is None
    assert values.read_id(text) is None


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("¥1,299.50", 129950),
        ("￥12", 1200),
        ("1.2万", 1200000),
        ("(3.5)", -350),
        ("-0.01", -1),
        (19.9, 1990),
        ("12元", 1200),
    ],
)
def test_it_reads_amounts_as_platforms_write_them(written: object, minor: int) -> None:
    assert values.read_amount(written) == minor


def test_it_refuses_an_id_whose_last_digits_a_spreadsheet_lost() -> None:
    assert values.read_id("6917001234567890123") == "6917001234567890123"
    assert values.read_id(6917001.0) == "6917001"
    for written in (6.917001234567890e18, "6.917E+18"):
        with pytest.raises(BadCell, match="last digits"):
            values.read_id(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-12 20:00:05", "2026/3/12 20:00:05", "2026年3月12日 20:00:05", "20260312 20:00:05",
        "2026-03-12T20:00:05", "03/12/2026 8:00:05 PM",
        dt.datetime.fromisoformat("2026-03-12T20:00:05"), "1773316805", 46093.833391203704,
    ],
)  # fmt: skip
def test_it_reads_times_in_the_forms_of_the_platforms(written: object) -> None:
    at = values.read_instant(written, CHINA)
    assert at is not None
    assert iso(at) == "2026-03-12T12:00:05.000000Z"


@pytest.mark.parametrize("written", ["2026-03-12 24:00:00", "2026/03/12 24:00:00", "2026-03-13 00:00:00"])
def test_it_reads_the_end_of_a_day_however_it_is_written(written: str) -> None:
    assert values.read_instant(written, CHINA) == values.read_instant("2026-03-13", CHINA)


def test_it_refuses_what_is_no_time_and_no_number() -> None:
    for read, written in ((values.read_amount, "很多"), (values.read_count, "3.5"), (values.read_seconds, "一会儿")):
        with pytest.raises(BadCell) as caught:
            read(written)
        assert caught.value.fix
    with pytest.raises(BadCell):
        values.read_instant("昨天", CHINA)


@pytest.mark.parametrize(
    ("written", "seconds"), [("1分20秒", 80), ("00:01:20", 80), ("80", 80), ("1小时", 3600), ("2:05", 125)]
)
def test_it_reads_durations(written: str, seconds: int) -> None:
    assert values.read_seconds(written) == seconds


@pytest.mark.parametrize("text", ["12,50", "1.234,50", "1,2", "150.000,00"])
def test_it_refuses_a_comma_before_decimals(text: str) -> None:
    with pytest.raises(BadCell):
        values.read_amount(text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1,234.50", 123_450), ("１，２３４.5", 123_450), ("¥1,234", 123_400), ("1,2345", 1_234_500),
     ("(1,234.5元)", -123_450), ("-1,234,567.00", -123_456_700),
     ("1,234.5万", 1_234_500_000), ("USD 1,234.50", 123_450)],
)  # fmt: skip
def test_it_reads_commas_between_thousands(text: str, minor: int) -> None:
    assert values.read_amount(text) == minor
