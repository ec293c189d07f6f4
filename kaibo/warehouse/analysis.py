"""Questions over many shows: reads a folder of `analyses/`, refuses what breaks its contract, runs it, keeps answers.

A query reads the tables `events` (net events) and `business_day`; parameters are bound by name. It
refuses to run when its parameters or columns differ from `contract.py`, and an answer that breaks one of `checks.sql`
is never kept.
"""

import dataclasses
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.clock import now_us
from kaibo.kit.errors import KaiboError, NotFound
from kaibo.warehouse import sqlfiles
from kaibo.warehouse.contracts import Answer
from kaibo.warehouse.models import AnalysisAnswer

FOLDER = sqlfiles.ROOM / "analyses"
_PARAM = re.compile(r"\$([a-z_][a-z0-9_]*)")
EVENT_COLUMNS = (
    *("platform", "room_id", "show_id", "event_id", "kind", "occurred_at", "viewer_id", "traffic_source"),
    *("product_id", "order_id", "host_id", "quantity", "amount_minor", "currency"),
)
"""What an analysis may read of an event: no words of people, no attributes."""


class BadAnalysis(KaiboError):
    """An analysis that is not what its contract says."""

    code = "bad_analysis"
    status = 500


@dataclass(frozen=True, slots=True)
class Analysis:
    """A loaded analysis. `columns` in the order of its contract."""

    name: str
    purpose: str
    sql: str
    checks: tuple[str, ...]
    params: tuple[str, ...]
    columns: tuple[str, ...]


def analyses() -> list[str]:
    """Names of all analyses, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob("*/query.sql"))


@cache
def load(name: str) -> Analysis:
    """One analysis. Raises: NotFound, BadAnalysis when its parameters are not those of its contract."""
    if name not in analyses():
        raise NotFound(f"there is no analysis '{name}'", fix=f"one of {', '.join(analyses())}")
    sql = (FOLDER / name / "query.sql").read_text(encoding="utf-8")
    contract = importlib.import_module(f"kaibo.warehouse.analyses.{name}.contract")
    plain = re.sub(r"--[^\n]*", "", sql)
    if set(_PARAM.findall(plain)) != set(contract.PARAMS):
        raise BadAnalysis(f"{name}: query.sql binds other parameters than contract.py names")
    checks = re.sub(r"--[^\n]*", "", (FOLDER / name / "checks.sql").read_text(encoding="utf-8"))
    return Analysis(
        name,
        sqlfiles.header_of(sql).get("purpose", ""),
        sql,
        tuple(each.strip() for each in checks.split(";") if each.strip()),
        tuple(contract.PARAMS),
        tuple(each.name for each in dataclasses.fields(contract.Row)),
    )


def rows_of(analysis: Analysis, params: Mapping[str, Any], *, work: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What the query returns over the tables of `work`. Raises: BadAnalysis for other columns or a broken promise."""
    found = work.execute(analysis.sql, dict(params))
    names = tuple(column[0] for column in found.description or ())
    if names != analysis.columns:
        raise BadAnalysis(f"{analysis.name}: query.sql returns {names}, contract.py says {analysis.columns}")
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    work.execute(f"create or replace temp table result as {analysis.sql}", dict(params))
    for promise in analysis.checks:
        broken = work.execute(promise).fetchone()
        if broken is not None:
            raise BadAnalysis(f"{analysis.name} breaks a promise at {broken[0]}: {' '.join(promise.split())}")
    return rows


def analyse(name: str, params: Mapping[str, str], *, spark: Any = None) -> Answer:
    """Ask now, over all that the log holds, and keep the answer in the place of the one before.

    Shape: with a session of Spark the cluster reads and answers, else this process.
    Raises: NotFound. Cost: reads the room's part of the lake.
    """
    analysis = load(name)
    values = {each: params[each] for each in analysis.params}
    asked_at = now_us()
    rows = _ask_here(analysis, values) if spark is None else _ask_there(spark, analysis, values)
    AnalysisAnswer.objects.update_or_create(
        name=name, params=_key(values), defaults={"as_of_us": asked_at, "rows": rows}
    )
    return Answer(name, values, asked_at, tuple(rows))


def _ask_there(spark: Any, analysis: Analysis, values: Mapping[str, str]) -> list[dict[str, Any]]:
    from kaibo.warehouse.spark.asking import ask

    return ask(spark, analysis, values)


def _ask_here(analysis: Analysis, values: Mapping[str, str]) -> list[dict[str, Any]]:
    spill = env.home() / "state"
    spill.mkdir(exist_ok=True)
    work = duckdb.connect(config={"threads": "1", "memory_limit": "1GB", "temp_directory": str(spill)})
    try:
        eventlog.stage_events(work, EVENT_COLUMNS, platform=values.get("platform"), room_id=values.get("room_id"))
        _stage_days(work)
        return rows_of(analysis, values, work=work)
    finally:
        work.close()


def latest(name: str, params: Mapping[str, str]) -> Answer | None:
    """The answer that was kept last, None before the first. Cost: 1 query."""
    row = AnalysisAnswer.objects.filter(name=name, params=_key(params)).values_list("as_of_us", "rows").first()
    return None if row is None else Answer(name, dict(params), row[0], tuple(row[1]))


def _key(params: Mapping[str, str]) -> str:
    return json.dumps(dict(params), sort_keys=True, ensure_ascii=False)


def _stage_days(work: duckdb.DuckDBPyConnection) -> None:
    """Make `business_day`: every business day from the first event to the last, in the team's zone."""
    work.execute("create or replace table business_day (day_number bigint, day varchar, from_us bigint, to_us bigint)")
    span = work.execute("select min(occurred_at), max(occurred_at) from events").fetchone()
    if span is None or span[0] is None:
        return
    work.executemany("insert into business_day values (?, ?, ?, ?)", business_days(span[0], span[1]))


def business_days(first_us: int, last_us: int) -> list[tuple[int, str, int, int]]:
    """(number from 1, name, first and last µs) of every business day in a span, in the team's zone."""
    days = clock.business_days(first_us, last_us, zone=env.zone(), cut_hour=env.day_cut_hour())
    return [(number, day.isoformat(), from_us, to_us) for number, (day, from_us, to_us) in enumerate(days, 1)]
