"""Negative lines and their replacements, and binding what lies loose; used by undo and by the log itself."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from kaibo.eventlog.contracts import RoomWindow
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.netevents import loose_events
from kaibo.eventlog.windows import close_window
from kaibo.kit.clock import now_us

BATCH = 5000
Append = Callable[[list[StoredEvent]], None]


def negative(event: StoredEvent) -> StoredEvent:
    return msgspec.structs.replace(event, sign=-1, received_at=now_us())


def positive(event: StoredEvent, show_id: str) -> StoredEvent:
    return msgspec.structs.replace(event, sign=1, show_id=show_id, received_at=now_us())


def write(pairs: Iterable[list[StoredEvent]], append: Append) -> int:
    """Hand the lines over in batches; how many events. Each batch is durable before the next is read."""
    source = iter(pairs)
    count = 0
    while batch := list(islice(source, BATCH)):
        append([line for pair in batch for line in pair])
        count += len(batch)
    return count


def bind_loose(window: RoomWindow, append: Append) -> int:
    """Give loose events of an existing window's time to its show; how many."""
    ended: list[int] = []

    def moved() -> Iterator[list[StoredEvent]]:
        for event in loose_events(window.platform, window.room_id, from_us=window.from_us, to_us=window.to_us):
            if ended and event.occurred_at > ended[0]:
                return
            if event.kind == "show.ended" and window.to_us is None:
                ended.append(event.occurred_at)
            yield [negative(event), positive(event, window.show_id)]

    count = write(moved(), append)
    if ended:
        close_window(window.show_id, to_us=ended[0] + 1)
    return count
