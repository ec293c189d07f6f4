"""Exported tables as events, from the headings that are documented; what is damaged is named by cell."""

import hashlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from kaibo.connectors import api, tables
from kaibo.connectors.exports.cells import Cells
from kaibo.connectors.exports.forms import forms, is_own
from kaibo.connectors.exports.orders import state_of
from kaibo.connectors.exports.reports import hour_of
from kaibo.connectors.exports.translate import recognise
from kaibo.connectors.tables import BadRow, RowEvents, Told
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import iso, parse_instant, to_datetime

FIXTURES = Path(__file__).parents[1] / "fixtures"
TOLD = Told(ZoneInfo("Asia/Shanghai"), parse_instant("2026-03-13T01:00:00+08:00"))


def read(path: Path, form: str = "", **chosen: str) -> tuple[list[PlatformEvent], list[BadRow], list[str]]:
    opened = tables.open_file(path)
    found = opened.read_as(form, chosen=chosen) if form else opened.found[0]
    assert found is not None
    events, bad, skipped = [], [], []
    for one in opened.rows(found, TOLD):
        if isinstance(one, RowEvents):
            events += one.events
        elif isinstance(one, BadRow):
            bad.append(one)
        else:
            skipped.append(one.reason)
    return events, bad, skipped


def table(path: Path, rows: list[list[Any]], *, merged: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    for area in merged:
        book.active.merge_cells(area)  # type: ignore[union-attr]
    book.save(path)
    return path


def test_it_knows_the_documented_exports_for_sure() -> None:
    for name in ("doudian_orders", "doudian_settlement", "doudian_funds"):
        found = tables.open_file(FIXTURES / f"{name}.csv").found[0]
        assert found.form.id == name
        assert found.confidence > 0.9
        assert {one.certainty for one in found.columns if one.field} == {"documented"}


def test_it_reads_every_state_that_a_line_of_an_order_has_reached() -> None:
    events, bad, _ = read(FIXTURES / "doudian_orders.csv")
    assert not bad
    told = {(one.event_id, one.amount_minor, iso(one.occurred_at)[5:16]) for one in events}
    line = "6917000000000000"
    assert told == {
        (f"line:order.placed:{line}102", 129900, "03-12T12:15"),
        (f"line:order.paid:{line}102", 129900, "03-12T12:15"),
        (f"line:order.placed:{line}202", 39800, "03-12T12:16"),
        (f"line:order.paid:{line}202", 39800, "03-12T12:16"),
        (f"line:order.shipped:{line}202", None, "03-13T01:30"),
        (f"line:order.delivered:{line}202", None, "03-20T02:00"),
        (f"line:order.placed:{line}203", 9900, "03-12T12:16"),
        (f"line:order.paid:{line}203", 9900, "03-12T12:16"),
        (f"state:order.refunded:{line}203", 9900, "03-13T00:00"),
        (f"line:order.placed:{line}302", 129900, "03-12T12:17"),
        (f"line:order.canceled:{line}302", None, "03-12T12:47"),
    }
    paid = next(one for one in events if one.event_id == f"line:order.paid:{line}102")
    assert paid.order_id == f"{line}101"
    assert (paid.attrs or {})["amount_with_subsidy_minor"] == 131900
    assert (paid.attrs or {})["is_time_estimated"] is True
    assert "##" not in str(events)
    assert "$$" not in str(events)


def test_it_skips_the_formula_row_and_the_totals() -> None:
    events, bad, skipped = read(FIXTURES / "doudian_settlement.csv")
    assert not bad
    assert skipped == ["a row that explains the columns", "a row of totals"]
    (settled,) = events
    assert (settled.kind, settled.order_id) == ("unknown", "6917000000000000201")
    assert settled.attrs is not None
    assert settled.attrs["their_kind"] == "settlement"
    assert (settled.attrs["amount_minor"], settled.attrs["fee_minor"]) == (37810, -1990)


def test_it_takes_money_given_back_from_the_funds_and_keeps_every_other_entry() -> None:
    events, bad, _ = read(FIXTURES / "doudian_funds.csv")
    assert not bad
    assert [(one.kind, one.event_id, one.amount_minor) for one in events] == [
        ("order.refunded", "book:order.refunded:880001", 10000),
        ("unknown", "funds:880002", None),
    ]


def test_it_names_the_cell_that_cannot_be_read_and_keeps_the_other_rows(tmp_path: Path) -> None:
    lines = (FIXTURES / "doudian_orders.csv").read_text(encoding="utf-8-sig").replace("398.00", "三百九").splitlines()
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    events, (bad,), _ = read(path)
    (cell,) = bad.problems
    assert (cell.line, cell.field, cell.value) == (3, "订单应付金额", "三百九")
    assert cell.fix
    assert len(events) == 7


def test_it_reads_a_table_under_a_title_and_two_rows_of_headings(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["直播场次明细"],
        ["基本", None, "流量", None, "成交", None],
        ["开播时间", "主播昵称", "直播间观看次数", "观看人数", "成交订单数", "用户支付金额"],
        ["2026-03-12 20:00:00", "room-1", "1.2万", "9,876", "--", "¥12,345.60"],
        ["合计", "", 12000, 9876, "--", "¥12,345.60"],
    ]
    events, bad, skipped = read(table(tmp_path / "a.xlsx", rows, merged=("A2:B2", "C2:D2", "E2:F2")))
    assert not bad
    assert skipped == ["a row of totals"]
    assert {(one.attrs or {})["figure"]: (one.attrs or {})["value"] for one in events} == {
        "views": 12000, "viewers": 9876, "gmv_paid_minor": 1234560,
    }  # fmt: skip


def test_it_counts_the_amount_of_merged_rows_once(tmp_path: Path) -> None:
    rows = [
        ["主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "订单状态"],
        ["100", "101", 50, "2026-03-12 20:00:00", "待发货"],
        [None, "102", None, None, None],
    ]
    path = table(tmp_path / "a.xlsx", rows, merged=("A2:A3", "C2:C3", "D2:D3", "E2:E3"))
    events, bad, _ = read(path)
    assert not bad
    assert [one.amount_minor for one in events if one.kind == "order.paid"] == [5000, 0]


def test_it_adds_up_several_products_of_one_row(tmp_path: Path) -> None:
    rows = [
        ["主订单编号", "子订单编号", "商品ID", "商品数量", "订单应付金额", "订单提交时间", "订单状态"],
        ["100", "101", "7;8", "1;2", 50, "2026-03-12 20:00:00", "待发货"],
    ]
    events, _, _ = read(table(tmp_path / "a.xlsx", rows))
    paid = next(one for one in events if one.kind == "order.paid")
    assert (paid.product_id, paid.quantity) == (None, 3)


@pytest.mark.parametrize(
    ("hour", "date"), [("2026-03-12 20:00-21:00", None), ("20", "2026-03-12"), ("20:00", "20260312")]
)
def test_it_reads_hours_of_ad_spend(tmp_path: Path, hour: str, date: str | None) -> None:
    rows = [["日期", "小时", "消耗(元)", "展示次数"], [date, hour, "1,000.10", 5]]
    (event,), bad, _ = read(table(tmp_path / "a.xlsx", rows))
    assert not bad
    assert (iso(event.occurred_at)[:16], event.amount_minor) == ("2026-03-12T12:00", 100010)


def test_it_maps_a_table_that_nobody_knows(tmp_path: Path) -> None:
    rows = [["单据", "何时", "收钱"], ["100", "2026-03-12 20:00:00", "5.00"]]
    path = table(tmp_path / "a.xlsx", rows)
    assert tables.open_file(path).found == []
    events, bad, _ = read(path, "any_orders", 单据="order_id", 何时="placed_at", 收钱="amount")
    assert not bad
    assert [(one.kind, one.order_id, one.amount_minor) for one in events] == [("order.placed", "100", 500)]


@pytest.mark.parametrize(
    ("word", "state"),
    [("待支付", "unpaid"), ("备货中", "paid"), ("已发货", "shipped"), ("已完成", "done"), ("交易关闭", "closed"),
     ("To ship", "paid"), ("Completed", "done"), ("Canceled", "closed"), ("什么", "")],
)  # fmt: skip
def test_it_knows_the_words_of_the_platforms_for_states(word: str, state: str) -> None:
    assert state_of(word) == state


def test_it_reads_tiktok_with_its_row_of_explanations(tmp_path: Path) -> None:
    head = ["Order ID", "Order Status", "SKU ID", "Quantity", "SKU Subtotal After Discount", "Created Time",
            "Paid Time", "Shipped Time", "Cancelled Time"]  # fmt: skip
    said = ["Platform unique order ID.", "Current status.", "ID.", "How many.", "Amount.", "When.", "When.", "", ""]
    row = [
        "576461413038785752",
        "To ship",
        "1729",
        1,
        "USD 12.50",
        "03/12/2026 8:00:00 PM",
        "03/12/2026 8:01:00 PM",
        "",
        "",
    ]
    events, bad, skipped = read(table(tmp_path / "all order.xlsx", [head, said, row]))
    assert not bad
    assert skipped == ["a row that explains the columns"]
    assert {one.kind for one in events} == {"order.placed", "order.paid"}
    assert {one.platform for one in events} == {"tiktok"}


def test_it_recognises_every_description_by_its_own_headings(tmp_path: Path) -> None:
    for form in forms().values():
        if is_own(form):
            continue
        headings = [
            heading
            for name in form.fields
            for heading in (form.columns.get(name) or form.unverified.get(name) or [])[:1]
        ]
        path = table(tmp_path / "table.xlsx", [headings, ["x"] * len(headings)])
        assert tables.open_file(path).found[0].form.id == form.id, form.id


def test_it_translates_a_table_like_every_other_format() -> None:
    outcomes = list(api.translate_file("exports", FIXTURES / "doudian_orders.csv"))
    assert sum(isinstance(one, PlatformEvent) for one in outcomes) == 11
    assert not any("join" in ((one.attrs or {}) if isinstance(one, PlatformEvent) else {}) for one in outcomes)


def test_it_takes_no_binary_data_for_a_table() -> None:
    junk = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(100))
    assert not recognise(junk)
    table = "订单编号,商品,金额\n1,羊毛大衣,899\n" * 20
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        assert recognise(table.encode(encoding)), encoding


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01", "2026-06-01"])
def test_it_reads_hours_by_the_clock_on_the_wall_when_that_is_changed(day: str) -> None:
    """Los Angeles has a day of 23 hours and one of 25; the evening begins at eight in all of them."""
    told, row = Told(ZoneInfo("America/Los_Angeles"), TOLD.as_of), Cells(2)
    row.values["hour"] = f"{day} 20:00-21:00"
    at = hour_of(row, told)
    assert at is not None
    assert to_datetime(at).astimezone(told.zone).isoformat()[:19] == f"{day}T20:00:00"
