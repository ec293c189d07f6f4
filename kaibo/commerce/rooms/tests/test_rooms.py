"""Rooms and their costs, through the door."""

import pytest

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import Economics
from kaibo.commerce.rooms.errors import BadEconomics, RoomNotFound
from kaibo.eventlog import api as eventlog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_it_leaves_unknown_costs_unknown() -> None:
    assert rooms.economics("douyin", "nowhere") == Economics()
    rooms.save_room("douyin", "1", name="Flagship", actor="user:1")
    assert rooms.economics("douyin", "1").margin_ratio is None
    with pytest.raises(RoomNotFound):
        rooms.room("douyin", "2")


def test_it_writes_what_changed_and_nothing_else() -> None:
    rooms.save_room("douyin", "1", economics=Economics(margin_ratio=0.6), actor="user:1")
    rooms.save_room("douyin", "1", economics=Economics(margin_ratio=0.65), why="new supplier", actor="user:1")
    rooms.save_room("douyin", "1", economics=Economics(margin_ratio=0.65), actor="user:1")
    newest = eventlog.audit_entries(thing="room:douyin/1")
    assert (newest[0].before, newest[0].after, newest[0].why) == (
        {"margin_ratio": 0.6},
        {"margin_ratio": 0.65},
        "new supplier",
    )
    assert len(newest) == 3


@pytest.mark.parametrize(
    ("economics", "field"),
    [
        (Economics(margin_ratio=65), "margin_ratio"),
        (Economics(freight_minor=-1), "freight_minor"),
        (
            Economics(refund_before_shipping_ratio=0.7, refund_after_shipping_ratio=0.4),
            "refund_after_shipping_ratio",
        ),
    ],
)
def test_it_names_the_cost_that_cannot_be(economics: Economics, field: str) -> None:
    with pytest.raises(BadEconomics) as refused:
        rooms.save_room("douyin", "1", economics=economics, actor="user:1")
    assert refused.value.ids["field"] == field
