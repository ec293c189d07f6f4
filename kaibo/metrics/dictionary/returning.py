"""Section 3.1 over many shows: who comes back to the room, by business day, asked of the whole log.

The day of a show is the business day on which it began. An act is one of a person: an entry, comment, like, gift,
follow, fan-club join, share, click, addition to the cart, coupon or order.
"""

from collections.abc import Callable
from typing import Any

from kaibo.metrics.contracts import Unit
from kaibo.metrics.facts import RoomDay
from kaibo.metrics.registry import add
from kaibo.metrics.scope import Scope, Unknown
from kaibo.metrics.stated import is_too_little

S = "3.1"
COUNT: Unit = "count"
FRESH = 86_400
_MISSING = (
    "尚未统计、当天没有人、超过 2% 的行为没有写明观众，或历史不够长时为空",
    "missing before it was counted, on a day without people, when more than 2 % of the acts name nobody, or with too"
    " little history",
)
_NOTES = (
    "按直播间、按营业日；行为指进房、评论、点赞、送礼、关注、加团、分享、点击、加购、领券、下单、支付。没有进房数据的直播间只算有互动的人",
    "by room and business day; acts are entries, comments, likes, gifts, follows, club joins, shares, clicks, carts,"
    " coupons and orders. In a room without entries only those who acted are people",
)


def _day(s: Scope) -> RoomDay:
    """The day of the show. Raises: Unknown."""
    day = s.facts.room_day
    if day is None:
        raise Unknown(
            "too_early",
            "还没有跨场次统计：每天早上自动统计，也可以在直播间页面点“现在统计”",
            "not counted across shows yet: it is each morning, or by “Count now” on the room's page",
        )
    s.trace.saw(day.as_of_us)
    if day.own is None:
        raise Unknown("not_reported", "这一天没有数据源上报观众的行为", "no feed reports acts of viewers on this day")
    acts, nameless = day.own["acts"], day.own["nameless_acts"]
    if is_too_little(acts - nameless, acts):
        share = f"{acts - nameless:,} / {acts:,}"
        raise Unknown("partly_stated", f"只有 {share} 的行为写明了观众", f"only {share} of the acts name a viewer")
    if not day.is_over:
        s.trace.is_provisional = True
    return day


def _people(column: str, *, needs_days: int = 0) -> Callable[[Scope], int]:
    def compute(s: Scope) -> int:
        own = _day(s).row
        if own["history_days"] < needs_days:
            had = own["history_days"] + 1
            raise Unknown(
                "too_early", f"这个直播间只有 {had} 天的历史，需要 {needs_days + 1} 天",
                f"the room has {had} days of history, {needs_days + 1} are needed",
            )  # fmt: skip
        return int(own[column])

    return compute


def _retention(days: int) -> Callable[[Scope], float]:
    def compute(s: Scope) -> float:
        day = _day(s)
        own = day.row
        state = day.state_after(days)
        if state == "to come":
            raise Unknown("too_early", f"第 {days} 日还没有过完并统计", f"day {days} is not over and counted yet")
        if state == "no show":
            raise Unknown("not_reported", f"第 {days} 日这个直播间没有开播", f"the room was not on air on day {days}")
        return s.ratio(own[f"d{days}_people"], own["people"], zh="当日人数", en="people of the day")

    return compute


def _returning_ratio(s: Scope) -> float:
    back = _people("new_people", needs_days=1)(s)
    own = _day(s).row
    return s.ratio(own["people"] - back, own["people"], zh="当日人数", en="people of the day")


def _put(metric_id: str, zh: str, en: str, compute: Callable[[Scope], Any], **more: Any) -> None:
    more.setdefault("unit", COUNT)
    add(metric_id, S, zh, en, compute, missing=_MISSING, notes=_NOTES, freshness_seconds=FRESH, **more)


for _n in (1, 7, 30):
    _put(
        f"retention_on_d{_n}_ratio",
        f"第 {_n} 日留存率",
        f"Retention on day {_n}",
        _retention(_n),
        unit="ratio",
        formula=(
            f"恰在第 {_n} 日再来直播间的人数 ÷ 当日人数",
            f"people who were active again exactly on day {_n} ÷ people of the day",
        ),
        denominator=("当日人数", "people of the day"),
    )
for _id, _zh, _en, _column, _needs in (
    ("dau", "日", "Daily", "people", 0),
    ("wau", "周", "Weekly", "week_people", 6),
    ("mau", "月", "Monthly", "month_people", 29),
):
    _put(
        _id,
        f"{_zh}活跃人数",
        f"{_en} active viewers",
        _people(_column, needs_days=_needs),
        formula=(
            f"到当日为止 {_needs + 1} 天内至少有一次行为的去重人数",
            f"distinct people with at least one act in the {_needs + 1} days up to the day",
        )
        if _needs
        else ("当日至少有一次行为的去重人数", "distinct people with at least one act on the day"),
        also_known_as=(_id.upper(),),
    )
_put(
    "new_viewers",
    "新观众",
    "New viewers",
    _people("new_people", needs_days=1),
    formula=("首次来这个直播间的人数", "people whose first recorded day in the room it is"),
)
_put(
    "returning_viewer_ratio",
    "回访观众占比",
    "Share of returning viewers",
    _returning_ratio,
    unit="ratio",
    formula=("（当日人数 − 新观众）÷ 当日人数", "(people of the day − new viewers) ÷ people of the day"),
    denominator=("当日人数", "people of the day"),
)
