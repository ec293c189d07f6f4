"""Many rows written at once: SQLite runs one prepared statement per row, PostgreSQL takes them together.

A statement per row costs PostgreSQL a plan each time, about 0.1 ms whatever the row holds; SQLite's prepared statement
is the cheapest way there is. PostgreSQL gets the rows as one JSON text of the values that are there: most columns of
most rows are NULL, and thousands of literals would cost more to parse than to write.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

import msgspec
from django.db import connection

MOST_ROWS = 5_000
"""Rows of one statement: a few megabytes of text at most."""

Row = Sequence[Any]


def many(statement: str, rows: Sequence[Row]) -> None:
    """Run a statement once per row."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def insert(
    table: str, names: Sequence[str], rows: Sequence[Row], *, conflict: str = "", key: Sequence[str] = ()
) -> None:
    """Insert rows; `conflict` is the clause behind them, and where it updates, `key` names the columns it looks at.

    Shape: rows that share a key are written one after the other, in their order.
    """
    if not rows:
        return
    head = f"insert into {table} ({quoted(names)})"
    if connection.vendor == "sqlite":
        many(f"{head} values ({', '.join(['%s'] * len(names))}) {conflict}", rows)
        return
    at = [names.index(name) for name in key]
    for some in _rounds(rows, at) if at else [rows]:
        _together(f"{head} {_given(table, names)} {conflict}", names, some)


def delete(table: str, names: Sequence[str], rows: Sequence[Row], *, also: str = "") -> None:
    """Delete the rows of the table that have these values in these columns, and satisfy `also`."""
    _at(f"delete from {table} where", table, names, rows, also)  # noqa: S608 - our own names


def update(table: str, setting: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Set what `setting` says in the rows of the table that have these values in these columns."""
    _at(f"update {table} set {setting} where", table, names, rows, "")  # noqa: S608 - our own names


def quoted(names: Iterable[str]) -> str:
    """Names of columns, in quotation marks."""
    return ", ".join(f'"{name}"' for name in names)


def clean(value: Any) -> Any:
    """A text without the one character that PostgreSQL cannot hold."""
    return value.replace("\x00", "") if isinstance(value, str) and "\x00" in value else value


def _at(head: str, table: str, names: Sequence[str], rows: Sequence[Row], also: str) -> None:
    more = f" and {also}" if also else ""
    if connection.vendor == "sqlite":
        many(f"{head} {' and '.join(f'"{name}" = %s' for name in names)}{more}", rows)
    else:
        _together(f"{head} ({quoted(names)}) in ({_given(table, names)}){more}", names, rows)


def _given(table: str, names: Sequence[str]) -> str:
    """The select that reads these columns, with the table's own types, from a JSON text of rows."""
    return f"select {quoted(names)} from json_populate_recordset(null::{table}, %s::json)"  # noqa: S608 - our own names


def _together(statement: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    for part in batched(rows, MOST_ROWS):
        there = [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in part]
        with connection.cursor() as cursor:
            cursor.execute(statement, [msgspec.json.encode(there).decode()])


def _rounds(rows: Sequence[Row], at: Sequence[int]) -> Iterator[list[Row]]:
    """Rows in as many groups as the most frequent key needs: one statement may touch a row only once."""
    waiting = list(rows)
    while waiting:
        seen: set[tuple[Any, ...]] = set()
        now: list[Row] = []
        later: list[Row] = []
        for row in waiting:
            key = tuple(row[place] for place in at)
            (later if key in seen else now).append(row)
            seen.add(key)
        yield now
        waiting = later
