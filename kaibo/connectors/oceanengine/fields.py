"""Fields of Qianchuan's reports in our words. Money is yuan with a fraction."""

SPEND = {"stat_cost": False, "stat_cost_for_roi2": True}
"""Total spend so far -> whether it is whole-room delivery (全域)."""
STEP_MONEY = {
    "luban_live_pay_order_gmv": "attributed_gmv_minor",
    "total_pay_order_gmv_for_roi2": "attributed_gmv_minor",
}
STEP_COUNTS = {"show_cnt": "ad_impressions", "click_cnt": "ad_clicks"}
"""What grows with the spend and so travels with its steps."""
FIGURES = {
    "total_live_watch_cnt": "views",
    "total_live_follow_cnt": "follows",
    "total_live_fans_club_join_cnt": "fanclub_joins",
    "total_live_comment": "comments",
    "total_live_share_cnt": "shares",
    "total_live_gift_cnt": "gifts",
    "live_click_product_count_alias": "product_clicks",
    "live_create_order_count_alias": "orders_placed",
    "live_pay_order_count_alias": "orders_paid",
}
"""Room totals -> our figure."""
OWN_COUNTS = (
    "live_click_cart_count_alias",
    "luban_live_pay_order_count",
    "convert_cnt",
    "total_pay_order_count_for_roi2",
)
"""Room totals for which we have no figure: stated under their own name."""
MONEY_FIGURES = {
    "live_pay_order_gmv_alias": "gmv_paid_minor",
    "total_pay_order_gmv_include_coupon_for_roi2": "gmv_paid_subsidy_minor",
}
DROPPED = {
    "ctr, cpm_platform, live_pay_order_gmv_roi, …_roi, …_roi2": "ratios follow from the totals",
    "total_live_gift_amount": "its unit is not documented",
    "aweme_name, avatar, title": "names of people and pictures",
}
KNOWN = frozenset((*SPEND, *STEP_MONEY, *STEP_COUNTS, *FIGURES, *OWN_COUNTS, *MONEY_FIGURES))
