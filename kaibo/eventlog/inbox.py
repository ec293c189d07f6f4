"""The inbox: pushes as received, kept durably before the platform is answered, translated later, replayable.

The records database is durable at commit (SQLite with synchronous=FULL, PostgreSQL by default), so what `receive`
returned is on disk; what the gateway takes lies in the spool first. Which bytes mean what is for the connectors to
say: this room only remembers.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from django.db import models, transaction

from kaibo.eventlog import notices
from kaibo.eventlog.audit import audit
from kaibo.eventlog.contracts import InboxItem, Settlement
from kaibo.eventlog.errors import UnknownDelivery
from kaibo.eventlog.models import Delivered
from kaibo.eventlog.spool import Kept, Spool
from kaibo.kit.clock import DAY_US, now_us

ID_LENGTH = 200
REASON_LENGTH = 2000
EMPTY_ROWS = 500

_arrived = threading.Event()


def receive(
    feed_id: str,
    *,
    connector: str,
    body: bytes | memoryview,
    delivery_id: str = "",
    payload: bytes | None = None,
    told: Mapping[str, str] | None = None,
    received_at: int | None = None,
) -> bool:
    """Keep a delivery; False when this feed had it already, for ever. Durable when it returns. Cost: 1-2 queries."""
    identity = _identity(delivery_id, body)
    row = Delivered(
        feed_id=feed_id,
        connector=connector,
        identity=identity,
        received_at=now_us() if received_at is None else received_at,
        body=body,
        payload=payload,
        told=dict(told or {}),
    )
    with transaction.atomic():
        known = Delivered.objects.filter(feed_id=feed_id, identity=identity)
        if known.update(copies=models.F("copies") + 1):
            return False
        Delivered.objects.bulk_create([row], ignore_conflicts=True)  # two copies at once: one row
        transaction.on_commit(_arrived.set)
        notices.tell("inbox")
    return True


def receive_soon(
    feed_id: str,
    *,
    connector: str,
    body: bytes | memoryview,
    delivery_id: str = "",
    payload: bytes | None = None,
    told: Mapping[str, str] | None = None,
    received_at: int | None = None,
) -> "Future[None]":
    """The same, durable when the future is done, without waiting for the records: see `spool`. Cost: no query."""
    at = now_us() if received_at is None else received_at
    one = Kept(feed_id, connector, _identity(delivery_id, body), at, body, payload, dict(told or {}))
    done = spool.keep(one)
    done.add_done_callback(lambda _done: _arrived.set())
    return done


def bring_in() -> int:
    """Bring what `receive_soon` took in this process into the records; how many. Cost: four queries, or none."""
    total = 0
    while number := spool.bring_in():
        total += number
    return total


def recover() -> int:
    """Bring in what killed processes took and did not bring in; how many."""
    return spool.recover()


def _bring(taken: list[Kept], counts_copies: bool) -> None:
    fresh: dict[tuple[str, str], Delivered] = {}
    copies: Counter[tuple[str, str]] = Counter()
    names = {one.identity for one in taken}
    with transaction.atomic():
        rows = Delivered.objects.filter(identity__in=names).values_list("feed_id", "identity")
        known = {(feed_id, identity) for feed_id, identity in rows}
        for one in taken:
            key = (one.feed_id, one.identity)
            if key in known:
                copies[key] += 1
                continue
            known.add(key)
            fresh[key] = Delivered(
                feed_id=one.feed_id,
                connector=one.connector,
                identity=one.identity,
                received_at=one.received_at,
                body=one.body,
                payload=one.payload,
                told=one.told,
            )
        Delivered.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        notices.tell("inbox")
        for (feed_id, identity), number in copies.items() if counts_copies else ():
            Delivered.objects.filter(feed_id=feed_id, identity=identity).update(copies=models.F("copies") + number)


def _identity(delivery_id: str, body: bytes | memoryview) -> str:
    is_usable = 0 < len(delivery_id) <= ID_LENGTH and delivery_id.isprintable()  # PostgreSQL keeps no NUL
    return delivery_id if is_usable else f"sha256:{hashlib.sha256(body).hexdigest()}"


spool = Spool(_bring)


def wait_for_delivery(seconds: float) -> bool:
    """Whether something arrived in this process since it was last asked; waits for it so many seconds at most."""
    has_arrived = _arrived.wait(seconds)
    _arrived.clear()
    return has_arrived


def wake() -> None:
    """Let whoever waits look now."""
    _arrived.set()


def waiting(limit: int = 200, *, after: int = 0) -> list[InboxItem]:
    """What waits for its translation, oldest first. Cost: one query, and those of `bring_in`."""
    bring_in()
    rows = Delivered.objects.filter(state="waiting", id__gt=after).order_by("id")[:limit]
    return [_view(row) for row in rows]


def settle(item_id: int, *, count: int, version: str, problem: str = "", note: str = "") -> None:
    """Write down how a translation went: `problem` keeps it for a replay, `note` says why it gave nothing."""
    _settle([item_id], count=count, version=version, problem=problem, note=note)


def _settle(ids: list[int], *, count: int, version: str, problem: str, note: str) -> None:
    Delivered.objects.filter(id__in=ids).update(
        state="failed" if problem else "translated",
        reason=(problem or note).replace("\x00", "\ufffd")[:REASON_LENGTH],
        count=count,
        tries=models.F("tries") + 1,
        translator_version=version,
    )


def settle_all(settled: Iterable[Settlement]) -> None:
    """Write down how several translations went, in one transaction. Cost: one query for those that went alike."""
    alike: dict[tuple[int, str, str, str], list[int]] = {}
    for one in settled:
        alike.setdefault((one.count, one.version, one.problem, one.note), []).append(one.item_id)
    with transaction.atomic():
        for (count, version, problem, note), ids in alike.items():
            _settle(ids, count=count, version=version, problem=problem, note=note)


def items(*, state: str = "", feed_id: str = "", limit: int = 100) -> list[InboxItem]:
    """Deliveries, latest first. Cost: one query, and those of `bring_in`."""
    bring_in()
    rows = Delivered.objects.order_by("-id")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(feed_id=feed_id) if feed_id else rows
    return [_view(row) for row in rows[:limit]]


def named(feed_id: str, *, prefix: str, limit: int) -> list[InboxItem]:
    """Deliveries whose id begins so, latest first, without their payload. Cost: one query along an index."""
    rows = Delivered.objects.filter(
        feed_id=feed_id, identity__gte=prefix, identity__lt=f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"
    )
    return [_view(row, has_payload=False) for row in rows.defer("body", "payload").order_by("-id")[:limit]]


def item(item_id: int) -> InboxItem:
    """One delivery. Raises UnknownDelivery. Cost: one query."""
    row = Delivered.objects.filter(id=item_id).first()
    if row is None:
        raise UnknownDelivery(f"there is no delivery {item_id}", fix="`kaibo inbox` lists them")
    return _view(row)


def has_any(feed_id: str) -> bool:
    """Whether anything was ever pushed to this feed; what it fetched itself does not count. Cost: one query."""
    return Delivered.objects.filter(feed_id=feed_id).exclude(told__has_key="by").exists()


def counts(*, feed_id: str = "") -> dict[str, int]:
    """State -> number of deliveries. Cost: one query, and those of `bring_in`."""
    bring_in()
    rows = Delivered.objects.filter(feed_id=feed_id) if feed_id else Delivered.objects.all()
    found = rows.values_list("state").annotate(number=models.Count("id")).order_by("state")
    return dict(found)


def put_back(versions: Mapping[str, str], *, actor: str, feed_id: str = "") -> int:
    """Let what failed, and what an older translator read, be translated again; how many.

    Shape: `versions` connector -> version of its translator now. An emptied body cannot come back.
    """
    kept = Delivered.objects.filter(is_emptied=False)
    kept = kept.filter(feed_id=feed_id) if feed_id else kept
    again = models.Q(state="failed")
    for connector, version in versions.items():
        again |= models.Q(state="translated", connector=connector) & ~models.Q(translator_version=version)
    with transaction.atomic():
        number = kept.filter(again).update(state="waiting")
        if number:
            audit(actor, "inbox.replayed", f"feed:{feed_id}" if feed_id else "inbox", after={"count": number})
    _arrived.set()
    return number


def empty_old(days: int) -> int:
    """Let bodies go that were translated and are older than so many days; identities stay. How many went."""
    limit = now_us() - days * DAY_US
    old = Delivered.objects.filter(is_emptied=False, state="translated", received_at__lt=limit)
    ids = list(old.order_by("id").values_list("id", flat=True)[:EMPTY_ROWS])
    return Delivered.objects.filter(id__in=ids).update(body=b"", payload=None, told={}, is_emptied=True)


def _view(row: Delivered, *, has_payload: bool = True) -> InboxItem:
    held = (row.payload if row.payload is not None else row.body) if has_payload else b""
    return InboxItem(
        id=row.pk,
        feed_id=row.feed_id,
        connector=row.connector,
        identity=row.identity,
        received_at=row.received_at,
        payload=bytes(held),
        told=dict(row.told),
        state=row.state,
        reason=row.reason,
        count=row.count,
        tries=row.tries,
        copies=row.copies,
        translator_version=row.translator_version,
        is_emptied=row.is_emptied,
    )
