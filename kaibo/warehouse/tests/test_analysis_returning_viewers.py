"""Who comes back, by named cases, and asked of a real log."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import DAY_US, business_days
from kaibo.kit.errors import NotFound
from kaibo.warehouse import analysis, api
from kaibo.warehouse.tests import cases

ROOM = cases.ROOM
NOON = 1_773_288_000_000_000
"""2026-03-12 12:00 in Shanghai."""


def day_of(number: int) -> str:
    return (dt.date(2026, 3, 11) + dt.timedelta(days=number)).isoformat()


@pytest.mark.parametrize("case", cases.cases("returning_viewers"), ids=lambda case: case["name"])
def test_it_gives_the_rows_of_the_case(case: dict[str, Any]) -> None:
    work = cases.tables(case)
    asked = analysis.load("returning_viewers")
    params = cases.params_of("returning_viewers", case)
    assert analysis.rows_of(asked, params, work=work) == cases.rows_of("returning_viewers", case)


def test_it_names_a_case_that_tells_what_no_event_has() -> None:
    with pytest.raises(ValueError, match="wrong: events have no colour"):
        cases.events_of({"name": "wrong", "events": [{"colour": "red"}]})


def test_it_refuses_an_answer_that_breaks_a_promise() -> None:
    good = analysis.load("returning_viewers")
    bad = analysis.Analysis(
        "bad", "", "select 'd' as day, 2 as people, $platform as x", ("select day from result where people > 1",),
        ("platform",), ("day", "people", "x"),
    )  # fmt: skip
    with pytest.raises(analysis.BadAnalysis, match="breaks a promise at d"):
        analysis.rows_of(bad, {"platform": "p"}, work=duckdb.connect())
    with pytest.raises(analysis.BadAnalysis, match=r"contract\.py says"):
        analysis.rows_of(
            analysis.Analysis("bad", "", bad.sql, (), ("platform",), good.columns),
            {"platform": "p"},
            work=duckdb.connect(),
        )
    with pytest.raises(NotFound):
        analysis.load("nothing_of_the_kind")


def test_it_knows_where_a_business_day_ends() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    [one, two] = business_days(NOON, NOON + DAY_US, zone=zone, cut_hour=6)
    assert (one[0].isoformat(), two[0].isoformat()) == ("2026-03-12", "2026-03-13")
    assert one[2] == two[1] == NOON + 18 * 3_600_000_000
    summer = list(
        business_days(1_774_000_000_000_000, 1_775_000_000_000_000, zone=ZoneInfo("Europe/Berlin"), cut_hour=6)
    )
    assert {(ends - begins) // 3_600_000_000 for _, begins, ends in summer} == {23, 24}, "the clock is put forward"


@pytest.mark.django_db(transaction=True)
def test_it_reads_the_log_net_of_what_was_taken_back_and_keeps_the_answer(home: Path) -> None:
    feed, _ = eventlog.create_feed("f", connector="ndjson", platform="p", actor="system:test")
    log = eventlog.open_log()

    def send(viewer: str | None, day: int, ingest: str | None = None) -> None:
        event = PlatformEvent(
            event_id=f"{viewer}-{day}-{ingest}", kind="viewer.entered", platform="p", room_id="r",
            occurred_at=NOON + (day - 1) * DAY_US + 17 * 3_600_000_000, viewer_id=viewer,
        )  # fmt: skip  # five in the morning still belongs to the night before
        log.append_events([event], provenance=Provenance(feed.id, ingest_id=ingest))

    send("a", 1), send("b", 1), send("a", 2), send("c", 2, "taken-back")
    eventlog.retract(ingest_id="taken-back", actor="system:test", why="test")
    log.close()
    answer = api.analyse("returning_viewers", ROOM)
    assert [(row["day"], row["people"], row["new_people"], row["d1_people"]) for row in answer.rows] == [
        (day_of(1), 2, 2, 1),
        (day_of(2), 1, 0, 0),
    ]
    assert api.latest("returning_viewers", ROOM) == answer
    assert api.latest("returning_viewers", {**ROOM, "room_id": "other"}) is None
    assert api.analyse("returning_viewers", {**ROOM, "room_id": "other"}).rows == ()
