"""Section 3.4 and 3.7: traffic bought, what it returns, and where it breaks even."""

from kaibo.kit.clock import DAY_US, HOUR_US
from kaibo.metrics.registry import add, metric, ratio_of, total_of, unfed
from kaibo.metrics.scope import Scope, Unknown

S = "3.4"
HOUR_SECONDS, DAY_SECONDS = HOUR_US // 1_000_000, DAY_US // 1_000_000
NOT_SEPARABLE = (
    "全域推广下自然与付费成交无法拆开",
    "under whole-room delivery natural and paid sales cannot be told apart",
)
ADS_FRESH = 300

total_of("ad_spend", S, "广告消耗", "Ad spend", "spend_minor", direction="neutral", freshness_seconds=ADS_FRESH)
total_of("ad_impressions", S, "广告展示次数", "Ad impressions", "ad_impressions", freshness_seconds=ADS_FRESH)
total_of("ad_clicks", S, "广告点击次数", "Ad clicks", "ad_clicks", freshness_seconds=ADS_FRESH)


@metric(
    "spend_per_minute",
    "3.7",
    "每分钟消耗",
    "Ad spend per minute",
    formula=("近 15 分钟消耗 ÷ 分钟", "spend in the last fifteen minutes ÷ minutes"),
    unit="minor_per_minute",
    columns=("spend_minor",),
    denominator=("分钟", "minutes"),
    direction="neutral",
    freshness_seconds=ADS_FRESH,
    is_rolling=True,
    notes=(
        "消耗每 1–5 分钟到一次，15 分钟窗口避免锯齿",
        "spend arrives every one to five minutes: a window of fifteen avoids saw teeth",
    ),
)
def spend_per_minute(s: Scope) -> float:
    recent = s.recent(15)
    return recent.total("spend_minor") / recent.minutes


def _balance(s: Scope) -> int:
    s.require("spend.reported")
    stated = [f for f in s.facts.figures.get("ad_balance_minor", ()) if f.as_of_us <= s.clock]
    if not stated:
        raise Unknown("not_reported", "没有数据源上报广告余额", "no feed reports the balance of the ad account")
    s.trace.saw(stated[-1].as_of_us)
    s.trace.origins.add(stated[-1].origin)
    return stated[-1].value


@metric(
    "ad_balance",
    "3.7",
    "广告账户余额",
    "Balance of the ad account",
    formula=("最近一次报告的余额", "the last balance reported"),
    unit="minor",
    missing=("没有数据源上报余额时为空", "missing when no feed reports a balance"),
    direction="neutral",
    freshness_seconds=ADS_FRESH,
)
def ad_balance(s: Scope) -> int:
    return _balance(s)


@metric(
    "ad_minutes_left",
    "3.7",
    "余额还能投多久",
    "How long the ad balance lasts",
    formula=("余额 ÷ 每分钟消耗", "balance ÷ spend per minute"),
    unit="minutes",
    columns=("spend_minor",),
    denominator=("每分钟消耗", "spend per minute"),
    freshness_seconds=ADS_FRESH,
    is_rolling=True,
)
def ad_minutes_left(s: Scope) -> float:
    return s.ratio(_balance(s), spend_per_minute(s), zh="每分钟消耗", en="spend per minute")


@metric(
    "spend_budget_ratio",
    "3.7",
    "预算进度",
    "Share of the ad budget spent",
    formula=("广告消耗 ÷ 本场消耗目标", "ad spend ÷ the show's spend target"),
    unit="ratio",
    columns=("spend_minor",),
    denominator=("消耗目标", "spend target"),
    missing=("没有设消耗目标时为空", "missing when no spend target is set"),
    direction="neutral",
    freshness_seconds=ADS_FRESH,
)
def spend_budget_ratio(s: Scope) -> float:
    return s.total("spend_minor") / s.target("spend_minor")


ratio_of(
    "roas_room",
    S,
    "整体ROI（全部成交）",
    "Overall ROI (all sales)",
    "gmv_paid_minor",
    "spend_minor",
    unit="multiple",
    freshness_seconds=ADS_FRESH,
    notes=("全部支付金额 ÷ 广告消耗，不论成交来自哪里", "all that was paid ÷ ad spend, wherever the sale came from"),
    also_known_as=("综合ROI",),
)


@metric(
    "roas_room_15m",
    S,
    "整体ROI（近 15 分钟）",
    "Overall ROI, last 15 minutes",
    formula=("近 15 分钟支付金额 ÷ 近 15 分钟广告消耗", "paid ÷ ad spend, last fifteen minutes"),
    unit="multiple",
    columns=("gmv_paid_minor", "spend_minor"),
    denominator=("广告消耗", "ad spend"),
    freshness_seconds=ADS_FRESH,
    is_rolling=True,
)
def roas_room_15m(s: Scope) -> float:
    return s.recent(15).quotient("gmv_paid_minor", "spend_minor")


@metric(
    "roas_standard",
    S,
    "投放ROI（标准推广归因）",
    "ROI by ad attribution (standard delivery)",
    formula=("广告归因支付金额 ÷ 广告消耗", "paid GMV attributed to ads ÷ ad spend"),
    unit="multiple",
    columns=("attributed_gmv_minor", "spend_minor", "whole_room_spend_minor"),
    denominator=("广告消耗", "ad spend"),
    missing=NOT_SEPARABLE,
    freshness_seconds=ADS_FRESH,
    also_known_as=("支付ROI",),
)
def roas_standard(s: Scope) -> float:
    if s.total("whole_room_spend_minor") > 0:
        raise Unknown("not_reported", *NOT_SEPARABLE)
    return s.quotient("attributed_gmv_minor", "spend_minor")


@metric(
    "roas_whole_room",
    S,
    "全域ROI",
    "ROI under whole-room delivery",
    formula=(
        "广告归因支付金额 ÷ 广告消耗，全部消耗为全域推广时",
        "attributed GMV ÷ ad spend, where all spend is whole-room",
    ),
    unit="multiple",
    columns=("attributed_gmv_minor", "spend_minor", "whole_room_spend_minor"),
    denominator=("广告消耗", "ad spend"),
    missing=("没有全域推广或与标准推广混投时为空", "missing without whole-room delivery or when both kinds are mixed"),
    freshness_seconds=ADS_FRESH,
    notes=NOT_SEPARABLE,
    also_known_as=("roi2",),
)
def roas_whole_room(s: Scope) -> float:
    spend, whole = s.total("spend_minor"), s.total("whole_room_spend_minor")
    if spend and whole == 0:
        raise Unknown("no_denominator", "没有全域推广消耗", "nothing was spent under whole-room delivery")
    if whole < spend:
        raise Unknown(
            "not_reported", "标准与全域推广混投，归因无法拆开", "both kinds of delivery ran: attribution is mixed"
        )
    return s.quotient("attributed_gmv_minor", "spend_minor")


def _net_roas(s: Scope, refunds: str) -> float:
    net = s.total("gmv_paid_minor") - s.total(refunds)
    return s.ratio(net, s.total("spend_minor"), zh="广告消耗", en="ad spend")


for suffix, zh, en, settles in (("1h", "1 小时", "1 h", HOUR_SECONDS), ("d7", "7 天", "7 days", 7 * DAY_SECONDS)):
    column = f"refund_minor_{suffix}"
    add(
        f"roas_net_{suffix}",
        S,
        f"净ROI（扣{zh}退款）",
        f"Net ROI after refunds within {en}",
        lambda s, column=column: _net_roas(s, column),  # type: ignore[misc]
        formula=(f"(支付金额 − {zh}内退款金额) ÷ 广告消耗", f"(paid − refunded within {en}) ÷ ad spend"),
        unit="multiple",
        columns=("gmv_paid_minor", column, "spend_minor"),
        denominator=("广告消耗", "ad spend"),
        settles_seconds=settles,
        freshness_seconds=ADS_FRESH,
    )


@metric(
    "roas_net_15m",
    S,
    "净ROI（近 15 分钟，扣 1 小时退款）",
    "Net ROI, last 15 minutes",
    formula=(
        "近 15 分钟 (支付 − 1 小时内退款) ÷ 消耗",
        "(paid − refunded within 1 h) ÷ spend, orders of the last fifteen minutes",
    ),
    unit="multiple",
    columns=("gmv_paid_minor", "refund_minor_1h", "spend_minor"),
    denominator=("广告消耗", "ad spend"),
    settles_seconds=HOUR_SECONDS,
    freshness_seconds=ADS_FRESH,
    is_rolling=True,
)
def roas_net_15m(s: Scope) -> float:
    return _net_roas(s.recent(15), "refund_minor_1h")


@metric(
    "breakeven_roas",
    S,
    "保本ROI（全成本）",
    "Break-even ROI (all unit costs)",
    formula=(
        "1 ÷ [(1−r)(毛利−佣金−平台费) − (1−r发货前)(运费+运费险)/笔单价 − r发货后×处理费/笔单价]",
        "1 ÷ [(1−r)(margin − commission − fee) − (1 − r_before)(freight + insurance)/value per order "
        "− r_after × handling/value per order]",
    ),
    unit="multiple",
    columns=("gmv_paid_minor", "orders_paid"),
    denominator=("每 1 元支付的贡献", "contribution per 1 paid"),
    missing=(
        "直播间经济参数不全时为空；贡献不为正时没有保本点",
        "missing while a setting of the room is; no ROI breaks even when the contribution is not positive",
    ),
    direction="neutral",
    notes=(
        "r = 发货前 + 发货后退款率。例：毛利 65%，平台费 5%，退款 22%+36%，6.5、3、174 元 → 4.6",
        "r = refunds before + after shipping. Example: margin 65 %, fee 5 %, refunds 22 % + 36 %, 6.5, 3, 174 → 4.6",
    ),
)
def breakeven_roas(s: Scope) -> float:
    before, after = s.setting("refund_before_shipping_ratio"), s.setting("refund_after_shipping_ratio")
    unit_margin = s.setting("margin_ratio") - s.setting("commission_ratio") - s.setting("platform_fee_ratio")
    sending = s.setting("freight_minor") + s.setting("insurance_minor")
    handling = s.setting("handling_minor")
    value = s.quotient("gmv_paid_minor", "orders_paid")
    if value <= 0:
        raise Unknown("no_denominator", "笔单价为 0", "value per order is zero")
    kept = (1 - before - after) * unit_margin - (1 - before) * sending / value - after * handling / value
    return _breaks_even(kept)


@metric(
    "breakeven_roas_short",
    S,
    "保本ROI（简式）",
    "Break-even ROI (short form)",
    formula=("1 ÷ [毛利率 × (1 − 退款率)]", "1 ÷ [margin × (1 − refund ratio)]"),
    unit="multiple",
    denominator=("毛利率 × (1 − 退款率)", "margin × (1 − refund ratio)"),
    missing=("没有填毛利率或退款率时为空", "missing while margin or refund ratios are not set"),
    direction="neutral",
    notes=(
        "不含运费、佣金，偏低。毛利 50%、退款 10% → 2.22；40%、15% → 2.94",
        "leaves freight and commission out, so it reads low. Margin 50 %, refunds 10 % → 2.22; 40 %, 15 % → 2.94",
    ),
)
def breakeven_roas_short(s: Scope) -> float:
    refunds = s.setting("refund_before_shipping_ratio") + s.setting("refund_after_shipping_ratio")
    return _breaks_even(s.setting("margin_ratio") * (1 - refunds))


def _breaks_even(kept: float) -> float:
    if kept <= 0:
        raise Unknown("no_denominator", "每卖 1 元都亏，没有保本点", "every 1 paid loses money: no ROI breaks even")
    return 1 / kept


ratio_of(
    "ad_gmv_ratio",
    S,
    "广告消耗占比",
    "Ad spend share of paid GMV",
    "spend_minor",
    "gmv_paid_minor",
    direction="down_is_good",
    freshness_seconds=ADS_FRESH,
    also_known_as=("千川消耗占比", "spend share"),
)
ratio_of(
    "whole_room_spend_ratio",
    S,
    "全域推广消耗占比",
    "Whole-room share of spend",
    "whole_room_spend_minor",
    "spend_minor",
    direction="neutral",
    freshness_seconds=ADS_FRESH,
)
ratio_of(
    "cpm",
    S,
    "千次展示成本",
    "Cost per 1,000 ad impressions",
    "spend_minor",
    "ad_impressions",
    scale=1000,
    unit="minor",
    direction="down_is_good",
    freshness_seconds=ADS_FRESH,
    also_known_as=("CPM",),
)
ratio_of(
    "cpc",
    S,
    "点击成本",
    "Cost per ad click",
    "spend_minor",
    "ad_clicks",
    unit="minor",
    direction="down_is_good",
    freshness_seconds=ADS_FRESH,
    also_known_as=("CPC",),
)
ratio_of(
    "spend_per_payer",
    S,
    "每付款人广告成本",
    "Ad spend per payer",
    "spend_minor",
    "payers",
    unit="minor",
    direction="down_is_good",
    freshness_seconds=ADS_FRESH,
)


@metric(
    "cost_per_entry",
    "3.7",
    "单次进入成本",
    "Cost per paid entry",
    formula=("广告消耗 ÷ 付费来源看播次数", "ad spend ÷ views from paid traffic"),
    unit="minor",
    columns=("spend_minor", "views"),
    denominator=("付费来源看播次数", "views from paid traffic"),
    direction="down_is_good",
    freshness_seconds=ADS_FRESH,
)
def cost_per_entry(s: Scope) -> float:
    spend = s.total("spend_minor")
    s.total("views")
    paid = s.facts.views_by_source(s.from_us, s.to_us).get("paid", 0)
    return s.ratio(spend, paid, zh="付费来源看播次数", en="views from paid traffic")


unfed(
    "creative_3s_ratio",
    "3.7",
    "素材 3 秒完播率",
    "Creative 3-second ratio",
    formula=("播放满 3 秒的次数 ÷ 播放次数", "plays of at least 3 s ÷ plays"),
    why=("没有数据源上报素材播放", "no feed reports plays of creatives"),
    denominator=("播放次数", "plays"),
)
unfed(
    "cac",
    S,
    "获客成本",
    "Customer acquisition cost",
    formula=("获客总花费 ÷ 新付费客户数", "all acquisition spend ÷ new paying customers"),
    why=("还不能区分新老客户", "new and returning customers are not told apart yet"),
    unit="minor",
    denominator=("新付费客户数", "new paying customers"),
    direction="down_is_good",
)
