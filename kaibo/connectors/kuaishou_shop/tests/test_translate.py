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
