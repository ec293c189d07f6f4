"""Orders and the shows they were given to: written with an import, waiting without a show, assigned by hand."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Count, F, Max, Min, Sum

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.operations.imports.contracts import ImportState, NothingWaits, WaitingGroup
from kaibo.operations.imports.handing import patiently
from kaibo.operations.imports.join import author_key
from kaibo.operations.imports.models import Account, Import, Match, Stated
from kaibo.operations.imports.placing import NewMatch

ASSIGNED = "assigned"
FEEDS = "feeds"
"""Stands for the import in a match of an order that feeds told of; its events lie in the log, not under it."""
_CHUNK = 500


class Kept(msgspec.Struct, frozen=True):
    """What an import writes beside the log for one row."""

    match: NewMatch | None
    held: tuple[PlatformEvent, ...]
    stated: tuple[tuple[str, str, dict[str, int]], ...]


@transaction.atomic
def keep(rows: Iterable[Kept], *, ingest_id: str) -> list[PlatformEvent]:
    """Write matches, waiting events and stated totals; the events that waited for a show that is known now."""
    rows = list(rows)
    told = {(row.match.platform, row.match.order_id): row.match for row in rows if row.match}
    known = {
        (one.platform, one.order_id): one for one in Match.objects.filter(order_id__in=[order for _, order in told])
    }
    fresh, freed = [], []
    for key, match in told.items():
        old = known.get(key)
        if old is None:
            fresh.append(_row(match, ingest_id))
        elif not old.show_id and match.show_id:
            freed += _freed(old, match.show_id)
            old.evidence_before, old.assigned_by = old.evidence, ingest_id
            old.show_id, old.evidence = match.show_id, match.evidence
            old.save(update_fields=["show_id", "evidence", "evidence_before", "assigned_by"])
    Match.objects.bulk_create(fresh, batch_size=_CHUNK)
    _hold(rows)
    Stated.objects.bulk_create(
        [
            Stated(show_id=show_id, key=key, ingest_id=ingest_id, steps=steps)
            for row in rows
            for show_id, key, steps in row.stated
        ],
        batch_size=_CHUNK,
    )
    return freed


def _row(match: NewMatch, ingest_id: str) -> Match:
    return Match(
        platform=match.platform,
        order_id=match.order_id,
        show_id=match.show_id,
        evidence=match.evidence,
        author=match.author,
        placed_at=match.placed_at,
        amount_minor=match.amount_minor,
        currency=match.currency,
        ingest_id=ingest_id,
    )


def _hold(rows: Sequence[Kept]) -> None:
    """Put waiting events under their order, each state once."""
    held: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        for event in row.held:
            held.setdefault((event.platform, event.order_id or ""), []).append(msgspec.to_builtins(event))
    changed = []
    for match in Match.objects.filter(order_id__in=[order for _, order in held], show_id=""):
        ids = {one["event_id"] for one in match.held}
        new = [one for one in held.get((match.platform, match.order_id), []) if one["event_id"] not in ids]
        if new:
            match.held = [*match.held, *new]
            changed.append(match)
    Match.objects.bulk_update(changed, ["held"], batch_size=_CHUNK)


def _freed(match: Match, show_id: str) -> list[PlatformEvent]:
    """What waited under an order, as events of its show."""
    show = shows.show(show_id)
    found = []
    for given in match.held:
        event = msgspec.convert(given, PlatformEvent)
        event.show_id, event.platform, event.room_id = show_id, show.platform, show.room_id
        found.append(event)
    return found


def release(ingest_id: str, *, actor: str) -> int:
    """Take what feeds told of assigned orders out of their show again; how many events."""
    taken: dict[str, set[tuple[str, str]]] = {}
    for match in Match.objects.filter(assigned_by=ingest_id, ingest_id=FEEDS):
        taken.setdefault(match.show_id, set()).add((match.platform, match.order_id))
    return sum(eventlog.release_orders(show_id, keys, actor=actor) for show_id, keys in taken.items())


def forget(ingest_id: str) -> None:
    """Undo what `keep` and `assign` wrote for an import: orders wait again, totals go back."""
    Match.objects.filter(ingest_id=ingest_id).delete()
    Match.objects.filter(assigned_by=ingest_id).update(show_id="", assigned_by="", evidence=F("evidence_before"))
    Stated.objects.filter(ingest_id=ingest_id).delete()


def groups(*, platform: str = "", mine: str = "") -> list[WaitingGroup]:
    """Orders that wait for a show, by author and why; `mine` only those of one actor's imports. Cost: two queries."""
    rows = Match.objects.filter(show_id="")
    if platform:
        rows = rows.filter(platform=platform)
    if mine:
        rows = rows.filter(ingest_id__in=Import.objects.filter(actor=mine).values("id"))
    found = rows.values("platform", "author", "evidence", "currency").annotate(
        orders=Count("id"), amount=Sum("amount_minor"), first=Min("placed_at"), last=Max("placed_at")
    )
    return [
        WaitingGroup(
            one["platform"],
            one["author"],
            one["evidence"],
            one["orders"],
            one["amount"],
            one["currency"] or "CNY",
            one["first"],
            one["last"],
        )
        for one in found.order_by("-orders", "author")
    ]


def assign(
    show_id: str,
    *,
    platform: str,
    author: str,
    evidence: str,
    from_us: int | None,
    to_us: int | None,
    is_account: bool,
    mine: str,
    actor: str,
    why: str,
) -> Import:
    """Give waiting orders to a show; the import that stands for it, which can be undone. Raises NothingWaits.

    Shape: `from_us` to `to_us` limits to orders placed then. `is_account` remembers the author as the room's own.
    """
    show = shows.show(show_id)
    rows = Match.objects.filter(show_id="", platform=platform, author=author, evidence=evidence)
    if from_us is not None:
        rows = rows.filter(placed_at__gte=from_us)
    if to_us is not None:
        rows = rows.filter(placed_at__lt=to_us)
    if mine:
        rows = rows.filter(ingest_id__in=Import.objects.filter(actor=mine).values("id"))
    if not rows.exists():
        raise NothingWaits("no such order waits for a show", fix="look at the list again")
    act = Import.objects.create(
        id=f"imp_{secrets.token_hex(8)}",
        connector="exports",
        export=ASSIGNED,
        file_name=(author or "-")[:255],
        sha256="",
        actor=actor,
        state=ImportState.RUNNING,
        started_at=clock.now_us(),
        shows=[show_id],
        why=why,
    )
    taken = list(rows)
    _hand_over(taken, show_id, act)
    with transaction.atomic():  # after the log: a crash before leaves orders that wait, and assigning again is harmless
        still = {match.pk: match for match in rows.select_for_update()}
        for match in still.values():
            match.evidence_before, match.evidence = match.evidence, ASSIGNED
            match.show_id, match.assigned_by = show_id, act.id
        Match.objects.bulk_update(
            still.values(), ["show_id", "assigned_by", "evidence", "evidence_before"], batch_size=_CHUNK
        )
    if is_account and author:
        remember_account(show.platform, author, show.room_id, actor=actor)
    eventlog.audit(
        actor,
        "import.assign",
        f"import:{act.id}",
        after={"show": show_id, "author": author, "orders": len(taken), "accepted": act.accepted},
        why=why,
    )
    return act


def _hand_over(taken: Sequence[Match], show_id: str, act: Import) -> None:
    platform = taken[0].platform
    feed = eventlog.local_feed("exports", platform, kinds=())
    provenance = Provenance(feed.id, ingest_id=act.id, raw_ref="assigned", translator_version="exports/1")
    log = eventlog.open_log()
    try:
        for at in range(0, len(taken), 2000):
            events = [event for match in taken[at : at + 2000] for event in _freed(match, show_id)]
            receipt = patiently(lambda events=events: log.append_events(events, provenance=provenance))  # type: ignore[misc]
            act.accepted += receipt.accepted
            act.duplicates += receipt.duplicates
            act.rejected += receipt.rejected
    finally:
        log.close()
    fed = {(one.platform, one.order_id): show_id for one in taken if one.ingest_id == FEEDS}
    act.accepted += eventlog.bind_orders(fed, actor=act.actor)
    act.read = act.accepted + act.duplicates + act.rejected
    act.state, act.finished_at = ImportState.COMPLETE, clock.now_us()
    act.save()


def remember_account(platform: str, author: str, room_id: str, *, actor: str) -> None:
    """From now on this author of exports stands for the room."""
    key = author_key(author)
    before = Account.objects.filter(platform=platform, key=key).values_list("room_id", flat=True).first()
    Account.objects.update_or_create(
        platform=platform,
        key=key,
        defaults={"label": author[:200], "room_id": room_id, "actor": actor, "at_us": clock.now_us()},
    )
    if before != room_id:
        eventlog.audit(actor, "import.account_learned", f"account:{platform}/{author}", before=before, after=room_id)
