"""Every statement of `warehouse/live` gives the same rows on DuckDB and on Spark, over nights made to clash."""

from pathlib import Path
from typing import Any

import pytest

from kaibo.warehouse.spark.dialect import select_in_spark
from kaibo.warehouse.tests import fakes
from tests.parity.spark import rows_of
from tests.parity.witness import LIVE, Case, Witness

pytestmark = [pytest.mark.journey, pytest.mark.spark]
OWN = {"key_hash"}
"""Columns whose value is the engine's own: they are compared inside one engine only."""


def watched(nights: list[list[fakes.Event]], *, parts: int = 3) -> dict[str, list[Case]]:
    """What the engine did while it counted these nights in several batches."""
    witness = Witness()
    try:
        for night in nights:
            witness.reset()  # nights share their ids, which in a log are there once
            log = fakes.FakeLog()
            size = len(night) // parts + 1
            for start in range(0, len(night), size):
                log.add({**event, "currency": "CNY"} for event in night[start : start + size])
            for body in log.bodies:
                witness.bind(fakes.BOUND)
                witness.count_bytes([body])
        return witness.cases
    finally:
        witness.close()


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    return watched([fakes.night(seed, profile=profile, size=240) for seed, profile in enumerate(fakes.PROFILES)])


def test_it_meets_every_file(cases: dict[str, list[Case]]) -> None:
    met = {name for held in cases.values() for name in held[0].files if held[0].rows.num_rows}
    assert set(LIVE) - met == set(), "these files give no row anywhere: give the nights what they need"


def test_it_gives_the_same_rows_on_spark(spark: Any, cases: dict[str, list[Case]]) -> None:
    wrong = [problem for held in cases.values() for case in held if (problem := difference(spark, case))]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.soak
@pytest.mark.shared_data
def test_it_gives_the_same_rows_for_a_real_recording(spark: Any, shared_data: Path, home: Path, db: None) -> None:
    from kaibo.connectors.api import translate_file
    from kaibo.eventlog import api as eventlog
    from kaibo.eventlog.contracts import Provenance
    from kaibo.eventlog.events import PlatformEvent

    path = shared_data / "danmaku" / "bilibili_rooms_events.jsonl.gz"
    events = [event for event in translate_file("bili_events", path, room="563689") if isinstance(event, PlatformEvent)]
    log = eventlog.open_log()
    log.append_events(events, provenance=Provenance("feed_parity"))
    log.close()
    bodies = [eventlog.read_batch(ref) for ref in eventlog.batches({})]
    assert sum(body.count(b"\n") for body in bodies) == len(events) > 1000
    witness = Witness()
    witness.count_bytes(bodies)
    witness.close()
    wrong = [problem for held in witness.cases.values() for case in held if (problem := difference(spark, case))]
    assert not wrong, "\n\n".join(wrong)


def difference(spark: Any, case: Case) -> str:
    """How Spark's answer differs from DuckDB's, '' when it does not."""
    for name, table in case.inputs.items():
        spark.createDataFrame(table).createOrReplaceTempView(name)
    text = select_in_spark(case.query)
    try:
        answer = spark.sql(text)
        found = rows_of(answer.drop(*OWN).collect())
    except Exception as error:  # noqa: BLE001 - whatever Spark says about the statement is the finding
        return f"{' + '.join(case.files)}: Spark refuses it: {error}\n{text}"
    wanted = rows_of(case.rows.drop_columns([name for name in case.rows.column_names if name in OWN]))
    if found == wanted:
        return ""
    first = next(
        (pair for pair in zip(wanted, found, strict=False) if pair[0] != pair[1]), (f"{len(wanted)} rows", len(found))
    )
    return f"{' + '.join(case.files)}: DuckDB {first[0]}, Spark {first[1]}"
