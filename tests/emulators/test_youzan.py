"""The client of Youzan against its emulator: paged from the end, renewed, every fen once although rows move."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from kaibo.connectors.youzan import client
from kaibo.eventlog import api as eventlog
from tests.emulators.base import Asked, Told, ticks
from tests.emulators.rig import Killed, Rig
from tests.emulators.shops import evening, sums
from tests.emulators.youzan import CLIENT, ORDERS, REFUNDS, SECRET, SHOP, TOKEN, Order, Youzan, local

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", {"orders": 3, "after_sales": 2})


@pytest.fixture
def platform() -> Iterator[Youzan]:
    with Youzan() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: Youzan) -> Rig:
    return Rig("youzan", platform, {"client_id": CLIENT, "secret": SECRET, "kdt_id": SHOP})


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_it_fetches_every_fen_over_an_evening_of_faults_and_kills(
    platform: Youzan, rig: Rig, is_newest_first: bool
) -> None:
    draw = random.Random(6)
    platform.token_seconds, platform.lag, platform.is_newest_first = 1_500, 30, is_newest_first
    platform.fail_once(Told({}, 429, {"retry-after": "2"}), path=ORDERS, after=6)
    platform.fail_once(Told({"gw_err_resp": {"err_code": 4101, "err_msg": "请求太频繁"}}), path=ORDERS, after=12)
    platform.fail_once(Told(raw=b"busy"), path=REFUNDS, after=4)
    platform.fail_once(Told({"code": 106000001, "success": False, "message": "超时"}), path=REFUNDS, after=9)

    def ask_back(order: Order, fen: int) -> None:
        platform.ask_back(order, fen, demand=draw.choice((1, 2, 3)))

    evening(rig, draw, ask_back=ask_back, dies_after=2)
    assert sums(rig) == (platform.paid, platform.refunded)
    assert platform.refunded > 0
    assert platform.grants >= 2
    assert rig.state("orders").failures == rig.state("after_sales").failures == 0
    assert {one.room_id for one in rig.events()} == {f"shop:{SHOP}"}


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_it_loses_nothing_and_counts_once_while_orders_leave_the_pages_being_read(
    platform: Youzan, rig: Rig, is_newest_first: bool
) -> None:
    platform.is_newest_first = is_newest_first
    rest = [platform.place(100 + number) for number in range(14)]
    platform.clock.sleep(60)

    def move(asked: Asked) -> None:
        if asked.path == ORDERS and rest:
            platform.touch(rest.pop(len(rest) // 2))

    platform.after_reply = move
    rig.ask("orders")
    told = {one.order_id for one in rig.events() if one.kind == "order.paid"}
    left = {one.tid for one in rest} - {str(one) for one in told}
    assert not left, "who stayed in the span was read"
    platform.after_reply = lambda _asked: None
    platform.clock.sleep(60)
    rig.ask("orders")
    assert sums(rig) == (platform.paid, 0)


def test_it_renews_a_token_that_ends_between_two_pages_and_resumes_there(platform: Youzan, rig: Rig) -> None:
    for number in range(11):
        platform.place(100 + number)
    platform.clock.sleep(30)
    with pytest.raises(Killed):
        rig.ask("orders", kill_after=31)
    at = rig.state("orders").cursor["at"]
    platform.token = "voided by somebody else"
    rig.ask("orders")
    asked = [one.json()["page_no"] for one in platform.asked if one.path == ORDERS]
    assert at in asked[-6:]
    assert [one.json()["refresh"] for one in platform.asked if one.path == TOKEN] == [False, True]
    assert sums(rig) == (platform.paid, 0)


def test_it_asks_in_parts_for_a_span_that_holds_more_than_the_platform_tells(
    platform: Youzan, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST", {"orders": 9, "after_sales": 9})
    platform.most = 9
    for _minute in ticks(platform.clock, every=60, times=40):
        platform.place(700)
    for _round in ticks(platform.clock, every=40, times=12):
        rig.ask("orders")
    assert sums(rig) == (platform.paid, 0)


def test_it_counts_an_order_once_beside_its_push(platform: Youzan, rig: Rig) -> None:
    rig.ask("orders")
    platform.clock.sleep(10)
    order = platform.place(1_250)
    message = json.dumps({"tid": order.tid, "status": "TRADE_PAID", "update_time": local(order.created)})
    body = {"client_id": CLIENT, "kdt_id": int(SHOP), "type": "trade_TradePaid", "msg": quote_plus(message)}
    eventlog.inbox.receive(rig.feed_id, connector="youzan", body=json.dumps(body).encode())
    platform.clock.sleep(60)
    rig.ask("orders")
    paid = [one for one in rig.events() if one.kind == "order.paid"]
    assert [(one.order_id, one.amount_minor, one.quantity) for one in paid] == [(order.tid, 1_250, 2)]
    assert paid[0].product_id == "9007199254740993"
    assert not {"张三", "13800000000"} & set(str(rig.events()).split("'"))


def test_it_counts_a_closed_order_as_canceled_once(platform: Youzan, rig: Rig) -> None:
    order = platform.place(990)
    for _change in range(3):
        platform.clock.sleep(4_000)
        platform.close(order)
        platform.clock.sleep(60)
        rig.ask("orders")
    assert [one.order_id for one in rig.events() if one.kind == "order.canceled"] == [order.tid]


@pytest.mark.parametrize(
    ("setting", "code"), [("secret", "bad_secret"), ("client_id", "bad_app"), ("kdt_id", "bad_app")]
)
def test_it_says_which_setting_is_wrong(platform: Youzan, rig: Rig, setting: str, code: str) -> None:
    rig.settings[setting] = "other"
    rig.ask("orders")
    assert rig.state("orders").code == code


def test_it_tries_a_connection_by_counting_the_last_hour(platform: Youzan, rig: Rig) -> None:
    platform.place(500)
    platform.clock.sleep(60)
    assert rig.client.check(rig.line()).number == "1"
