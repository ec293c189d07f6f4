"""Every formula of the dictionary by a number worked out by hand on one night."""

import pytest

from kaibo.commerce.registers.contracts import WordCheck
from kaibo.metrics import api
from kaibo.metrics.contracts import Value
from kaibo.metrics.registry import ENTRIES
from kaibo.metrics.tests.fakes import FakeDoors, facts, minute
from kaibo.metrics.tests.night import night
from kaibo.metrics.tests.test_returning import EXPECTED as RETURNING

YEAR = 60 * 24 * 365.0
PAID, VIEWERS, VIEWS, SPEND = 200_000, 250, 400, 40_000

EXPECTED: dict[str, float] = {
    "impressions": 1_000,
    "impression_viewers": 625,
    "views": VIEWS,
    "viewers": VIEWERS,
    "effective_views": 120,
    "pcu": 80,
    "acu": (60 * 5 + 120 * 2.5 + 40 * 5 + 30 * 2) / 14.5,  # a sample holds five minutes at most
    "stay_per_viewer": 15_000 / 250,
    "stay_per_view": 15_000 / 400,
    "entry_ratio": 400 / 1_000,
    "entry_viewer_ratio": 250 / 625,
    "source_shift_ratio": 0.1,  # paid 30 % now, 20 % before
    "comments": 50,
    "likes": 100,
    "gifts": 5,
    "gift_minor": 1_000,
    "follows": 8,
    "fanclub_joins": 3,
    "shares": 4,
    "commenters": 25,
    "interactors": 50,
    "followers_gained": 7,
    "club_joiners": 2,
    "interaction_ratio": 50 / 250,
    "interactions_per_view": (50 + 100 + 5 + 8 + 3 + 4) / 400,
    "comment_ratio": 25 / 250,
    "like_ratio": 30 / 250,
    "share_ratio": 4 / 250,
    "follow_ratio": 7 / 250,
    "club_join_ratio": 2 / 250,
    "product_exposures": 400,
    "product_exposed_viewers": 200,
    "product_clicks": 60,
    "product_click_viewers": 50,
    "cart_adds": 15,
    "carters": 12,
    "coupons": 10,
    "product_exposure_ratio": 200 / 250,
    "product_click_ratio": 50 / 200,
    "viewer_click_ratio": 50 / 250,
    "click_pay_ratio": 15 / 50,
    "click_order_ratio": 20 / 60,
    "view_pay_ratio": 15 / 250,
    "cart_ratio": 12 / 50,
    "viewer_cart_ratio": 12 / 250,
    "pay_ratio": 20 / 30,
    "unpaid_orders": 30 - 20 - 2,
    "unpaid_ratio": 10 / 30,
    "units_per_order": 30 / 20,
    "current_product_click_ratio": 30 / 100,
    "current_product_click_pay_ratio": 9 / 30,
    "gmv_placed": 300_000,
    "gmv_paid": PAID,
    "gmv_paid_subsidy": 212_000,
    "gmv_receivable": 188_000,
    "gmv_attributed": 120_000,
    "orders_placed": 30,
    "orders_paid": 20,
    "orders_canceled": 2,
    "payers": 15,
    "units_paid": 30,
    "buyers_placed": 20,
    "orders_shipped": 10,
    "orders_delivered": 5,
    "value_per_payer": PAID / 15,
    "value_per_order": PAID / 20,
    "value_per_unit": PAID / 30,
    "value_per_viewer": PAID / 250,
    "gpm_view": PAID / 400 * 1_000,
    "gpm_uv": PAID / 250 * 1_000,
    "gpm_show": PAID / 1_000 * 1_000,
    "opm_view": 20 / 400 * 1_000,
    "gpm_view_15m": 40_000 / 100 * 1_000,
    "gmv_per_hour": PAID,
    "orders_per_hour": 20,
    "fan_gmv_ratio": 50_000 / PAID,
    "gmv_target_ratio": 0.5,
    "orders_target_ratio": 0.5,
    "views_target_ratio": 0.8,
    "viewers_target_ratio": 0.25,
    "net_target_ratio": 140_000 / 200_000,
    "roas_target_ratio": 5 / 4,
    "refund_amount_ratio_1h": 10_000 / PAID,
    "refund_amount_ratio_24h": 18_000 / PAID,
    "refund_amount_ratio_d7": 42_000 / PAID,
    "refund_amount_ratio_d15": 50_000 / PAID,
    "refund_amount_ratio": 60_000 / PAID,
    "refund_order_ratio_1h": 1 / 20,
    "refund_order_ratio_24h": 2 / 20,
    "refund_order_ratio_d7": 4 / 20,
    "refund_order_ratio_d15": 5 / 20,
    "refund_order_ratio": 6 / 20,
    "refund_before_shipping_ratio": 20_000 / PAID,
    "refund_after_shipping_ratio": 36_000 / PAID,
    "refund_return_ratio": 30_000 / PAID,
    "refund_quality_ratio": 4_000 / PAID,
    "refund_only_ratio": 30_000 / PAID,
    "refunds_cash": 5_000,
    "refund_cash_ratio": 5_000 / PAID,
    "refunds": 60_000,
    "refund_orders": 6,
    "net_sales": 140_000,
    "net_sales_1h": 190_000,
    "net_sales_24h": 182_000,
    "net_sales_d7": 158_000,
    "net_sales_d15": 150_000,
    "ad_spend": SPEND,
    "ad_impressions": 4_000,
    "ad_clicks": 80,
    "spend_per_minute": 8_000 / 15,
    "ad_balance": 50_000,
    "ad_minutes_left": 50_000 / (8_000 / 15),
    "spend_budget_ratio": 0.8,
    "roas_room": PAID / SPEND,
    "roas_room_15m": 40_000 / 8_000,
    "roas_standard": 120_000 / SPEND,
    "roas_net_1h": 190_000 / SPEND,
    "roas_net_d7": 158_000 / SPEND,
    "roas_net_15m": 38_000 / 8_000,
    "breakeven_roas": 1 / (0.42 * 0.60 - 0.78 * 650 / 10_000 - 0.36 * 300 / 10_000),
    "breakeven_roas_short": 1 / (0.65 * 0.42),
    "ad_gmv_ratio": SPEND / PAID,
    "whole_room_spend_ratio": 0.0,
    "cpm": SPEND / 4_000 * 1_000,
    "cpc": SPEND / 80,
    "spend_per_payer": SPEND / 15,
    "cost_per_entry": SPEND / 90,
    "gmv_5m": 40_000,
    "gmv_per_minute_5m": 8_000,
    "online_now": 30,
    "net_inflow_per_minute": (100 - 60) / 5,
    "entries_per_minute": 20,
    "entries_natural_per_minute": 14,
    "entries_paid_per_minute": 6,
    "retention_60s_ratio": 1 - 30 / 100,
    "comments_per_minute": 2,
    "comments_outside_bags_per_minute": 10 / 5,  # minutes 45, 56, 57, 58, 59
    "violations": 1,
    "sensitive_word_ratio": 3 / 400,
    "sensitive_word_comment_ratio": 0,
    "lap_count": 3,
    "explained_minutes": 6 + 4 + 10,
    "planned_lap_minutes": 16,
    "lap_plan_ratio": 20 / 16,
    "gmv_per_explained_minute": 120_000 / 20,
    "product_last_lap_gmv_per_minute": 60_000 / 6,
    "current_link_no": 7,
    "return_interval_minutes": 50 - 16,
    "links_listed": 3,
    "links_without_sales": 1,
    "stock_minutes_left": 60 / (6 / 15),
    "broken_size_ratio": 1 / 2,
    "gmv_traffic_ratio": 0.0,
    "gmv_welfare_ratio": 38_000 / PAID,
    "gmv_hero_ratio": 160_000 / PAID,
    "gmv_profit_ratio": 0.0,
    "units_per_payer": 30 / 15,
    "orders_per_payer": 20 / 15,
    "presale_ratio": 6 / 30,
    "on_air_minutes": 60,
    "net_sales_per_hour": 140_000,
    "identity_click_pay_ratio": 15 / 50,
    "identity_product": PAID,
    "identity_residual": 0,
    "count_lag_seconds": 1.5,
    "count_lag_events": 3,
    "quarantined_batches": 2,
    "quarantined_lines": 4,
    "unmatched_events": 1,
    "gap_minutes": 0,
    "gmv_usual_share_ratio": 1,
    "gmv_expected_low": PAID,
    "gmv_expected_high": PAID,
}
ELSEWHERE = {
    "traffic_source_ratio": ("traffic_source", "paid", 90 / 400),
    "product_share_ratio": ("product", "p1", 160_000 / PAID),
}
ALWAYS_MOVING = {"count_lag_seconds", "count_lag_events", "quarantined_batches", "quarantined_lines"}
ALWAYS_MOVING |= {"unmatched_events", "gap_minutes"}
WITHOUT_FEED = {
    "repeat_play_ratio",
    "follow_nonfan_ratio",
    "group_join_ratio",
    "group_quit_ratio",
    "completion_ratio",
    "interaction_cost",
    "nps",
    "gmv_direct",
    "fan_payer_ratio",
    "creative_3s_ratio",
    "cac",
    "booked_arrived_ratio",
    "bag_cost_per_entry",
}


@pytest.fixture(scope="module")
def values() -> dict:
    return api.evaluate("s1", facts=facts(night(), now=YEAR))


@pytest.mark.parametrize("metric_id", EXPECTED)
def test_it_computes_each_formula(metric_id: str, values: dict) -> None:
    value = values[metric_id]
    assert value.reason == ""
    assert value.value == pytest.approx(EXPECTED[metric_id], rel=1e-12)
    assert value.status == ("provisional" if metric_id in ALWAYS_MOVING else "final")
    assert value.as_of is not None


@pytest.mark.parametrize("metric_id", ELSEWHERE)
def test_it_computes_shares_at_their_grain(metric_id: str) -> None:
    by, key, expected = ELSEWHERE[metric_id]
    lines = api.evaluate("s1", [metric_id], by=by, facts=facts(night(), now=YEAR))
    assert lines[key][metric_id].value == pytest.approx(expected)
    assert api.evaluate("s1", [metric_id], facts=facts(night(), now=YEAR))[metric_id].reason == "not_at_grain"


@pytest.mark.parametrize("metric_id", sorted(WITHOUT_FEED))
def test_it_says_why_a_number_has_no_feed_yet(metric_id: str, values: dict) -> None:
    value = values[metric_id]
    assert (value.value, value.status, value.reason) == (None, "missing", "not_reported")
    assert value.says["zh"]
    assert value.says["en"]


def test_it_has_an_example_for_every_number() -> None:
    assert set(ENTRIES) == {*EXPECTED, *ELSEWHERE, *WITHOUT_FEED, *RETURNING, "roas_whole_room"}


def test_it_rates_only_words_that_somebody_judged() -> None:
    def rate(now: float = YEAR, **checked: WordCheck) -> Value:
        return api.evaluate("s1", ["sensitive_word_ratio"], facts=facts(night(checked=checked), now=now))[
            "sensitive_word_ratio"
        ]

    nothing = rate(comment=WordCheck("comment", 10, 0, 0, 1))
    assert (nothing.value, nothing.reason, nothing.says["en"]) == (None, "no_denominator", "no host speech was checked")
    waiting = rate(speech=WordCheck("speech", 200, 1, 2, 1))
    assert (waiting.value, waiting.status) == (0.005, "provisional")
    assert waiting.says["en"] == "2 more wait for a judgement"
    assert rate(speech=WordCheck("speech", 200, 0, 0, 1)).status == "final"
    assert rate(now=60 + 23 * 60, speech=WordCheck("speech", 200, 0, 0, 1)).status == "provisional", "a day to appeal"
    asked = api.evaluate("s1", ["sensitive_word_ratio"], from_us=minute(1), facts=facts(night(), now=YEAR))
    assert asked["sensitive_word_ratio"].reason == "not_at_grain"


def test_it_keeps_whole_room_and_standard_delivery_apart() -> None:
    def roas(whole: int) -> dict:
        doors = FakeDoors(
            rows={1: {"spend_minor": 100, "whole_room_spend_minor": whole, "attributed_gmv_minor": 400}}, ended=60
        )
        return api.evaluate("s1", ["roas_standard", "roas_whole_room"], facts=facts(doors, now=YEAR))

    assert roas(100)["roas_whole_room"].value == 4
    assert roas(100)["roas_standard"].reason == "not_reported"
    assert "apart" in roas(100)["roas_standard"].says["en"]
    assert roas(0)["roas_standard"].value == 4
    assert roas(0)["roas_whole_room"].reason == "no_denominator"
    assert {roas(50)[one].reason for one in ("roas_standard", "roas_whole_room")} == {"not_reported"}
