"""Entries told to the log as events of the local feed `registers`, and the ids they get."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from kaibo.commerce.registers.errors import BadEntry
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

CONNECTOR = "registers"
EARLY_US = 15 * clock.MINUTE_US
LATE_US = 15 * clock.DAY_US
"""A violation or a change may be written down days after the show, never after it was settled for good."""


def check_id(entry_id: str) -> None:
    """Raises BadEntry for an id that no page of ours gives."""
    if not 8 <= len(entry_id) <= 64:
        raise BadEntry(_("The entry has no id."), fix=_("Reload the page."), field="entry_id")


def plain(text: str, length: int) -> str:
    """The text as both databases and the log keep it: without NUL and outer spaces, no longer than its column."""
    return text.replace("\x00", "").strip()[:length]


def instant(show: ShowView, at_us: int | None) -> int:
    """When it happened, as the device says, never later than now. Raises BadEntry outside the show."""
    now = clock.now_us()
    at = now if at_us is None else min(at_us, now)
    if show.started_at is not None and not show.started_at - EARLY_US <= at <= (show.ended_at or now) + LATE_US:
        raise BadEntry(_("This lies outside the show."), fix=_("Check the clock of this device."), field="at_us")
    return at


def event(show: ShowView, event_id: str, kind: str, at_us: int, **values: Any) -> PlatformEvent:
    """An event of the show."""
    return PlatformEvent(
        event_id=event_id,
        kind=kind,
        platform=show.platform,
        room_id=show.room_id,
        show_id=show.show_id,
        occurred_at=at_us,
        **values,
    )


def tell(show: ShowView, events: Sequence[PlatformEvent], *, ingest_id: str) -> None:
    """Hand events to the log and wait until they are kept; the feed declares nothing, so its silence is not zero."""
    feed = eventlog.local_feed(CONNECTOR, show.platform, kinds=())
    log = eventlog.open_log()
    try:
        receipt = log.append_events(list(events), provenance=Provenance(feed.id, ingest_id=ingest_id))
    finally:
        log.close()
    if receipt.rejected:
        first = receipt.details[0]
        raise BadEntry(f"{first.field}: {first.problem}", fix=first.fix, field=first.field)
