"""To which show a row of an export belongs: by room, author, time and product, with the evidence; never by guessing."""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.clock import DAY_US, HOUR_US, MICROS, MINUTE_US
from kaibo.operations.imports.models import Account
from kaibo.warehouse import api as warehouse

GRACE_US = 2 * MINUTE_US
"""An order that is placed this soon after the close was begun in the room."""
NEAR_US = 30 * MINUTE_US
"""A platform's opening time and ours differ by less than this."""
LATEST_US = 2 * DAY_US
"""A report without a time is about a show that ended this recently before it was exported."""
DEMO = "simulated"
UNKNOWN_AUTHOR, NO_SHOW, SEVERAL, NO_TIME, ELSEWHERE = "author_unknown", "no_show", "several", "no_time", "elsewhere"
TIME_ONLY = "time_only"
"""A feed's order that nothing but its time ties to a show: a shop sells beside its shows too."""


@dataclass(frozen=True, slots=True)
class Place:
    """A show as a target of rows. Units: µs UTC; `to_us` after now while it is on air."""

    show_id: str
    platform: str
    room_id: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The show, and by what: `author+time`; without a show `evidence` says why there is none."""

    place: Place | None
    evidence: str


def author_key(text: object) -> str:
    """An author's id or name as it is compared."""
    return unicodedata.normalize("NFKC", str(text or "")).strip().lower()[:200]


class Joiner:
    """Knows shows, rooms and accounts as they are now. `seen` limits it to rooms that somebody sees.

    Shape: `beside` is the show of the files that came together with this one; it decides where a file says nothing.
    """

    def __init__(
        self,
        platform: str,
        *,
        show_id: str = "",
        beside: str = "",
        seen: Collection[tuple[str, str]] | None = None,
        as_of: int = 0,
    ) -> None:
        self.platforms = {platform, DEMO} if platform else None
        self.as_of = as_of
        self.show_id, self.beside = show_id, beside
        self._merged = {one.show_id: one.merged_into for one in shows.shows(is_deleted=True) if one.merged_into}
        everywhere = _places()
        here = [place for place in everywhere if seen is None or (place.platform, place.room_id) in seen]
        self._everywhere = {place.show_id for place in everywhere}
        self._all = {place.show_id: place for place in here}
        self.places = [
            place for place in here if (place.show_id == show_id if show_id else self._is_ours(place.platform))
        ]
        self._by_name: dict[str, set[tuple[str, str]]] = {}
        named = [(room.platform, room.room_id, room.name) for room in rooms.rooms()]
        named += [(place.platform, place.room_id, "") for place in self.places]
        for home, room_id, name in named:
            for text in (name, room_id):
                if text and self._is_ours(home):
                    self._by_name.setdefault(author_key(text), set()).add((home, room_id))
        for account in Account.objects.all():
            if self._is_ours(account.platform):
                self._by_name.setdefault(account.key, set()).add((account.platform, account.room_id))
        self.skus = lru_cache(maxsize=64)(_skus_of)
        """Products and SKUs that a show offers -> their product."""

    def currency(self) -> str:
        """What amounts without a currency are in: that of the rooms they may belong to, where those agree."""
        here = {(place.platform, place.room_id) for place in self.places}
        found = {room.currency for room in rooms.rooms() if (room.platform, room.room_id) in here}
        return found.pop() if len(found) == 1 else env.read("KAIBO_CURRENCY")

    def formerly(self, show_id: str) -> list[str]:
        """The show and those that were merged into it, also by way of another."""
        found = [show_id]
        for one in found:
            found += [old for old, into in self._merged.items() if into == one and old not in found]
        return found

    def place_of(self, show_id: str) -> Place | None:
        """Where a show stands now, whatever was chosen: itself or what it was merged into; None out of sight."""
        return self._all.get(self._now(show_id))

    def is_others(self, show_id: str) -> bool:
        """Whether the show is there, in a room that is not seen here."""
        now = self._now(show_id)
        return now in self._everywhere and now not in self._all

    def _now(self, show_id: str) -> str:
        for _ in range(len(self._merged) + 1):
            show_id = self._merged.get(show_id, show_id)
        return show_id

    def of_hour(self, place: Place, hour: int) -> list[str]:
        """Shows of the room that were on air in the hour, and what was merged into them: their spend is one."""
        beside = [
            one.show_id
            for one in self._all.values()
            if (one.platform, one.room_id) == (place.platform, place.room_id)
            and one.from_us < hour + HOUR_US
            and hour < one.to_us
        ]
        return [old for one in {place.show_id, *beside} for old in self.formerly(one)]

    def _is_ours(self, platform: str) -> bool:
        return self.platforms is None or platform in self.platforms

    def verdict(self, join: Mapping[str, Any]) -> Verdict:
        """Where a row belongs. `join` as the translator tells it: at, until, author, author_id, room, product, sku."""
        at, until = join.get("at"), join.get("until")
        if at is None:
            return self._without_time(join)
        found, evidence = self._on_air(at, until), ["time"]
        if not found:
            return Verdict(None, ELSEWHERE if self.show_id else NO_SHOW)
        if room := join.get("room"):
            same = [place for place in found if place.room_id == room]
            if same:
                found, evidence = same, ["room", "time"]
        if evidence[0] != "room":
            told = self._by_author(found, join)
            if isinstance(told, str):
                return Verdict(None, told)
            if told is not None:
                found, evidence = told, ["author", "time"]
        if len(found) > 1 and (product := join.get("product") or join.get("sku")):
            offering = [place for place in found if product in self.skus(place.show_id)]
            if len(offering) == 1:
                found = offering
                evidence.append("product")
        if len(found) > 1:
            return Verdict(None, SEVERAL)
        if self.show_id:
            evidence.insert(0, "chosen")
        return Verdict(found[0], "+".join(evidence))

    def _by_author(self, found: list[Place], join: Mapping[str, Any]) -> list[Place] | str | None:
        """Shows of the row's author; why there are none; None where it says nothing about the show."""
        author = self._author(join)
        if author is None:
            return None
        theirs = [place for place in found if (place.platform, place.room_id) in author]
        if theirs:
            return theirs
        if author:
            return ELSEWHERE if self.show_id else NO_SHOW
        return None if self.show_id else UNKNOWN_AUTHOR

    def _author(self, join: Mapping[str, Any]) -> set[tuple[str, str]] | None:
        """Rooms that the row's author stands for: None where it names nobody, empty where we do not know them."""
        keys = [key for name in ("author_id", "author") if (key := author_key(join.get(name)))]
        if not keys:
            return None
        return set().union(*(self._by_name.get(key, set()) for key in keys))

    def _on_air(self, at: int, until: int | None) -> list[Place]:
        if until is None and (day := _whole_day(at)) is not None:
            begun = [place for place in self.places if _local(place.from_us).date() == day]
            return begun or [place for place in self.places if _day_of(place.from_us) == day]
        if until is not None:
            return _best([place for place in self.places if place.from_us < until and at < place.to_us], at, until)
        inside = [place for place in self.places if place.from_us <= at < place.to_us]
        if inside:
            return inside
        return [place for place in self.places if place.to_us <= at < place.to_us + GRACE_US]

    def begun_near(self, at: int) -> list[Place]:
        """Shows that began within half an hour of the instant: how reports name a show."""
        return [place for place in self.places if abs(place.from_us - at) < NEAR_US]

    def over_hour(self, at: int) -> list[Place]:
        """Shows that were on air in some part of the hour."""
        return [place for place in self.places if place.from_us < at + HOUR_US and at < place.to_us]

    def report_verdict(self, join: Mapping[str, Any], *, is_timed: bool = False) -> Verdict:
        """Where a row of a report belongs: the show that it says began then. `is_timed` as in `order_verdict`."""
        at = join.get("at")
        if at is not None and join.get("until") is None and (is_timed or not is_midnight(at)):
            near = self.begun_near(at)
            if near:
                return self.verdict({**join, "at": _instant(near[0].from_us if len(near) == 1 else at)})
        return self.verdict(join)

    def over_midnight(self, join: Mapping[str, Any]) -> tuple[Verdict, dt.date | None]:
        """Where a day's row belongs that no show of the day explains: the show of the evening before, still on air.

        Shape: the day beside the verdict, None where the row is about no day.
        """
        at = join.get("at")
        day = None if at is None or join.get("until") is not None else _whole_day(at)
        if at is None or day is None:
            return Verdict(None, NO_SHOW), None
        found = [place for place in self.places if place.from_us < at < place.to_us]
        return (self.verdict({**join, "at": at + MICROS}) if found else Verdict(None, NO_SHOW)), day

    def order_verdict(self, join: Mapping[str, Any], *, is_timed: bool) -> Verdict:
        """Where an order belongs. Where its source tells times of day, midnight is one of them; where it may tell only
        days, the day comes first and then the show that was on air over its midnight.
        """
        at = join.get("at")
        if at is None or not is_midnight(at):
            return self.verdict(join)
        exact = self.verdict({**join, "at": _instant(at)})
        if is_timed:
            return exact
        of_day = self.verdict(join)
        return exact if of_day.place is None and exact.place is not None else of_day

    def hour_verdict(self, join: Mapping[str, Any], hour: int) -> Verdict:
        """Where an hour of spend belongs."""
        found = self.over_hour(hour)
        best = _best(found, hour, hour + HOUR_US)
        at = max(best[0].from_us, hour + MICROS) if best else 0  # midnight itself would be read as a day without a time
        return self.verdict({**join, "at": at}) if best else Verdict(None, NO_SHOW)

    def _without_time(self, join: Mapping[str, Any]) -> Verdict:
        """A table that names no time is about the chosen show, else about the only one that ended lately."""
        if self.show_id:
            return Verdict(self.places[0], "chosen") if self.places else Verdict(None, ELSEWHERE)
        beside = next((place for place in self.places if place.show_id == self.beside), None)
        if beside is not None:
            return Verdict(beside, "beside")
        lately = [place for place in self.places if self.as_of - place.from_us >= 0 and self._is_late(place)]
        author = self._author(join)
        if author:
            lately = [place for place in lately if (place.platform, place.room_id) in author]
        if len(lately) > 1 and (product := join.get("product") or join.get("sku")):
            lately = [place for place in lately if product in self.skus(place.show_id)]
        if len(lately) == 1:
            return Verdict(lately[0], "latest")
        return Verdict(None, SEVERAL if lately else NO_TIME)

    def _is_late(self, place: Place) -> bool:
        return self.as_of < place.to_us + LATEST_US


def _places() -> list[Place]:
    """Every show that is neither deleted nor merged into another. Cost: two queries."""
    known = {show.show_id for show in shows.shows() if show.merged_into is None}
    now = clock.now_us()
    found = []
    for window in eventlog.windows():
        if window.show_id in known:
            until = window.to_us if window.to_us is not None else max(now, window.from_us) + DAY_US
            found.append(Place(window.show_id, window.platform, window.room_id, window.from_us, until))
    return found


def _best(found: list[Place], at: int, until: int) -> list[Place]:
    """The one that shares most time, unless others share as much."""
    shared = {place.show_id: min(place.to_us, until) - max(place.from_us, at) for place in found}
    most = max(shared.values(), default=0)
    return [place for place in found if shared[place.show_id] == most]


def _local(at: int) -> dt.datetime:
    return clock.to_datetime(at).astimezone(env.zone())


def is_midnight(at: int) -> bool:
    """Whether a day of the team begins in this second: files write a day without a time so."""
    local = _local(at)
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def _instant(at: int) -> int:
    """The instant as one that is not read as a day: a second later where it is midnight."""
    return at + MICROS * is_midnight(at)


def _whole_day(at: int) -> dt.date | None:
    """The day that a row without a time of day is about."""
    return _local(at).date() if is_midnight(at) else None


def _day_of(at: int) -> dt.date:
    return clock.business_day(at, zone=env.zone(), cut_hour=env.day_cut_hour())


def _skus_of(show_id: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for offer in warehouse.offers(show_id):
        if offer.product_id:
            found.update(dict.fromkeys(offer.stock_by_sku, offer.product_id))
            found[offer.product_id] = offer.product_id
    return found
