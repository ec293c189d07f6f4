"""Events and replies of WeChat shops."""

import json
from pathlib import Path

from kaibo.connectors.contracts import BadLine
from kaibo.connectors.tests.reading import events, outcomes

FIXTURES = Path(__file__).parent.parent / "fixtures"
PAID = json.loads((FIXTURES / "paid.json").read_text())


def test_it_reads_json_and_xml_alike_and_makes_up_no_amount() -> None:
    (paid,), (same,) = (
        events("wechat_channels", FIXTURES / "paid.json"),
        events("wechat_channels", FIXTURES / "paid.xml"),
    )
    assert paid == same
    assert (paid.kind, paid.order_id, paid.room_id) == ("order.paid", "3705115058471208001", "shop:gh_shop")
    assert (paid.amount_minor, paid.occurred_at) == (None, 1_779_999_990_000_000)
    assert "openid-a" not in str(paid)


def test_it_follows_an_order_to_its_end() -> None:
    kinds = []
    for name in ("new", "pay", "deliver", "confirm", "cancel", "settle", "ext_info_update"):
        (found,) = events("wechat_channels", {**PAID, "Event": f"channels_ec_order_{name}"})
        kinds.append(found.kind)
        assert found.order_id == "3705115058471208001"
    assert kinds == [
        "order.placed", "order.paid", "order.shipped", "order.delivered", "order.canceled", "unknown", "unknown",
    ]  # fmt: skip


def test_it_takes_only_a_finished_refund() -> None:
    body = {"status": "USER_WAIT_RETURN", "after_sale_order_id": "9", "order_id": "1"}
    given = {**PAID, "Event": "channels_ec_aftersale_update", "finder_shop_aftersale_status_update": body}
    (open_one,) = events("wechat_channels", given)
    body["status"] = "MERCHANT_REFUND_SUCCESS"
    (finished,) = events("wechat_channels", given)
    assert (open_one.kind, finished.kind) == ("unknown", "order.refunded")
    assert (finished.order_id, finished.amount_minor) == ("1", None)


def test_it_reads_an_order_in_fen_with_its_live_room_and_no_address() -> None:
    order = {
        "order_id": "5", "create_time": 1780000000, "openid": "buyer",
        "order_detail": {
            "product_infos": [{"product_id": "1", "sku_id": "2", "sku_cnt": 3}],
            "pay_info": {"pay_time": 1780000060},
            "price_info": {"order_price": 10500},
            "ext_info": {"live_id": "export/A", "finder_id": "f", "order_scene": 2},
            "delivery_info": {"address_info": {"user_name": "陈先生", "tel_number": "13800000000"}},
        },
    }  # fmt: skip
    placed, paid = events("wechat_channels", {"errcode": 0, "order": order})
    assert (placed.kind, paid.kind, paid.room_id) == ("order.placed", "order.paid", "export/A")
    assert (paid.amount_minor, paid.quantity, paid.product_id) == (10500, 3, "1")
    assert "陈先生" not in str(paid)
    assert "13800000000" not in str(paid)


def test_it_reports_the_totals_of_a_finished_show() -> None:
    row = {"export_id": "e", "live_start_time": 1780000000, "live_duration_in_seconds": 3600, "total_comment_count": 12}
    (figure,) = events("wechat_channels", {"errcode": 0, "item": [row]})
    assert figure.attrs == {
        "figure": "comments", "value": 12, "basis": "cumulative", "origin": "imported", "is_final": True,
    }  # fmt: skip
    assert figure.occurred_at == 1_780_003_600_000_000


def test_it_names_what_it_cannot_read() -> None:
    for payload in ("<xml><a>", "<!DOCTYPE x [<!ENTITY e 'x'>]><xml>&e;</xml>", '{"Event":"x"}', "[1]"):
        (found,) = outcomes("wechat_channels", payload)
        assert isinstance(found, BadLine), payload
