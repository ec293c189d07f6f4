"""Money of tables that come in any order, twice, in other currencies, or beside what feeds told: counted once."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.kit.clock import DAY_US, HOUR_US, MINUTE_US
from kaibo.operations.imports import api
from kaibo.operations.imports.contracts import TableView
from kaibo.operations.imports.tests.test_joining import HEAD, START, bring, file_of, order, push, show
from kaibo.operations.imports.tests.test_tables import counted
from kaibo.warehouse import api as warehouse

pytestmark = pytest.mark.django_db(transaction=True)
BACK = {"state": "已关闭", "after": "退款成功", "finished": "2026-03-13 08:00:00"}


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


def rows_of(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_it_counts_a_line_once_that_stands_twice_in_a_file(tmp_path: Path) -> None:
    """Two exports pasted below each other, over the same hour."""
    show("a", "r1")
    bring(file_of(tmp_path / "a.csv", order(1), order(2), order(1)))
    assert (counted("a")["orders_paid"], counted("a")["gmv_paid_minor"]) == (2, 2000)


TIKTOK = ["Order ID", "Order Status", "SKU ID", "Quantity", "SKU Subtotal After Discount", "Created Time",
          "Paid Time", "Currency"]  # fmt: skip


def tiktok(path: Path, amount: str, currency: str) -> dict[str, int]:
    shows.ensure_show(
        "t", platform="tiktok", room_id="r1", started_at=START, ended_at=START + 4 * HOUR_US, actor="user:1"
    )
    at = "03/12/2026 20:15:00"
    bring(rows_of(path, TIKTOK, ["577001", "To ship", "1", "1", amount, at, at, currency]))
    return counted("t")


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "counted_in"),
    [("150,000", "VND", 150_000, "VND"), ("1500", "JPY", 1500, "JPY"), ("USD 12.50", "", 1250, "USD"),
     ("$12.50", "", 1250, "USD"), ("12.50", "", 1250, "CNY")],
)  # fmt: skip
def test_it_reads_an_amount_in_the_currency_of_its_row(
    tmp_path: Path, amount: str, currency: str, minor: int, counted_in: str
) -> None:
    assert tiktok(tmp_path / "a.csv", amount, currency)["gmv_paid_minor"] == minor
    assert set(warehouse.currencies("t")) == {counted_in}


def test_it_reads_an_amount_without_a_currency_in_that_of_its_room(tmp_path: Path) -> None:
    rooms.save_room("tiktok", "r1", currency="JPY", actor="user:1")
    assert tiktok(tmp_path / "a.csv", "1500", "")["gmv_paid_minor"] == 1500
    assert set(warehouse.currencies("t")) == {"JPY"}


def test_it_follows_a_refund_that_grows_from_export_to_export(tmp_path: Path) -> None:
    show("a", "r1")
    seen = []
    for amount in ("20.00", "50.00", "100.00"):
        row = [*order(1, amount="100.00", state="已完成"), amount]
        last = bring(rows_of(tmp_path / f"{amount}.csv", [*HEAD, "退款金额"], row))
        seen.append((counted("a")["refund_minor"], counted("a")["refund_orders"]))
    assert seen == [(2000, 1), (5000, 1), (10_000, 1)]
    api.undo_import(last.ingest_id, actor="user:1", why="wrong file")
    assert counted("a")["refund_minor"] == 5000


def two_lines_back(path: Path) -> None:
    first, second = order(1, **BACK), order(1, **BACK)
    second[1] = "\t12"
    bring(file_of(path, first, second))
    assert counted("a")["refund_minor"] == 2000


def test_it_keeps_refunds_that_the_funds_of_a_day_do_not_name(tmp_path: Path) -> None:
    show("a", "r1")
    two_lines_back(tmp_path / "a.csv")
    head = ["动账时间", "动账流水号", "账户方向", "动账金额(元)", "动账场景", "关联订单号", "关联子订单号"]
    entry = ["2026-03-13 09:00:00", "F1", "支出", "10.00", "售后退款", "1", "11"]
    bring(rows_of(tmp_path / "funds.csv", head, entry))
    assert counted("a")["refund_minor"] == 2000


def test_it_keeps_refunds_of_a_file_when_one_of_them_is_pushed_too(tmp_path: Path) -> None:
    show("a", "r1")
    two_lines_back(tmp_path / "a.csv")
    told = push("206", "1", aftersale_id=5, aftersale_type=2, refund_amount=1000, success_time=START // 10**6 + 90_000)
    log = eventlog.open_log()
    log.append_events(told, provenance=Provenance(eventlog.local_feed("doudian", "douyin", kinds=()).id))
    log.close()
    assert counted("a")["refund_minor"] == 2000


@pytest.mark.parametrize("word", ["-", "已全额退款", "售后完成", "退款成功"])
def test_it_takes_a_line_that_was_closed_after_payment_for_given_back(tmp_path: Path, word: str) -> None:
    show("a", "r1")
    bring(file_of(tmp_path / "a.csv", order(1, **{**BACK, "after": word})))
    assert (counted("a")["gmv_paid_minor"], counted("a").get("refund_minor")) == (1000, 1000)


def test_it_reads_every_sheet_with_the_same_headings(tmp_path: Path) -> None:
    show("a", "r1")
    book = Workbook()
    for number, sheet in enumerate((book.active, book.create_sheet(), book.create_sheet())):
        for row in (HEAD, order(2 * number + 1), order(2 * number + 2)):
            sheet.append(row)  # type: ignore[union-attr]
    book["Sheet2"]["A1"] = "说明"  # another table
    book.save(tmp_path / "a.xlsx")
    seen = bring(tmp_path / "a.xlsx")
    assert (seen.report["rows"], counted("a")["gmv_paid_minor"]) == (4, 4000)


def test_it_gives_a_later_state_to_the_show_of_its_order_whatever_show_was_chosen(tmp_path: Path) -> None:
    show("a", "r1")
    shows.ensure_show(
        "b", platform="douyin", room_id="r1", started_at=START + DAY_US, ended_at=START + DAY_US + HOUR_US,
        actor="user:1",
    )  # fmt: skip
    bring(file_of(tmp_path / "a.csv", order(1), order(2)))
    seen = bring(file_of(tmp_path / "b.csv", order(1, **BACK), order(2)), show_id="b")
    assert (seen.report["waiting"], counted("a").get("refund_minor")) == ([], 1000)


def two_shows_of_an_evening() -> None:
    for name, begins, ends in (("x", 0, 100), ("y", 110, 240)):
        shows.ensure_show(
            name, platform="douyin", room_id="r1", started_at=START + begins * MINUTE_US,
            ended_at=START + ends * MINUTE_US, actor="user:1",
        )  # fmt: skip


def merge() -> None:
    shows.merge_shows("x", into="y", actor="user:1", why="the line broke")
    log = eventlog.open_log()
    log.tick()  # as the server does each second
    log.close()


def test_it_gives_a_later_state_to_the_show_that_its_own_was_merged_into(tmp_path: Path) -> None:
    two_shows_of_an_evening()
    bring(file_of(tmp_path / "a.csv", order(1, author="某达人")))
    (group,) = api.waiting_orders()
    api.assign_orders("x", platform="douyin", author=group.author, evidence=group.evidence, actor="user:7")
    merge()
    bring(file_of(tmp_path / "b.csv", order(1, author="某达人", **BACK)))
    assert counted("y").get("refund_minor") == 1000


def test_it_does_not_say_that_an_order_of_a_deleted_show_waits(tmp_path: Path) -> None:
    show("a", "r1")
    bring(file_of(tmp_path / "a.csv", order(1)))
    shows.delete_show("a", actor="user:1")
    seen = bring(file_of(tmp_path / "b.csv", order(1, **BACK)))
    assert (seen.report["waiting"], api.waiting_orders()) == ([], [])
    assert seen.report["by_reason"] == {"the order belongs to a show that is deleted or not yours": 3}


def hours(path: Path, *rows: list[str], head: tuple[str, ...] = ("小时", "消耗(元)")) -> TableView:
    return bring(rows_of(path, list(head), *rows))


def test_it_follows_an_hour_whose_attributed_sales_grow_while_its_spend_stands(tmp_path: Path) -> None:
    show("a", "r1")
    seen = []
    for sold in ("500", "600", "700", "650", "700"):
        row = ["2026-03-12 20:00-21:00", "100.00", sold]
        hours(tmp_path / "a.csv", row, head=("小时", "消耗(元)", "整体成交金额(元)"))
        seen.append(counted("a")["attributed_gmv_minor"])
    assert seen == [50_000, 60_000, 70_000, 65_000, 70_000]
    assert counted("a")["spend_minor"] == 10_000


def test_it_adds_up_plans_of_one_hour_that_have_no_id(tmp_path: Path) -> None:
    show("a", "r1")
    head = ("小时", "计划名称", "消耗(元)")
    at = "2026-03-12 20:00-21:00"
    hours(tmp_path / "a.csv", [at, "甲", "100.00"], [at, "乙", "50.00"], head=head)
    assert counted("a")["spend_minor"] == 15_000
    hours(tmp_path / "b.csv", [at, "乙", "60.00"], [at, "甲", "100.00"], head=head)
    assert counted("a")["spend_minor"] == 16_000


def test_it_goes_on_adding_hours_to_a_show_that_another_was_merged_into(tmp_path: Path) -> None:
    two_shows_of_an_evening()
    early, late = "2026-03-12 20:00-21:00", "2026-03-12 22:00-23:00"
    hours(tmp_path / "a.csv", [early, "100.00"], [late, "70.00"])
    merge()
    hours(tmp_path / "b.csv", [early, "130.00"], [late, "80.00"])
    assert counted("y")["spend_minor"] == 21_000


def test_it_counts_an_hour_once_in_which_a_second_show_of_the_room_began(tmp_path: Path) -> None:
    def on_air(name: str, begins: int, ends: int) -> None:
        shows.ensure_show(
            name, platform="douyin", room_id="r1", started_at=START + begins * MINUTE_US,
            ended_at=START + ends * MINUTE_US, actor="user:1",
        )  # fmt: skip

    on_air("x", 0, 20)
    hours(tmp_path / "a.csv", ["2026-03-12 20:00-21:00", "100.00"])
    on_air("y", 25, 240)
    hours(tmp_path / "b.csv", ["2026-03-12 20:00-21:00", "300.00"])
    assert counted("x")["spend_minor"] + counted("y")["spend_minor"] == 30_000


def test_it_lets_orders_wait_again_when_the_import_that_found_their_show_is_undone(tmp_path: Path) -> None:
    bring(file_of(tmp_path / "a.csv", order(1)))
    show("a", "r1")
    found = bring(file_of(tmp_path / "b.csv", order(1, state="已发货", shipped="2026-03-13 10:00:00")))
    api.undo_import(found.ingest_id, actor="user:1", why="wrong show")
    assert [one.orders for one in api.waiting_orders()] == [1]


def test_it_counts_two_lines_that_a_platform_gives_one_number(tmp_path: Path) -> None:
    """The pieces of a set, each with its own price."""
    show("a", "r1")
    dear = order(1, amount="30.00")
    bring(file_of(tmp_path / "a.csv", order(1), dear, order(1), dear))
    assert counted("a")["gmv_paid_minor"] == 4000


def test_it_does_not_count_a_copy_of_a_sheet_whose_lines_have_no_number(tmp_path: Path) -> None:
    show("a", "r1")
    book = Workbook()
    without = [place for place in range(len(HEAD)) if HEAD[place] != "子订单编号"]
    for sheet in (book.active, book.create_sheet("筛选")):
        for row in (HEAD, order(1), order(1), order(2)):  # two pieces of the same, bought as two lines
            sheet.append([row[place] for place in without])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    bring(tmp_path / "a.xlsx")
    assert counted("a")["gmv_paid_minor"] == 3000


def test_it_adds_no_hour_twice_that_stands_twice_in_a_file(tmp_path: Path) -> None:
    show("a", "r1")
    row = ["2026-03-12 20:00-21:00", "100.00"]
    hours(tmp_path / "a.csv", row, row)
    assert counted("a")["spend_minor"] == 10_000


@pytest.mark.parametrize(
    ("room", "amount", "counted_in"), [("HKD", "$15", "HKD"), ("JPY", "$15", "USD"), ("TWD", "15元", "TWD")]
)
def test_it_knows_whose_dollar_it_is_by_the_room(tmp_path: Path, room: str, amount: str, counted_in: str) -> None:
    rooms.save_room("tiktok", "r1", currency=room, actor="user:1")
    tiktok(tmp_path / "a.csv", amount, "")
    assert set(warehouse.currencies("t")) == {counted_in}


def test_it_counts_a_refund_of_the_order_once_that_stands_in_every_row(tmp_path: Path) -> None:
    shows.ensure_show(
        "t", platform="tiktok", room_id="r1", started_at=START, ended_at=START + 4 * HOUR_US, actor="user:1"
    )
    at = "03/12/2026 20:15:00"
    rows = [["577001", "Completed", sku, "1", "50.00", at, at, "", "30.00"] for sku in ("1", "2")]
    seen = bring(rows_of(tmp_path / "a.csv", [*TIKTOK, "Order Refund Amount"], *rows))
    assert (counted("t")["gmv_paid_minor"], counted("t")["refund_minor"]) == (10_000, 3000)
    assert (seen.report["rows"], seen.report["by_kind"]["order.refunded"]) == (2, 1)


def test_it_takes_no_code_of_a_piece_for_a_row_of_totals(tmp_path: Path) -> None:
    show("a", "r1")
    head = ["商家编码", *HEAD]
    rows = [[code, *order(number)] for number, code in enumerate(("SUM-01", "SUMMER-1", "TOTAL_3", "sub2"), 1)]
    totals = [
        ["合计", *[""] * len(HEAD)],
        ["Total: 4", *[""] * len(HEAD)],
        ["Grand Total", *[""] * len(HEAD)],
        ["Summary", *[""] * len(HEAD)],
    ]
    seen = bring(rows_of(tmp_path / "a.csv", head, *rows, *totals))
    assert (counted("a")["orders_paid"], seen.report["by_reason"]) == (4, {"a row of totals": 4})


def test_it_tells_sums_of_each_currency_apart(tmp_path: Path) -> None:
    at = "03/12/2026 20:15:00"
    rows = [[number, "To ship", "1", "1", "2000", at, at, of] for number, of in (("577001", "JPY"), ("577002", "USD"))]
    shows.ensure_show(
        "t", platform="tiktok", room_id="r1", started_at=START, ended_at=START + 4 * HOUR_US, actor="user:1"
    )
    seen = bring(rows_of(tmp_path / "a.csv", TIKTOK, *rows))
    assert [one for one in seen.report["amounts"] if one[0] == "order.paid"] == [
        ["order.paid", "JPY", 2000], ["order.paid", "USD", 200_000],
    ]  # fmt: skip
