"""What a formula sees: sums of a window with the reason where there is none, and a trace of what was read."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import cast

from kaibo.eventlog.contracts import Gap
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.contracts import REASONS
from kaibo.metrics.facts import Facts, Heard
from kaibo.metrics.pace import HOLDS_US, pace_of
from kaibo.metrics.rows import Rows
from kaibo.metrics.stated import NAMELESS, PARTS, UNSTATED, UNSTATED_BY_KIND, is_too_little
from kaibo.metrics.words import COLUMN_WORDS, SETTING_WORDS, TARGET_WORDS
from kaibo.warehouse.columns import BY_NAME
from kaibo.warehouse.contracts import Figure, Sample

SAMPLE_HOLDS_US = 5 * MINUTE_US
"""A sample of people online speaks for at most five minutes: longer silence is a gap, not a plateau."""


_TWICE_ZH = "一部分按链接号、一部分按商品ID统计，人数和订单数可能重复，不能相加"
_TWICE_EN = "counted partly by link number and partly by product id: the same people or orders may be in both"


class Unknown(Exception):
    """A formula has no value; carries the reason code and a sentence in both languages."""

    def __init__(self, reason: str, zh: str = "", en: str = "") -> None:
        default_zh, default_en = REASONS[reason]
        super().__init__(en or default_en)
        self.reason = reason
        self.says = {"zh": zh or default_zh, "en": en or default_en}


@dataclass(slots=True)
class Trace:
    """What one evaluation read: where from, how fresh, how sure."""

    as_of: int | None = None
    feeds: dict[str, None] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)
    is_provisional: bool = False
    reads: int = 0

    def saw(self, at_us: int | None) -> None:
        """The value is as old as its oldest input."""
        if at_us is not None:
            self.as_of = at_us if self.as_of is None else min(self.as_of, at_us)

    def note(self, zh: str, en: str) -> None:
        """A caution that goes with the value."""
        if (zh, en) not in self.notes:
            self.notes.append((zh, en))


@dataclass(frozen=True, slots=True)
class Scope:
    """One key of one grain of a show, over a window, as of an instant.

    Shape: `from_us`, `to_us` None is open; `grain` and `key` say whose rows these are; `is_recent` for the last
    minutes up to the clock, which figures stated every half hour fill with their pace.
    """

    facts: Facts
    rows: Rows
    clock: int
    grain: str = "show"
    key: str = ""
    from_us: int | None = None
    to_us: int | None = None
    trace: Trace = field(default_factory=Trace)
    is_recent: bool = False

    def recent(self, minutes: int) -> "Scope":
        """The last minutes up to the clock; the running minute counts as one of them.

        Raises: Unknown too_early before the show has run a minute.
        """
        to_us = -(-self.clock // MINUTE_US) * MINUTE_US
        from_us = to_us - minutes * MINUTE_US
        started = self.facts.started_us
        if started is not None:
            from_us = max(from_us, started // MINUTE_US * MINUTE_US)
        if self.clock - from_us < MINUTE_US:
            raise Unknown("too_early", "开播不足 1 分钟", "the show has run for less than a minute")
        return replace(self, from_us=from_us, to_us=to_us, is_recent=True)

    def window(self, from_us: int | None, to_us: int | None) -> "Scope":
        """The same key over another window; what it reads goes into the same trace."""
        return Scope(self.facts, self.rows, self.clock, self.grain, self.key, from_us, to_us, self.trace)

    @property
    def minutes(self) -> float:
        """Length of the window in minutes, up to the clock. Raises: Unknown where the start is not known."""
        start = self.from_us if self.from_us is not None else self.facts.started_us
        if start is None:
            raise Unknown("not_reported", "不知道开播时间", "the start of the show is not known")
        stop = self.clock if self.to_us is None else min(self.to_us, self.clock)
        length = (stop - start) / MINUTE_US
        if length < 1 and self.from_us is None:
            raise Unknown("too_early", "开播不足 1 分钟", "the show has run for less than a minute")
        if length <= 0:
            raise Unknown("too_early")
        return length

    def total(self, column: str) -> int:
        """The sum of a column over the window. Raises: Unknown not_reported or in_gap, never 0 for unknown."""
        heard = self.facts.heard(column)
        if heard is None:
            return self._from_figure(column)
        self._read(heard, column)
        if column.endswith("_minor"):
            self._refuse_mixture()
        if self.grain == "product" and self.facts.is_unmerged(column, self.key, self.from_us, self.to_us):
            raise Unknown("partly_stated", _TWICE_ZH, _TWICE_EN)
        value = self.rows.total(column, self.from_us, self.to_us)
        if value == 0:
            if self.facts.is_uncounted:
                raise Unknown("too_early", "数据已收到，尚未统计", "events have arrived and are not counted yet")
            self._unsourced(column)
            if self._is_nameless(column) and self.grain == "show" and self.facts.figures.get(column):
                return self._from_figure(column)  # who it was is not told, but somebody states how many
            self._nameless(column)
            self._unstated(column)
            self.refuse_gap(heard)
        elif heard.silent_kinds:
            self._caution(heard)
        self._partly(column)
        return value

    def peak(self, column: str) -> int:
        """The highest value of a column in the window. Raises: Unknown where there is none."""
        heard = self.facts.heard(column)
        if heard is None:
            return self._from_figure(column)
        self._read(heard, column)
        points = self.rows.points(column, self.from_us, self.to_us)
        if not points:
            self.refuse_gap(heard)
            raise Unknown("not_reported", "还没有采样", "no sample yet")
        return max(value for _, value in points)

    def require(self, *kinds: str) -> Heard:
        """Who reports these kinds. Raises: Unknown not_reported."""
        heard = self.facts.hear(kinds)
        if heard is None:
            names = ", ".join(kinds)
            raise Unknown("not_reported", f"没有数据源上报 {names}", f"no feed reports {names}")
        self._read(heard, "")
        return heard

    def ratio(self, numerator: float, denominator: float, *, zh: str, en: str) -> float:
        """The quotient. Raises: Unknown no_denominator, naming what is zero."""
        if denominator == 0:
            raise Unknown("no_denominator", f"{zh}为 0", f"{en}: zero")
        return numerator / denominator

    def quotient(self, numerator: str, denominator: str) -> float:
        """The quotient of two columns over the window."""
        zh, en = COLUMN_WORDS[denominator]
        below = self.total(denominator)
        return self.ratio(self.total(numerator), below, zh=zh, en=en)

    def setting(self, name: str) -> float:
        """A number of the room's economics. Raises: Unknown needs_setting, naming it."""
        value = getattr(self.facts.economics, name)
        if value is None:
            zh, en = SETTING_WORDS[name]
            raise Unknown("needs_setting", f"直播间没有填{zh}", f"the room's {en} is not set")
        own, said = self.facts.economics.currency, self.facts.currency
        if name.endswith("_minor") and own != said:
            zh, en = f"成本按 {own} 填写，金额是 {said}", f"costs are in {own}, amounts in {said}"
            raise Unknown("mixed_currencies", zh, en)
        self.trace.origins.add("setting")
        return float(value)

    def target(self, name: str) -> float:
        """A target of the show. Raises: Unknown no_target."""
        value = self.facts.show.targets.get(name) if self.facts.show is not None else None
        if value is None:
            zh, en = TARGET_WORDS[name]
            raise Unknown("no_target", f"没有设{zh}目标", f"no target is set for {en}")
        if value <= 0:
            raise Unknown("no_denominator", "目标为 0", "the target is zero")
        return float(value)

    def online(self) -> Sample:
        """The last sample of people online up to the clock. Raises: Unknown."""
        stop = self.clock if self.to_us is None else min(self.clock, self.to_us)
        heard = self.require("online.sampled")
        found = bisect_right(self.facts.sample_times, stop)
        if found == 0:
            self.refuse_gap(heard)
            raise Unknown("not_reported", "还没有采样", "no sample yet")
        last = self.facts.samples[found - 1]
        ended = self.facts.ended_us
        if stop - last.at_us > SAMPLE_HOLDS_US and (ended is None or stop < ended):
            raise Unknown("in_gap", "超过 5 分钟没有在线人数", "no sample of people online for five minutes")
        self.trace.saw(last.at_us)
        return last

    def samples(self) -> list[Sample]:
        """Samples of people online inside the window. Raises: Unknown not_reported."""
        heard = self.require("online.sampled")
        low = self.from_us if self.from_us is not None else -(2**62)
        high = self.clock if self.to_us is None else min(self.to_us, self.clock)
        times = self.facts.sample_times
        found = self.facts.samples[bisect_left(times, low) : bisect_right(times, high)]
        if not found:
            self.refuse_gap(heard)
        return found

    def mean_online(self) -> float:
        """Time-weighted mean of people online; a sample holds until the next one, at most five minutes."""
        samples = self.samples()
        stop = self.clock if self.to_us is None else min(self.to_us, self.clock)
        ends = [*samples, Sample(at_us=stop, value=0)]
        area = length = 0
        for sample, following in pairwise(ends):
            held = min(following.at_us - sample.at_us, SAMPLE_HOLDS_US)
            area += sample.value * held
            length += held
        return self.ratio(area, length, zh="采样覆盖的时长", en="time covered by samples")

    def refuse_gap(self, heard: Heard) -> None:
        """Raises: Unknown in_gap where every feed that could speak is known to be silent all along the window."""
        if not self.facts.coverage.gaps or not heard.feeds:
            return
        low = self.from_us if self.from_us is not None else (self.facts.started_us or 0)
        high = self.clock if self.to_us is None else min(self.to_us, self.clock)
        for feed in heard.feeds:
            gaps = [gap for gap in self.facts.coverage.gaps if gap.feed_id == feed.id]
            if not any(_covers(gap, low, high) for gap in gaps):
                return
        raise Unknown("in_gap")

    def _read(self, heard: Heard, column: str) -> None:
        trace = self.trace
        trace.reads += 1
        trace.origins.add("counted")
        ended = self.facts.ended_us is not None
        latest = [f.last_event_at for f in heard.feeds if f.last_event_at is not None]
        for feed in heard.feeds:
            trace.feeds[feed.name or feed.id] = None
        if ended:
            span = self.facts.span
            known = [span[1] if span else self.clock]
            if column and any(kind.startswith("order.") for kind in BY_NAME[column].kinds):
                known += latest  # orders go on moving after the show
            trace.saw(min(self.facts.now_us, max(known)))
        else:
            trace.saw(min(max(latest), self.clock) if latest else self.clock)
        if column and self.facts.coverage.gaps and self._touches_gap(heard):
            trace.is_provisional = True
            trace.note("期间数据源有中断", "a feed was silent for a part of this span")

    def _touches_gap(self, heard: Heard) -> bool:
        ids = {feed.id for feed in heard.feeds}
        low = self.from_us if self.from_us is not None else (self.facts.started_us or 0)
        high = self.clock if self.to_us is None else min(self.to_us, self.clock)
        return any(
            gap.feed_id in ids and gap.from_us < high and (gap.to_us is None or gap.to_us > low)
            for gap in self.facts.coverage.gaps
        )

    def _unsourced(self, column: str) -> None:
        """Raises: Unknown where orders came and none says where its viewer came from: no source "sold nothing"."""
        if self.grain != "traffic_source" or not self.key:
            return
        if not any(kind.startswith("order.") for kind in BY_NAME[column].kinds):
            return
        by = self.facts.by("source", self.from_us, self.to_us)
        named = sum(values.get("paid_lines", 0) for key, values in by.items() if key)
        if by.get("", {}).get("paid_lines", 0) and not named:
            raise Unknown("not_reported", "订单没有写明流量来源", "orders do not say where their viewers came from")

    def _is_nameless(self, column: str) -> bool:
        return any(self.rows.total(beside, self.from_us, self.to_us) > 0 for beside in NAMELESS.get(column, ()))

    def _nameless(self, column: str) -> None:
        for beside in NAMELESS.get(column, ()):
            if self.rows.total(beside, self.from_us, self.to_us) > 0:
                zh, en = COLUMN_WORDS[beside]
                raise Unknown(
                    "not_reported",
                    f"数据源有{zh}，但不说明是谁或多久",
                    f"the feed gives {en} but not who, which order or how long",
                )

    def _refuse_mixture(self) -> None:
        found = self.facts.currencies
        if len(found) > 1:
            zh, en = f"金额有{'、'.join(found)}几种币种，不能相加", f"amounts in {', '.join(found)} have no sum"
            raise Unknown("mixed_currencies", zh, en)

    def _unstated(self, column: str) -> None:
        beside = UNSTATED.get(column)
        if beside is not None:
            came = self.rows.total(beside, self.from_us, self.to_us) > 0
            is_empty = came and not self.rows.points(column, self.from_us, self.to_us)
        elif column in UNSTATED_BY_KIND:
            came = any(self.facts.coverage.seen.get(kind, 0) > 0 for kind in BY_NAME[column].kinds)
            is_empty = came and not self.facts.rows.points(column, None, None)
        else:
            return
        if is_empty:
            zh, en = COLUMN_WORDS[column]
            raise Unknown("not_reported", f"数据源没有写明{zh}", f"the feed does not state {en}")

    def _partly(self, column: str) -> None:
        """Raises: Unknown partly_stated where events leave out too much of the column; marks it where they do a bit."""
        part = PARTS.get(column)
        if part is None:
            return
        told, whole = part.told_of(lambda name: self.rows.total(name, self.from_us, self.to_us))
        if told == whole:
            return
        zh, en = part.says(told, whole)
        if is_too_little(told, whole):
            raise Unknown("partly_stated", f"写明不全：{zh}", f"partly stated: {en}")
        self.trace.is_provisional = True
        self.trace.note(f"略低：{zh}", f"a little low: {en}")

    def _caution(self, heard: Heard) -> None:
        names = ", ".join(heard.silent_kinds)
        self.trace.note(f"不含 {names}（无数据源）", f"without {names} (no feed)")

    def _from_figure(self, column: str) -> int:
        """A stated number in place of a counted one: the last of the show, or the difference over the window."""
        kinds = ", ".join(BY_NAME[column].kinds)
        zh, en = COLUMN_WORDS[column]
        missing = Unknown("not_reported", f"没有数据源上报{zh}（{kinds}）", f"no feed reports {en} ({kinds})")
        if self.grain != "show":
            raise missing
        stop = self.clock if self.facts.ended_us is None else self.facts.now_us
        stop = stop if self.to_us is None else min(stop, self.to_us)
        if self.is_recent:
            stop = min(stop, self.clock)
        found = [f for f in self.facts.figures.get(column, ()) if f.as_of_us <= stop and f.basis == "cumulative"]
        if not found:
            raise missing
        if self.is_recent:
            # exact, not whole: three comments in half an hour are not none in five minutes; windows of the last
            # minutes are only ever divided or shown, never counted with
            return cast(int, self._from_pace(column, found))
        last, base = found[-1], 0
        started = self.facts.started_us
        if self.from_us is not None and (started is None or self.from_us > started):
            before = [f for f in found if f.as_of_us <= self.from_us]
            if not before or last.as_of_us <= self.from_us:
                raise Unknown(
                    "too_early",
                    f"{zh}是累计报数，此区间内没有两次报数",
                    f"{en}: no two stated figures span this window",
                )
            base = before[-1].value
        self._read_figure(last)
        return last.value - base

    def _from_pace(self, column: str, found: list[Figure]) -> float:
        """The last minutes of a figure that is stated now and then: the pace between its last two rounds."""
        zh, en = COLUMN_WORDS[column]
        pace = pace_of(found, started_us=self.facts.started_us)
        if pace is None:
            raise Unknown("too_early", f"{zh}还没有两次报数", f"{en}: not stated twice yet")
        if self.clock - pace.to_us > HOLDS_US:
            raise Unknown("in_gap", f"{zh}超过 60 分钟没有报数", f"{en}: not stated for more than 60 minutes")
        self._read_figure(pace.last)
        minutes = round((pace.to_us - pace.from_us) / MINUTE_US)
        self.trace.note(f"最近两次报数之间（{minutes} 分钟）的平均", f"mean between the last two rounds, {minutes} min")
        self.trace.is_provisional = True
        assert self.from_us is not None
        assert self.to_us is not None
        return pace.over(min(self.to_us, self.clock) - self.from_us)

    def _read_figure(self, last: Figure) -> None:
        self.trace.saw(last.as_of_us)
        self.trace.origins.add(last.origin)
        self.trace.reads += 1
        if not last.is_final:
            self.trace.is_provisional = True


def _covers(gap: Gap, low: int, high: int) -> bool:
    return gap.from_us <= low and (gap.to_us is None or gap.to_us >= high)
