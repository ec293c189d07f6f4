"""The other rooms behind one object: the only file of this room that calls their doors."""

from collections.abc import Collection, Mapping, Sequence

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import WordCheck
from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import Economics
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Coverage, LogStatus
from kaibo.eventlog.kinds import MOMENT_KINDS
from kaibo.kit.errors import NotFound
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import Answer, CountStatus, Duty, Figure, Lap, MinuteRow, Moment, Offer, Sample

TIMELINE_KINDS = MOMENT_KINDS - {"offer.listed", "offer.unlisted", "offer.pinned", "stock.changed"}
"""Stock and the list come folded as offers; as moments they are a thousand rows a night that nobody reads here."""


class LiveDoors:
    """`Doors` over the real rooms. A show that arrived only as events has no record: None, not an error."""

    def coverage(self, show_id: str, *, now_us: int) -> Coverage:
        return eventlog.coverage(show_id, now_us=now_us)

    def minute_rows(
        self, show_id: str, *, grain: str = "show", columns: Collection[str] | None = None
    ) -> Sequence[MinuteRow]:
        return warehouse.minute_rows(show_id, grain=grain, columns=columns)

    def totals_by(
        self, show_id: str, grain: str, *, from_us: int | None, to_us: int | None
    ) -> dict[str, dict[str, int]]:
        return warehouse.totals_by(show_id, grain, from_us=from_us, to_us=to_us)

    def samples(self, show_id: str) -> Sequence[Sample]:
        return warehouse.samples(show_id)

    def figures(self, show_id: str) -> Sequence[Figure]:
        return warehouse.figures(show_id)

    def moments(self, show_id: str) -> Sequence[Moment]:
        return warehouse.moments(show_id, kinds=TIMELINE_KINDS)

    def laps(self, show_id: str) -> Sequence[Lap]:
        return warehouse.laps(show_id)

    def duties(self, show_id: str) -> Sequence[Duty]:
        return warehouse.duties(show_id)

    def offers(self, show_id: str) -> Sequence[Offer]:
        return warehouse.offers(show_id)

    def show_span(self, show_id: str) -> tuple[int, int] | None:
        return warehouse.show_span(show_id)

    def show(self, show_id: str) -> ShowView | None:
        try:
            return shows.show(show_id)
        except NotFound:
            return None

    def economics(self, platform: str, room_id: str) -> Economics:
        try:
            return rooms.economics(platform, room_id)
        except NotFound:
            return Economics()

    def earlier(self, show_id: str, *, limit: int) -> Sequence[ShowView]:
        try:
            return shows.shows_like(show_id, limit=limit)
        except NotFound:
            return []

    def word_checks(self, show_id: str) -> Mapping[str, WordCheck]:
        return registers.word_checks(show_id)

    def versions(self, show_ids: Sequence[str]) -> dict[str, int]:
        """Rises for a show whenever more is counted for it. Cost: one query a show, at most seven shows."""
        return {show_id: warehouse.show_version(show_id) for show_id in show_ids}

    def currencies(self, show_id: str) -> Collection[str]:
        return warehouse.currencies(show_id)

    def people_by_day(self, platform: str, room_id: str) -> Answer | None:
        return warehouse.latest("returning_viewers", {"platform": platform, "room_id": room_id})

    def count_status(self) -> CountStatus:
        return warehouse.count_status()

    def log_status(self) -> LogStatus:
        return eventlog.status()
