"""Compared with earlier shows of the same room and slot: the usual share and the range it leads to."""

from statistics import median

from kaibo.metrics.history import quartiles, shares_at
from kaibo.metrics.registry import metric
from kaibo.metrics.scope import Scope, Unknown

S = "3.7"
FEW = ("可比的历史场次不足 3 场时为空", "missing with fewer than three comparable earlier shows")


@metric(
    "gmv_usual_share_ratio",
    S,
    "此时通常完成的占比",
    "Usual share of the final GMV by now",
    formula=(
        "历史场次此刻累计支付 ÷ 其最终支付，取中位数",
        "median over earlier shows of paid by this minute ÷ paid in the end",
    ),
    unit="ratio",
    columns=("gmv_paid_minor",),
    denominator=("历史场次最终支付金额", "final GMV of the earlier shows"),
    missing=FEW,
    direction="neutral",
    notes=("同直播间、同时段最近 7 场", "the last seven shows of the same room and slot"),
)
def gmv_usual_share_ratio(s: Scope) -> float:
    s.total("gmv_paid_minor")
    return median(shares_at(s, "gmv_paid"))


def _expected(s: Scope, share: int) -> float:
    paid = s.total("gmv_paid_minor")
    shares = quartiles(shares_at(s, "gmv_paid"))
    if shares[0] <= 0:
        raise Unknown("too_early", "历史场次此刻多还没有成交", "by now most earlier shows had sold nothing yet")
    return paid / shares[share]


@metric(
    "gmv_expected_low",
    S,
    "预计最终支付GMV（低）",
    "Expected final GMV, low",
    formula=("当前支付金额 ÷ 历史此刻占比的 P75", "paid so far ÷ P75 of the earlier shows' share by now"),
    unit="minor",
    columns=("gmv_paid_minor",),
    denominator=("历史此刻占比", "the earlier shows' share by now"),
    missing=FEW,
)
def gmv_expected_low(s: Scope) -> float:
    return _expected(s, 1)


@metric(
    "gmv_expected_high",
    S,
    "预计最终支付GMV（高）",
    "Expected final GMV, high",
    formula=("当前支付金额 ÷ 历史此刻占比的 P25", "paid so far ÷ P25 of the earlier shows' share by now"),
    unit="minor",
    columns=("gmv_paid_minor",),
    denominator=("历史此刻占比", "the earlier shows' share by now"),
    missing=FEW,
)
def gmv_expected_high(s: Scope) -> float:
    return _expected(s, 0)
