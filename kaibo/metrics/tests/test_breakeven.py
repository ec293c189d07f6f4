"""Break-even ROI: the worked examples of the trade, and what happens when there is no such point."""

from dataclasses import replace

import pytest

from kaibo.commerce.rooms.contracts import Economics
from kaibo.metrics import api
from kaibo.metrics.contracts import Value
from kaibo.metrics.tests.fakes import FakeDoors, facts
from kaibo.metrics.tests.night import COSTS
from kaibo.metrics.words import SETTING_WORDS

SALES = {1: {"gmv_paid_minor": 17_400, "orders_paid": 1, "paid_lines": 1}}


def evaluated(costs: Economics, metric_id: str) -> Value:
    return api.evaluate("s1", [metric_id], facts=facts(FakeDoors(rows=SALES, costs=costs)))[metric_id]


def test_it_counts_all_unit_costs() -> None:
    assert evaluated(COSTS, "breakeven_roas").value == pytest.approx(4.6, abs=0.05)
    assert evaluated(COSTS, "breakeven_roas_short").value == pytest.approx(3.7, abs=0.05)


@pytest.mark.parametrize(("margin", "refunds", "expected"), [(0.50, 0.10, 2.22), (0.40, 0.15, 2.94)])
def test_it_divides_where_the_copied_formula_adds(margin: float, refunds: float, expected: float) -> None:
    costs = Economics(margin_ratio=margin, refund_before_shipping_ratio=refunds, refund_after_shipping_ratio=0.0)
    value = evaluated(costs, "breakeven_roas_short")
    assert value.value == pytest.approx(expected, abs=0.005)
    assert value.origin == "setting"


@pytest.mark.parametrize(
    "name",
    [
        "margin_ratio",
        "platform_fee_ratio",
        "commission_ratio",
        "refund_before_shipping_ratio",
        "refund_after_shipping_ratio",
        "freight_minor",
        "insurance_minor",
        "handling_minor",
    ],
)
def test_it_takes_no_unknown_cost_for_zero(name: str) -> None:
    value = evaluated(replace(COSTS, **{name: None}), "breakeven_roas")
    assert (value.value, value.reason) == (None, "needs_setting")
    assert SETTING_WORDS[name][1] in value.says["en"]
    assert SETTING_WORDS[name][0] in value.says["zh"]


def test_it_has_no_break_even_where_every_sale_loses() -> None:
    losing = replace(COSTS, margin_ratio=0.05)
    assert evaluated(losing, "breakeven_roas").reason == "no_denominator"
