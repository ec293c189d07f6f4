"""Pushes of Youzan as events."""

import json
from pathlib import Path

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import events, outcomes

PAID = json.loads((Path(__file__).parent.parent / "fixtures" / "paid.json").read_text())


def test_it_opens_the_encoded_message_in_chinas_time() -> None:
    (paid,) = events("youzan", PAID)
    assert (paid.kind, paid.order_id, paid.room_id) == ("order.paid", "E20260601", "shop:4001")
    assert (paid.occurred_at, paid.amount_minor) == (1_780_315_200_000_000, None)


def test_it_keeps_other_messages_and_skips_tests() -> None:
    (state,) = events("youzan", {**PAID, "type": "TRADE_ORDER_STATE"})
    assert (state.kind, state.order_id, state.attrs["status"]) == ("unknown", "E20260601", "TRADE_PAID")
    (test,) = outcomes("youzan", {**PAID, "test": True})
    assert isinstance(test, Skipped)
    (bad,) = outcomes("youzan", {**PAID, "msg": "%7Bbroken"})
    assert isinstance(bad, BadLine)


def test_it_reads_one_order_in_detail_in_yuan() -> None:
    order = {
        "tid": "E1",
        "status": "TRADE_SUCCESS",
        "created": "2026-06-01 20:00:00",
        "pay_time": "2026-06-01 20:00:09",
    }
    order |= {"consign_time": "2026-06-02 09:00:00", "success_time": "2026-06-05 09:00:00", "update_time": "2026-06-05"}
    lines = [{"item_id": 1, "sku_id": 2, "num": 1}, {"item_id": 1, "sku_id": 3, "num": 2}]
    full = {"order_info": order, "pay_info": {"payment": "9.82"}, "orders": lines}
    found = events("youzan", {"code": 200, "success": True, "data": {"full_order_info": full}})
    assert [(one.kind, one.amount_minor) for one in found] == [
        ("order.placed", 982),
        ("order.paid", 982),
        ("order.shipped", None),
        ("order.delivered", None),
    ]
    assert {(one.product_id, one.sku_id, one.quantity) for one in found} == {("1", None, 3)}
    assert found[0].occurred_at == 1_780_315_200_000_000


def test_it_skips_a_refusal_and_names_an_order_without_its_number() -> None:
    (refused,) = outcomes("youzan", {"gw_err_resp": {"err_code": 4101, "err_msg": "请求太频繁"}})
    assert isinstance(refused, Skipped)
    rows = [{"full_order_info": {"order_info": {"status": "TRADE_PAID"}}}]
    (bad,) = outcomes("youzan", {"code": 200, "data": {"full_order_info_list": rows}})
    assert isinstance(bad, BadLine)
    assert bad.field == "tid"
