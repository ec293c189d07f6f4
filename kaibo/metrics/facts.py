"""Everything the numbers of one show are made of, gathered once from the doors of other rooms."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Protocol

from kaibo.commerce.registers.contracts import WordCheck
from kaibo.commerce.rooms.contracts import Economics
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog.contracts import Coverage, FeedView, LogStatus
from kaibo.kit import env
from kaibo.kit.clock import HOUR_US, MINUTE_US, business_day
from kaibo.metrics import links
from kaibo.metrics.rows import Rows
from kaibo.warehouse.columns import BY_NAME
from kaibo.warehouse.contracts import Answer, CountStatus, Duty, Figure, Lap, MinuteRow, Moment, Offer, Sample

LOST_AFTER_US = 6 * HOUR_US
"""A show that nobody closed ends, for the numbers, at its last sign of life once that is so long ago."""

SIGNS_OF_LIFE = ("views", "comments", "likes", "online_last", "product_clicks", "product_exposures", "orders_paid")


type Window = tuple[str, int | None, int | None]
"""A grain and the span that was summed."""


class Doors(Protocol):
    """The other rooms as this one needs them; tests put plain data in their place."""

    def coverage(self, show_id: str, *, now_us: int) -> Coverage: ...
    def minute_rows(
        self, show_id: str, *, grain: str = "show", columns: Collection[str] | None = None
    ) -> Sequence[MinuteRow]: ...
    def totals_by(
        self, show_id: str, grain: str, *, from_us: int | None, to_us: int | None
    ) -> dict[str, dict[str, int]]: ...
    def samples(self, show_id: str) -> Sequence[Sample]: ...
    def figures(self, show_id: str) -> Sequence[Figure]: ...
    def moments(self, show_id: str) -> Sequence[Moment]: ...
    def laps(self, show_id: str) -> Sequence[Lap]: ...
    def duties(self, show_id: str) -> Sequence[Duty]: ...
    def offers(self, show_id: str) -> Sequence[Offer]: ...
    def show_span(self, show_id: str) -> tuple[int, int] | None: ...
    def show(self, show_id: str) -> ShowView | None: ...
    def economics(self, platform: str, room_id: str) -> Economics: ...
    def earlier(self, show_id: str, *, limit: int) -> Sequence[ShowView]: ...
    def word_checks(self, show_id: str) -> Mapping[str, WordCheck]: ...
    def versions(self, show_ids: Sequence[str]) -> dict[str, int]: ...
    def currencies(self, show_id: str) -> Collection[str]: ...
    def people_by_day(self, platform: str, room_id: str) -> Answer | None: ...
    def count_status(self) -> CountStatus: ...
    def log_status(self) -> LogStatus: ...


@dataclass(frozen=True, slots=True)
class RoomDay:
    """The business day of a show among the days of its room, as the newest answer of `returning_viewers` has them."""

    day: dt.date
    as_of_us: int
    rows: Mapping[str, Mapping[str, int]]  # by day
    as_of_day: dt.date

    @property
    def own(self) -> Mapping[str, int] | None:
        return self.rows.get(self.day.isoformat())

    @property
    def row(self) -> Mapping[str, int]:
        return self.rows[self.day.isoformat()]

    @property
    def is_over(self) -> bool:
        """Whether the day had ended when it was counted."""
        return self.day < self.as_of_day

    def state_after(self, days: int) -> Literal["to come", "no show", "counted"]:
        """What is known of the day so many days later."""
        later = self.day + dt.timedelta(days=days)
        if later >= self.as_of_day:
            return "to come"
        return "counted" if later.isoformat() in self.rows else "no show"


@dataclass(frozen=True, slots=True)
class Heard:
    """How a column is known: the feeds that give it and the last time they spoke."""

    feeds: tuple[FeedView, ...]
    silent_kinds: tuple[str, ...]  # kinds of the column that no feed reports


class Facts:
    """One show at one instant; each part is fetched when first asked for.

    Cost: one door call per part touched; the ten tiles touch eleven (15 queries), the whole dictionary all.
    """

    def __init__(self, show_id: str, *, now_us: int, doors: Doors) -> None:
        self.show_id = show_id
        self.now_us = now_us
        self.doors = doors
        self.is_by_minute = False  # every minute will be asked for: read lines once instead of sums per window
        self._heard: dict[str, Heard | None] = {}
        self._by: dict[Window, dict[str, dict[str, int]]] = {}
        self._raw_by: dict[Window, dict[str, dict[str, int]]] = {}
        self._unmerged: dict[Window, dict[str, frozenset[str]]] = {}

    @cached_property
    def coverage(self) -> Coverage:
        return self.doors.coverage(self.show_id, now_us=self.now_us)

    @cached_property
    def show(self) -> ShowView | None:
        return self.doors.show(self.show_id)

    @cached_property
    def economics(self) -> Economics:
        if self.show is None:
            return Economics()
        return self.doors.economics(self.show.platform, self.show.room_id)

    @cached_property
    def rows(self) -> Rows:
        return Rows.of(self.doors.minute_rows(self.show_id))

    @cached_property
    def samples(self) -> list[Sample]:
        return sorted(self.doors.samples(self.show_id), key=lambda sample: sample.at_us)

    @cached_property
    def sample_times(self) -> list[int]:
        return [sample.at_us for sample in self.samples]

    @cached_property
    def figures(self) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = {}
        for figure in sorted(self.doors.figures(self.show_id), key=lambda each: (each.as_of_us, each.event_id)):
            found.setdefault(figure.figure, []).append(figure)
        return found

    @cached_property
    def moments(self) -> list[Moment]:
        return sorted(self.doors.moments(self.show_id), key=lambda moment: moment.at_us)

    @cached_property
    def laps(self) -> list[Lap]:
        """In order; a lap set by link number names its product as soon as the list tells which one it is."""
        known = self.product_of if self._numbered else {}
        return [
            replace(lap, product_id=known.get(f"#{lap.link_no}")) if lap.lap_id in self._numbered else lap
            for lap in self._told_laps
        ]

    @cached_property
    def _told_laps(self) -> list[Lap]:
        return sorted(self.doors.laps(self.show_id), key=lambda lap: lap.from_us)

    @cached_property
    def _numbered(self) -> set[str]:
        return {lap.lap_id for lap in self._told_laps if not lap.product_id and lap.link_no}

    @cached_property
    def duties(self) -> list[Duty]:
        return sorted(self.doors.duties(self.show_id), key=lambda duty: duty.from_us)

    @cached_property
    def _told_offers(self) -> list[Offer]:
        return list(self.doors.offers(self.show_id))

    @cached_property
    def product_of(self) -> dict[str, str]:
        """'#' and a link number -> the one product that ever stood under it; none where there were several."""
        return links.products_of(self._told_offers)

    @cached_property
    def offers(self) -> list[Offer]:
        """One per link: what is told of a number is told of its product."""
        return links.one_per_link(self._told_offers, self.product_of)

    @cached_property
    def earlier(self) -> list[ShowView]:
        """Up to seven earlier shows of the same room and slot."""
        return [] if self.show is None else list(self.doors.earlier(self.show_id, limit=7))

    @cached_property
    def word_checks(self) -> Mapping[str, WordCheck]:
        """Scene -> how many texts were checked for forbidden words, and what people made of the findings."""
        return self.doors.word_checks(self.show_id)

    @cached_property
    def count_status(self) -> CountStatus:
        return self.doors.count_status()

    @cached_property
    def log_status(self) -> LogStatus:
        return self.doors.log_status()

    @cached_property
    def span(self) -> tuple[int, int] | None:
        return self.doors.show_span(self.show_id)

    def by(self, grain: str, from_us: int | None = None, to_us: int | None = None) -> dict[str, dict[str, int]]:
        """Sums per key of a grain over a window, fetched once per window; products as one line per link."""
        key = (grain, from_us, to_us)
        if key not in self._by:
            found = self._raw(grain, from_us, to_us)
            if grain == "product" and any(each.startswith("#") for each in found):
                found, self._unmerged[key] = links.merged(found, self.product_of)
            self._by[key] = found
        return self._by[key]

    def _raw(self, grain: str, from_us: int | None, to_us: int | None) -> dict[str, dict[str, int]]:
        key = (grain, from_us, to_us)
        if key not in self._raw_by:
            self._raw_by[key] = self.doors.totals_by(self.show_id, grain, from_us=from_us, to_us=to_us)
        return self._raw_by[key]

    def is_unmerged(self, column: str, key: str, from_us: int | None, to_us: int | None) -> bool:
        """Whether people or orders of a product were counted under its number and under its id: they have no sum."""
        return column in self._unmerged.get(("product", from_us, to_us), {}).get(key, ())

    def is_sold_beside(self, lap: Lap) -> bool:
        """Whether a lap set by number explained what was sold under a product's id: no lap holds those payments."""
        if not lap.product_id or lap.lap_id not in self._numbered:
            return False
        return self._raw("product", None, None).get(lap.product_id, {}).get("paid_lines", 0) > 0

    @cached_property
    def _views_by_source(self) -> dict[str, Rows]:
        lines: dict[str, list[MinuteRow]] = {}
        for row in self.doors.minute_rows(self.show_id, grain="source", columns=("views",)):
            lines.setdefault(row.key, []).append(row)
        return {key: Rows.of(rows) for key, rows in lines.items()}

    def views_by_source(self, from_us: int | None, to_us: int | None) -> dict[str, int]:
        """Views per traffic source over any window: one query a window, or one for all where a chart asks by minute."""
        if self.is_by_minute:
            found = {key: rows.total("views", from_us, to_us) for key, rows in self._views_by_source.items()}
        else:
            found = {key: values.get("views", 0) for key, values in self.by("source", from_us, to_us).items()}
        return {key: views for key, views in found.items() if views}

    @cached_property
    def is_uncounted(self) -> bool:
        """Whether the log holds events of the show and none of them is counted yet."""
        return self.span is None and any(count > 0 for count in self.coverage.seen.values())

    @cached_property
    def started_us(self) -> int | None:
        if self.show is not None and self.show.started_at is not None:
            return self.show.started_at
        return self.span[0] if self.span else None

    @cached_property
    def ended_us(self) -> int | None:
        """When the show ended, or None while it is on air."""
        if self.show is not None and self.show.ended_at is not None:
            return self.show.ended_at if self.show.ended_at <= self.now_us else None
        alive = self.rows.last_minute_with(SIGNS_OF_LIFE)
        if alive is not None and self.now_us - alive > LOST_AFTER_US:
            return alive + MINUTE_US
        return None

    @cached_property
    def clock_us(self) -> int:
        """The instant the live numbers speak of: now, or the end of a show that is over."""
        return self.now_us if self.ended_us is None else self.ended_us

    @cached_property
    def room_day(self) -> RoomDay | None:
        """The business day on which the show began; None before the room was asked for who comes back."""
        if self.show is None or self.started_us is None:
            return None
        answer = self.doors.people_by_day(self.show.platform, self.show.room_id)
        if answer is None:
            return None
        rows = {str(row["day"]): row for row in answer.rows}
        return RoomDay(_day_of(self.started_us), answer.as_of_us, rows, _day_of(answer.as_of_us))

    @cached_property
    def currencies(self) -> list[str]:
        """Currencies of the amounts that were summed; more than one and there is no sum."""
        return sorted(self.doors.currencies(self.show_id))

    @cached_property
    def currency(self) -> str:
        """What the amounts are in; the room's own before the first amount."""
        return self.currencies[0] if len(self.currencies) == 1 else self.economics.currency

    def heard(self, column: str) -> Heard | None:
        """Who reports the column; None when no feed declares or ever sent any of its kinds."""
        if column not in self._heard:
            kinds = BY_NAME[column].kinds
            heard = self.hear(kinds)
            if heard is None and kinds[0].startswith("order.") and self.rows.points(column, None, None):
                heard = Heard((), ())  # what follows an order days later stands in the log under no show
            self._heard[column] = heard
        return self._heard[column]

    def hear(self, kinds: tuple[str, ...]) -> Heard | None:
        """Who reports any of the kinds; a column without kinds is always known."""
        if not kinds:
            return Heard(self.coverage.feeds, ())
        known = [kind for kind in kinds if kind in self.coverage.declared or self.coverage.seen.get(kind, 0) > 0]
        if not known:
            return None
        ids = {feed for kind in known for feed in self.coverage.declared.get(kind, ())}
        feeds = tuple(f for f in self.coverage.feeds if f.id in ids)
        if not feeds:  # sent by a feed that declares nothing
            feeds = tuple(f for f in self.coverage.feeds if not f.kinds)
        return Heard(feeds, tuple(kind for kind in kinds if kind not in known))


def _day_of(at_us: int) -> dt.date:
    return business_day(at_us, zone=env.zone(), cut_hour=env.day_cut_hour())
