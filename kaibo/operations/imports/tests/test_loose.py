"""Orders of feeds without a room of ours: joined by room or author, held with the reason, assigned and taken back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.connectors import registry
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import HOUR_US, MICROS, MINUTE_US, now_us
from kaibo.operations.imports import api
from kaibo.operations.imports.models import Match
from kaibo.operations.imports.tests.test_tables import counted

pytestmark = pytest.mark.django_db(transaction=True)
START = now_us() // MINUTE_US * MINUTE_US - 5 * HOUR_US


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


def show(show_id: str, room: str) -> None:
    shows.ensure_show(
        show_id, platform="douyin", room_id=room, started_at=START, ended_at=START + 3 * HOUR_US, actor="user:1"
    )


def hear(order: int, *, room: str = "0", author: str = "", minute: int = 15) -> None:
    """A reply of the shop's interface: one line, placed and paid."""
    at = (START + minute * MINUTE_US) // MICROS
    line = {
        "order_id": f"{order}1", "room_id": room, "author_id": author, "create_time": at, "pay_time": at + 5,
        "order_amount": 1000, "pay_amount": 1000, "product_id": 1, "item_num": 1,
    }  # fmt: skip
    told = {"data": {"shop_order_list": [{"order_id": str(order), "shop_id": 9, "sku_order_list": [line]}]}}
    found = list(registry.payload_translator("doudian").translate(json.dumps(told).encode(), {}))
    log = eventlog.open_log()
    feed = eventlog.local_feed("doudian", "douyin", kinds=()).id
    log.append_events([one for one in found if isinstance(one, PlatformEvent)], provenance=Provenance(feed))
    log.close()


def join() -> int:
    return api.join_loose(actor="system:join")


def matches() -> set[tuple[str, str, str]]:
    return {(one.order_id, one.show_id, one.evidence) for one in Match.objects.all()}


def test_it_gives_an_order_to_the_show_of_its_author() -> None:
    rooms.save_room("douyin", "r1", name="小店旗舰", actor="user:1")
    show("a", "r1")
    show("b", "r2")
    hear(1, room="7301", author="小店旗舰")
    hear(2, author="r2")
    assert join() == 4
    assert matches() == {("1", "a", "author+time"), ("2", "b", "author+time")}
    assert (counted("a")["gmv_paid_minor"], counted("b")["gmv_paid_minor"]) == (1000, 1000)
    assert join() == 0
    hear(1, room="7301", author="小店旗舰")
    assert join() == 0, "the same reply again adds nothing"
    assert counted("a")["orders_paid"] == 1


def test_it_ties_nothing_by_time_alone_and_leaves_other_sales_of_the_shop_alone() -> None:
    show("a", "r1")
    hear(1)
    hear(2, minute=290)
    assert join() == 0
    assert matches() == {("1", "", "time_only")}
    assert counted("a").get("gmv_paid_minor", 0) == 0


def test_it_takes_an_order_just_after_the_close_into_the_room_it_names() -> None:
    show("a", "r1")
    hear(1, room="r1", minute=181)
    assert join() == 2
    assert matches() == {("1", "a", "room+time")}


def test_it_joins_what_waits_once_the_show_or_the_author_is_known() -> None:
    show("a", "r1")
    hear(1, author="某达人")
    hear(2, author="r5")
    join()
    assert matches() == {("1", "", "author_unknown"), ("2", "", "author_unknown")}
    show("e", "r5")
    assert join() == 2
    assert matches() == {("1", "", "author_unknown"), ("2", "e", "author+time")}
    assert counted("e")["gmv_paid_minor"] == 1000


def test_it_goes_on_where_a_crash_left_it(monkeypatch: pytest.MonkeyPatch) -> None:
    show("a", "r1")
    hear(1, author="r1")

    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    def die(*_arguments: object, **_more: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(eventlog, "bind_orders", die)
        with pytest.raises(Killed):
            join()
    assert matches() == {("1", "a", "author+time")}
    assert join() == 2
    assert counted("a")["gmv_paid_minor"] == 1000


def test_it_keeps_in_its_show_what_a_window_gave_it() -> None:
    show("a", "r1")
    hear(1, room="r1")
    hear(2, author="某达人")
    join()
    told = {"platform": "douyin", "author": "某达人", "evidence": "author_unknown"}
    act = api.assign_orders("a", **told, actor="user:7")
    api.undo_import(act.id, actor="user:7", why="a mistake")
    assert counted("a")["gmv_paid_minor"] == 1000, "the order of the room stays"
    assert eventlog.release_orders("a", {("douyin", "1")}, actor="user:7") == 0


def test_it_is_assigned_by_hand_and_taken_back_without_losing_it() -> None:
    show("a", "r1")
    hear(1, author="某达人")
    join()
    (group,) = api.waiting_orders()
    told = {"platform": "douyin", "author": group.author, "evidence": group.evidence}
    act = api.assign_orders("a", **told, actor="user:7", why="ours")
    assert (act.accepted, api.waiting_orders()) == (2, [])
    assert counted("a")["gmv_paid_minor"] == 1000
    api.undo_import(act.id, actor="user:7", why="a mistake")
    assert counted("a").get("gmv_paid_minor", 0) == 0
    assert [one.orders for one in api.waiting_orders()] == [1]
    api.assign_orders("a", **told, actor="user:7", why="ours after all")
    assert counted("a")["gmv_paid_minor"] == 1000
