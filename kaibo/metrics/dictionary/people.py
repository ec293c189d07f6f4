"""Section 3.7, people: hosts on duty."""

from kaibo.metrics.dictionary.money import on_air_hours
from kaibo.metrics.registry import metric, unfed
from kaibo.metrics.scope import Scope

S = "3.7"


@metric(
    "on_air_minutes",
    S,
    "直播时长 / 主播在岗分钟",
    "Minutes on air",
    formula=("开播到现在（主播：在岗时段之和）", "since the start (host: sum of the spans on duty)"),
    unit="minutes",
    grains=("show", "host"),
    missing=("不知道开播时间时为空", "missing when the start of the show is not known"),
    direction="neutral",
)
def on_air_minutes(s: Scope) -> float:
    s.trace.reads += 1
    return on_air_hours(s) * 60


@metric(
    "net_sales_per_hour",
    S,
    "每小时净销售额",
    "Net sales per hour",
    formula=("(支付金额 − 至今退款) ÷ 在岗小时", "(paid − refunded so far) ÷ hours on duty"),
    unit="minor",
    columns=("gmv_paid_minor", "refund_minor"),
    denominator=("在岗小时", "hours on duty"),
    grains=("show", "host"),
    settles_seconds=30 * 86_400,
)
def net_sales_per_hour(s: Scope) -> float:
    return (s.total("gmv_paid_minor") - s.total("refund_minor")) / on_air_hours(s)


unfed(
    "booked_arrived_ratio",
    S,
    "预约到场率",
    "Booked who arrived",
    formula=("预约且进入的人数 ÷ 预约人数", "people booked who came ÷ people booked"),
    why=("没有数据源上报预约", "no feed reports bookings"),
    denominator=("预约人数", "people booked"),
)
unfed(
    "bag_cost_per_entry",
    S,
    "福袋单次进入成本",
    "Lucky-bag cost per entry",
    formula=("福袋花费 ÷ 福袋带来的看播次数", "cost of lucky bags ÷ views they brought"),
    why=("没有数据源上报福袋花费", "no feed reports what lucky bags cost"),
    unit="minor",
    denominator=("福袋带来的看播次数", "views they brought"),
    direction="down_is_good",
)
