"""Feeds: configured sources of events, each with a token that is shown once and kept as a hash."""

import hashlib
import secrets
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from kaibo.eventlog import notices
from kaibo.eventlog.audit import audit
from kaibo.eventlog.contracts import FeedView
from kaibo.eventlog.errors import UnknownFeed
from kaibo.eventlog.models import Feed
from kaibo.kit.clock import now_us

TOKEN_PREFIX = "kbf_"  # noqa: S105 - a prefix, so that leaked tokens can be found by scanners


_changes = 0


def feed_changes() -> int:
    """A number that rises whenever this process changes a feed or its settings, for those who remember one."""
    return _changes


def note_change() -> None:
    """Let those who remember a feed look again."""
    heard_change()
    notices.tell("feeds")


def heard_change(_key: str = "") -> None:
    """Another process changed a feed."""
    global _changes  # noqa: PLW0603 - a counter of this process
    _changes += 1


def view(row: Feed) -> FeedView:
    return FeedView(
        id=row.id,
        name=row.name,
        connector=row.connector,
        platform=row.platform,
        rooms=tuple(row.rooms),
        kinds=tuple(row.kinds),
        is_enabled=row.is_enabled,
        created_at=row.created_at,
        last_event_at=row.last_event_at,
        last_received_at=row.last_received_at,
        accepted=row.accepted,
        duplicates=row.duplicates,
        rejected=row.rejected,
    )


def hash_token(token: str) -> str:
    """SHA-256 is enough: the token is 32 random bytes, not a password."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_feed(
    name: str,
    *,
    connector: str,
    platform: str,
    rooms: Iterable[str] = (),
    kinds: Iterable[str] = (),
    actor: str,
) -> tuple[FeedView, str]:
    """The feed and its token, which is shown here and never again. Cost: two queries."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Feed.objects.create(
            id=f"feed_{secrets.token_hex(6)}",
            name=name,
            connector=connector,
            platform=platform,
            rooms=list(rooms),
            kinds=list(kinds),
            token_hash=hash_token(token),
            created_at=now_us(),
        )
        after = {"name": name, "connector": connector, "platform": platform, "rooms": list(row.rooms)}
        audit(actor, "feed.created", f"feed:{row.id}", after=after)
    return view(row), token


def _row(feed_id: str) -> Feed:
    row = Feed.objects.filter(id=feed_id).first()
    if row is None:
        raise UnknownFeed(f"there is no feed {feed_id}", feed_id=feed_id)
    return row


def feed(feed_id: str) -> FeedView:
    """One feed. Raises UnknownFeed. Cost: one query."""
    return view(_row(feed_id))


def feed_by_token(token: str) -> FeedView | None:
    """The feed a token belongs to, enabled or not, else None. Cost: one query."""
    row = Feed.objects.filter(token_hash=hash_token(token)).first()
    return view(row) if row else None


def feeds() -> list[FeedView]:
    """All feeds, oldest first. Cost: one query."""
    return [view(row) for row in Feed.objects.order_by("created_at", "id")]


def set_feed_enabled(feed_id: str, enabled: bool, *, actor: str) -> FeedView:
    """Switch a feed on or off; events of a feed that is off are refused. Raises UnknownFeed."""
    with transaction.atomic():
        row = _row(feed_id)
        if row.is_enabled != enabled:
            audit(
                actor,
                "feed.enabled" if enabled else "feed.disabled",
                f"feed:{feed_id}",
                before={"is_enabled": row.is_enabled},
                after={"is_enabled": enabled},
            )
            row.is_enabled = enabled
            row.save(update_fields=["is_enabled"])
    note_change()
    return view(row)


def rotate_token(feed_id: str, *, actor: str) -> str:
    """A new token, shown once; the old one is void at once. Raises UnknownFeed."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = _row(feed_id)
        row.token_hash = hash_token(token)
        row.save(update_fields=["token_hash"])
        audit(actor, "feed.token_rotated", f"feed:{feed_id}")
    return token


def local_feed(connector: str, platform: str, *, kinds: Iterable[str]) -> FeedView:
    """The feed of an importer or simulator on this machine: made on first use, without a token."""
    declared = sorted(set(kinds))
    try:
        with transaction.atomic():
            row, is_new = Feed.objects.get_or_create(
                connector=connector,
                platform=platform,
                is_local=True,
                defaults={
                    "id": f"feed_{secrets.token_hex(6)}",
                    "name": f"{connector} ({platform})",
                    "kinds": declared,
                    "created_at": now_us(),
                },
            )
    except IntegrityError:  # another process made it between the look and the insert
        row, is_new = Feed.objects.get(connector=connector, platform=platform, is_local=True), False
    if not is_new and sorted(row.kinds) != declared:
        row.kinds = declared
        row.save(update_fields=["kinds"])
    return view(row)
