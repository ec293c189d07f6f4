"""The counting engine: bytes of batches in, partial rows out. DuckDB and the files of `live/`; no Django.

The engine remembers, per show, what counting needs (state tables of `staging/state.sql`). It never looks anything
up itself: the counter hands it the log of a show that it must remember (`remember`), then batches (`stage`,
`count`). The same SQL serves loading, counting and rebuilding, so that the three cannot drift apart.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.kinds import INTERACTION, MOMENT_KINDS, ORDER
from kaibo.eventlog.segments import read_batch
from kaibo.warehouse import sqlfiles
from kaibo.warehouse.counted import Counted, Rows
from kaibo.warehouse.engine_compact import compact
from kaibo.warehouse.engine_intervals import BOUNDARIES, cut_intervals
from kaibo.warehouse.engine_orders import absorb_orders, change_orders, other_shows
from kaibo.warehouse.engine_rows import give_rows
from kaibo.warehouse.spool import spool_folder
from kaibo.warehouse.typed import Chunk, make_types, typed

_SHOW_STATE = ("second_sum", "second_first", "first_seen", "online_sample", "boundary", "interval")
_STATING = (*ORDER, "spend.reported", "figure.reported")
_SUMMED_MONEY = ("order.placed", "order.paid", "order.refunded", "gift.sent", "spend.reported")
FIRST_KINDS = (*INTERACTION, "viewer.entered", "room.exposed", "product.exposed", "product.clicked", "cart.added")
_DERIVED = (*FIRST_KINDS, "viewer.left", "spend.reported")
_NOT_ON_AIR = frozenset(
    {
        *("order.canceled", "order.refunded", "order.shipped", "order.delivered", "figure.reported", "spend.reported"),
        *("group.joined", "group.left", "group.message_posted", "note.marked"),
    }
)
"""What follows an order and what is stated do not stretch the span of a show."""


class Engine:
    """One DuckDB in memory with the state of the shows it remembers. Not for two threads."""

    reads_itself = False  # else it is told where the lines of a batch lie instead of being handed them

    def __init__(self, *, threads: int = 1, memory: str = "2GB", overflow: Path | None = None) -> None:
        self._folder = spool_folder()
        self._spool = Path(self._folder.name) / "batch.ndjson"
        self._settings = {"threads": str(threads), "memory_limit": memory, "preserve_insertion_order": "false"}
        if overflow is not None:
            self._settings["temp_directory"] = str(overflow)
        self.shows: dict[str, float] = {}  # show -> when it was last touched, by the monotonic clock
        self._open()

    def _open(self) -> None:
        self.duck = duckdb.connect(":memory:", config=dict(self._settings))
        make_types(self.duck)
        self.duck.execute(sqlfiles.load("staging", "state"))
        self.compacted: dict[str, int] = {}
        self._made: set[tuple[str, str]] = set()
        self._bound: list[tuple[str, str]] = []
        self._overview: list[tuple[str | None, str, int, int, int, int]] | None = None
        self.facts_found = self.are_firsts_moved = self.are_intervals_moved = False
        self.shows.clear()

    def close(self) -> None:
        """Give the memory back."""
        self.duck.close()
        self._folder.cleanup()

    def reset(self) -> None:
        """Forget every show; the next batch loads again what it touches."""
        self.duck.close()
        self._open()

    def use_threads(self, number: int) -> None:
        """Work with so many threads from now on."""
        if self._settings["threads"] != str(number):
            self._settings["threads"] = str(number)
            self.duck.execute(f"set threads = {number}")

    # --- small tools -------------------------------------------------------------------------------------------

    def make(self, table: str, name: str, *, folder: str = "live", needed: bool = True) -> None:
        """Run `<folder>/<name>.sql` into a table of this batch; where nothing can come of it, only empty the table.

        Planning a file costs milliseconds whatever it reads, and a night at pace is a small batch many times a second.
        """
        if not needed and (table, name) in self._made:
            self.duck.execute(f"delete from {table}")  # noqa: S608 - our own table names
            return
        self._made.add((table, name))
        self.duck.execute(f"create or replace temp table {table} as {self.text(folder, name, needed=needed)}")

    def text(self, folder: str, name: str, *, needed: bool = True) -> str:  # noqa: ARG002 - Spark looks at it
        """The select of `<folder>/<name>.sql`, which gives no row where it is not needed."""
        return sqlfiles.load(folder, name)

    def damage(self, _refs: Sequence[BatchRef]) -> Mapping[BatchRef, DamagedSegment]:
        """What an engine that reads batches itself finds wrong with them; this one is handed what is verified."""
        return {}

    def rows(self, table: str) -> Rows:
        """All rows of a table of this batch with its column names."""
        cursor = self.duck.execute(f"select * from {table}")  # noqa: S608 - our own table names
        return Rows(tuple(column[0] for column in cursor.description or ()), cursor.fetchall())

    def sql(self, name: str) -> str:
        """The text of `live/<name>.sql`."""
        return self.text("live", name)

    def column(self, query: str) -> list[Any]:
        """The single column of a query."""
        return [row[0] for row in self.duck.execute(query).fetchall()]

    def _write_spool(self, chunks: Iterable[Chunk]) -> int:
        with self._spool.open("wb") as file:
            for given in chunks:
                chunk = given if isinstance(given, bytes) else read_batch(given)
                file.write(chunk)
                if not chunk.endswith(b"\n"):
                    file.write(b"\n")
            return file.tell()

    # --- staging -----------------------------------------------------------------------------------------------

    def stage(self, chunks: Iterable[Chunk], files: Sequence[Path] = ()) -> None:
        """Make the table `event` from NDJSON bytes and files. Raises duckdb.Error for what is no stored events."""
        self._overview = None
        paths = self._spooled(chunks, files)
        self.duck.execute(
            f"create or replace temp table event as {typed('read_segment')}" + ("" if paths else " where false"),
            [paths or [str(self._spool)]],
        )
        self._spool.unlink()

    def stage_more(self, chunks: Iterable[Chunk], show_id: str, files: Sequence[Path] = ()) -> None:
        """Append to `event` the lines of one show among these bytes and files."""
        self._overview = None
        if paths := self._spooled(chunks, files):
            self.duck.execute(f"insert into event {typed('read_segment')} where e.show_id = ?", [paths, show_id])
        self._spool.unlink()

    def _spooled(self, chunks: Iterable[Chunk], files: Sequence[Path]) -> list[str]:
        """What DuckDB reads for these bytes and files, the bytes written where it can."""
        spool = [str(self._spool)] if self._write_spool(chunks) else []
        return [*map(str, files), *spool]

    def stage_lake(self, paths: Sequence[Path], show_id: str, *, without: Sequence[tuple[str, int, int]] = ()) -> None:
        """Append to `event` the lines of one show among these Parquet files, without these spans of the log."""
        if paths:
            self._overview = None
            out = "".join(" and not (e.writer = ? and e.seq between ? and ?)" for _ in without)
            self.duck.execute(
                f"insert into event {typed('read_lake')} where e.show_id = ?{out}",
                [[str(path) for path in paths], show_id, *(part for span in without for part in span)],
            )

    def net(self) -> None:
        """Let lines of `event` that were taken back leave it."""
        if self.has_negatives():
            self._overview = None
            self.make("event_net", "net", folder="staging")
            self.duck.execute("drop table event; alter table event_net rename to event")

    def leave_out(self, shows: Iterable[str]) -> None:
        """Take the lines of these shows out of `event`; they come back whole from the log."""
        self._overview = None
        self.duck.execute("delete from event where show_id in (select unnest(?))", [list(shows)])

    def overview(self) -> list[tuple[str | None, str, int, int, int, int]]:
        """(show, kind, sign, lines, first_at, last_at) of `event`, read once per batch."""
        if self._overview is None:
            self._overview = self.duck.execute(self.sql("overview")).fetchall()
        return self._overview

    def has_negatives(self) -> bool:
        """Whether a line of `event` takes another back."""
        return any(sign < 0 for _, _, sign, *_ in self.overview())

    def negatives(self) -> list[tuple[str | None, str, str]]:
        """(show, uid, order key) of every line of `event` that takes another back."""
        if not self.has_negatives():
            return []
        return self.duck.execute(
            "select show_id, platform || chr(10) || room_id || chr(10) || event_id,"
            " coalesce(platform || chr(10) || order_id, '') from event where sign < 0"
        ).fetchall()

    def stage_orders(self, *, excluded: Iterable[str] = (), strays: Sequence[str] = ()) -> None:
        """Make `order_new` from `event` without the excluded uids, and with the bodies of strays."""
        self.facts_found = False
        self.make("stated", "stated", folder="staging", needed=self.has(_STATING))
        self.make("order_new", "order_events", needed=self.has(ORDER))
        out = list(excluded)
        if out:
            self.duck.execute("delete from order_new where uid in (select unnest(?))", [out])
        self.add_strays(strays)

    def add_strays(self, bodies: Sequence[str]) -> None:
        """Append to `order_new` order events as `order_body` wrote them, without those that are there already."""
        if not bodies:
            return
        self.facts_found = False
        self._write_spool(body.encode() for body in bodies)
        types = dict(self.duck.execute("select column_name, column_type from (describe order_event)").fetchall())
        self.duck.execute(
            "insert into order_new by name select * replace (coalesce(family, order_key) as family,"
            " coalesce(family, order_key) as order_key)"
            " from read_json(?, format = 'newline_delimited', columns = ?)"
            " where uid not in (select uid from order_new) and uid not in (select uid from order_event)",
            [str(self._spool), types],
        )
        self._spool.unlink()

    def bind(self, feeds: Mapping[str, Collection[str]]) -> None:
        """Say which feeds may speak for some rooms only. A feed never changes its rooms."""
        pairs = [(feed, room) for feed, rooms in sorted(feeds.items()) for room in sorted(rooms)]
        if pairs != self._bound:
            self._bound = pairs
            self.duck.execute("delete from bound_feed")
            if pairs:
                self.duck.executemany("insert into bound_feed values (?, ?)", pairs)

    @property
    def is_any_feed_bound(self) -> bool:
        """Whether a feed may speak for some rooms only."""
        return bool(self._bound)

    def touch(self, show_id: str) -> None:
        """Count the show among those that are remembered."""
        self.shows[show_id] = time.monotonic()

    def event_shows(self) -> list[str]:
        """Shows named by `event`."""
        return sorted({show for show, *_ in self.overview() if show is not None})

    def new_orders(self) -> list[str]:
        """Orders of `order_new` that the engine does not remember, whichever room they are of."""
        return self.column("select distinct family from order_new where family not in (select family from order_event)")

    def without_show(self) -> int:
        """Lines of `event` that belong to no show."""
        return sum(lines for show, _, _, lines, *_ in self.overview() if show is None)

    def set_aside(self, *, back: bool = False) -> None:
        """Put the batch aside while another show is loaded, or take it back."""
        self._made -= {("order_new", "order_events"), ("stated", "stated")}
        self._overview = None
        self.facts_found = False  # what is loaded meanwhile may hold events of the same orders
        for table in ("event", "order_new", "stated"):
            old, new = (f"{table}_aside", table) if back else (table, f"{table}_aside")
            self.duck.execute(f"drop table if exists {new}; alter table {old} rename to {new}")

    # --- counting ----------------------------------------------------------------------------------------------

    def homes_to_be(self) -> list[str]:
        """Remember the orders of the batch and name every show they belong to now."""
        return absorb_orders(self)

    def count(self, *, gives: bool = True) -> Counted:
        """Count `event` and `order_new` on top of what is remembered. Shape: see Counted.

        Without `gives` the batch is only remembered: the rows it made are in the records already.
        """
        counted = Counted()
        self.make("derived_lines", "derived_lines", needed=self.has(_DERIVED))
        self.duck.execute(f"insert into second_sum by name {self.sql('second_part')}")
        self._remember_firsts()
        self.make("samples", "samples", needed=self.has(("online.sampled",)))
        if self.has(("online.sampled",)):
            self.duck.execute("insert into online_sample by name select * from samples")
        changed = change_orders(self, counted)
        self.make("moments", "moments", needed=self.has(MOMENT_KINDS))
        self._remember_boundaries()
        cut_intervals(self, counted)
        counted.shows = sorted({*self.event_shows(), *changed})
        self.shows.update(dict.fromkeys(counted.shows, time.monotonic()))
        if gives:
            self.make("minute_part", "minute_part")
            give_rows(self, counted, are_orders_changed=bool(changed))
            self._give_lists(counted)
        compact(self)
        return counted

    def _give_lists(self, counted: Counted) -> None:
        if self.has(("online.sampled",)):
            counted.samples = self.rows("(select show_id, uid, occurred_at as at_us, people as value from samples)")
        if self.has(MOMENT_KINDS):
            counted.moments = self.rows("(select * exclude (product) from moments)")
        if self.has(("figure.reported", "spend.reported")):
            counted.figures = self.rows(f"({self.sql('figures')})")
        if self.has(("comment.posted",)):
            counted.comments = self.rows(f"({self.sql('comments')})")
            counted.said = self.rows(f"({self.sql('comment_texts')})")
        if self.has(_SUMMED_MONEY):
            counted.currencies = self.rows(f"({self.sql('currencies')})")
        counted.spans = self._spans()

    def _spans(self) -> Rows:
        """First and last instant of what happened on air, by show."""
        found: dict[str, tuple[int, int]] = {}
        for show, kind, _, _, first, last in self.overview():
            if show is not None and kind not in _NOT_ON_AIR:
                low, high = found.get(show, (first, last))
                found[show] = min(low, first), max(high, last)
        return Rows(("show_id", "first_at", "last_at"), [(show, *span) for show, span in sorted(found.items())])

    def has(self, kinds: Iterable[str]) -> bool:
        """Whether the batch holds an event of one of these kinds."""
        return not {kind for _, kind, *_ in self.overview()}.isdisjoint(kinds)

    def is_empty(self, table: str) -> bool:
        """Whether a table has no row."""
        return self.duck.execute(f"select 1 from {table} limit 1").fetchone() is None  # noqa: S608

    def _remember_firsts(self) -> None:
        """Make `first_moves` and remember the firsts that changed."""
        needed = self.are_firsts_moved = self.has(FIRST_KINDS)
        self._change_firsts(needed=needed)
        self.make("first_moves", "first_moves", needed=needed)
        if needed:
            self.duck.execute(
                "insert into second_first select show_id, minute_us, second_us, product, kind, sum(moved)"
                " from first_moves group by show_id, minute_us, second_us, product, kind"
            )

    def _change_firsts(self, *, needed: bool) -> None:
        """Make `first_changes` of the batch and let the state hold them."""
        self.make("first_candidates", "first_candidates", needed=needed)
        self.make("first_changes", "first_changes", needed=needed)
        if not needed:
            return
        if self.duck.execute("select 1 from first_changes where old_occurred_at is not null limit 1").fetchone():
            self.duck.execute(
                "delete from first_seen using first_changes as c where c.old_occurred_at is not null"
                " and c.key_hash = first_seen.key_hash and c.viewer_id = first_seen.viewer_id"
                " and c.kind = first_seen.kind and c.product = first_seen.product and c.show_id = first_seen.show_id"
            )
        self.duck.execute(
            "insert into first_seen select show_id, product, kind, viewer_id, key_hash, occurred_at,"
            " event_id, source from first_changes"
        )

    def _remember_boundaries(self) -> None:
        if not self.has(BOUNDARIES):
            return
        self.duck.execute(
            "insert into boundary select show_id, uid, kind, at_us, event_id, product, product_id, link_no, host_id"
            " from moments where kind in ('lap.started', 'lap.ended', 'host.on', 'host.off', 'show.ended')"
        )

    # --- remembering and forgetting ----------------------------------------------------------------------------

    def drop_show(self, show_id: str) -> None:
        """Forget one show, and the shows of other rooms in which the same order ids came."""
        if self.is_any_feed_bound:
            for other in other_shows(self, show_id):
                if other in self.shows:
                    self.shows.pop(other)
                    self.drop_show(other)
        for table in _SHOW_STATE:
            self.duck.execute(f"delete from {table} where show_id = ?", [show_id])  # noqa: S608
        self.duck.execute(
            "delete from order_event where order_key in (select order_key from order_fact where show_id = ?)",
            [show_id],
        )
        for table in ("order_fact", "order_line"):
            self.duck.execute(f"delete from {table} where show_id = ?", [show_id])  # noqa: S608
        self.shows.pop(show_id, None)

    def evict(self, *, idle_seconds: float, most_shows: int) -> list[str]:
        """Forget shows that were not touched for so long, and the longest untouched beyond `most_shows`."""
        by_age = sorted(self.shows, key=lambda show: self.shows[show])
        limit = time.monotonic() - idle_seconds
        idle = sum(1 for show in by_age if self.shows[show] < limit)
        out = by_age[: max(idle, len(by_age) - most_shows)]
        for show in out:
            self.drop_show(show)
        return out

    def count_bytes(self, chunks: Iterable[Chunk]) -> Counted:
        """The inner seam: count NDJSON of shows that are wholly inside this engine."""
        self.stage(chunks)
        self.net()
        self.stage_orders()
        self.homes_to_be()
        return self.count()
