"""What the tests of this room share."""

from collections.abc import Iterable
from typing import Any

import msgspec

from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance, Receipt
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.kit.clock import now_us

PLATFORM, ROOM = "douyin", "771"
LOCAL = Provenance("feed_test", ingest_id="ingest_test")
_STORED = msgspec.json.Decoder(StoredEvent)


def event(event_id: str, **values: Any) -> PlatformEvent:
    given = {"kind": "comment.posted", "platform": PLATFORM, "room_id": ROOM, "occurred_at": now_us(), **values}
    return PlatformEvent(event_id=event_id, **given)


def some(count: int, *, start: int | None = None, prefix: str = "e", **values: Any) -> list[PlatformEvent]:
    first = now_us() if start is None else start
    return [event(f"{prefix}{number}", occurred_at=first + number, **values) for number in range(count)]


def bring(events: Iterable[PlatformEvent], provenance: Provenance = LOCAL) -> Receipt:
    log = api.open_log()
    try:
        return log.append_events(events, provenance=provenance)
    finally:
        log.close()


def stored() -> list[StoredEvent]:
    return [line for ref in api.batches({}) for line in _STORED.decode_lines(api.read_batch(ref))]


def numbers(receipt: Receipt) -> tuple[int, int, int]:
    return receipt.accepted, receipt.duplicates, receipt.rejected
