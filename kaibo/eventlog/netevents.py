"""Reading events back: net of what was taken back, in order of occurrence, at bounded memory."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from kaibo.eventlog.contracts import Sources
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.lake import COLUMNS, connect, every_source, quoted, select_lines, sources_of
from kaibo.eventlog.segments import read_batch

_FETCH = 5000
_SHOW, _ATTRS = b',"show_id":"', b',"attrs":{'
_NAMES = tuple(COLUMNS)
type Key = tuple[str, str]


def events_of(show_id: str) -> Iterator[StoredEvent]:
    """The events of a show, net, by (occurred_at, event_id). Raises DamagedSegment."""
    yield from net_events(sources_of(show_id), "show_id = ?", [show_id], marks=(show_id,))


def events_moved(show_id: str, into: str, *, since_us: int) -> Iterator[StoredEvent]:
    """The events of one show, net, that were taken out of another since then: what a merge moved."""
    sources = every_source()
    same = "(platform, room_id, event_id, occurred_at)"
    with (
        _lines(sources, marks=(into,)) as there,
        _lines(sources, marks=(show_id,)) as here,
    ):
        if there is None or here is None:
            return
        gone = f"select {same[1:-1]} from ({here}) where show_id = ? and sign < 0 and received_at >= ?"  # noqa: S608
        query = f"{_net_of(there, 'show_id = ?')} and {same} in ({gone}) order by occurred_at, event_id"
        yield from _read(query, [into, show_id, since_us])


def events_of_ingest(ingest_id: str) -> Iterator[StoredEvent]:
    """The events that one import brought, net."""
    yield from net_events(every_source(), "ingest_id = ?", [ingest_id], marks=(ingest_id,))


def loose_events(platform: str, room_id: str, *, from_us: int, to_us: int | None) -> Iterator[StoredEvent]:
    """The events of a room in a span that belong to no show, net."""
    where = "show_id is null and platform = ? and room_id = ? and occurred_at >= ? and occurred_at < ?"
    sources = every_source()
    loose = Sources(tuple(path for path in sources.parquet if ".loose." in path.name), sources.batches)
    values = [platform, room_id, from_us, to_us or 2**62]
    yield from net_events(loose, where, values, marks=(platform, room_id), is_loose=True)


def loose_orders(*, since_us: int) -> Iterator[StoredEvent]:
    """Orders placed and paid since then that belong to no show, net, by (occurred_at, event_id)."""
    where = "show_id is null and kind in ('order.placed', 'order.paid') and order_id is not null and occurred_at >= ?"
    sources = every_source()
    loose = Sources(tuple(path for path in sources.parquet if ".loose." in path.name), sources.batches)
    yield from net_events(loose, where, [since_us], marks=("order.",), is_loose=True)


def order_homes(order_ids: Collection[str], *, since_us: int) -> dict[Key, str]:
    """(platform, order id) -> the show in which an order was first placed or paid, for those that have one.

    Shape: net; only orders that were placed or paid since then are looked for. Cost: a reading of the log since then.
    """
    where = (
        "show_id is not null and kind in ('order.placed', 'order.paid') and occurred_at >= ? "
        "and order_id in (select unnest(?::varchar[]))"
    )
    names = ("platform", "order_id", "show_id", "occurred_at")
    with _net(every_source(), where, marks=("order.", "order_id"), columns=names) as query:
        if query is None or not order_ids:
            return {}
        work = connect()
        try:
            found = work.execute(
                f"select platform, order_id, arg_min(show_id, occurred_at) from ({query}) group by all",  # noqa: S608
                [since_us, list(order_ids)],
            ).fetchall()
        finally:
            work.close()
    return {(platform, order_id): show_id for platform, order_id, show_id in found}


def stage_events(
    work: duckdb.DuckDBPyConnection, columns: Collection[str], *, platform: str | None, room_id: str | None
) -> None:
    """Make the table `events` of a DuckDB: net events of a room, or of all rooms, with these of their columns."""
    named = {"platform": platform, "room_id": room_id}
    given = {name: value for name, value in named.items() if value is not None}
    where = " and ".join(f"{name} = ?" for name in given) or "true"
    with _net(every_source(), where, marks=tuple(given.values()), columns=columns) as query:
        if query is None:
            types = ", ".join(f'"{name}" {COLUMNS[name]}' for name in columns)
            work.execute(f"create or replace table events ({types})")
        else:
            work.execute(f"create or replace table events as {query}", list(given.values()))


def net_events(
    sources: Sources, where: str, values: list[Any], *, marks: tuple[str, ...], is_loose: bool = False
) -> Iterator[StoredEvent]:
    """Events that satisfy `where` and were not taken back.

    Shape: `marks` are texts that each wanted line must hold, `is_loose` that it has no show: other lines of the
    log are not parsed.
    """
    with _net(sources, where, marks=marks, is_loose=is_loose) as query:
        if query is not None:
            yield from _read(f"{query} order by occurred_at, event_id", values)


def _read(query: str, values: list[Any]) -> Iterator[StoredEvent]:
    work = connect()
    try:
        found = work.execute(query, values)
        while rows := found.fetchmany(_FETCH):
            for row in rows:
                yield _event(row)
    finally:
        work.close()


@contextmanager
def _net(
    sources: Sources, where: str, *, marks: tuple[str, ...], is_loose: bool = False, columns: Collection[str] = _NAMES
) -> Iterator[str | None]:
    """SQL of the events that satisfy `where` and were not taken back, None where nothing is; good while inside."""
    with _lines(sources, marks=marks, is_loose=is_loose) as lines:
        yield None if lines is None else _net_of(lines, where, columns)


def _net_of(lines: str, where: str, columns: Collection[str] = _NAMES) -> str:
    return net_of(lines, where, [f'"{name}"' for name in columns])


def net_of(lines: str, where: str, columns: Collection[str]) -> str:
    """SQL of the lines that satisfy `where` and were not taken back; for DuckDB and for Spark."""
    same = "partition by platform, room_id, event_id, occurred_at"
    return (
        f"select {', '.join(columns)} from (select *, sum(sign) over ({same}) as sign_sum,"  # noqa: S608 - names are ours
        f" row_number() over ({same} order by sign desc, seq desc) as line_number"
        f" from ({lines}) as line where {where}) as numbered"
        " where sign > 0 and sign_sum > 0 and line_number = 1"
    )


@contextmanager
def _lines(sources: Sources, *, marks: tuple[str, ...], is_loose: bool = False) -> Iterator[str | None]:
    """SQL of the stored lines, taken back or not; None where there are none. Good while inside."""
    with tempfile.TemporaryDirectory(prefix="kaibo-events-") as folder:
        parts = [f"select * from read_parquet([{_listed(sources.parquet)}])"] if sources.parquet else []  # noqa: S608
        parts += _written(sources, Path(folder), marks, is_loose=is_loose)
        yield " union all by name ".join(parts) if parts else None


def _listed(paths: tuple[Path, ...]) -> str:
    return ", ".join(quoted(str(path)) for path in paths)


def _written(sources: Sources, folder: Path, marks: tuple[str, ...], *, is_loose: bool) -> list[str]:
    """Copy the wanted lines of batches into files by writer: the open segment has a tail that does not count."""
    wanted = [msgspec.json.encode(mark)[1:-1] for mark in marks]
    found: dict[str, Path] = {}
    for ref in sources.batches:
        data = read_batch(ref)
        if not all(mark in data for mark in wanted):
            continue
        lines = [line for line in data.splitlines(keepends=True) if all(mark in line for mark in wanted)]
        if is_loose:
            lines = [line for line in lines if _SHOW not in line.partition(_ATTRS)[0]]
        if lines:
            path = found.setdefault(ref.writer, folder / f"{ref.writer}.ndjson")
            with path.open("ab") as file:
                file.writelines(lines)
    return [select_lines([path], writer) for writer, path in found.items()]


def _event(row: tuple[Any, ...]) -> StoredEvent:
    values = {name: value for name, value in zip(_NAMES, row, strict=True) if value is not None}
    if "attrs" in values:
        values["attrs"] = msgspec.json.decode(values["attrs"])
    return StoredEvent(**values)
