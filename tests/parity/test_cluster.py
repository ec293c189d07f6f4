"""A stand-alone Spark cluster of two workers counts a show; one worker dies in the middle of it."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kaibo.warehouse import api
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.spark.engine import SparkEngine
from kaibo.warehouse.spark.starting import start
from kaibo.warehouse.tests import fakes
from tests.parity import shows
from tests.parity.cluster import SETTINGS, Cluster, cluster
from tests.parity.spark import end, needs_spark

QUICK = {
    # so few lines are counted sooner than statements are compiled
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
pytestmark = [pytest.mark.journey, pytest.mark.spark, pytest.mark.django_db]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    needs_spark()
    end()
    with cluster(tmp_path / "cluster") as found:
        yield found


def count_while_a_worker_dies(running: Cluster, settings: dict[str, str], *, group_bytes: int) -> tuple[int, int]:
    """Count everything on the cluster and kill a worker while the second group is counted; (events, steps)."""
    spark = start(running.url, settings, name="kaibo-cluster")
    counting = Counter(group_bytes=group_bytes, engine=partial(SparkEngine, spark, ends_spark=True))
    events = steps = 0
    died_inside = False
    try:
        while True:
            killer = threading.Timer(0.7, running.workers[0].kill)
            if steps == 1:
                killer.start()
            step = counting.step()
            if steps == 1:
                died_inside = not running.workers[0].is_alive
                killer.join()
            if not step:
                break
            steps, events = steps + 1, events + step.events
    finally:
        counting.close()
    assert died_inside, "the step ended before the worker died: nothing was tried"
    return events, steps


def prove(
    running: Cluster, *, minutes: int, scale: float, batches: int, group_bytes: int, least: int, **settings: str
) -> None:
    lines = shows.bring_night(minutes=minutes, scale=scale, batches=batches)
    assert lines >= least
    bad = shows.every_batch()[batches // 2]
    shows.damage(bad)
    events, steps = count_while_a_worker_dies(running, SETTINGS | settings, group_bytes=group_bytes)
    assert steps > 2
    assert events == lines - (bad.to_seq - bad.from_seq + 1)
    assert [(one.from_seq, one.to_seq) for one in api.set_aside()] == [(bad.from_seq, bad.to_seq)]
    found = shows.counted()
    assert len(found["MinuteRow"]) > minutes
    fakes.clear()
    counting = Counter(threads=2)
    counting.run_once()
    counting.close()
    assert shows.differences(shows.counted(), found) == []


def test_it_counts_a_show_of_which_a_worker_dies_as_duckdb_does(running: Cluster, home: Path) -> None:
    prove(running, minutes=8, scale=0.6, batches=4, group_bytes=1, least=5_000, **QUICK)  # a batch a step


@pytest.mark.soak
def test_it_counts_two_million_events_of_which_a_worker_dies_as_duckdb_does(running: Cluster, home: Path) -> None:
    prove(running, minutes=240, scale=5.5, batches=60, group_bytes=64_000_000, least=2_000_000)
