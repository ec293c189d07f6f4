"""Taking back and moving events: negative lines and their replacements. Nothing in the log is ever changed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from django.db import transaction
from django.db.models import Q

from kaibo.eventlog.audit import audit
from kaibo.eventlog.contracts import RoomWindow
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.log import Log, open_log
from kaibo.eventlog.models import RoomWindow as Row
from kaibo.eventlog.moves import bind_loose, negative, positive, write
from kaibo.eventlog.netevents import events_moved, events_of, events_of_ingest, loose_orders
from kaibo.eventlog.windows import open_window, tell_changed, windows
from kaibo.kit.clock import iso
from kaibo.kit.errors import Conflict


@contextmanager
def _opened() -> Iterator[Log]:
    log = open_log()
    try:
        yield log
    finally:
        log.close()


def retract(*, ingest_id: str | None = None, show_id: str | None = None, actor: str, why: str) -> int:
    """Take back every event of an import or of a show; how many. Their ids are free: the same file may come again.

    Raises: Conflict unless exactly one of the two is named. Repeating it takes nothing back twice.
    """
    if (ingest_id is None) == (show_id is None):
        raise Conflict("name either an import or a show", fix="give ingest_id or show_id, not both")
    events = events_of_ingest(ingest_id) if ingest_id is not None else events_of(str(show_id))
    with _opened() as log:
        count = write(([negative(event)] for event in events), log.append_signed)
    thing = f"import:{ingest_id}" if ingest_id is not None else f"show:{show_id}"
    audit(actor, "events.retracted", thing, after={"events": count}, why=why)
    return count


def rebind(show_id: str, *, into: str, actor: str, why: str) -> int:
    """Move every event of one show into another, and its windows with them; how many events."""
    if show_id == into:
        return 0
    _move_windows(show_id, into)
    with _opened() as log:
        moved = ([negative(event), positive(event, into)] for event in events_of(show_id))
        count = write(moved, log.append_signed)
    audit(actor, "events.rebound", f"show:{show_id}", after={"into": into, "events": count}, why=why)
    return count


def unbind(
    show_id: str, *, out_of: str, since_us: int, windows: Sequence[RoomWindow], actor: str, why: str = ""
) -> int:
    """Undo `rebind`: what it moved since then goes back, and the windows are again what they were; how many events.

    Shape: what came to the other show meanwhile stays there; an end that its window was given since is kept.
    """
    _put_windows(windows, {show_id, out_of})
    with _opened() as log:
        moved = (
            [negative(event), positive(event, show_id)] for event in events_moved(show_id, out_of, since_us=since_us)
        )
        count = write(moved, log.append_signed)
    audit(actor, "events.rebound", f"show:{out_of}", after={"into": show_id, "events": count}, why=why)
    return count


def bind_window(window: RoomWindow, *, actor: str) -> int:
    """Give the events of a room that lie in a window and have no show to the window's show; how many.

    Shape: the window is opened if it was not. An end of the show among these events closes it.
    """
    place = window.platform, window.room_id
    known = [one for one in windows(show_id=window.show_id) if (one.platform, one.room_id) == place]
    open_window(window.platform, window.room_id, window.show_id, from_us=window.from_us, to_us=window.to_us)
    with _opened() as log:
        count = bind_loose(window, log.append_signed)
    if count or known != [window]:
        before = _told(known[0]) if known else None
        audit(actor, "events.bound", f"show:{window.show_id}", before=before, after={**_told(window), "events": count})
    return count


def _told(window: RoomWindow) -> dict[str, str | None]:
    return {"from": iso(window.from_us), "to": None if window.to_us is None else iso(window.to_us)}


def bind_orders(given: Mapping[tuple[str, str], str], *, since_us: int = 0, actor: str) -> int:
    """Give loose orders to shows, (platform, order) -> show; how many events. Their later events follow the order."""
    if not given:
        return 0

    def moved() -> Iterator[list[StoredEvent]]:
        for event in loose_orders(since_us=since_us):
            show_id = given.get((event.platform, event.order_id or ""))
            if show_id is not None:
                yield [negative(event), positive(event, show_id)]

    with _opened() as log:
        count = write(moved(), log.append_signed)
    if count:
        audit(actor, "orders.bound", "events:loose", after={"events": count, "shows": sorted(set(given.values()))})
    return count


def release_orders(show_id: str, keys: Collection[tuple[str, str]], *, actor: str) -> int:
    """Take orders that feeds told out of a show that no window gave them; how many events belong to no show again."""
    own = windows(show_id=show_id)

    def moved() -> Iterator[list[StoredEvent]]:
        for event in events_of(show_id):
            is_fed = event.ingest_id is None and not any(_holds(window, event) for window in own)
            if is_fed and event.kind in {"order.placed", "order.paid"} and (event.platform, event.order_id) in keys:
                yield [negative(event), msgspec.structs.replace(negative(event), sign=1, show_id=None)]

    with _opened() as log:
        count = write(moved(), log.append_signed)
    if count:
        audit(actor, "orders.released", f"show:{show_id}", after={"events": count})
    return count


def _holds(window: RoomWindow, event: StoredEvent) -> bool:
    is_there = (window.platform, window.room_id) == (event.platform, event.room_id)
    return is_there and window.from_us <= event.occurred_at < (window.to_us or 2**62)


def _put_windows(wanted: Sequence[RoomWindow], shows: Collection[str]) -> None:
    with transaction.atomic():
        rows = Row.objects.filter(show_id__in=shows)
        ended = {(row.platform, row.room_id, row.show_id): row.to_us for row in rows}
        rows.delete()
        for one in wanted:
            to_us = ended.get((one.platform, one.room_id, one.show_id)) if one.to_us is None else one.to_us
            place = {"platform": one.platform, "room_id": one.room_id, "show_id": one.show_id}
            Row.objects.create(**place, from_us=one.from_us, to_us=to_us)
    tell_changed()


def _move_windows(show_id: str, into: str) -> None:
    """The windows of one show become the other's; in a room where both have one, one window spans both."""
    with transaction.atomic():
        for row in Row.objects.filter(show_id=show_id):
            same_room = Row.objects.filter(platform=row.platform, room_id=row.room_id)
            other = same_room.filter(show_id=into).first()
            if other is None:
                row.show_id = into
                row.save(update_fields=["show_id"])
                continue
            from_us = min(row.from_us, other.from_us)
            to_us = None if row.to_us is None or other.to_us is None else max(row.to_us, other.to_us)
            between = same_room.exclude(pk__in=[row.pk, other.pk]).filter(Q(to_us=None) | Q(to_us__gt=from_us))
            if to_us is not None:
                between = between.filter(from_us__lt=to_us)
            row.delete()
            if not between.exists():  # a third show in between keeps its time; late events there stay its own
                other.from_us, other.to_us = from_us, to_us
                other.save(update_fields=["from_us", "to_us"])
    tell_changed()
