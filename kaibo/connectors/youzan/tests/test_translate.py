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
