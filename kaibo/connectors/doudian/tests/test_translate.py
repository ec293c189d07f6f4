"""Doudian's pushes and replies as events."""

import json
from pathlib import Path

import pytest

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import events, outcomes

PUSH = Path(__file__).parent.parent / "fixtures" / "push.json"
ORDER = "4705288465508532001"


def test_it_follows_an_order_with_ids_beyond_2_to_the_53() -> None:
    placed, paid, refunded, address = events("doudian", PUSH)
    assert [one.kind for one in (placed, paid, refunded, address)] == [
        "order.placed",
        "order.paid",
        "order.refunded",
        "unknown",
    ]
    assert {one.order_id for one in (placed, paid, refunded, address)} == {ORDER}
    assert {one.room_id for one in (placed, paid, refunded)} == {"shop:95"}
    assert (placed.amount_minor, paid.amount_minor, paid.currency) == (None, 2990, "CNY")
    assert (refunded.amount_minor, refunded.attrs["refund_stage"]) == (2990, "before_shipping")
    assert refunded.occurred_at == 1_780_090_000_000_000


def test_it_drops_who_receives_and_where() -> None:
    told = str(events("doudian", PUSH))
    for secret in ("张三", "李四", "13800000000", "receiver_msg"):
        assert secret not in told


@pytest.mark.parametrize("tag", [101, "101", 110, "110"])
def test_it_takes_both_tags_for_paid_and_lets_the_time_of_payment_decide(tag: int | str) -> None:
    data = {"p_id": ORDER, "shop_id": 95, "pay_time": 1780000030, "pay_amount": 1}
    (paid,) = events("doudian", [{"tag": tag, "msg_id": "a::1:1780000031:1:1", "data": data}])
    assert (paid.kind, paid.event_id) == ("order.paid", f"order.paid:{ORDER}")
    del data["pay_time"]
    (other,) = events("doudian", [{"tag": tag, "msg_id": "a::1:1780000031:1:1", "data": data}])
    assert (other.kind, other.occurred_at) == ("unknown", 1_780_000_031_000_000)


def test_it_moves_no_money_for_an_exchange() -> None:
    message = json.loads(PUSH.read_text())[2]
    message["data"]["aftersale_type"] = 3
    (kept,) = events("doudian", [message])
    assert (kept.kind, kept.order_id) == ("unknown", ORDER)


def test_it_keeps_the_good_messages_of_a_push() -> None:
    good = json.loads(PUSH.read_text())[0]
    found = outcomes("doudian", [{**good, "data": "not json"}, good, {**good, "data": {"p_id": 1}}])
    assert [getattr(one, "field", "") for one in found if isinstance(one, BadLine)] == ["payload", "shop_id"]
    assert sum(not isinstance(one, BadLine) for one in found) == 1
    assert isinstance(outcomes("doudian", b"{broken")[0], BadLine)


def test_it_reads_every_line_of_an_order_in_its_room() -> None:
    line = {
        "order_id": "11", "room_id": 7001, "author_id": 5, "theme_type_desc": "直播间", "create_time": 1780000000,
        "pay_time": 1780000030, "pay_amount": 500, "order_amount": 600, "promotion_platform_amount": 100,
        "product_id": 3, "sku_id": 4, "item_num": 2, "order_status": 2, "finish_time": 0, "ship_time": "0",
    }  # fmt: skip
    order = {"order_id": "1", "shop_id": 9, "doudian_open_id": "#open", "encrypt_post_tel": "$$密文"}
    other = {**line, "order_id": "12", "room_id": 0, "order_status": 4, "finish_time": 1780000099, "pay_time": 0}
    reply = {"err_no": 0, "data": {"shop_order_list": [{**order, "sku_order_list": [line, other]}]}}
    found = events("doudian", reply)
    assert [(one.kind, one.room_id) for one in found] == [
        ("order.placed", "7001"),
        ("order.paid", "7001"),
        ("order.placed", "shop:9"),
        ("order.canceled", "shop:9"),
    ]
    paid = found[1]
    assert (paid.amount_minor, paid.quantity, paid.product_id, paid.sku_id) == (500, 2, "3", "4")
    assert paid.attrs["amount_with_subsidy_minor"] == 600
    assert (paid.attrs["author_id"], paid.attrs["theme"]) == ("5", "直播间")
    assert "密文" not in str(found)


def test_it_skips_a_reply_without_orders() -> None:
    (found,) = outcomes("doudian", {"err_no": 0, "data": {"url": "https://example.com"}})
    assert isinstance(found, Skipped)
