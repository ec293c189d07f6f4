"""Trying a connection before anything is saved, and what is kept of the attempt. Needs no page."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from kaibo.connectors import api as connectors
from kaibo.connectors.api import Checked, ConfigProblem
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView

TRY_ATTEMPTS = 2
"""A person waits: one more attempt after a second, then the sentence."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How an attempt went: who answered, or the problem with its field where it has one."""

    said: Checked | None = None
    problem: ConfigProblem | None = None
    field: str = ""


def draft_of(reader: int, connector: str) -> str:
    """Where a grant of an attempt waits for the feed it will belong to: some platforms give each only once."""
    return f"draft:{reader}:{connector}"[:40]


def attempt(connector: str, settings: Mapping[str, str], *, kept_at: str) -> Tried:
    """Settings checked, then the platform asked where the connector can ask. Nothing is saved but a grant."""
    verdict = connectors.check_config(connector, {name: value for name, value in settings.items() if value})
    if isinstance(verdict, ConfigProblem):
        return Tried(problem=verdict, field=_field_of(verdict, settings))
    said = connectors.try_connection(connector, settings, kept_at=kept_at, attempts=TRY_ATTEMPTS)
    return Tried(problem=said, field=_field_of(said, settings)) if isinstance(said, ConfigProblem) else Tried(said=said)


def create(
    name: str,
    connector: str,
    settings: Mapping[str, str],
    *,
    rooms: tuple[str, ...],
    draft: str,
    actor: str,
) -> FeedView:
    """A feed with its settings sealed; a grant of the attempt moves into it."""
    manifest = connectors.connector(connector)
    feed, _token = eventlog.create_feed(
        name, connector=connector, platform=manifest.platform, rooms=rooms, kinds=manifest.kinds, actor=actor
    )
    for setting, value in settings.items():
        if value:
            eventlog.keep_setting(feed.id, setting, value)
    connectors.move_grant(draft, feed.id)
    return feed


def change(feed: FeedView, settings: Mapping[str, str], *, actor: str) -> None:
    """Keep what was typed; the audit names what changed and never a value."""
    for setting, value in settings.items():
        eventlog.keep_setting(feed.id, setting, value)
    eventlog.audit(actor, "feed.settings_changed", f"feed:{feed.id}", after={"names": sorted(settings)})


_FIELDS = {
    "bad_secret": ("app_secret", "secret"),
    "bad_signature": ("secret", "access_secret"),
    "grant_ended": ("refresh_token", "shop_id"),
    "no_room": ("code",),
    "bad_app": ("receiver", "app_id"),
}
"""Our code -> settings that it may be about; the first that the connector has."""
_trying = threading.BoundedSemaphore(4)


class TooMany(Exception):
    """Several people try at once; a platform that hangs must not take every thread of the server."""


def one_of_few() -> "threading.BoundedSemaphore":
    """Held while a connection is tried. Raises TooMany."""
    if not _trying.acquire(blocking=False):
        raise TooMany
    return _trying


def _field_of(problem: ConfigProblem, settings: Mapping[str, str]) -> str:
    """The setting that a problem speaks of by name, else the one its code is known for."""
    for name in _FIELDS.get(problem.code, ()):
        if name in settings:
            return name
    first = problem.sentence.split(" ", 1)[0].strip("':")
    return first if first in settings else ""
