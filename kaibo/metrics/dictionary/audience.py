"""Section 3.1: how many came, from where, how long they stayed."""

from kaibo.kit import env
from kaibo.metrics.contracts import Unit
from kaibo.metrics.registry import grains_of, metric, ratio_of, total_of, unfed
from kaibo.metrics.scope import Scope, Unknown

S = "3.1"
SECONDS: Unit = "seconds"

total_of("impressions", S, "直播间曝光次数", "Room impressions", "impressions")
total_of("impression_viewers", S, "直播间曝光人数", "People shown the room", "impression_viewers")
total_of(
    "views",
    S,
    "场观（看播次数）",
    "Views",
    "views",
    notes=("进入直播间的次数，重复进入累计", "entries into the room; re-entries counted"),
    also_known_as=("PV", "看播次数"),
)
total_of(
    "viewers",
    S,
    "观看人数",
    "Unique viewers",
    "viewers",
    notes=(
        "整场去重；按分钟看是“首次进入”的人数。不可跨商品、来源相加",
        "distinct over the show; by minute it counts first entries. Never summed over products or sources",
    ),
    also_known_as=("UV", "场观人数"),
)
total_of(
    "effective_views",
    S,
    "有效观看次数",
    "Effective views",
    "effective_views",
    notes=(
        f"观看至少 {env.effective_seconds()} 秒的进入，离开时才知道；门槛由 KAIBO_EFFECTIVE_SECONDS 设定",
        f"visits of at least {env.effective_seconds()} s, known at leaving; KAIBO_EFFECTIVE_SECONDS sets it",
    ),
)


@metric(
    "pcu",
    S,
    "最高在线人数",
    "Peak concurrent viewers",
    formula=("max(在线人数)", "max of the online series"),
    unit="count",
    columns=("online_max",),
    grains=("show", "minute", "lap", "host"),
    also_known_as=("PCU",),
)
def pcu(s: Scope) -> int:
    return s.peak("online_max")


@metric(
    "acu",
    S,
    "平均在线人数",
    "Average concurrent viewers",
    formula=("∫在线 dt ÷ 时长", "integral of online over time ÷ duration"),
    unit="count",
    denominator=("采样覆盖的时长", "time covered by samples"),
    missing=("没有数据源上报 online.sampled 时为空", "missing when no feed reports online.sampled"),
    grains=("show", "minute"),
    notes=(
        "按时间加权，不是采样的简单平均；一次采样最多代表 5 分钟",
        "weighted by time, not the plain mean of samples; a sample speaks for at most five minutes",
    ),
    also_known_as=("ACU", "平均在线"),
)
def acu(s: Scope) -> float:
    return s.mean_online()


def _watched_seconds(s: Scope) -> float:
    return s.total("watch_ms") / 1000


@metric(
    "stay_per_viewer",
    S,
    "人均观看时长（停留）",
    "Watch time per viewer",
    formula=("观看总秒数 ÷ 观看人数", "watch seconds ÷ viewers"),
    unit=SECONDS,
    columns=("watch_ms", "viewers"),
    denominator=("观看人数", "viewers"),
    grains=grains_of("watch_ms", "viewers"),
    notes=(
        "还在直播间里的人尚未计入时长，直播中偏低；旁边看 60 秒留存",
        "people still inside have not reported their time, so it reads low on air; see 60-second retention",
    ),
    also_known_as=("平均停留时长",),
)
def stay_per_viewer(s: Scope) -> float:
    return s.ratio(_watched_seconds(s), s.total("viewers"), zh="观看人数", en="viewers")


@metric(
    "stay_per_view",
    S,
    "次均观看时长",
    "Watch time per view",
    formula=("观看总秒数 ÷ 看播次数", "watch seconds ÷ views"),
    unit=SECONDS,
    columns=("watch_ms", "views"),
    denominator=("看播次数", "views"),
    grains=grains_of("watch_ms", "views"),
    notes=("常与人均观看时长混淆", "often confused with watch time per viewer"),
)
def stay_per_view(s: Scope) -> float:
    return s.ratio(_watched_seconds(s), s.total("views"), zh="看播次数", en="views")


ratio_of(
    "entry_ratio",
    S,
    "曝光-进入率（次数）",
    "Entry ratio (times)",
    "views",
    "impressions",
    also_known_as=("CTR", "Enter Room Rate"),
)
ratio_of(
    "entry_viewer_ratio",
    S,
    "曝光-进入率（人数）",
    "Entry ratio (persons)",
    "viewers",
    "impression_viewers",
)


@metric(
    "traffic_source_ratio",
    S,
    "流量来源占比",
    "Traffic-source share",
    formula=("该来源看播次数 ÷ 全部看播次数", "views of the source ÷ all views"),
    unit="ratio",
    columns=("views",),
    denominator=("看播次数", "views"),
    missing=("只按来源有意义，整场为空", "only means something by source; missing for the whole show"),
    grains=("traffic_source",),
    direction="neutral",
)
def traffic_source_ratio(s: Scope) -> float:
    if s.grain != "traffic_source":
        raise Unknown("not_at_grain", "请按流量来源查看", "look at it by traffic source")
    whole = sum(s.facts.views_by_source(s.from_us, s.to_us).values())
    return s.ratio(s.total("views"), whole, zh="看播次数", en="views")


@metric(
    "source_shift_ratio",
    S,
    "访客来源波动",
    "Source-mix shift",
    formula=("½ Σ |近 5 分钟占比 − 此前整场占比|", "½ Σ |share in the last 5 minutes − share of the show before|"),
    unit="ratio",
    columns=("views",),
    denominator=("两段各自的看播次数", "views of each of the two spans"),
    direction="down_is_good",
    is_rolling=True,
    notes=("总变差距离；超过 20% 建议复核", "total-variation distance; above 20 % deserves a look"),
)
def source_shift_ratio(s: Scope) -> float:
    recent = s.recent(5)
    recent.total("views")
    now = _shares(s, recent.from_us, recent.to_us)
    before = _shares(s, None, recent.from_us)
    return sum(abs(now.get(key, 0.0) - before.get(key, 0.0)) for key in now.keys() | before.keys()) / 2


def _shares(s: Scope, from_us: int | None, to_us: int | None) -> dict[str, float]:
    views = s.facts.views_by_source(from_us, to_us)
    whole = sum(views.values())
    s.ratio(0, whole, zh="看播次数", en="views")  # refuses an empty span
    return {key: count / whole for key, count in views.items()}


unfed(
    "repeat_play_ratio",
    S,
    "重复播放率",
    "Repeat-play share",
    formula=("使用录播内容的场次 ÷ 全部场次", "shows that re-use recorded content ÷ all shows"),
    why=("没有数据源说明是否录播", "no feed says whether content was recorded"),
    denominator=("全部场次", "all shows"),
    direction="down_is_good",
)
