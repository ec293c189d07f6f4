"""A show as plain data behind the doors, for tests of formulas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kaibo.commerce.registers.contracts import WordCheck
from kaibo.commerce.rooms.contracts import Economics
from kaibo.commerce.shows.contracts import ShowStatus, ShowView
from kaibo.eventlog.contracts import Coverage, FeedView, Gap, LogStatus
from kaibo.eventlog.kinds import KINDS
from kaibo.kit.clock import MINUTE_US
from kaibo.metrics.facts import Facts
from kaibo.warehouse.contracts import Answer, CountStatus, Duty, Figure, Lap, MinuteRow, Moment, Offer, Sample

START = 1_704_110_400_000_000  # 2024-01-01 20:00 in Shanghai
FEED = FeedView(
    id="f1",
    name="orders",
    connector="ndjson",
    platform="douyin",
    rooms=(),
    kinds=tuple(sorted(KINDS)),
    last_event_at=None,
)


def minute(index: float) -> int:
    """The instant so many minutes after the start."""
    return START + round(index * MINUTE_US)


def _only(values: Mapping[str, int], columns: Collection[str] | None) -> dict[str, int]:
    return {name: value for name, value in values.items() if columns is None or name in columns}


@dataclass(eq=False)
class FakeDoors:
    """Everything a show may hold; what a test does not name is absent."""

    rows: Mapping[int, Mapping[str, int]] = field(default_factory=dict)  # minute index -> columns
    keyed: Mapping[str, Mapping[str, Mapping[int, Mapping[str, int]]]] = field(default_factory=dict)
    kinds: tuple[str, ...] = FEED.kinds
    seen: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    online: tuple[tuple[float, int], ...] = ()  # (minute, people)
    stated: tuple[Figure, ...] = ()
    moment_list: tuple[Moment, ...] = ()
    lap_list: tuple[Lap, ...] = ()
    duty_list: tuple[Duty, ...] = ()
    offer_list: tuple[Offer, ...] = ()
    amounts_in: tuple[str, ...] = ("CNY",)
    costs: Economics = field(default_factory=Economics)
    targets: Mapping[str, float] = field(default_factory=dict)
    ended: float | None = None
    began: float = 0  # minutes after START; earlier shows began days before
    before: "Mapping[str, FakeDoors]" = field(default_factory=dict)
    version: int = 1  # rises when more is counted
    by_day: Answer | None = None
    checked: dict[str, WordCheck] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)

    def _of(self, show_id: str, what: str) -> "FakeDoors":
        self.reads.append(what)
        return self.before.get(show_id, self)

    def coverage(self, show_id: str, *, now_us: int) -> Coverage:
        one = self._of(show_id, "coverage")
        feed = replace(FEED, kinds=one.kinds, last_event_at=now_us)
        declared = dict.fromkeys(one.kinds, (FEED.id,))
        return Coverage(show_id, declared, dict(one.seen), one.gaps, (feed,))

    def minute_rows(
        self, show_id: str, *, grain: str = "show", columns: Collection[str] | None = None
    ) -> list[MinuteRow]:
        one = self._of(show_id, f"minute_rows {grain}")
        lines = {"": one.rows} if grain == "show" else one.keyed.get(grain, {})
        return [
            MinuteRow(show_id, grain, key, minute(one.began + index), _only(values, columns))
            for key, rows in lines.items()
            for index, values in rows.items()
        ]

    def totals_by(
        self, show_id: str, grain: str, *, from_us: int | None, to_us: int | None
    ) -> dict[str, dict[str, int]]:
        one = self._of(show_id, f"totals_by {grain}")
        found: dict[str, dict[str, int]] = {}
        for key, minutes in one.keyed.get(grain, {}).items():
            for index, values in minutes.items():
                at_us = minute(index)
                if (from_us is None or at_us >= from_us) and (to_us is None or at_us < to_us):
                    line = found.setdefault(key, {})
                    for column, value in values.items():
                        line[column] = line.get(column, 0) + value
        return found

    def samples(self, show_id: str) -> list[Sample]:
        one = self._of(show_id, "samples")
        return [Sample(minute(one.began + index), value) for index, value in one.online]

    def figures(self, show_id: str) -> list[Figure]:
        return list(self._of(show_id, "figures").stated)

    def moments(self, show_id: str) -> list[Moment]:
        return list(self._of(show_id, "moments").moment_list)

    def laps(self, show_id: str) -> list[Lap]:
        return list(self._of(show_id, "laps").lap_list)

    def duties(self, show_id: str) -> list[Duty]:
        return list(self._of(show_id, "duties").duty_list)

    def offers(self, show_id: str) -> list[Offer]:
        return list(self._of(show_id, "offers").offer_list)

    def show_span(self, show_id: str) -> tuple[int, int] | None:
        one = self._of(show_id, "show_span")
        return (minute(one.began + min(one.rows)), minute(one.began + max(one.rows) + 1)) if one.rows else None

    def show(self, show_id: str) -> ShowView:
        return self._of(show_id, "show").view(show_id)

    def view(self, show_id: str) -> ShowView:
        """The record of the show."""
        ended = None if self.ended is None else minute(self.began + self.ended)
        status = ShowStatus.ON_AIR if ended is None else ShowStatus.ENDED
        return ShowView(
            show_id,
            "douyin",
            "r1",
            "",
            status,
            started_at=minute(self.began),
            ended_at=ended,
            targets=dict(self.targets),
        )

    def economics(self, platform: str, room_id: str) -> Economics:
        self.reads.append("economics")
        return self.costs

    def earlier(self, show_id: str, *, limit: int) -> list[ShowView]:
        self.reads.append("earlier")
        return [one.view(earlier_id) for earlier_id, one in list(self.before.items())[:limit]]

    def word_checks(self, show_id: str) -> dict[str, WordCheck]:
        return self._of(show_id, "word_checks").checked

    def versions(self, show_ids: Sequence[str]) -> dict[str, int]:
        return {show_id: self.before[show_id].version for show_id in show_ids}

    def currencies(self, show_id: str) -> tuple[str, ...]:
        return self._of(show_id, "currencies").amounts_in

    def people_by_day(self, platform: str, room_id: str) -> Answer | None:
        return self.by_day

    def count_status(self) -> CountStatus:
        return CountStatus({"w": 10}, 3, 1.5, None, 2, 7)

    def log_status(self) -> LogStatus:
        return LogStatus({"w": 10}, 10, None, 1, 100, 4, False)


def facts(doors: FakeDoors, *, now: float = 10) -> Facts:
    """The show at an instant, in minutes after its start."""
    return Facts("s1", now_us=minute(now), doors=doors)
