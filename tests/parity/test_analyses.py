"""Every analysis gives on Spark what it gives on DuckDB: by its named cases, and asked of a log in all its states."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import DAY_US
from kaibo.kit.errors import BadConfiguration
from kaibo.warehouse import analysis, api
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.spark import asking
from kaibo.warehouse.tests import cases
from tests.parity import shows

pytestmark = [pytest.mark.journey, pytest.mark.spark]
NOON = 1_773_288_000_000_000
ROOM = {"platform": "p", "room_id": "r"}
EVERY = [(name, case) for name in analysis.analyses() for case in cases.cases(name)]


def test_it_meets_cases_with_rows_of_every_analysis() -> None:
    assert {name for name, case in EVERY if case["rows"]} == set(analysis.analyses())


@pytest.mark.parametrize(("name", "case"), EVERY, ids=[f"{name}: {case['name']}" for name, case in EVERY])
def test_it_gives_the_rows_of_its_case_on_spark(spark: Any, name: str, case: dict[str, Any]) -> None:
    numbers = {"occurred_at", "quantity", "amount_minor"}
    columns = ", ".join(f"{each} {'bigint' if each in numbers else 'string'}" for each in analysis.EVENT_COLUMNS)
    spark.createDataFrame(cases.events_of(case), columns).createOrReplaceTempView("events")
    days = "day_number bigint, day string, from_us bigint, to_us bigint"
    spark.createDataFrame(cases.days(), days).createOrReplaceTempView("business_day")
    asked = analysis.load(name)
    assert asking.rows_of(spark, asked, cases.params_of(name, case)) == cases.rows_of(name, case)


def test_it_refuses_an_answer_that_breaks_a_promise_or_has_other_columns(spark: Any) -> None:
    sql = "select 'd' as day, 2 as people, $platform as x"
    for promise, columns, says in (
        ("select day from result where people > 1", ("day", "people", "x"), "breaks a promise at d"),
        ("select day from result where people > 2", ("day", "people"), r"contract\.py says"),
    ):
        asked = analysis.Analysis("bad", "", sql, (promise,), ("platform",), columns)
        with pytest.raises(analysis.BadAnalysis, match=says):
            asking.rows_of(spark, asked, {"platform": "it's"})
        with pytest.raises(analysis.BadAnalysis, match=says):
            analysis.rows_of(asked, {"platform": "it's"}, work=duckdb.connect())


@pytest.mark.django_db(transaction=True)
def test_it_reads_lake_log_and_what_was_taken_back_as_duckdb_does(spark: Any, home: Path) -> None:
    feed, _ = eventlog.create_feed("f", connector="ndjson", platform="p", actor="system:test")

    def send(*told: tuple[str | None, int, str], room: str = "r") -> None:
        log = eventlog.open_log()
        for viewer, day, ingest in told:
            event = PlatformEvent(
                event_id=f"{viewer}-{day}-{ingest}", kind="viewer.entered", platform="p", room_id=room,
                occurred_at=NOON + (day - 1) * DAY_US, viewer_id=viewer,
            )  # fmt: skip
            log.append_events([event], provenance=Provenance(feed.id, ingest_id=ingest))
        log.close()

    eventlog.open_window("p", "r", "night", from_us=NOON, to_us=NOON + DAY_US)
    send(("a", 1, "good"), ("b", 1, "good"), ("a", 2, "good"), ("c", 2, "bad"), (None, 2, "good"))
    counting = Counter()
    counting.run_once()
    counting.close()
    assert eventlog.every_source().parquet
    send(("a", 3, "good"), ("d", 3, "bad"), ("b", 9, "good"))
    send(("z", 1, "good"), room="other")
    eventlog.retract(ingest_id="bad", actor="system:test", why="test")
    assert eventlog.every_source().batches
    here = api.analyse("returning_viewers", ROOM)
    there = api.analyse("returning_viewers", ROOM, spark=spark)
    assert [row["people"] for row in here.rows] == [2, 1, 1, 1]
    assert there.rows == here.rows
    assert api.latest("returning_viewers", ROOM) == there
    assert api.analyse("returning_viewers", {**ROOM, "room_id": "nobody"}, spark=spark).rows == ()
    bad = eventlog.every_source().batches[0]
    shows.damage(bad)
    with pytest.raises(DamagedSegment, match=bad.path.name):
        api.analyse("returning_viewers", ROOM, spark=spark)


@pytest.mark.django_db(transaction=True)
def test_it_is_asked_for_on_the_command_line(home: Path) -> None:
    import typer

    from kaibo.config.commands import analyse

    app = typer.Typer()
    analyse.register(app)
    told = CliRunner().invoke(app, ["returning_viewers", "--room", "p/r", "--engine", "spark", "--set", "memory=1"])
    assert isinstance(told.exception, BadConfiguration)
    assert "spark.executor.memory=2g" in told.exception.fix
