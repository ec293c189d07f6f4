"""Section 3.7, on air: the last minutes up to now."""

from kaibo.metrics.registry import metric
from kaibo.metrics.scope import Scope, Unknown

S = "3.7"


@metric(
    "gmv_5m",
    S,
    "近 5 分钟支付GMV",
    "Paid GMV, last 5 minutes",
    formula=("Σ 近 5 分钟支付金额", "Σ paid by buyers in the last five minutes"),
    unit="minor",
    columns=("gmv_paid_minor",),
    is_rolling=True,
)
def gmv_5m(s: Scope) -> int:
    return round(s.recent(5).total("gmv_paid_minor"))


@metric(
    "gmv_per_minute_5m",
    S,
    "每分钟GMV（近 5 分钟）",
    "GMV per minute, last 5 minutes",
    formula=("近 5 分钟支付金额 ÷ 已过分钟", "paid in the last five minutes ÷ minutes gone"),
    unit="minor_per_minute",
    columns=("gmv_paid_minor",),
    denominator=("分钟", "minutes"),
    is_rolling=True,
    missing=("开播不足 1 分钟为空", "missing in the first minute"),
)
def gmv_per_minute_5m(s: Scope) -> float:
    recent = s.recent(5)
    return recent.total("gmv_paid_minor") / recent.minutes


@metric(
    "online_now",
    S,
    "实时在线",
    "Online now",
    formula=("最近一次在线采样", "the last sample of people online"),
    unit="count",
    columns=("online_last",),
    grains=("show", "minute"),
    missing=("超过 5 分钟没有采样为空", "missing after five minutes without a sample"),
    also_known_as=("online",),
)
def online_now(s: Scope) -> int:
    return s.online().value


@metric(
    "net_inflow_per_minute",
    S,
    "每分钟净流入",
    "Net inflow per minute",
    formula=("(进入 − 离开) ÷ 分钟，近 5 分钟", "(entries − leaves) ÷ minutes, last five minutes"),
    unit="per_minute",
    columns=("views", "leaves"),
    denominator=("分钟", "minutes"),
    is_rolling=True,
    notes=(
        "没有离开事件时用在线人数的变化代替，两者按定义相等",
        "where no feed reports leaving, the change of people online stands in: by definition the same",
    ),
)
def net_inflow_per_minute(s: Scope) -> float:
    recent = s.recent(5)
    if s.facts.heard("leaves") is not None and s.facts.heard("views") is not None:
        return (recent.total("views") - recent.total("leaves")) / recent.minutes
    samples = recent.samples()
    if len(samples) < 2:
        raise Unknown("not_reported", "近 5 分钟在线采样不足两次", "fewer than two samples in the last five minutes")
    first, last = samples[0], samples[-1]
    span = (last.at_us - first.at_us) / 60_000_000
    return s.ratio(last.value - first.value, span, zh="两次采样间隔", en="time between samples")


@metric(
    "entries_per_minute",
    S,
    "每分钟进入",
    "Entries per minute",
    formula=("近 5 分钟看播次数 ÷ 分钟", "views in the last five minutes ÷ minutes"),
    unit="per_minute",
    columns=("views",),
    denominator=("分钟", "minutes"),
    is_rolling=True,
)
def entries_per_minute(s: Scope) -> float:
    recent = s.recent(5)
    return recent.total("views") / recent.minutes


def _entries(s: Scope, *, paid: bool) -> float:
    recent = s.recent(5)
    views = recent.total("views")
    known = {key: count for key, count in s.facts.views_by_source(recent.from_us, recent.to_us).items() if key}
    if views and not known:
        raise Unknown("not_reported", "进入事件不带流量来源", "entries carry no traffic source")
    return sum(count for key, count in known.items() if (key == "paid") is paid) / recent.minutes


@metric(
    "entries_natural_per_minute",
    S,
    "每分钟自然进入",
    "Natural entries per minute",
    formula=("近 5 分钟非付费来源的看播次数 ÷ 分钟", "views not from paid traffic, last five minutes ÷ minutes"),
    unit="per_minute",
    columns=("views",),
    denominator=("分钟", "minutes"),
    is_rolling=True,
)
def entries_natural_per_minute(s: Scope) -> float:
    return _entries(s, paid=False)


@metric(
    "entries_paid_per_minute",
    S,
    "每分钟付费进入",
    "Paid entries per minute",
    formula=("近 5 分钟付费来源的看播次数 ÷ 分钟", "views from paid traffic, last five minutes ÷ minutes"),
    unit="per_minute",
    columns=("views",),
    denominator=("分钟", "minutes"),
    is_rolling=True,
    direction="neutral",
)
def entries_paid_per_minute(s: Scope) -> float:
    return _entries(s, paid=True)


@metric(
    "retention_60s_ratio",
    S,
    "60 秒留存",
    "60-second retention",
    formula=(
        "1 − 60 秒内离开的进入 ÷ 进入次数（近 5 个已满 60 秒的分钟）",
        "1 − visits shorter than 60 s ÷ entries, over the last five minutes whose entries all had 60 s",
    ),
    unit="ratio",
    columns=("left_in_60s", "views"),
    denominator=("看播次数", "views"),
    missing=("开播不足 2 分钟为空", "missing in the first two minutes"),
    is_rolling=True,
    notes=("不受“人还没走”的影响，直播中比停留更准", "free of the bias of people still inside"),
)
def retention_60s_ratio(s: Scope) -> float:
    minute = 60_000_000
    to_us = (s.clock - minute) // minute * minute
    started = s.facts.started_us
    from_us = to_us - 5 * minute
    if started is not None:
        from_us = max(from_us, started // minute * minute)
    if to_us <= from_us:
        raise Unknown("too_early", "首批进入的人还不满 60 秒", "the first entrants have not had 60 seconds yet")
    entered = s.window(from_us, to_us)
    views = entered.total("views")
    if s.window(None, None).total("leaves") > 0:
        s.window(None, None).total("watch_ms")  # refuses where leaving carries no duration
    left = entered.total("left_in_60s")
    return 1 - s.ratio(left, views, zh="看播次数", en="views")


@metric(
    "comments_per_minute",
    S,
    "每分钟评论",
    "Comments per minute",
    formula=("近 5 分钟评论条数 ÷ 分钟", "comments in the last five minutes ÷ minutes"),
    unit="per_minute",
    columns=("comments",),
    denominator=("分钟", "minutes"),
    is_rolling=True,
)
def comments_per_minute(s: Scope) -> float:
    recent = s.recent(5)
    return recent.total("comments") / recent.minutes


@metric(
    "comments_outside_bags_per_minute",
    S,
    "每分钟评论（不含福袋时段）",
    "Comments per minute outside lucky bags",
    formula=(
        "近 15 分钟里没有福袋开着的分钟：评论条数 ÷ 分钟",
        "comments ÷ minutes, over those of the last fifteen minutes in which no lucky bag was open",
    ),
    unit="per_minute",
    columns=("comments",),
    denominator=("没有福袋的分钟", "minutes without a lucky bag"),
    missing=("福袋一直开着时为空", "missing while a bag was open all along"),
    is_rolling=True,
    notes=("福袋口令会淹没真实评论，按时段剔除", "bag slogans drown real comments; whole minutes are left out"),
)
def comments_outside_bags_per_minute(s: Scope) -> float:
    recent = s.recent(15)
    recent.total("comments")
    assert recent.from_us is not None
    minute = 60_000_000
    stop = s.clock // minute * minute
    bags = _bags(s)
    free = [
        at
        for at in range(recent.from_us, stop, minute)
        if not any(opened < at + minute and closed > at for opened, closed in bags)
    ]
    said = sum(recent.window(at, at + minute).total("comments") for at in free)
    return s.ratio(said, len(free), zh="没有福袋的分钟", en="minutes without a lucky bag")


def _bags(s: Scope) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for moment in s.facts.moments:
        if not moment.kind.startswith("interaction.") or moment.attrs.get("interaction") != "lucky_bag":
            continue
        if moment.kind == "interaction.opened":
            opened = moment.at_us if opened is None else opened
        elif opened is not None:
            spans.append((opened, moment.at_us))
            opened = None
    if opened is not None:
        spans.append((opened, s.clock))
    return spans


@metric(
    "violations",
    S,
    "违规提醒次数",
    "Violations received",
    formula=("Σ 违规提醒", "Σ violations received"),
    unit="count",
    missing=("没有数据源上报 violation.received 时为空", "missing when no feed reports violation.received"),
    direction="down_is_good",
)
def violations(s: Scope) -> int:
    s.require("violation.received")
    return sum(
        1 for moment in s.facts.moments if moment.kind == "violation.received" and moment.at_us <= s.facts.now_us
    )
