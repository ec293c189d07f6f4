"""Sums per second inside the engine: grown by appending, which is cheapest per batch, and joined now and then."""

from typing import TYPE_CHECKING

from kaibo.warehouse.columns import MEASURES

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine

_SECONDS = {"second_sum": MEASURES, "second_first": ("moved",)}
_COMPACT_ROWS = 200_000


def compact(engine: "Engine") -> None:
    """Join the sums per second of many small batches."""
    for table, measures in _SECONDS.items():
        found = engine.duck.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - our own tables
        if found is None or found[0] < 2 * engine.compacted.get(table, 0) + _COMPACT_ROWS:
            continue
        sums = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in measures)
        engine.duck.execute(
            f"create or replace table {table} as select show_id, minute_us, second_us, product, kind, {sums}"  # noqa: S608
            f" from {table} group by show_id, minute_us, second_us, product, kind"
        )
        after = engine.duck.execute(f"select count(*) from {table}").fetchone()  # noqa: S608
        engine.compacted[table] = after[0] if after else 0
