"""Watches the engine count: every statement that holds a file of `live/`, what it read, what came out.

These are the cases for the other engine: real statements, as the counter composes them, over real inputs.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import sqlglot
from sqlglot import exp

from kaibo.warehouse.engine import Engine
from kaibo.warehouse.sqlfiles import ROOM, load

LIVE = {path.stem: load("live", path.stem) for path in sorted((ROOM / "live").glob("*.sql"))}
KEPT = 2
"""Cases kept per statement: those with most rows out."""


@dataclass(frozen=True, slots=True)
class Case:
    """A select in DuckDB's words, the tables it reads, the rows it gave."""

    files: tuple[str, ...]
    query: exp.Expression
    inputs: dict[str, pa.Table]
    rows: pa.Table

    @property
    def text(self) -> str:
        return self.query.sql(dialect="duckdb")


class Witness(Engine):
    """An engine that counts as always and remembers how."""

    def __init__(self, **options: Any) -> None:
        self.cases: dict[str, list[Case]] = {}
        super().__init__(**options)

    def _open(self) -> None:
        super()._open()
        self.duck = _Watched(self.duck, self.cases)  # type: ignore[assignment]


class _Watched:
    """DuckDB with a look at what passes; `execute` alone is used for live SQL."""

    def __init__(self, duck: Any, cases: dict[str, list[Case]]) -> None:
        self._duck, self._cases = duck, cases

    def __getattr__(self, name: str) -> Any:
        return getattr(self._duck, name)

    def execute(self, text: str, values: Any = None) -> Any:
        files = tuple(name for name, live in LIVE.items() if live in text)
        if files and values is None:
            for query in _selects(text, files):
                self._keep(files, query)
        return self._duck.execute(text) if values is None else self._duck.execute(text, values)

    def _keep(self, files: tuple[str, ...], query: exp.Expression) -> None:
        held = self._cases.setdefault(" + ".join(files), [])
        rows = self._duck.sql(query.sql(dialect="duckdb")).to_arrow_table()
        if len(held) == KEPT and rows.num_rows <= held[-1].rows.num_rows:
            return
        made_here = {cte.alias for cte in query.find_all(exp.CTE)}
        tables = {table.name for table in query.find_all(exp.Table)} - made_here
        inputs = {name: plain(self._duck.sql(f"select * from {name}").to_arrow_table()) for name in tables}
        held.append(Case(files, query, inputs, plain(rows)))
        held.sort(key=lambda one: one.rows.num_rows, reverse=True)
        del held[KEPT:]


@cache
def _selects(text: str, files: tuple[str, ...]) -> tuple[exp.Query, ...]:
    """The selects that hold one of these files, whatever they are made into; a text may hold others beside them."""
    found = []
    for statement in sqlglot.parse(text, read="duckdb"):
        inner = statement if isinstance(statement, exp.Query) else statement and statement.args.get("expression")
        if isinstance(inner, exp.Query):
            said = inner.sql(dialect="duckdb", comments=False)
            found += [inner] if any(_as_said(name) in said for name in files) else []
    return tuple(found)


@cache
def _as_said(name: str) -> str:
    return sqlglot.parse_one(LIVE[name], read="duckdb").sql(dialect="duckdb", comments=False)


def plain(table: pa.Table) -> pa.Table:
    """Types that both engines have: no enums, no unsigned numbers (a hash keeps its bits), no huge sums."""
    return pa.table([_plain_column(column) for column in table.columns], names=table.column_names)


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if column.num_chunks == 0:
        return _plain_column(pa.chunked_array([pa.nulls(0, kind)], kind))
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if pa.types.is_uint64(kind):
        return pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks], pa.int64())
    return column.cast(pa.int64()) if pa.types.is_decimal(kind) else column
