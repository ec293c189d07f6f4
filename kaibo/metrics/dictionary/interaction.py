"""Section 3.2: what viewers did, and what it cost."""

from typing import Any

from kaibo.metrics.registry import grains_of, metric, ratio_of, total_of, unfed
from kaibo.metrics.scope import Scope, Unknown

S = "3.2"
ACTIONS = ("comments", "likes", "gifts", "follows", "fanclub_joins", "shares")

for column, zh, en in (
    ("comments", "评论条数", "Comments"),
    ("likes", "点赞次数", "Likes"),
    ("gifts", "礼物个数", "Gifts"),
    ("gift_minor", "礼物金额", "Value of gifts"),
    ("follows", "关注次数", "Follows"),
    ("fanclub_joins", "加团次数", "Fan-club joins"),
    ("shares", "分享次数", "Shares"),
    ("commenters", "评论人数", "Viewers who commented"),
    ("interactors", "互动人数", "Viewers who interacted"),
    ("followers_gained", "新增关注人数", "Viewers who followed"),
    ("club_joiners", "新加团人数", "Viewers who joined the fan club"),
):
    total_of(column, S, zh, en, column)

ratio_of(
    "interaction_ratio",
    S,
    "互动率（人数）",
    "Interaction ratio (persons)",
    "interactors",
    "viewers",
    notes=(
        "评论、点赞、送礼、关注、加团、分享任一；以人计，不会超过口径内人数",
        "any of comment, like, gift, follow, club join, share; persons over persons",
    ),
    also_known_as=("互动率", "engagement rate"),
)


@metric(
    "interactions_per_view",
    S,
    "互动次数比（次数）",
    "Interactions per view",
    formula=("(评论+点赞+礼物+关注+加团+分享) 次数 ÷ 看播次数", "acts of interaction ÷ views"),
    unit="multiple",
    columns=(*ACTIONS, "views"),
    denominator=("看播次数", "views"),
    grains=grains_of(*ACTIONS, "views"),
    notes=(
        "以次数计，可以超过 1，与互动率（人数）不可混用",
        "counts acts, may exceed 1; never mix with the ratio of persons",
    ),
)
def interactions_per_view(s: Scope) -> float:
    reported = [column for column in ACTIONS if s.facts.heard(column) is not None]
    if not reported:
        s.total(ACTIONS[0])
    missing = [column for column in ACTIONS if column not in reported]
    if missing:
        s.trace.note(f"不含 {', '.join(missing)}（无数据源）", f"without {', '.join(missing)} (no feed)")
    return s.ratio(sum(s.total(c) for c in reported), s.total("views"), zh="看播次数", en="views")


ratio_of("comment_ratio", S, "评论率", "Comment ratio", "commenters", "viewers")
ratio_of(
    "like_ratio",
    S,
    "点赞率",
    "Like ratio",
    "likers",
    "viewers",
    notes=("平台的点赞推送可能丢包，偏低", "platforms may drop like pushes: reads low"),
)
ratio_of("share_ratio", S, "分享率", "Share ratio", "sharers", "viewers")
ratio_of("follow_ratio", S, "加粉率", "Follow ratio", "followers_gained", "viewers", also_known_as=("转粉率", "关注率"))
ratio_of("club_join_ratio", S, "加团率", "Fan-club join ratio", "club_joiners", "viewers")
unfed(
    "follow_nonfan_ratio",
    S,
    "加粉率（非粉口径）",
    "Follow ratio among non-fans",
    formula=("新增关注人数 ÷ 进入前未关注的观看人数", "viewers who followed ÷ viewers who were no fans on entering"),
    why=("进入事件不说明是否已关注", "entries do not say who already followed"),
    denominator=("未关注的观看人数", "viewers who were no fans"),
)


unfed(
    "group_join_ratio",
    S,
    "进群率",
    "Group join ratio",
    formula=("进群人数 ÷ 触达人数", "joins ÷ people reached"),
    why=("没有数据源上报触达人数", "no feed reports how many people were reached"),
    denominator=("触达人数", "people reached"),
    freshness_seconds=86_400,
)
unfed(
    "group_quit_ratio",
    S,
    "退群率",
    "Group quit ratio",
    formula=("退群人数 ÷ 期初成员数", "quits ÷ members at the start"),
    why=("没有数据源上报群成员数", "no feed reports the members of groups yet"),
    denominator=("期初成员数", "members at the start"),
    direction="down_is_good",
    freshness_seconds=86_400,
)
unfed(
    "completion_ratio",
    S,
    "完播率",
    "Completion ratio",
    formula=("播放到 100% 的次数 ÷ 播放次数", "plays to the end ÷ plays"),
    why=("没有数据源上报短视频播放进度", "no feed reports how far short videos were played"),
    denominator=("播放次数", "plays"),
)


def _word_ratio(s: Scope, scene: str, *, zh: str, en: str) -> float:
    """Texts with a finding that a person confirmed, of those checked; it moves while findings wait for a judgement."""
    if s.from_us is not None or s.to_us is not None:
        raise Unknown("not_at_grain", "只按整场统计", "only for the whole show")
    found = s.facts.word_checks.get(scene)
    if found is None:
        raise Unknown("no_denominator", f"没有检查过{zh}", f"no {en} was checked")
    s.trace.reads += 1
    s.trace.saw(found.changed_us)
    if found.undecided:
        s.trace.is_provisional = True
        s.trace.note(f"另有 {found.undecided} 句待判定", f"{found.undecided} more wait for a judgement")
    return found.confirmed / found.texts


_WORDS: dict[str, Any] = {
    "unit": "ratio",
    "direction": "down_is_good",
    "owner": "compliance",
    "settles_seconds": 86_400,
    "missing": ("有待判定的命中时为暂定值", "provisional while findings wait for a judgement"),
    "notes": (
        "只算人工确认的命中，误报不算；目标线 KAIBO_SENSITIVE_WORD_RATIO，默认 0.5%",
        "only findings that a person confirmed; the line to stay under is KAIBO_SENSITIVE_WORD_RATIO, 0.5 % by default",
    ),
}


@metric(
    "sensitive_word_ratio",
    S,
    "敏感词触发率（主播口播）",
    "Sensitive-word ratio, host speech",
    formula=(
        "人工确认命中的口播语句 ÷ 检查过的口播语句",
        "host sentences with a confirmed hit ÷ host sentences checked",
    ),
    denominator=("检查过的口播语句", "host sentences checked"),
    **_WORDS,
)
def sensitive_word_ratio(s: Scope) -> float:
    return _word_ratio(s, "speech", zh="主播口播", en="host speech")


@metric(
    "sensitive_word_comment_ratio",
    S,
    "敏感词触发率（弹幕）",
    "Sensitive-word ratio, comments",
    formula=("人工确认命中的弹幕 ÷ 检查过的弹幕", "comments with a confirmed hit ÷ comments checked"),
    denominator=("检查过的弹幕", "comments checked"),
    **_WORDS,
)
def sensitive_word_comment_ratio(s: Scope) -> float:
    return _word_ratio(s, "comment", zh="弹幕", en="comment")


unfed(
    "interaction_cost",
    S,
    "每 1 个百分点互动成本",
    "Interaction cost per percentage point",
    formula=(
        "互动花费增量 ÷ 互动率提升的百分点",
        "extra interaction spend ÷ percentage points of interaction ratio gained",
    ),
    why=("没有数据源上报福袋、红包的花费", "no feed reports what bags and red packets cost"),
    unit="minor",
    denominator=("互动率提升的百分点", "percentage points gained"),
    direction="down_is_good",
)
unfed(
    "nps",
    S,
    "净推荐值",
    "Net promoter score",
    formula=("打 9–10 分的占比 − 打 0–6 分的占比，× 100", "(share of 9–10 − share of 0–6) × 100"),
    why=("没有问卷数据源", "no feed of surveys"),
    unit="score",
    denominator=("答卷数", "answers"),
    freshness_seconds=86_400,
)
