"""Kaibo's SQL, written for DuckDB, as Spark says it."""

from functools import lru_cache

import sqlglot
from sqlglot import exp


@lru_cache(maxsize=256)
def in_spark(text: str) -> str:
    """The select in Spark's words."""
    return select_in_spark(sqlglot.parse_one(text, read="duckdb"))


def select_in_spark(query: exp.Expr) -> str:
    """A parsed select in Spark's words. What sqlglot leaves:

    A hint to materialise changes no row. The parts of `union all by name` name their columns in one order. The kind of
    an event is a number in DuckDB alone. `hash` has 32 bits in Spark: too few to tell rows apart.
    """
    copy = query.copy()
    for cte in copy.find_all(exp.CTE):
        cte.set("materialized", None)
    for union in copy.find_all(exp.Union):
        if union.args.get("by_name"):
            if list(map(_plain, union.left.named_selects)) != list(map(_plain, union.right.named_selects)):
                raise ValueError("the parts of `union all by name` must name their columns in one order")
            union.set("by_name", False)
    for cast in copy.find_all(exp.Cast, exp.TryCast):
        if cast.to.sql(dialect="duckdb").lower() == "event_kind":
            cast.replace(exp.cast(cast.this, "text"))
    for call in copy.find_all(exp.Anonymous):
        if call.name.lower() == "hash":
            call.set("this", "xxhash64")
    return copy.sql(dialect="spark", comments=False)


def _plain(name: str) -> str:
    return name.strip('"')
