"""Files that feeds fetched from their platforms: given to the import of dropped tables, each once."""

from django.conf import settings
from django.db import IntegrityError, transaction

from kaibo.connectors import api as connectors
from kaibo.connectors.api import FetchedFile, UnknownConnector
from kaibo.eventlog import api as eventlog
from kaibo.operations.imports import tables, tableviews
from kaibo.operations.imports.contracts import FetchedView, TableState
from kaibo.operations.imports.models import Table

ACTOR = "system:feeds"
LOOKED = 100
"""Files of a feed that are looked at: more than three months of one a day, and a server is not off for so long."""


def take() -> int:
    """Drop and start what was fetched and not taken yet; how many files. What a crash left half done is done anew."""
    return sum(_take_of(feed.id) for feed in eventlog.feeds() if _may_fetch(feed.connector))


def fetched(feed_id: str, *, limit: int) -> list[FetchedView]:
    """Files of a feed, latest first, each with what became of it. Cost: two queries and two per file."""
    files = connectors.fetched_files(feed_id, limit=limit)
    rows = {row.origin: row for row in Table.objects.filter(origin__in=[origin_of(one) for one in files])}
    found = []
    for one in files:
        row = rows.get(origin_of(one))
        seen = tableviews.view(row) if row is not None else None
        found.append(FetchedView(one.name, one.export, one.received_at, seen))
    return found


def origin_of(file: FetchedFile) -> str:
    return f"inbox:{file.id}"


def _may_fetch(connector: str) -> bool:
    try:
        return connectors.can_ask(connector)
    except UnknownConnector:
        return False


def _take_of(feed_id: str) -> int:
    files = [one for one in connectors.fetched_files(feed_id, limit=LOOKED) if not one.is_emptied]
    taken = set(Table.objects.filter(origin__in=[origin_of(one) for one in files]).values_list("origin", flat=True))
    return sum(_take_one(one) for one in reversed(files) if origin_of(one) not in taken)


def _take_one(file: FetchedFile) -> int:
    """One file as a dropped one, started in the same transaction; 0 where another worker was faster."""
    try:
        with transaction.atomic():
            row = tables.drop(
                [connectors.fetched_body(file.id)],
                file_name=file.name or f"{file.export}.csv",
                as_of=file.received_at,
                show_id="",
                rooms=None,
                language=settings.LANGUAGE_CODE,
                actor=ACTOR,
                is_checked_later=False,
                origin=origin_of(file),
            )
            if row.state == TableState.WAITING:
                tables.start(row.id, actor=ACTOR)
    except IntegrityError:  # of `table_fetched_once`, the only thing that can be taken
        return 0
    return 1
