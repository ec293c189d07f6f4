"""Rows of a table given to their shows: what goes into the log, what waits for a show, what is left out and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kaibo.connectors.tables import Form, RowEvents
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.kit.clock import DAY_US, HOUR_US
from kaibo.operations.imports.join import ELSEWHERE, Joiner, Place, Verdict, is_midnight
from kaibo.operations.imports.models import Match, Stated

WAITING = "the order waits for its show"
ORDER_UNKNOWN = "the order is not known here; import the orders first"
FED = "ad spend of this show already comes from a feed"
NOT_OFFERED = "not offered in the show"
OUT_OF_SIGHT = "the order belongs to a show that is deleted or not yours"
NO_PLACE = "no show for this row"
SPEND_PARTS = ("amount_minor", "ad_impressions", "ad_clicks", "attributed_gmv_minor")
BY_FEED = "feed"
FED_US = 120 * DAY_US
"""How long before its entry an order may have been placed, where the file does not say."""
type Key = tuple[str, str]


@dataclass(slots=True)
class Told:
    """What became of one row: events for the log, events that wait under their order, reasons of those left out."""

    number: int
    events: list[PlatformEvent] = field(default_factory=list)
    held: list[PlatformEvent] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    known: int = 0  # totals that did not grow since the file before
    match: "NewMatch | None" = None
    stated: list[tuple[str, str, dict[str, int]]] = field(default_factory=list)  # show, key, steps
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class NewMatch:
    """An order that was placed or is waiting, to be written with the import."""

    platform: str
    order_id: str
    show_id: str
    evidence: str
    author: str
    placed_at: int | None
    amount_minor: int | None
    currency: str


class Placer:
    """Places the rows of one file. Cost: one query per 1000 rows of orders, one per show and hour of spend."""

    def __init__(self, form: Form, joiner: Joiner) -> None:
        self.form, self.joiner = form, joiner
        self._orders: dict[Key, Verdict] = {}
        self._lost: dict[Key, bool] = {}  # orders whose show is deleted, or there but not seen here (True)
        self._totals: dict[tuple[str, str], list[dict[str, int]]] = {}  # rows of the file for one hour
        self._fed: dict[str, bool] = {}
        self._is_timed = False  # whether the file tells times of day

    def place(self, rows: Sequence[RowEvents]) -> list[Told]:
        """What becomes of each row."""
        if self.form.shape in {"orders", "books"}:
            self._recall(rows)
        self._is_timed = self._is_timed or any(map(_tells_time, rows))
        return [self._row(row) for row in rows]

    def _row(self, row: RowEvents) -> Told:
        told = Told(row.number)
        for event in row.events:
            attrs = event.attrs or {}
            join: dict[str, Any] = attrs.pop("join", {})
            event.attrs = attrs or None
            if self.form.shape in {"orders", "books"}:
                self._order(event, join, told)
            elif self.form.shape == "spend":
                self._spend(event, join, told)
            else:
                self._stands(event, join, told)
        return told

    # -- orders -----------------------------------------------------------------------------------------------------

    def _recall(self, rows: Sequence[RowEvents]) -> None:
        """What earlier files made of these orders."""
        keys = {(event.platform, event.order_id) for row in rows for event in row.events if event.order_id}
        fresh = [order_id for platform, order_id in keys if (platform, order_id) not in self._orders]
        for match in Match.objects.filter(order_id__in=fresh, show_id__gt=""):
            place, key = self.joiner.place_of(match.show_id), (match.platform, match.order_id)
            if place is not None:
                self._orders[key] = Verdict(place, "earlier")
            else:
                self._lost[key] = self.joiner.is_others(match.show_id)
        if self.form.shape == "books":
            for match in Match.objects.filter(order_id__in=fresh, show_id=""):
                self._orders[match.platform, match.order_id] = Verdict(None, match.evidence)
            self._recall_fed(rows)

    def _recall_fed(self, rows: Sequence[RowEvents]) -> None:
        """The shows of orders that no file but a feed told of. Cost: a reading of the log since they were placed."""
        events = [event for row in rows for event in row.events if event.order_id]
        fresh = [one for one in events if (one.platform, one.order_id or "") not in self._orders]
        if not fresh:
            return
        placed = [((one.attrs or {}).get("join") or {}).get("at") for one in fresh]
        since = min((at or one.occurred_at - FED_US for at, one in zip(placed, fresh, strict=True)), default=0)
        homes = eventlog.order_homes({one.order_id or "" for one in fresh}, since_us=since - DAY_US)
        for key, show_id in homes.items():
            place = self.joiner.place_of(show_id)
            if place is not None:
                self._orders[key] = Verdict(place, BY_FEED)

    def _order(self, event: PlatformEvent, join: dict[str, Any], told: Told) -> None:
        key = (event.platform, event.order_id or "")
        verdict = self._orders.get(key)
        if verdict is None:
            if self.form.shape == "books":
                if event.order_id:
                    told.left_out.append(OUT_OF_SIGHT if key in self._lost else ORDER_UNKNOWN)
                else:
                    told.events.append(event)  # a fee or a withdrawal: of no order, of no show
                return
            verdict = self._judged(key, join)
            told.match = None if key in self._lost else self._match(event, join, verdict)
        told.verdict = verdict
        if verdict.place is None and key in self._lost:
            told.left_out.append(OUT_OF_SIGHT)  # no list of waiting orders shows it
            return
        if verdict.place is None:
            told.held.append(event)
            told.match = told.match or self._match(event, join, verdict)
            return
        self._at(event, verdict.place)
        told.events.append(event)

    def _judged(self, key: Key, join: dict[str, Any]) -> Verdict:
        """The show of an order that no file gave to one that is seen here. One of another room stays there."""
        if self._lost.get(key):
            found = Verdict(None, ELSEWHERE)
        else:
            found = self.joiner.order_verdict(join, is_timed=self._is_timed)
        self._orders[key] = found
        return found

    def _match(self, event: PlatformEvent, join: dict[str, Any], verdict: Verdict) -> NewMatch:
        return NewMatch(
            event.platform,
            event.order_id or "",
            verdict.place.show_id if verdict.place else "",
            verdict.evidence,
            str(join.get("author") or join.get("author_id") or "")[:200],
            join.get("at"),
            event.amount_minor,
            event.currency or "",
        )

    # -- reports ----------------------------------------------------------------------------------------------------

    def _stands(self, event: PlatformEvent, join: dict[str, Any], told: Told) -> None:
        verdict = self.joiner.report_verdict(join, is_timed=self._is_timed)
        if verdict.place is None and event.attrs and "plan_id" in event.attrs:
            verdict, day = self.joiner.over_midnight(join)
            if verdict.place is not None and day is not None:  # a second period of the plan, beside that of its evening
                event.attrs["plan_id"] = f"{event.attrs['plan_id']} · {day:%m-%d}"
        told.verdict = verdict
        place = verdict.place
        if place is None:
            told.left_out.append(NO_PLACE)
            return
        if event.kind == "stock.changed":
            products = self.joiner.skus(place.show_id)
            event.product_id = event.product_id or products.get(event.sku_id or "")
            if products and event.product_id not in products:
                told.left_out.append(NOT_OFFERED)
                return
        if event.kind == "offer.listed":
            event.occurred_at = place.from_us  # first of all: what a feed tells of the list during the show stands
        self._at(event, place)
        told.events.append(event)

    def _at(self, event: PlatformEvent, place: Place) -> None:
        event.show_id, event.platform, event.room_id = place.show_id, place.platform, place.room_id

    # -- ad spend ---------------------------------------------------------------------------------------------------

    def _spend(self, event: PlatformEvent, join: dict[str, Any], told: Told) -> None:
        """The step since what files stated of this hour before, inside the show's time."""
        hour = event.occurred_at
        verdict = told.verdict = self.joiner.hour_verdict(join, hour)
        place = verdict.place
        if place is None:
            told.left_out.append(NO_PLACE)
            return
        if self._is_fed(place.show_id):
            told.left_out.append(FED)
            return
        key = f"{event.event_id}:{str(join.get('author_id') or join.get('author') or '')[:60]}"
        attrs = event.attrs or {}
        totals = {name: int(attrs.get(name) or 0) for name in SPEND_PARTS[1:] if name in attrs}
        totals["amount_minor"] = event.amount_minor or 0
        others = self._totals.setdefault((place.show_id, key), [])
        if totals in others:
            told.known += 1
            return
        others.append(dict(totals))
        if len(others) > 1:  # two plans without an id are two totals
            key, event.event_id = f"{key}#{len(others)}", f"{event.event_id}#{len(others)}"
        before, times = self._before(place, hour, key)
        steps = {name: total - before.get(name, 0) for name, total in totals.items()}
        if not any(steps.values()):
            told.known += 1
            return
        told.stated.append((place.show_id, key, dict(steps)))
        event.occurred_at = max(place.from_us, min(hour + HOUR_US, place.to_us) - 1)
        event.event_id = f"{event.event_id}:{before.get('amount_minor', 0)}-{totals['amount_minor']}:{times}"
        event.amount_minor = steps.pop("amount_minor")
        event.attrs = {**attrs, **steps}
        self._at(event, place)
        told.events.append(event)

    def _before(self, place: Place, hour: int, key: str) -> tuple[dict[str, int], int]:
        """What files stated of the hour so far, and how often: a total may come back to one that it had before."""
        found: dict[str, int] = {}
        rows = list(Stated.objects.filter(show_id__in=self.joiner.of_hour(place, hour), key=key))
        for row in rows:
            for name, step in row.steps.items():
                found[name] = found.get(name, 0) + step
        return found, len(rows)

    def _is_fed(self, show_id: str) -> bool:
        """Whether something beside files reports the show's spend: then a file's hours would count twice."""
        found = self._fed.get(show_id)
        if found is None:
            seen = eventlog.coverage(show_id, now_us=clock.now_us()).seen.get("spend.reported", 0)
            found = self._fed[show_id] = seen > Stated.objects.filter(show_id__in=self.joiner.formerly(show_id)).count()
        return found


def _tells_time(row: RowEvents) -> bool:
    """Whether the row says that something happened at another time than midnight."""
    told = (((event.attrs or {}).get("join") or {}).get("at") for event in row.events)
    return any(at is not None and not is_midnight(at) for at in told)
