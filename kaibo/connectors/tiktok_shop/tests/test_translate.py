"""Webhooks and replies of TikTok Shop as events."""

import json
from pathlib import Path

import pytest

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import events, outcomes

STATUS = json.loads((Path(__file__).parent.parent / "fixtures" / "status.json").read_text())
ORDER = "576486316948490777"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("UNPAID", "order.placed"),
        ("ON_HOLD", "unknown"),
        ("AWAITING_SHIPMENT", "order.paid"),
        ("AWAITING_COLLECTION", "unknown"),
        ("IN_TRANSIT", "order.shipped"),
        ("DELIVERED", "order.delivered"),
        ("COMPLETED", "unknown"),
        ("CANCEL", "order.canceled"),
        ("SOMETHING_NEW", "unknown"),
    ],
)
def test_it_follows_an_order(state: str, kind: str) -> None:
    (found,) = events("tiktok_shop", {**STATUS, "data": {**STATUS["data"], "order_status": state}})
    assert (found.kind, found.order_id, found.room_id, found.amount_minor) == (kind, ORDER, "shop:749404", None)


def test_it_keeps_other_types_as_unknown_and_names_what_is_missing() -> None:
    product = {"type": 5, "shop_id": "1", "timestamp": 1780000000, "data": {"product_id": 57, "status": "LIVE"}}
    (kept,) = events("tiktok_shop", product)
    assert (kept.kind, kept.attrs["their_kind"], kept.attrs["product_id"]) == ("unknown", "type:5", 57)
    (bad,) = outcomes("tiktok_shop", {**product, "shop_id": ""})
    assert isinstance(bad, BadLine)
    assert bad.field == "shop_id"


def test_it_reads_amounts_in_their_own_currency_and_nobodys_address() -> None:
    order = {
        "id": "1", "status": "IN_TRANSIT", "create_time": 1780000000, "paid_time": 1780000009, "user_id": "u",
        "collection_time": 1780000999, "delivery_time": 1780009999,
        "payment": {"currency": "USD", "total_amount": "19.90"},
        "line_items": [{"product_id": "7", "sku_id": "8"}, {"product_id": "7", "sku_id": "9"}],
        "recipient_address": {"name": "David Kong", "phone_number": "(+1)213"},
    }  # fmt: skip
    found = events("tiktok_shop", {"code": 0, "data": {"orders": [order]}})
    assert [one.kind for one in found] == ["order.placed", "order.paid", "order.shipped"]
    paid = found[1]
    assert (paid.amount_minor, paid.currency, paid.quantity) == (1990, "USD", 2)
    assert (paid.product_id, paid.sku_id) == ("7", None)
    assert "David" not in str(found)
    order["payment"] = {"currency": "JPY", "total_amount": "1990"}
    assert events("tiktok_shop", {"code": 0, "data": {"orders": [order]}})[1].amount_minor == 1990


def test_it_counts_a_return_when_it_is_complete() -> None:
    row = {
        "return_id": "4", "order_id": "1", "update_time": 1780000000,
        "return_status": "RETURN_OR_REFUND_REQUEST_PENDING",
        "refund_amount": {"currency": "USD", "refund_total": "1.23"},
    }  # fmt: skip
    (pending,) = events("tiktok_shop", {"code": 0, "data": {"return_orders": [row]}})
    row["return_status"] = "RETURN_OR_REFUND_REQUEST_COMPLETE"
    (complete,) = events("tiktok_shop", {"code": 0, "data": {"return_orders": [row]}})
    assert (pending.kind, complete.kind, complete.amount_minor) == ("unknown", "order.refunded", 123)
    (nothing,) = outcomes("tiktok_shop", {"code": 0, "data": {}})
    assert isinstance(nothing, Skipped)
