"""How well the numbers themselves are doing: lag, set-aside lines, events that fit nowhere."""

from kaibo.metrics.registry import metric
from kaibo.metrics.scope import Scope, Unknown

S = "3.5"


@metric(
    "count_lag_seconds",
    S,
    "计数延迟",
    "Counting lag",
    formula=("现在 − 最早未计数批次的落盘时刻", "now − commit of the oldest batch not yet counted"),
    unit="seconds",
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def count_lag_seconds(s: Scope) -> float:
    status = s.facts.count_status
    s.trace.saw(s.facts.now_us)
    s.trace.reads += 1
    if status.behind_seconds is None:
        if status.behind_events == 0:
            return 0.0
        raise Unknown("not_reported", "计数进程没有报告延迟", "the counter does not report its lag")
    return status.behind_seconds


@metric(
    "count_lag_events",
    S,
    "未计数事件数",
    "Events not yet counted",
    formula=("日志序号 − 已计数序号", "sequence of the log − sequence counted"),
    unit="count",
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def count_lag_events(s: Scope) -> int:
    s.trace.saw(s.facts.now_us)
    s.trace.reads += 1
    return s.facts.count_status.behind_events


@metric(
    "quarantined_batches",
    S,
    "隔离批次数",
    "Batches set aside",
    formula=("Σ 读不出来的批次", "Σ batches that could not be read"),
    unit="count",
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def quarantined_batches(s: Scope) -> int:
    s.trace.saw(s.facts.now_us)
    s.trace.reads += 1
    return s.facts.count_status.quarantined_batches


@metric(
    "quarantined_lines",
    S,
    "隔离行数",
    "Lines set aside",
    formula=("Σ 被拒收的行", "Σ lines that were refused"),
    unit="count",
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def quarantined_lines(s: Scope) -> int:
    s.trace.saw(s.facts.now_us)
    s.trace.reads += 1
    return s.facts.log_status.quarantined


@metric(
    "unmatched_events",
    S,
    "未匹配订单的事件数",
    "Events of unknown orders",
    formula=("Σ 找不到订单的事件", "Σ events that name an order not seen placed or paid"),
    unit="count",
    columns=("unmatched",),
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def unmatched_events(s: Scope) -> int:
    return s.total("unmatched")


@metric(
    "gap_minutes",
    S,
    "数据源中断分钟",
    "Minutes with a silent feed",
    formula=("Σ 各数据源已知中断时长", "Σ known gaps of the feeds"),
    unit="minutes",
    direction="down_is_good",
    owner="operations",
    settles_seconds=0,
)
def gap_minutes(s: Scope) -> float:
    s.trace.reads += 1
    s.trace.saw(s.clock)
    low = s.facts.started_us or 0
    spans = [(max(gap.from_us, low), min(gap.to_us or s.clock, s.clock)) for gap in s.facts.coverage.gaps]
    return sum(max(0, to_us - from_us) for from_us, to_us in spans) / 60_000_000
