"""Section 3.4: what was sold and what one viewer, view, order or hour is worth."""

from kaibo.metrics.registry import add, grains_of, metric, ratio_of, total_of, unfed
from kaibo.metrics.scope import Scope, Unknown

S = "3.4"

total_of(
    "gmv_placed",
    S,
    "下单GMV",
    "GMV placed",
    "gmv_placed_minor",
    notes=("含未支付、后来退款的订单", "unpaid and later refunded orders included"),
)
total_of(
    "gmv_paid",
    S,
    "支付GMV",
    "Paid GMV",
    "gmv_paid_minor",
    notes=(
        "买家实付，按付款时刻；不扣退款和取消",
        "paid by the buyer, by the instant of payment; refunds and cancellations not deducted",
    ),
    also_known_as=("本场支付GMV", "GMV"),
)


for metric_id, zh, en, column, lines in (
    (
        "gmv_paid_subsidy",
        "支付GMV（含平台补贴）",
        "Paid GMV with platform subsidy",
        "gmv_paid_subsidy_minor",
        "subsidy_lines",
    ),
    ("gmv_receivable", "商家应收金额", "Receivable by the merchant", "receivable_minor", "receivable_lines"),
):
    add(
        metric_id,
        S,
        zh,
        en,
        lambda s, column=column: s.total(column),  # type: ignore[misc]
        formula=(f"Σ {zh}", f"Σ {en[0].lower()}{en[1:]}"),
        unit="minor",
        columns=(column, lines, "paid_lines"),
        grains=grains_of(column),
        additive=("minute", "traffic_source", "product", "lap", "host"),
    )

unfed(
    "gmv_direct",
    S,
    "直接成交GMV",
    "Direct GMV",
    formula=("最后一次点击归因到本场的支付金额", "paid by buyers whose last click was in this show"),
    why=("事件不带点击归因", "events carry no click attribution"),
    unit="minor",
)
total_of(
    "gmv_attributed",
    S,
    "广告归因GMV",
    "GMV attributed to ads",
    "attributed_gmv_minor",
    notes=("广告平台自己的归因口径", "by the ad platform's own rules of attribution"),
)
for column, zh, en in (
    ("orders_placed", "下单数", "Orders placed"),
    ("orders_paid", "支付订单数", "Orders paid"),
    ("payers", "支付人数", "Paying viewers"),
    ("units_paid", "支付件数", "Units paid"),
    ("buyers_placed", "下单人数", "Viewers who placed an order"),
):
    total_of(column, S, zh, en, column)
for column, zh, en in (
    ("orders_canceled", "取消订单数", "Orders canceled"),
    ("orders_shipped", "发货订单数", "Orders shipped"),
    ("orders_delivered", "签收订单数", "Orders delivered"),
):
    total_of(column, S, zh, en, column, settles_seconds=30 * 86_400)

ratio_of(
    "value_per_payer",
    S,
    "客单价（每付款人）",
    "Value per payer",
    "gmv_paid_minor",
    "payers",
    unit="minor",
    also_known_as=("客单价",),
)
ratio_of("value_per_order", S, "笔单价（每单）", "Value per order", "gmv_paid_minor", "orders_paid", unit="minor")
ratio_of("value_per_unit", S, "件均价（每件）", "Value per unit", "gmv_paid_minor", "units_paid", unit="minor")
ratio_of("value_per_viewer", S, "UV价值（每观看人数）", "Value per viewer", "gmv_paid_minor", "viewers", unit="minor")
ratio_of(
    "gpm_view",
    S,
    "GPM（千次观看成交）",
    "GMV per 1,000 views",
    "gmv_paid_minor",
    "views",
    scale=1000,
    unit="minor",
    also_known_as=("GPM", "千次观看成交"),
)
ratio_of(
    "gpm_uv", S, "GPM（千人观看成交）", "GMV per 1,000 viewers", "gmv_paid_minor", "viewers", scale=1000, unit="minor"
)
ratio_of(
    "gpm_show",
    S,
    "GPM（千次曝光成交）",
    "GMV per 1,000 impressions",
    "gmv_paid_minor",
    "impressions",
    scale=1000,
    unit="minor",
    also_known_as=("Show GPM",),
)
ratio_of(
    "opm_view", S, "OPM（千次观看订单）", "Orders per 1,000 views", "orders_paid", "views", scale=1000, unit="units"
)


@metric(
    "gpm_view_15m",
    S,
    "GPM（近 15 分钟）",
    "GMV per 1,000 views, last 15 minutes",
    formula=("近 15 分钟支付金额 ÷ 近 15 分钟看播次数 × 1000", "paid ÷ views × 1000, last fifteen minutes"),
    unit="minor",
    columns=("gmv_paid_minor", "views"),
    denominator=("看播次数", "views"),
    is_rolling=True,
)
def gpm_view_15m(s: Scope) -> float:
    return s.recent(15).quotient("gmv_paid_minor", "views") * 1000


@metric(
    "gmv_per_hour",
    S,
    "每小时GMV",
    "GMV per hour",
    formula=("支付金额 ÷ 直播小时", "paid by buyers ÷ hours on air"),
    unit="minor",
    columns=("gmv_paid_minor",),
    denominator=("直播小时", "hours on air"),
    grains=("show", "host"),
    also_known_as=("GPH",),
)
def gmv_per_hour(s: Scope) -> float:
    return s.total("gmv_paid_minor") / on_air_hours(s)


@metric(
    "orders_per_hour",
    S,
    "每小时订单数",
    "Orders per hour",
    formula=("支付订单数 ÷ 直播小时", "orders paid ÷ hours on air"),
    unit="units",
    columns=("orders_paid",),
    denominator=("直播小时", "hours on air"),
    grains=("show", "host"),
    also_known_as=("OPH",),
)
def orders_per_hour(s: Scope) -> float:
    return s.total("orders_paid") / on_air_hours(s)


def on_air_hours(s: Scope) -> float:
    """Hours of the show up to the clock; at host grain, the hours this host was on duty. Raises: Unknown."""
    if s.grain != "host":
        return s.minutes / 60
    spans = [d for d in s.facts.duties if d.host_id == s.key]
    worked = sum(max(0, min(d.to_us or s.clock, s.clock) - d.from_us) for d in spans)
    if worked == 0:
        raise Unknown("no_denominator", "没有在岗时长", "no time on duty")
    return worked / 3_600_000_000


@metric(
    "fan_gmv_ratio",
    S,
    "老粉成交占比",
    "Old fans' share of paid GMV",
    formula=("老粉支付金额 ÷ 支付金额", "paid by old fans ÷ paid by buyers"),
    unit="ratio",
    columns=("fan_gmv_paid_minor", "fan_known_lines", "paid_lines", "gmv_paid_minor"),
    denominator=("支付金额", "paid by buyers"),
    grains=grains_of("fan_gmv_paid_minor"),
    direction="neutral",
    notes=("老粉 = 进入本场前已关注", "an old fan followed before entering this show"),
)
def fan_gmv_ratio(s: Scope) -> float:
    return s.ratio(s.total("fan_gmv_paid_minor"), s.total("gmv_paid_minor"), zh="支付金额", en="paid by buyers")


unfed(
    "fan_payer_ratio",
    S,
    "粉丝成交人数占比",
    "Old fans' share of payers",
    formula=("进入前已关注的支付人数 ÷ 支付人数", "payers who followed before entering ÷ payers"),
    why=("还没有按人统计老粉", "fans are not counted by person yet"),
    denominator=("支付人数", "payers"),
    direction="neutral",
)


@metric(
    "roas_target_ratio",
    S,
    "目标达成率（ROI）",
    "Target attainment (ROI)",
    formula=("支付金额 ÷ 广告消耗 ÷ ROI 目标", "paid by buyers ÷ ad spend ÷ ROI target"),
    unit="ratio",
    columns=("gmv_paid_minor", "spend_minor"),
    denominator=("广告消耗、ROI 目标", "ad spend, ROI target"),
    missing=("没有设目标时为空", "missing when no target is set"),
)
def roas_target_ratio(s: Scope) -> float:
    return s.quotient("gmv_paid_minor", "spend_minor") / s.target("roas")


@metric(
    "net_target_ratio",
    S,
    "目标达成率（净销售额）",
    "Target attainment (net sales)",
    formula=("(支付金额 − 至今退款) ÷ 目标", "(paid − refunded so far) ÷ target"),
    unit="ratio",
    columns=("gmv_paid_minor", "refund_minor"),
    denominator=("目标", "target"),
    missing=("没有设目标时为空", "missing when no target is set"),
    settles_seconds=30 * 86_400,
)
def net_target_ratio(s: Scope) -> float:
    return (s.total("gmv_paid_minor") - s.total("refund_minor")) / s.target("net_sales_minor")


TARGETS = {
    "gmv_target_ratio": ("gmv_paid_minor", "gmv_paid_minor", "支付GMV", "paid GMV"),
    "orders_target_ratio": ("orders_paid", "orders_paid", "支付订单数", "orders paid"),
    "views_target_ratio": ("views", "views", "看播次数", "views"),
    "viewers_target_ratio": ("viewers", "viewers", "观看人数", "viewers"),
}
for metric_id, (column, target, zh, en) in TARGETS.items():
    add(
        metric_id,
        S,
        f"目标达成率（{zh}）",
        f"Target attainment ({en})",
        lambda s, column=column, target=target: s.total(column) / s.target(target),  # type: ignore[misc]
        formula=(f"{zh} ÷ 目标", f"{en} ÷ target"),
        unit="ratio",
        columns=(column,),
        denominator=("目标", "target"),
        missing=("没有设目标时为空", "missing when no target is set"),
    )
