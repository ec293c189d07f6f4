"""Analyses on a cluster: the same `query.sql`, its promises too, over the lake and what is not in it yet."""

from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.netevents import net_of
from kaibo.warehouse.analysis import EVENT_COLUMNS, Analysis, BadAnalysis, business_days
from kaibo.warehouse.spark import reading
from kaibo.warehouse.spark.dialect import select_in_spark
from kaibo.warehouse.spark.engine import divided, span_of, told

_NUMBERS = frozenset({"occurred_at", "quantity", "amount_minor", "sign", "seq"})
_READ = (*EVENT_COLUMNS, "sign", "seq")


def in_spark(text: str, params: Mapping[str, Any]) -> str:
    """A query of an analysis in Spark's words, its parameters bound."""
    query = sqlglot.parse_one(text, read="duckdb")
    for mark in list(query.find_all(exp.Parameter, exp.Placeholder)):
        mark.replace(exp.convert(params[mark.name]))
    return select_in_spark(query)


def rows_of(spark: Any, analysis: Analysis, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the query returns over the views `events` and `business_day`. Raises: BadAnalysis, ClusterFailed."""
    with told():
        answer = spark.sql(in_spark(analysis.sql, params))
        if tuple(answer.columns) != analysis.columns:
            raise BadAnalysis(
                f"{analysis.name}: query.sql returns {tuple(answer.columns)}, contract.py says {analysis.columns}"
            )
        answer = answer.persist()
        try:
            answer.createOrReplaceTempView("result")
            rows: list[dict[str, Any]] = answer.toArrow().to_pylist()
            for promise in analysis.checks:
                broken = spark.sql(in_spark(promise, params)).first()
                if broken is not None:
                    raise BadAnalysis(f"{analysis.name} breaks a promise at {broken[0]}: {' '.join(promise.split())}")
        finally:
            answer.unpersist()
    return rows


def ask(spark: Any, analysis: Analysis, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ask over the whole log of this home. Raises: BadAnalysis, ClusterFailed, DamagedSegment by name."""
    try:
        return _ask(spark, analysis, params)
    except ValueError as error:  # a worker found that lines are not what was written
        raise DamagedSegment(
            str(error).removeprefix(reading.BAD_LINES), fix="restore the file from a backup, then ask again"
        ) from error


def _ask(spark: Any, analysis: Analysis, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = {name: params[name] for name in ("platform", "room_id") if name in params}
    with told():
        _lines(spark).createOrReplaceTempView("lines")
        where = " and ".join(f"{name} = {exp.convert(value).sql('spark')}" for name, value in named.items()) or "true"
        net = spark.sql(net_of("select * from lines", where, EVENT_COLUMNS)).persist()
        try:
            net.createOrReplaceTempView("events")
            first, last = spark.sql("select min(occurred_at), max(occurred_at) from events").first()
            days = [] if first is None else business_days(first, last)
            schema = "day_number bigint, day string, from_us bigint, to_us bigint"
            spark.createDataFrame(days, schema).createOrReplaceTempView("business_day")
            return rows_of(spark, analysis, params)
        finally:
            net.unpersist()


def _lines(spark: Any) -> Any:
    """Every stored line once: Parquet as Spark reads it, the newest batches checked and read where they lie."""
    sources = eventlog.every_source()
    schema = ", ".join(f"{name} {'bigint' if name in _NUMBERS else 'string'}" for name in _READ)
    parts = [reading.Part(spans=tuple(map(span_of, group))) for group in divided(sources.batches)]
    numbers = spark.range(0, max(1, len(parts)), 1, max(1, len(parts)))
    lines = numbers.mapInArrow(reading.plain_reader(parts, _READ), schema)
    if not sources.parquet:
        return lines
    lake = spark.read.parquet(*(path.as_uri() for path in sources.parquet)).select(*_READ)
    return lake.union(lines)
