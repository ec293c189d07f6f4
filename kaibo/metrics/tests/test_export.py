"""Tables leave as CSV and as sheets: safe to open, exact, with source, as-of and status."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from kaibo.metrics import api, export
from kaibo.metrics.contracts import Value
from kaibo.metrics.tests.fakes import facts, minute
from kaibo.metrics.tests.night import night

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVIL = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "　=1", "＝1+1")


def read_csv(table: export.Table) -> list[list[str]]:
    text = "".join(export.csv_lines(table))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def read_xlsx(table: export.Table) -> list[tuple]:
    file = io.BytesIO(b"".join(export.xlsx_chunks(table)))
    return [tuple(row) for row in load_workbook(file).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("text", EVIL)
def test_it_runs_no_formula(text: str) -> None:
    table = export.Table("t", ("a",), [(text,)])
    assert read_csv(table)[1][0] == "'" + text
    file = io.BytesIO(b"".join(export.xlsx_chunks(export.Table("t", ("a",), [(text,)]))))
    cell = load_workbook(file).active["A2"]
    assert cell.data_type != "f"
    assert not str(cell.value).startswith("'")


def test_it_leaves_negative_numbers_alone() -> None:
    assert read_csv(export.Table("t", ("a",), [(-5,), (Decimal("-1.50"),)]))[1:] == [["-5"], ["-1.50"]]


def test_it_writes_each_number_with_where_it_is_from() -> None:
    values = api.evaluate("s1", ["gmv_paid", "gmv_direct"], facts=facts(night(), now=9e5))
    head, paid, direct = read_csv(export.numbers_table("t", values, time_zone=SHANGHAI))
    line = dict(zip(head, paid, strict=True))
    assert (line["value"], line["unit"], line["currency"], line["status"]) == ("2000.00", "minor", "CNY", "final")
    assert (line["source"], line["feeds"]) == ("counted", "orders")
    assert line["as of"].endswith("+08:00")
    missing = dict(zip(head, direct, strict=True))
    assert missing["value"] == ""
    assert missing["status"] == "missing"
    assert "attribution" in missing["reason"]


def test_it_speaks_chinese_when_asked() -> None:
    values = api.evaluate("s1", ["gmv_paid"], facts=facts(night()))
    head, line = read_csv(export.numbers_table("t", values, language="zh-hans"))
    assert head[:3] == ["编号", "名称", "数值"]
    assert line[1] == "支付GMV"


def test_it_writes_a_line_per_key() -> None:
    lines = api.evaluate("s1", ["gmv_paid", "value_per_payer"], by="product", facts=facts(night()))
    rows = read_xlsx(export.lines_table("t", lines, by="product", name_key={"p1": "Coat"}.get))
    assert rows[1][:4] == ("Coat", "gmv_paid", "Paid GMV", 1_600)
    assert len(rows) == 1 + 2 * 2 + 1  # two products, and what belongs to none of them


def test_it_writes_minutes_in_the_zone_of_the_team() -> None:
    lines = api.evaluate("s1", ["views"], by="minute", facts=facts(night()))
    rows = read_xlsx(export.wide_table("t", lines, by="minute", time_zone=SHANGHAI))
    assert rows[0] == ("minute", "Views", "Views · status", "Views · source", "Views · as of")
    start = datetime.fromtimestamp(minute(10) / 1e6, SHANGHAI).replace(tzinfo=None)
    assert rows[2][:3] == (start, 300, "provisional")


def test_it_streams_rows_as_they_come() -> None:
    pulled = []

    def rows() -> Iterator[tuple[int]]:
        for index in range(1_000_000):
            pulled.append(index)
            yield (index,)

    pieces = export.csv_lines(export.Table("t", ("a",), rows()))
    for _ in range(5):
        next(pieces)
    assert len(pulled) < 10


def test_it_refuses_more_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_ROWS", 3)
    with pytest.raises(ValueError, match="export CSV"):
        export.write_xlsx(export.Table("t", ("a",), [(1,), (2,), (3,)]), io.BytesIO())


def test_it_takes_any_title_and_text() -> None:
    table = export.Table("2026/11: [night]*?" + "x" * 40, ("a\x00",), [("b\x07\x1b",)])
    assert read_xlsx(table) == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Value("gmv_paid", 123_450, "minor", "final", 0, currency="CNY"), "¥1,234.50"),
        (Value("gmv_paid", 1_234, "minor", "final", 0, currency="JPY"), "¥1,234"),
        (Value("pay_ratio", 0.1234, "ratio", "final", 0), "12.34 %"),
        (Value("views", 38_000, "count", "final", 0), "38,000"),
        (Value("views", None, "count", "missing", None, reason="not_reported"), "-"),
    ],
)
def test_it_shows_numbers_as_people_read_them(value: Value, expected: str) -> None:
    assert export.shown(value) == expected
