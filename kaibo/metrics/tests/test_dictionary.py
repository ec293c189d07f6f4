"""The dictionary is complete: every number asked for, in both languages, with unit, section and null rule."""

import re

import pytest

from kaibo.metrics import api, reference
from kaibo.metrics.contracts import Definition
from kaibo.metrics.registry import ALL_GRAINS
from kaibo.metrics.words import COLUMN_WORDS
from kaibo.warehouse.columns import BY_NAME

HAN = re.compile(r"[\u4e00-\u9fff]")
SECTION_3_1 = """impressions impression_viewers views viewers effective_views pcu acu stay_per_viewer stay_per_view
entry_ratio entry_viewer_ratio traffic_source_ratio source_shift_ratio retention_on_d1_ratio retention_on_d7_ratio
retention_on_d30_ratio dau wau mau repeat_play_ratio"""
SECTION_3_2 = """interaction_ratio interactions_per_view comment_ratio like_ratio share_ratio follow_ratio
follow_nonfan_ratio club_join_ratio group_join_ratio group_quit_ratio completion_ratio sensitive_word_ratio
interaction_cost nps"""
SECTION_3_3 = """product_exposure_ratio product_click_ratio viewer_click_ratio click_pay_ratio click_order_ratio
view_pay_ratio cart_ratio viewer_cart_ratio pay_ratio unpaid_ratio units_per_order"""
SECTION_3_4 = """gmv_placed gmv_paid gmv_paid_subsidy gmv_receivable net_sales net_sales_1h net_sales_24h net_sales_d7
net_sales_d15 refund_amount_ratio_1h refund_amount_ratio_24h refund_amount_ratio_d7 refund_amount_ratio_d15
refund_amount_ratio refund_order_ratio_1h refund_order_ratio_24h refund_order_ratio_d7 refund_order_ratio_d15
refund_order_ratio refund_before_shipping_ratio refund_after_shipping_ratio refund_only_ratio refund_return_ratio
refund_cash_ratio value_per_payer value_per_order value_per_unit value_per_viewer gpm_view gpm_uv gpm_show opm_view
gmv_per_hour orders_per_hour breakeven_roas breakeven_roas_short roas_standard roas_whole_room roas_room roas_net_1h
roas_net_d7 ad_gmv_ratio identity_residual"""
CONTROL_ROOM = """gmv_paid net_sales gmv_expected_low gmv_expected_high gmv_target_ratio gmv_usual_share_ratio
gmv_per_minute_5m current_link_no product_last_lap_gmv_per_minute online_now net_inflow_per_minute entries_per_minute
entries_natural_per_minute entries_paid_per_minute entry_ratio ad_spend spend_per_minute ad_balance ad_minutes_left
spend_budget_ratio roas_room roas_net_1h roas_room_15m breakeven_roas gpm_view_15m value_per_viewer stay_per_viewer
retention_60s_ratio product_click_ratio click_pay_ratio unpaid_orders interaction_ratio follow_ratio club_join_ratio
comments_outside_bags_per_minute cost_per_entry product_exposure_ratio"""
SECTION_3_7 = """gmv_5m creative_3s_ratio lap_count explained_minutes planned_lap_minutes gmv_per_explained_minute
return_interval_minutes stock_minutes_left links_without_sales units_per_payer presale_ratio broken_size_ratio
gmv_hero_ratio on_air_minutes net_sales_per_hour fan_gmv_ratio count_lag_seconds quarantined_lines"""

ALL = api.definitions()


@pytest.mark.parametrize("wanted", [SECTION_3_1, SECTION_3_2, SECTION_3_3, SECTION_3_4, CONTROL_ROOM, SECTION_3_7])
def test_it_defines_every_number_asked_for(wanted: str) -> None:
    assert not set(wanted.split()) - {one.id for one in ALL}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_it_is_complete_in_both_languages(one: Definition) -> None:
    assert HAN.search(one.zh)
    assert one.en.isascii()
    assert not HAN.search(one.formula_en)
    assert one.formula_zh
    assert one.formula_en
    assert bool(one.denominator) == bool(one.denominator_zh)
    assert bool(one.notes_en) == bool(one.notes_zh)
    assert bool(one.null_rule) == bool(one.null_rule_zh)
    assert not HAN.search(one.null_rule + one.notes_en + one.denominator)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_it_is_typed_and_placed(one: Definition) -> None:
    assert one.section in reference.SECTIONS
    assert one.unit in reference.UNITS
    assert one.direction in reference.DIRECTIONS
    assert set(one.grains) <= set(ALL_GRAINS)
    assert set(one.additive) <= set(one.grains)
    assert set(one.columns) <= BY_NAME.keys()
    assert one.freshness_seconds > 0
    assert one.settles_seconds >= 0
    if one.unit == "ratio":
        assert one.id.endswith("_ratio") or "_ratio_" in one.id
        assert not one.additive
        assert one.denominator, "a rate names its denominator"


def test_it_words_every_column() -> None:
    assert COLUMN_WORDS.keys() == BY_NAME.keys()


def test_it_is_the_page_in_the_reference() -> None:
    assert reference.PAGE.read_text() == reference.page(), "run python -m kaibo.metrics.reference"
