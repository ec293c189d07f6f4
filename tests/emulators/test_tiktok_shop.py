"""The client of TikTok Shop against its emulator: signed, paged, renewed; every cent once."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api as eventlog
from tests.emulators.base import Told, ticks
from tests.emulators.rig import Killed, Rig
from tests.emulators.tiktok_shop import CIPHER, KEY, ORDERS, SECRET, TiktokShop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[TiktokShop]:
    with TiktokShop() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: TiktokShop) -> Rig:
    settings = {"app_key": KEY, "secret": SECRET, "refresh_token": "first-refresh", "shop_cipher": CIPHER}
    return Rig("tiktok_shop", platform, settings)


def sums(rig: Rig) -> tuple[int, int]:
    events = rig.events()
    assert {one.currency for one in events if one.amount_minor is not None} <= {"USD"}
    return tuple(
        sum(one.amount_minor or 0 for one in events if one.kind == kind) for kind in ("order.paid", "order.refunded")
    )  # type: ignore[return-value]


def test_it_fetches_every_cent_over_an_evening_of_faults_and_kills(platform: TiktokShop, rig: Rig) -> None:
    draw, orders = random.Random(4), []
    platform.token_seconds = 1_000
    platform.fail_once(Told({}, 429, {"retry-after": "2"}), path=ORDERS, after=6)
    platform.fail_once(Told(raw=b"busy"), path=ORDERS, after=9)
    platform.fail_once(Told({"code": 36009002, "message": "limit"}), path=ORDERS, after=14)
    for number in ticks(platform.clock, every=60, times=45):
        orders += [platform.place(1_000 + number * 10 + n, draw.randrange(1, 99_999)) for n in range(draw.randrange(7))]
        if orders and draw.random() < 0.3:
            order = orders.pop()
            platform.give_back(order, draw.randrange(1, order.cents + 1))
        if number == 20:
            platform.fail_for(60, status=500)
        if number % 11 == 5:
            with pytest.raises(Killed):
                rig.ask("orders", kill_after=1)
        rig.ask("orders")
        rig.ask("after_sales")
    platform.clock.sleep(60)
    rig.ask("orders")
    rig.ask("after_sales")
    assert sums(rig) == (platform.paid, platform.refunded)
    assert platform.grants >= 3
    assert rig.state("orders").failures == 0


def test_it_counts_an_order_once_beside_its_webhook(platform: TiktokShop, rig: Rig) -> None:
    rig.ask("orders")
    platform.clock.sleep(10)
    order = platform.place(5, 1_250)
    told = {"order_id": "5", "order_status": "AWAITING_SHIPMENT", "update_time": order.created}
    body = {"type": 1, "tts_notification_id": "n1", "shop_id": "7", "timestamp": order.created, "data": told}
    eventlog.inbox.receive(rig.feed_id, connector="tiktok_shop", body=json.dumps(body).encode())
    platform.clock.sleep(30)
    rig.ask("orders")
    paid = [one for one in rig.events() if one.kind == "order.paid"]
    assert [(one.order_id, one.amount_minor) for one in paid] == [("5", 1_250)]


def test_it_is_checked_by_an_emulator_that_signs_as_the_published_vectors(
    shared_data: Path, platform: TiktokShop
) -> None:
    for one in json.loads((shared_data / "test_vectors.json").read_text())["tiktok_shop_sign"]:
        assert platform.sign(one["path"], one["query"], one.get("body", ""), secret=one["secret"]) == one["signature"]


def test_it_says_when_the_grant_has_ended(platform: TiktokShop, rig: Rig) -> None:
    platform.refresh = "other"
    rig.ask("orders")
    assert rig.state("orders").code == "grant_ended"
