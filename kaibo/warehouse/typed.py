"""Stored lines as typed rows: what every reader of the log, in whatever process, runs before `live/`."""

import duckdb

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.kinds import KINDS
from kaibo.warehouse import sqlfiles
from kaibo.warehouse.columns import FED

type Chunk = bytes | BatchRef
"""The lines of a batch, or where they lie for an engine that reads them there."""
_COUNTED_KINDS = KINDS | set(FED) | {"interaction", "unmatched"}
"""Kinds of the log, and what `live/` calls facts that are not lines of their own."""


def make_types(duck: duckdb.DuckDBPyConnection) -> None:
    """The types that `staging/` and `live/` name."""
    duck.execute(f"create type event_kind as enum ({', '.join(f"'{kind}'" for kind in sorted(_COUNTED_KINDS))})")


def typed(read: str) -> str:
    """The select of typed rows from what `staging/<read>.sql` reads, which it calls `e`."""
    return f"with e as ({sqlfiles.load('staging', read)}) {sqlfiles.load('staging', 'events')}"
