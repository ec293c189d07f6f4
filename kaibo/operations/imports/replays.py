"""A show played once more, into a show of its own: other ids, present times, the same door."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.errors import ShowNotFound
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.kit import clock
from kaibo.operations.imports.contracts import AlreadyFilled, NothingToReplay, ReplayReport
from kaibo.operations.imports.handing import BATCH, Taker, patiently

TICK_SECONDS = 0.25
PAUSE_MAX_SECONDS = 5.0
"""A pause of the show is never waited for longer than this: comments hours before the start would hold it up."""
ROOM_SUFFIX = "-replay"
_FIELDS = tuple(field.name for field in msgspec.structs.fields(PlatformEvent))


@dataclass(slots=True)
class Pace:
    """Where the time of the show stands against ours. `speed` 0 is as fast as possible."""

    speed: float
    first_at: int = 0
    last_at: int = 0
    count: int = 0
    seconds: float = 0.0
    shift_us: int = 0

    def measure(self, times: Iterator[int], *, now_us: int) -> None:
        """Look at the whole show once; afterwards its end, shifted, is when the replay will end.

        A show of three hours at speed 60 lasts three minutes: it begins 2 h 57 min ago and catches up with the
        present, so that no minute is compressed and no event lies ahead of now.
        """
        previous: int | None = None
        for at_us in times:
            if previous is None:
                self.first_at = at_us
            else:
                self.seconds += self.wait_of(at_us - previous)
            previous = self.last_at = at_us
            self.count += 1
        self.shift_us = now_us + round(self.seconds * clock.MICROS) - self.last_at

    def wait_of(self, gap_us: int) -> float:
        """Seconds of ours for a gap of the show."""
        return min(gap_us / clock.MICROS / self.speed, PAUSE_MAX_SECONDS) if self.speed else 0.0


def replay(
    show_id: str,
    *,
    into: str,
    speed: float,
    actor: str,
    progress: Callable[[str, int, int], None] | None,
    sleep: Callable[[float], None] = time.sleep,
) -> ReplayReport:
    """Play the net events of a show into another; see the door."""
    if next(eventlog.events_of(into), None) is not None:
        raise AlreadyFilled(
            f"show {into} holds events already", fix="name a show that does not exist yet", show_id=into
        )
    pace = Pace(speed)
    pace.measure((event.occurred_at for event in eventlog.events_of(show_id)), now_us=clock.now_us())
    if not pace.count:
        raise NothingToReplay(f"show {show_id} holds no events", fix="name a show that has some", show_id=show_id)
    place = _place(show_id, into)
    window = {"started_at": pace.first_at + pace.shift_us, "ended_at": pace.last_at + pace.shift_us + 1}
    view = shows.ensure_show(into, platform=place[0], room_id=place[1], title=_title(show_id), **window, actor=actor)
    feed = eventlog.local_feed("replay", place[0], kinds=sorted(_declared(show_id)))
    log = eventlog.open_log()
    report = ReplayReport(show_id, view.show_id, place[1], speed)
    try:
        for batch in _paced(eventlog.events_of(show_id), pace, sleep):
            events = [_renamed(event, into, place, pace.shift_us) for event in batch]
            report = _hand_over(report, log, events, Provenance(feed.id, raw_ref=f"show:{show_id}"))
            if progress is not None:
                progress("replaying", report.read, pace.count)
    finally:
        log.close()
    eventlog.audit(actor, "show.replay", f"show:{into}", after={"from": show_id, "events": report.accepted})
    return report


def _hand_over(report: ReplayReport, log: Taker, events: list[PlatformEvent], provenance: Provenance) -> ReplayReport:
    receipt = patiently(lambda: log.append_events(events, provenance=provenance))
    return msgspec.structs.replace(
        report,
        read=report.read + len(events),
        accepted=report.accepted + receipt.accepted,
        duplicates=report.duplicates + receipt.duplicates,
        rejected=report.rejected + receipt.rejected,
    )


def _paced(events: Iterator[StoredEvent], pace: Pace, sleep: Callable[[float], None]) -> Iterator[list[StoredEvent]]:
    """Batches when they are due: those of a quarter of a second together."""
    began = time.monotonic()
    due = 0.0
    previous: int | None = None
    batch: list[StoredEvent] = []
    batch_due = 0.0
    for event in events:
        due += 0.0 if previous is None else pace.wait_of(event.occurred_at - previous)
        previous = event.occurred_at
        if batch and (due - batch_due >= TICK_SECONDS or len(batch) >= BATCH):
            _sleep_until(began + batch_due, sleep)
            yield batch
            batch = []
        if not batch:
            batch_due = due
        batch.append(event)
    if batch:
        _sleep_until(began + due, sleep)
        yield batch


def _sleep_until(moment: float, sleep: Callable[[float], None]) -> None:
    left = moment - time.monotonic()
    if left > 0:
        sleep(left)


def _renamed(event: StoredEvent, into: str, place: tuple[str, str], shift_us: int) -> PlatformEvent:
    """The event under ids of the new show: orders too, else their refunds would move the night they came from."""
    given = {name: getattr(event, name) for name in _FIELDS}
    given |= {
        "event_id": f"{into}/{event.event_id}"[-200:],
        "order_id": event.order_id and f"{into}/{event.order_id}"[-200:],
        "show_id": into,
        "platform": place[0],
        "room_id": place[1],
        "occurred_at": event.occurred_at + shift_us,
    }
    return PlatformEvent(**given)


def _place(show_id: str, into: str) -> tuple[str, str]:
    """Where the replay happens: the other show's room, else a room of its own beside the first."""
    try:
        view = shows.show(into)
        return view.platform, view.room_id
    except ShowNotFound:
        first = next(eventlog.events_of(show_id))
        return first.platform, f"{first.room_id}{ROOM_SUFFIX}"


def _title(show_id: str) -> str:
    try:
        return f"{shows.show(show_id).title} · replay"
    except ShowNotFound:
        return f"{show_id} · replay"


def _declared(show_id: str) -> set[str]:
    """What the feeds of the show could report, so that its zeros stay zeros."""
    return set(eventlog.coverage(show_id, now_us=clock.now_us()).declared)
