"""Files that a client fetched: kept in the inbox as received, read by whoever imports such tables."""

from kaibo.connectors.contracts import FetchedFile
from kaibo.connectors.payloads import FILE
from kaibo.connectors.settling import BY, FETCH
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import InboxItem
from kaibo.eventlog.polls import Fetched

NAME = "file_name"
PREFIX = f"{FILE}:"


def fetched_file(export: str, body: bytes, *, name: str, mark: str) -> Fetched:
    """A file as a reply to be kept; `mark` tells it from every other of its kind."""
    return Fetched(body, {BY: FETCH, FILE: export, NAME: name}, delivery_id=f"{PREFIX}{export}:{mark}")


def fetched_files(feed_id: str, *, limit: int) -> list[FetchedFile]:
    """Files that a feed fetched, latest first. Cost: one query that reads no file."""
    return [_view(one) for one in eventlog.inbox.named(feed_id, prefix=PREFIX, limit=limit)]


def fetched_body(file_id: int) -> bytes:
    """The bytes of a file. Raises UnknownDelivery. Cost: one query."""
    return eventlog.inbox.item(file_id).payload


def _view(one: InboxItem) -> FetchedFile:
    export = one.identity.removeprefix(PREFIX).split(":")[0]
    return FetchedFile(one.id, one.feed_id, export, one.told.get(NAME, ""), one.received_at, one.is_emptied)
