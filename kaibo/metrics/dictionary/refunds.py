"""Section 3.4 and 3.7.6: refunds by the order's own night (cohort) and by the till (cash)."""

from kaibo.kit.clock import DAY_US, HOUR_US
from kaibo.metrics.registry import add, grains_of, metric, ratio_of, total_of
from kaibo.metrics.scope import Scope

S = "3.4"
SECONDS = 1_000_000
FINAL_SECONDS = 30 * DAY_US // SECONDS
"""Refunds so far count as final 30 days after the show: women's clothing has its 95th percentile on day 16."""

# id suffix, zh, en, column suffix, seconds until final
COHORTS = (
    ("1h", "1 小时", "1 h", "_1h", HOUR_US // SECONDS),
    ("24h", "24 小时", "24 h", "_24h", DAY_US // SECONDS),
    ("d7", "7 天", "7 days", "_d7", 7 * DAY_US // SECONDS),
    ("d15", "15 天", "15 days", "_d15", 15 * DAY_US // SECONDS),
)
COHORT_NOTE = (
    "按订单批次：退款回到订单付款的那场，不论何时发生",
    "by order cohort: a refund belongs to the show in which its order was paid, whenever it happens",
)

for suffix, zh, en, column, settles in COHORTS:
    ratio_of(
        f"refund_amount_ratio_{suffix}",
        S,
        f"退款率（金额，{zh}）",
        f"Refund ratio by amount, {en}",
        f"refund_minor{column}",
        "gmv_paid_minor",
        direction="down_is_good",
        settles_seconds=settles,
        notes=COHORT_NOTE,
    )
    ratio_of(
        f"refund_order_ratio_{suffix}",
        S,
        f"退款率（订单，{zh}）",
        f"Refund ratio by orders, {en}",
        f"refund_orders{column}",
        "orders_paid",
        direction="down_is_good",
        settles_seconds=settles,
        notes=COHORT_NOTE,
    )

for metric_id, zh, en, above, below in (
    ("refund_amount_ratio", "退款率（金额，最终）", "Refund ratio by amount, final", "refund_minor", "gmv_paid_minor"),
    ("refund_order_ratio", "退款率（订单，最终）", "Refund ratio by orders, final", "refund_orders", "orders_paid"),
    (
        "refund_before_shipping_ratio",
        "发货前退款率",
        "Refund ratio before shipping",
        "refund_before_shipping_minor",
        "gmv_paid_minor",
    ),
    (
        "refund_after_shipping_ratio",
        "发货后退款率",
        "Refund ratio after shipping",
        "refund_after_shipping_minor",
        "gmv_paid_minor",
    ),
    ("refund_return_ratio", "退货退款率", "Return ratio", "refund_return_minor", "gmv_paid_minor"),
    ("refund_quality_ratio", "品质退款率", "Quality refund ratio", "refund_quality_minor", "gmv_paid_minor"),
):
    ratio_of(
        metric_id, S, zh, en, above, below, direction="down_is_good", settles_seconds=FINAL_SECONDS, notes=COHORT_NOTE
    )


@metric(
    "refund_only_ratio",
    S,
    "仅退款率",
    "Refund-only ratio",
    formula=("(至今退款金额 − 退货退款金额) ÷ 支付金额", "(refunded so far − refunded with return) ÷ paid by buyers"),
    unit="ratio",
    columns=("refund_minor", "refund_return_minor", "gmv_paid_minor"),
    denominator=("支付金额", "paid by buyers"),
    grains=grains_of("refund_minor"),
    direction="down_is_good",
    settles_seconds=FINAL_SECONDS,
    notes=("未写明退款方式的算作仅退款", "refunds that do not say how count as refund only"),
)
def refund_only_ratio(s: Scope) -> float:
    alone = s.total("refund_minor") - s.total("refund_return_minor")
    return s.ratio(alone, s.total("gmv_paid_minor"), zh="支付金额", en="paid by buyers")


total_of(
    "refunds_cash",
    S,
    "当期退款金额（现金口径）",
    "Refunded in the window (cash)",
    "refunds_cash_minor",
    direction="down_is_good",
    settles_seconds=FINAL_SECONDS,
)
ratio_of(
    "refund_cash_ratio",
    S,
    "当期退款率（现金口径）",
    "Refund ratio in the window (cash)",
    "refunds_cash_minor",
    "gmv_paid_minor",
    direction="down_is_good",
    settles_seconds=FINAL_SECONDS,
    notes=(
        "当期退款 ÷ 当期支付：两者不是同一批订单，只用于看现金，不评价本场",
        "refunded in the window ÷ paid in the window: different orders; for cash only, never to judge a show",
    ),
)
total_of(
    "refunds",
    S,
    "至今退款金额",
    "Refunded so far",
    "refund_minor",
    direction="down_is_good",
    settles_seconds=FINAL_SECONDS,
)
total_of(
    "refund_orders",
    S,
    "至今退款订单数",
    "Orders refunded so far",
    "refund_orders",
    direction="down_is_good",
    settles_seconds=FINAL_SECONDS,
)


def _net(s: Scope, refunds: str) -> int:
    return s.total("gmv_paid_minor") - s.total(refunds)


for suffix, zh, en, column, settles in (("", "至今", "so far", "", FINAL_SECONDS), *COHORTS):
    refunds = f"refund_minor{column}"
    add(
        f"net_sales_{suffix}" if suffix else "net_sales",
        S,
        f"净销售额（扣{zh}退款）",
        f"Net sales after refunds {'so far' if not suffix else 'within ' + en}",
        lambda s, refunds=refunds: _net(s, refunds),  # type: ignore[misc]
        formula=(f"支付金额 − {zh}退款金额", f"paid by buyers − refunded {'so far' if not suffix else 'within ' + en}"),
        unit="minor",
        columns=("gmv_paid_minor", refunds),
        grains=grains_of("gmv_paid_minor", refunds),
        additive=("minute", "traffic_source", "product", "lap", "host"),
        settles_seconds=settles,
        notes=COHORT_NOTE,
    )
