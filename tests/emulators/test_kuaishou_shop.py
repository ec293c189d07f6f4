"""The client of Kuaishou shops against its emulator: signed, paged by cursors, renewed; every fen once."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api as eventlog
from tests.emulators.base import Told
from tests.emulators.kuaishou_shop import KEY, ORDERS, REFUNDS, SECRET, SIGN_SECRET, KuaishouShop, Order
from tests.emulators.rig import Killed, Rig
from tests.emulators.shops import evening, sums

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[KuaishouShop]:
    with KuaishouShop() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: KuaishouShop) -> Rig:
    settings = {"app_key": KEY, "app_secret": SECRET, "sign_secret": SIGN_SECRET, "refresh_token": "first-refresh"}
    return Rig("kuaishou_shop", platform, settings)


def an_evening(platform: KuaishouShop, rig: Rig, *, seed: int) -> None:
    draw = random.Random(seed)

    def ask_back(order: Order, fen: int) -> None:
        platform.ask_back(order, fen, way=draw.choice((1, 3, 10)))

    evening(rig, draw, ask_back=ask_back, dies_after=1)


def test_it_fetches_every_fen_over_an_evening_of_faults_and_kills(platform: KuaishouShop, rig: Rig) -> None:
    platform.token_seconds = 1_000
    platform.fail_once(Told({}, 429, {"retry-after": "2"}), path=ORDERS, after=6)
    platform.fail_once(Told(raw=b"busy"), path=ORDERS, after=9)
    platform.fail_once(Told({"result": 1016, "error_msg": "Exceed qps limit, KEY [a], MAX_QPS [3.0]"}), after=14)
    platform.fail_once(Told({"result": 100200500, "error": "server_error"}), path=REFUNDS, after=5)
    platform.fail_once(Told({}, is_cut=True), path=REFUNDS, after=9)
    an_evening(platform, rig, seed=4)
    assert sums(rig) == (platform.paid, platform.refunded)
    assert platform.refunded > 0
    assert platform.grants >= 3
    assert rig.state("orders").failures == rig.state("after_sales").failures == 0


def test_it_counts_once_what_pages_repeat_in_another_order(platform: KuaishouShop, rig: Rig) -> None:
    platform.is_repeating = True
    an_evening(platform, rig, seed=5)
    assert sums(rig) == (platform.paid, platform.refunded)
    paid = [one.order_id for one in rig.events() if one.kind == "order.paid"]
    assert sorted(paid) == [str(one.oid) for one in platform.orders], "ids keep all their digits"


def test_it_renews_a_token_that_ends_between_two_pages_and_resumes_there(platform: KuaishouShop, rig: Rig) -> None:
    for number in range(11):
        platform.place(100 + number)
    platform.clock.sleep(30)
    platform.fail_once(Told({"result": 100200102, "error": "access_denied"}), path=ORDERS, after=8)
    with pytest.raises(Killed):
        rig.ask("orders", kill_after=9)
    place = rig.state("orders").cursor["at"]
    rig.ask("orders")
    asked = [json.loads(one.query["param"])["cursor"] for one in platform.asked if one.path == ORDERS]
    assert place in asked[-3:], "it goes on where it was, not at the beginning"
    assert platform.grants == 2
    assert sums(rig) == (platform.paid, 0)


def test_it_counts_an_order_once_beside_its_push(platform: KuaishouShop, rig: Rig) -> None:
    rig.ask("orders")
    platform.clock.sleep(10)
    order = platform.place(1_250)
    info = {"oid": order.oid, "sellerId": 88, "createTime": order.placed, "buyerOpenId": "b"}
    body = {
        "eventId": "e", "msgId": "m", "appKey": KEY, "event": "kwaishop_order_paySuccess", "info": json.dumps(info),
        "createTime": order.placed, "updateTime": order.placed,
    }  # fmt: skip
    eventlog.inbox.receive(rig.feed_id, connector="kuaishou_shop", body=json.dumps(body).encode())
    platform.clock.sleep(30)
    rig.ask("orders")
    paid = [one for one in rig.events() if one.kind == "order.paid"]
    assert [(one.order_id, one.amount_minor) for one in paid] == [(str(order.oid), 1_250)]
    assert "张三" not in str(rig.events())


def test_it_counts_a_failed_order_as_canceled_once_however_often_it_changes(platform: KuaishouShop, rig: Rig) -> None:
    order = platform.place(990)
    for _change in range(3):
        platform.clock.sleep(4_000)
        platform.fail(order)
        platform.clock.sleep(60)
        rig.ask("orders")
    canceled = [one for one in rig.events() if one.kind == "order.canceled"]
    assert [one.order_id for one in canceled] == [str(order.oid)]


@pytest.mark.parametrize(
    ("setting", "code"), [("sign_secret", "bad_signature"), ("app_secret", "bad_app"), ("refresh_token", "grant_ended")]
)
def test_it_says_which_secret_is_wrong(platform: KuaishouShop, rig: Rig, setting: str, code: str) -> None:
    rig.settings[setting] = "other"
    rig.ask("orders")
    assert rig.state("orders").code == code
    assert "other" not in rig.state("orders").problem


def test_it_says_that_the_calls_of_the_day_are_used_up_and_tries_later(platform: KuaishouShop, rig: Rig) -> None:
    said = {"result": 1017, "sub_code": "802006", "error_msg": "[1017] exceed quota limit,[apiId:open.order]"}
    platform.fail_once(Told(said), path=ORDERS)
    platform.place(500)
    platform.clock.sleep(60)
    rig.ask("orders")
    assert rig.state("orders").code == "quota_spent"
    rig.ask("orders")
    assert sums(rig) == (500, 0)


def test_it_tries_a_connection_by_counting_the_last_hour(platform: KuaishouShop, rig: Rig) -> None:
    platform.place(500)
    platform.clock.sleep(60)
    assert rig.client.check(rig.line()).number == "1"
