"""The client of WeChat shops against its emulator: pushes without amounts, amounts fetched, each once."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from tests.emulators.base import Told, ticks
from tests.emulators.rig import Killed, Rig
from tests.emulators.wechat_channels import AFTER_GET, APP, GET, LIVE, SECRET, SHOW, AfterSale, WechatChannels

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[WechatChannels]:
    with WechatChannels(size=3) as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: WechatChannels) -> Rig:
    return Rig("wechat_channels", platform, {"receiver": APP, "app_secret": SECRET})


def sums(events: list[StoredEvent], kind: str) -> int:
    return sum(one.amount_minor or 0 for one in events if one.kind == kind)


def test_it_fetches_amounts_and_follows_after_sales_to_their_end_through_faults(
    platform: WechatChannels, rig: Rig
) -> None:
    draw, applied = random.Random(2), list[AfterSale]()
    platform.token_seconds = 1500
    platform.fail_once(Told({"errcode": 45011, "errmsg": "too fast"}), path=GET, after=7)
    platform.fail_once(Told({}, 429), path=AFTER_GET, after=2)
    for number in ticks(platform.clock, every=60, times=40):
        for place in range(draw.randrange(0, 5)):
            order = platform.place(3_700_000_000_000_000_000 + number * 10 + place, draw.randrange(1, 99_999))
            if draw.random() < 0.3:
                applied.append(platform.apply(order, 5_000 + number * 10 + place, order.amount))
        if applied and draw.random() < 0.5:
            platform.agree(applied.pop(0))
        if number == 20:
            platform.fail_for(60)
        rig.ask("orders")
        rig.ask("after_sales")
    for one in applied:
        platform.agree(one)
    platform.clock.sleep(86_400)
    rig.ask("orders")
    rig.ask("after_sales")
    events = rig.events()
    assert sums(events, "order.paid") == platform.paid
    assert sums(events, "order.refunded") == platform.refunded > 0
    assert rig.state("after_sales").cursor["open"] == {}
    assert platform.grants > 2
    assert {one.room_id for one in events if one.kind == "order.paid"} == {LIVE}


def test_it_counts_an_order_once_when_a_push_told_it_too(platform: WechatChannels, rig: Rig) -> None:
    rig.ask("orders")
    order = platform.place(37, 4_500)
    for event in ("channels_ec_order_new", "channels_ec_order_pay", "channels_ec_order_pay"):
        body = platform.push(event, order)
        eventlog.inbox.receive(rig.feed_id, connector="wechat_channels", body=body, received_at=rig.clock.now_us())
    platform.clock.sleep(40)
    rig.ask("orders")
    paid = [one for one in rig.events() if one.kind in {"order.placed", "order.paid"}]
    assert [(one.kind, one.order_id, one.amount_minor) for one in paid] == [
        ("order.placed", "37", 4_500),
        ("order.paid", "37", 4_500),
    ]


def test_it_goes_on_within_a_list_after_a_kill(platform: WechatChannels, rig: Rig) -> None:
    for number in range(10):
        platform.place(100 + number, 700 + number)
    platform.clock.sleep(30)
    for pages in (9, 2, 2):
        with pytest.raises(Killed):
            rig.ask("orders", kill_after=pages)
    rig.ask("orders")
    assert sums(rig.events(), "order.paid") == platform.paid
    asked = [one.json()["order_id"] for one in platform.asked if one.path == GET]
    assert len(asked) < 2 * len(set(asked)) + 4


def test_it_states_what_the_dashboard_says_under_its_own_names(platform: WechatChannels, rig: Rig) -> None:
    platform.watched = 1_200
    rig.ask("live")
    platform.clock.sleep(20)
    platform.watched = 1_900
    platform.fail_once(Told({"errcode": -1, "errmsg": "system busy"}), path=SHOW)
    rig.ask("live")
    stated = [
        ((one.attrs or {})["figure"], (one.attrs or {})["value"])
        for one in sorted(rig.events(), key=lambda one: one.occurred_at)
        if one.room_id == LIVE
    ]
    assert stated[:3] == [
        ("live_dashboard_data.watch.total", 1_200),
        ("live_comparison_index.list.gmv.percentile.ppm", 870_000),
        ("live_comparison_index.list.watch.percentile.ppm", 1_000_000),
    ]
    assert stated[3] == ("live_dashboard_data.watch.total", 1_900)


def test_it_says_that_the_secret_is_wrong(platform: WechatChannels, rig: Rig) -> None:
    rig.settings["app_secret"] = "other"
    rig.ask("live")
    assert rig.state("live").code == "bad_secret"
    assert rig.state("live").problem.startswith("WeChat refuses the app secret")


def test_it_follows_a_show_over_midnight(platform: WechatChannels, rig: Rig) -> None:
    """The list goes by the day on which a show began: 20:00 in China."""
    platform.began = platform.clock.seconds
    for hours in (1, 3, 2):  # 21:00, 00:00, 02:00
        platform.clock.sleep(hours * 3600)
        platform.watched += 1_000
        rig.ask("live")
    watched = [
        (one.attrs or {})["value"] for one in rig.events() if (one.attrs or {})["figure"].endswith("watch.total")
    ]
    assert watched == [1_000, 2_000, 3_000]
