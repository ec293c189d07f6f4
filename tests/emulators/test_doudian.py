"""The client of Doudian against its emulator, with pushes beside it: every fen once, whoever tells it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.connectors.doudian import client
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from tests.emulators.base import Asked, Told, ticks
from tests.emulators.doudian import AFTER_SALES, KEY, SEARCH, SECRET, SHOP, Doudian
from tests.emulators.rig import Killed, Rig

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Iterator[Doudian]:
    with Doudian() as running:
        yield running


@pytest.fixture
def rig(home: Path, platform: Doudian) -> Rig:
    return Rig("doudian", platform, {"app_key": KEY, "secret": SECRET, "shop_id": SHOP})


def sums(events: list[StoredEvent]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in events:
        if one.kind.startswith("order."):
            found[one.kind] = found.get(one.kind, 0) + (one.amount_minor or 0)
    return found


def ask(rig: Rig) -> None:
    rig.ask("orders")
    rig.ask("after_sales")


def test_it_fetches_every_line_with_its_room_over_an_evening_of_faults(platform: Doudian, rig: Rig) -> None:
    draw, orders = random.Random(5), []
    platform.token_seconds = 3000
    platform.fail_once(Told({"code": 40004, "sub_code": "isv.app-call-limited:1"}), path=SEARCH, after=5)
    platform.fail_once(Told({}, 429, {"retry-after": "3"}), path=SEARCH, after=11)
    platform.fail_once(Told({"err_no": 0}, is_cut=True), path=AFTER_SALES, after=4)
    for number in ticks(platform.clock, every=60, times=60):
        for place in range(draw.randrange(0, 4)):
            amounts = [draw.randrange(1, 99_999) for _ in range(draw.randrange(1, 4))]
            orders.append(platform.place(10_000 + number * 10 + place, *amounts, room=str(7300 + number % 3)))
        if orders and draw.random() < 0.3:
            order = draw.choice(orders)
            platform.refund(order, 50_000 + number, draw.randrange(1, order.amount + 1))
        if number == 30:
            platform.fail_for(60)
        ask(rig)
    platform.clock.sleep(60)
    ask(rig)
    events = rig.events()
    told = sums(events)
    assert (told["order.paid"], told["order.refunded"]) == (platform.paid, platform.refunded)
    assert {one.room_id for one in events if one.kind == "order.paid"} == {"7300", "7301", "7302"}
    assert len({one.event_id for one in events}) == len(events)


def test_it_lets_nothing_slip_while_orders_change_between_two_pages(
    platform: Doudian, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    placed = []
    for number in range(11):
        placed.append(platform.place(100 + number, 1_000 + number))
        platform.clock.sleep(1)
    platform.clock.sleep(30)
    changed = iter(placed)

    def turn(asked: Asked) -> None:
        if asked.path == SEARCH and len(platform.asked) % 2:
            order = next(changed, None)
            if order is not None:
                platform.touch(order)

    platform.on_page.append(turn)
    rig.ask("orders")
    platform.on_page.clear()
    platform.clock.sleep(30)
    rig.ask("orders")
    assert sums(rig.events())["order.paid"] == platform.paid


def test_it_goes_on_in_the_middle_of_a_span_after_a_kill(
    platform: Doudian, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 2)
    for number in range(9):
        platform.place(100 + number, 500 + number, 7)
    platform.clock.sleep(30)
    for pages in (10, 2, 2):
        with pytest.raises(Killed):
            rig.ask("orders", kill_after=pages)
    before = len(platform.asked)
    rig.ask("orders")
    assert platform.asked[before].json()["page"] == 1, "it went on inside the span instead of starting over"
    assert sums(rig.events())["order.paid"] == platform.paid


def test_it_renews_a_token_that_ends_in_mid_page(platform: Doudian, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 2)
    for number in range(7):
        platform.place(100 + number, 500)
    platform.clock.sleep(30)
    platform.on_page.append(lambda asked: platform.access.clear() if len(platform.asked) == 4 else None)
    rig.ask("orders")
    assert platform.grants == 2
    assert sums(rig.events())["order.paid"] == 3_500


def test_it_counts_an_order_once_when_pushes_and_replies_both_tell_it(platform: Doudian, rig: Rig) -> None:
    early = platform.place(1, 2_000, 990)
    push(rig, platform.push_paid(early))
    platform.clock.sleep(120)
    rig.ask("orders")
    platform.clock.sleep(10)
    late = platform.place(2, 3_000, 10, 5)
    push(rig, platform.push_paid(late), platform.push_paid(late, tag=110), platform.push_paid(early))
    platform.touch(early)
    platform.clock.sleep(60)
    ask(rig)
    events = rig.events()
    assert sums(events)["order.paid"] == platform.paid == 6_005
    lines = [one for one in events if one.kind == "order.paid"]
    assert {(one.order_id, one.room_id) for one in lines} == {("1", "shop:95"), ("2", "7301")}


def test_it_counts_a_refund_once_whose_record_changes_days_later(platform: Doudian, rig: Rig) -> None:
    order = platform.place(1, 2_000)
    platform.refund(order, 70, 1_500)
    platform.clock.sleep(60)
    ask(rig)
    platform.clock.sleep(3 * 86_400)
    amount, success, _updated = order.refunds[70]
    order.refunds[70] = (amount, success, platform.clock.seconds)
    platform.clock.sleep(60)
    ask(rig)
    refunds = [one for one in rig.events() if one.kind == "order.refunded"]
    assert [(one.amount_minor, one.occurred_at // 1_000_000) for one in refunds] == [(1_500, success)]


def test_it_asks_at_once_after_a_push(platform: Doudian, rig: Rig) -> None:
    rig.ask("orders")
    waits_until = rig.state("orders").next_at
    assert waits_until > platform.clock.now_us()
    push(rig, platform.push_paid(platform.place(2, 3_000)))
    rig.events()
    assert rig.state("orders").next_at == 0


def test_it_says_that_the_secret_is_wrong(platform: Doudian, rig: Rig) -> None:
    rig.settings["secret"] = "another"
    rig.ask("orders")
    state = rig.state("orders")
    assert (state.code, state.failures) == ("bad_signature", 1)
    assert "secret" in state.problem
    assert SECRET not in state.problem


def push(rig: Rig, *bodies: bytes) -> None:
    for body in bodies:
        eventlog.inbox.receive(rig.feed_id, connector="doudian", body=body, received_at=rig.clock.now_us())
