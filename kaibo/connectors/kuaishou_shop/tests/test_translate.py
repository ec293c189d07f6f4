"""Opened pushes of Kuaishou shops as events."""

import json
from pathlib import Path

from kaibo.connectors.contracts import BadLine
from kaibo.connectors.tests.reading import events, outcomes

PAID = json.loads((Path(__file__).parent.parent / "fixtures" / "paid.json").read_text())


def test_it_follows_an_order_without_making_up_amounts() -> None:
    kinds = {}
    for name in ("addOrder", "paySuccess", "delivering", "deliverySuccess", "orderFail", "totalFeeChange"):
        (found,) = events("kuaishou_shop", {**PAID, "event": f"kwaishop_order_{name}"})
        assert (found.order_id, found.room_id, found.amount_minor) == ("2400100", "shop:88", None)
        kinds[name] = found.kind
    assert list(kinds.values()) == [
        "order.placed", "order.paid", "order.shipped", "order.delivered", "order.canceled", "unknown",
    ]  # fmt: skip


def test_it_keeps_refunds_as_unknown_with_their_order() -> None:
    (found,) = events("kuaishou_shop", {**PAID, "event": "kwaishop_aftersales_updateRefund"})
    assert (found.kind, found.order_id, found.event_id) == ("unknown", "2400100", "m-1")
    assert "buyer-open" not in str(found)


def test_it_names_what_it_cannot_read() -> None:
    (bad,) = outcomes("kuaishou_shop", {**PAID, "info": "not json"})
    assert isinstance(bad, BadLine)
    (bad,) = outcomes("kuaishou_shop", {**PAID, "updateTime": None, "createTime": 5, "info": {"oid": 1}})
    assert isinstance(bad, BadLine)
    assert bad.field == "updateTime"


def test_it_reads_one_order_in_detail_with_what_it_reached() -> None:
    base = {"oid": 7, "status": 70, "totalFee": 1990, "createTime": 1780000000000, "payTime": 1780000001000}
    base |= {"sendTime": 1780000100000, "recvTime": 1780000200000, "updateTime": 1780000300000, "buyerNick": "老铁"}
    data = {"orderBaseInfo": base, "orderItemInfo": {"itemId": 3, "skuId": 4, "num": 2}}
    found = events("kuaishou_shop", {"result": 1, "data": data})
    assert [(one.kind, one.amount_minor) for one in found] == [
        ("order.placed", 1990),
        ("order.paid", 1990),
        ("order.shipped", None),
        ("order.delivered", None),
    ]
    assert {(one.order_id, one.product_id, one.sku_id, one.quantity) for one in found} == {("7", "3", "4", 2)}
    assert "老铁" not in str(found)


def test_it_takes_no_money_from_exchanges_or_refunds_under_way() -> None:
    row = {"refundId": 5, "oid": 7, "refundFee": 990, "updateTime": 1780000000000}
    for status, way, kind in ((60, 3, "unknown"), (50, 10, "unknown"), (70, 1, "unknown"), (60, 1, "order.refunded")):
        rows = [{**row, "status": status, "handlingWay": way}]
        (found,) = events("kuaishou_shop", {"result": 1, "data": {"refundOrderInfoList": rows}})
        assert found.kind == kind
        assert found.amount_minor == (990 if kind == "order.refunded" else None)
