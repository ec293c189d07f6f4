"""Orders of files given to shows: by author and time, held when that says nothing, assigned by hand, and undone."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.connectors import registry
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import HOUR_US, parse_instant
from kaibo.operations.imports import api, tablefolder, tables
from kaibo.operations.imports.contracts import ImportState, TableState, TableView
from kaibo.operations.imports.models import Import, Match, Table
from kaibo.operations.imports.tests.test_tables import counted
from kaibo.warehouse import api as warehouse

pytestmark = pytest.mark.django_db(transaction=True)
START = parse_instant("2026-03-12T20:00:00+08:00")
HEAD = [
    *("主订单编号", "子订单编号", "商品ID", "商品数量", "订单应付金额", "订单提交时间", "支付完成时间", "订单完成时间"),
    *("订单状态", "售后状态", "发货时间", "达人昵称"),
]


ORDER_KINDS = ("order.placed", "order.paid")


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


def show(show_id: str, room: str, *, hours: int = 4) -> None:
    shows.ensure_show(
        show_id, platform="douyin", room_id=room, started_at=START, ended_at=START + hours * HOUR_US, actor="user:1"
    )


def order(number: int, *, minute: str = "15", author: str = "-", state: str = "待发货", **more: str) -> list[str]:
    at = f"2026-03-12 20:{minute}:00"
    told = {"shipped": "-", "finished": "-", "after": "-", "amount": "10.00", "paid": at, **more}
    return [f"\t{number}", f"\t{number}1", "p1", "1", told["amount"], at, told["paid"], told["finished"], state,
            told["after"], told["shipped"], author]  # fmt: skip


def file_of(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def bring(path: Path, **more: str) -> TableView:
    return api.import_table(path, actor="user:1", **more)


def test_it_gives_orders_to_the_room_of_their_author(tmp_path: Path) -> None:
    rooms.save_room("douyin", "r1", name="小店旗舰", actor="user:1")
    show("a", "r1")
    show("b", "r2")
    seen = bring(file_of(tmp_path / "a.csv", order(1, author="小店旗舰"), order(2, author="r2")))
    assert seen.report["shows"] == {"a": 1, "b": 1}
    assert seen.report["evidence"] == {"author+time": 2}
    assert {(one.order_id, one.show_id, one.evidence) for one in Match.objects.all()} == {
        ("1", "a", "author+time"), ("2", "b", "author+time"),
    }  # fmt: skip
    assert (counted("a")["gmv_paid_minor"], counted("b")["gmv_paid_minor"]) == (1000, 1000)


def test_it_holds_what_two_shows_could_claim_and_what_nobody_knows(tmp_path: Path) -> None:
    show("a", "r1")
    show("b", "r2")
    late = order(3)
    late[5] = late[6] = "2026-03-13 09:00:00"
    seen = bring(file_of(tmp_path / "a.csv", order(1), order(2, author="某达人"), late))
    assert seen.report["accepted"] == 0
    assert {(one.author, one.evidence, one.orders) for one in api.waiting_orders()} == {
        ("", "several", 1), ("某达人", "author_unknown", 1), ("", "no_show", 1),
    }  # fmt: skip


def test_it_assigns_by_hand_and_takes_it_back(tmp_path: Path) -> None:
    show("a", "r1")
    path = file_of(tmp_path / "a.csv", order(1, author="某达人"), order(2, author="某达人"))
    bring(path)
    (group,) = api.waiting_orders()
    assert (group.orders, group.amount_minor) == (2, 2000)
    told = {"platform": "douyin", "author": group.author, "evidence": group.evidence}
    act = api.assign_orders("a", **told, is_account=True, actor="user:7", why="ours")
    assert api.waiting_orders() == []
    assert counted("a")["gmv_paid_minor"] == 2000
    (entry, *_rest) = eventlog.audit_entries(thing=f"import:{act.id}")
    assert (entry.actor, entry.why) == ("user:7", "ours")
    assert bring(file_of(tmp_path / "b.csv", order(3, author="某达人"))).report["accepted"] == 2
    api.undo_import(act.id, actor="user:7", why="a mistake")
    assert [one.orders for one in api.waiting_orders()] == [2]
    assert counted("a")["gmv_paid_minor"] == 1000


def test_it_adds_only_what_changed_when_a_later_export_comes(tmp_path: Path) -> None:
    show("a", "r1")
    bring(file_of(tmp_path / "a.csv", order(1), order(2), order(4, state="待支付", paid="-")))
    shipped, done = "2026-03-13 10:00:00", "2026-03-16 10:00:00"
    later = bring(
        file_of(
            tmp_path / "b.csv",
            order(1, state="已完成", shipped=shipped, finished=done),
            order(2, state="已关闭", finished="2026-03-12 21:00:00", after="退款成功"),
            order(3),
            order(4),
        )
    )
    assert later.report["accepted"] == 6  # shipped, delivered; refunded; placed, paid; paid
    totals = counted("a")
    assert (totals["orders_paid"], totals["gmv_paid_minor"], totals["refund_minor"]) == (4, 4000, 1000)
    assert (totals["orders_shipped"], totals["orders_delivered"]) == (1, 1)


def push(tag: str, order_id: str, **data: Any) -> list[PlatformEvent]:
    body = [{"tag": tag, "msg_id": f"{order_id}::{tag}:1:1", "data": {"p_id": int(order_id), "shop_id": 9, **data}}]
    told = list(registry.payload_translator("doudian").translate(json.dumps(body).encode(), {}))
    return [one for one in told if isinstance(one, PlatformEvent)]


@pytest.mark.parametrize("is_push_first", [True, False])
def test_it_counts_an_order_once_that_was_pushed_and_exported(tmp_path: Path, is_push_first: bool) -> None:
    show("a", "r1")
    at = START // 1_000_000 + 900
    pushed = [
        *push("100", "77", create_time=at), *push("101", "77", create_time=at, pay_time=at, pay_amount=3000),
        *push("206", "77", aftersale_id=5, aftersale_type=2, refund_amount=2000, success_time=at + 7200),
    ]  # fmt: skip
    first, second = (
        order(77, amount="20.00", state="已关闭", after="退款成功", finished="2026-03-13 08:00:00"),
        order(77),
    )
    second[1] = "\t772"
    path = file_of(tmp_path / "a.csv", first, second)

    def hear() -> None:
        log = eventlog.open_log()
        log.append_events(pushed, provenance=Provenance(eventlog.local_feed("doudian", "douyin", kinds=()).id))
        log.close()

    steps = [hear, lambda: bring(path)]
    for step in steps if is_push_first else reversed(steps):
        step()
    totals = counted("a")
    assert (totals["orders_placed"], totals["orders_paid"]) == (1, 1)
    assert totals["gmv_paid_minor"] == 3000
    assert (totals["refund_minor"], totals["refund_orders"]) == (2000, 1)


def test_it_counts_an_order_once_that_a_feed_of_the_room_told_and_a_file(tmp_path: Path) -> None:
    show("a", "r1")
    feed, _token = eventlog.create_feed("till", connector="ndjson", platform="douyin", rooms=("r1",), actor="user:1")
    at = START + 15 * 60 * 10**6
    about = {"platform": "douyin", "room_id": "r1", "occurred_at": at, "order_id": "12", "currency": "CNY"}
    told = [PlatformEvent(event_id=f"x{kind}", kind=kind, amount_minor=1000, **about) for kind in ORDER_KINDS]
    log = eventlog.open_log()
    log.append_events(told, provenance=Provenance(feed.id))
    log.close()
    assert bring(file_of(tmp_path / "a.csv", order(12))).report["accepted"] == 2
    totals = counted("a")
    assert (totals["orders_paid"], totals["gmv_paid_minor"], totals["gmv_placed_minor"]) == (1, 1000, 1000)


def test_it_counts_a_line_once_that_an_interface_and_a_file_tell(tmp_path: Path) -> None:
    show("a", "r1")
    bring(file_of(tmp_path / "a.csv", order(55)))
    line = {
        "order_id": "551", "room_id": "r1", "create_time": START // 10**6 + 900, "pay_time": START // 10**6 + 4000,
        "order_amount": 1000, "pay_amount": 1000, "product_id": 1, "item_num": 1,
    }  # fmt: skip
    reply = {"data": {"shop_order_list": [{"order_id": "55", "shop_id": 9, "sku_order_list": [line]}]}}
    told = list(registry.payload_translator("doudian").translate(json.dumps(reply).encode(), {}))
    log = eventlog.open_log()
    feed = eventlog.local_feed("doudian", "douyin", kinds=()).id
    log.append_events([one for one in told if isinstance(one, PlatformEvent)], provenance=Provenance(feed))
    log.close()
    assert counted("a")["gmv_paid_minor"] == 1000


def test_it_leaves_nothing_half_imported_when_a_worker_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show("a", "r1")
    path = file_of(tmp_path / "a.csv", *[order(number) for number in range(1, 40)], order(90, author="某达人"))
    with path.open("rb") as file:
        view = api.drop_table(iter([file.read()]), file_name="a.csv", actor="user:1")
    tables.check(Table.objects.get())
    api.start_table(view.id, actor="user:1")

    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    def die(self: object, spool: Any, provenance: Provenance, outcome: object) -> None:
        log = eventlog.open_log()
        log.append_events([event for _, event in next(spool.batches())][:20], provenance=provenance)
        log.close()
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr("kaibo.operations.imports.tablerun.TableRun._hand_over", die)
        with pytest.raises(Killed):
            tables.bring(Table.objects.get())
    assert counted("a")["orders_paid"] == 10
    outcome = tables.bring(Table.objects.get())
    assert (outcome.tally.accepted, outcome.tally.duplicates) == (78, 0)
    assert counted("a")["gmv_paid_minor"] == 39_000
    assert Import.objects.filter(state=ImportState.RUNNING).count() == 0
    assert [one.orders for one in api.waiting_orders()] == [1]
    assert api.table(view.id).state is TableState.COMPLETE
    assert not tablefolder.file_of(view.id).exists()


def test_it_takes_back_everything_when_importing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show("a", "r1")
    path = file_of(tmp_path / "a.csv", order(1), order(2, author="某达人"))

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("kaibo.operations.imports.tablerun.TableRun._hand_over", fail)
        with pytest.raises(OSError, match="disk full"):
            bring(path)
    assert (Match.objects.count(), Table.objects.get().state) == (0, TableState.FAILED)
    assert Import.objects.get().state == ImportState.FAILED
    assert bring(path).report["accepted"] == 2


def test_it_adds_only_the_difference_of_an_hour_of_ad_spend(tmp_path: Path) -> None:
    show("a", "r1")

    def hours(name: str, *rows: list[str]) -> TableView:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["小时", "消耗(元)"], *rows])
        return bring(path)

    hours("a.csv", ["2026-03-12 20:00-21:00", "100.00"])
    second = hours("b.csv", ["2026-03-12 20:00-21:00", "120.50"], ["2026-03-12 21:00-22:00", "30.00"])
    assert second.report["accepted"] == 2
    assert counted("a")["spend_minor"] == 15050
    again = hours("c.csv", ["2026-03-12 20:00-21:00", "120.50"], ["2026-03-12 21:00-22:00", "30.00"], ["", ""])
    assert (again.report["accepted"], again.report["duplicates"]) == (0, 2)
    api.undo_import(second.ingest_id, actor="user:1", why="wrong account")
    assert counted("a")["spend_minor"] == 10000


def test_it_places_the_hour_of_ad_spend_after_midnight(tmp_path: Path) -> None:
    """The hour from 00:00 belongs to the show that ran over midnight, not to a show of the new day."""
    show("s1", "1", hours=5)
    path = tmp_path / "hours.csv"
    rows = [["小时", "消耗(元)"], ["2026-03-12 23:00-00:00", "10.00"], ["2026-03-13 00:00-01:00", "2.50"]]
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    bring(path)
    assert counted("s1")["spend_minor"] == 1250


def placed_at(number: int, at: str) -> list[str]:
    cells = order(number, author="1", paid=at)
    cells[5] = at
    return cells


def test_it_gives_an_order_of_midnight_itself_to_the_show_on_air(tmp_path: Path) -> None:
    """Not to the next evening's in the same room, and it does not wait: files also write days as midnight."""
    rooms.save_room("douyin", "1", name="1", actor="user:1")
    show("a", "1", hours=5)
    tomorrow = START + 24 * HOUR_US
    shows.ensure_show(
        "next", platform="douyin", room_id="1", started_at=tomorrow, ended_at=tomorrow + HOUR_US, actor="user:1"
    )
    rows = [placed_at(1, "2026-03-13 00:00:00"), placed_at(2, "2026-03-13 00:00:01")]
    seen = bring(file_of(tmp_path / "a.csv", *rows))
    assert seen.report["shows"] == {"a": 2}


def test_it_takes_midnight_alone_for_the_day_unless_only_a_show_over_midnight_explains_it(tmp_path: Path) -> None:
    rooms.save_room("douyin", "1", name="1", actor="user:1")
    show("a", "1", hours=5)
    seen = bring(file_of(tmp_path / "a.csv", placed_at(1, "2026-03-12"), placed_at(2, "2026-03-13 00:00:00")))
    assert seen.report["shows"] == {"a": 2}


def test_it_gives_a_report_to_the_show_that_began_at_midnight_among_others_of_the_day(tmp_path: Path) -> None:
    """A room that is always on air begins a show at 00:00, 08:00 and 16:00."""
    midnight = START + 4 * HOUR_US
    for name, hour in (("night", 0), ("morning", 8), ("day", 16)):
        begins = midnight + hour * HOUR_US
        shows.ensure_show(
            name, platform="douyin", room_id="1", started_at=begins, ended_at=begins + 8 * HOUR_US, actor="user:1"
        )
    head = "商品ID,商品名称,链接号,开播时间,商品曝光次数,商品点击次数,成交订单数"
    at = ("2026-03-13 00:00:00", "2026-03-13 00:00:07", "2026-03-13 08:00:02", "2026-03-13 16:00:00")
    rows = [f"p{place},裙,{place},{each},10,5,1" for place, each in enumerate(at, 1)]
    path = tmp_path / "products.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    seen = bring(path)
    assert not seen.report.get("left_out"), seen.report
    assert seen.report["shows"] == {"night": 2, "morning": 1, "day": 1}


PLAN_HEAD = ["日期", "计划ID", "消耗(元)"]


def plans(path: Path, *rows: list[str]) -> TableView:
    path.write_text("\n".join(",".join(row) for row in (PLAN_HEAD, *rows)), encoding="utf-8")
    return bring(path)


def spend_of_plans(show_id: str) -> dict[str, int]:
    counted(show_id)
    stated = warehouse.figures(show_id, of_parts=True)
    return {one.part: one.value for one in stated if one.figure == "spend_minor" and one.part}


def test_it_gives_both_days_of_a_plan_to_a_show_over_midnight(tmp_path: Path) -> None:
    """A platform writes calendar days: the hour after midnight stands in the row of the day after."""
    show("a", "1", hours=5)
    seen = plans(tmp_path / "plan.csv", ["2026-03-12", "P1", "10.00"], ["2026-03-13", "P1", "2.50"])
    assert not seen.report.get("left_out"), seen.report
    assert spend_of_plans("a") == {"plan:P1": 1000, "plan:P1 · 03-13": 250}


def test_it_finds_a_show_that_begins_after_midnight_by_the_platforms_day_and_by_ours(tmp_path: Path) -> None:
    begins = START + 4 * HOUR_US + HOUR_US // 2
    shows.ensure_show("b", platform="douyin", room_id="1", started_at=begins, ended_at=begins + HOUR_US, actor="user:1")
    plans(tmp_path / "by_platform.csv", ["2026-03-13", "P1", "3.00"])
    plans(tmp_path / "by_team.csv", ["2026-03-12", "P2", "4.00"])
    assert spend_of_plans("b") == {"plan:P1": 300, "plan:P2": 400}
    show("a", "1")
    plans(tmp_path / "evening.csv", ["2026-03-12", "P3", "5.00"])
    assert spend_of_plans("a") == {"plan:P3": 500}, "the show that began on the day itself comes first"


def test_it_does_not_take_a_day_for_the_beginning_of_a_show_near_midnight(tmp_path: Path) -> None:
    begins = START + 4 * HOUR_US - 10 * 60 * 10**6
    shows.ensure_show(
        "late", platform="douyin", room_id="1", started_at=begins, ended_at=begins + HOUR_US, actor="user:1"
    )
    tomorrow = START + 24 * HOUR_US
    shows.ensure_show(
        "next", platform="douyin", room_id="1", started_at=tomorrow, ended_at=tomorrow + HOUR_US, actor="user:1"
    )
    plans(tmp_path / "plan.csv", ["2026-03-13", "P1", "3.00"])
    assert (spend_of_plans("late"), spend_of_plans("next")) == ({}, {"plan:P1": 300})
