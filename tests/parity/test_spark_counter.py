"""The counter on a real Spark gives the records that DuckDB gives, whoever counts which part of the log."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kaibo.config.commands import count, doctor
from kaibo.connectors.api import translate_file
from kaibo.eventlog import api as log
from kaibo.eventlog.events import PlatformEvent
from kaibo.warehouse import api, counter, models
from kaibo.warehouse.counted import Counted
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.spark.engine import SparkEngine
from kaibo.warehouse.tests import fakes
from tests.parity import shows
from tests.parity.spark import SETTINGS, needs_spark

pytestmark = [pytest.mark.journey, pytest.mark.spark, pytest.mark.django_db]


def count_some(batches: int, **options: Any) -> None:
    """A counter that knows nothing but the records counts so many batches, then ends."""
    counting = Counter(group_bytes=1, **options)
    try:
        for _ in range(batches):
            assert counting.step()
    finally:
        counting.close()


def count_rest(**options: Any) -> None:
    counting = Counter(**options)
    try:
        counting.run_once()
    finally:
        counting.close()


def clashing(size: int) -> list[str]:
    known = [one for seed in (3, 5) for one in fakes.night(seed, size=size) if one["kind"] != "unknown"]
    return [json.dumps({**one, "event_id": f"n{place}", "currency": "CNY"}) for place, one in enumerate(known)]


def same_on_duckdb() -> list[str]:
    """How the records differ from those that DuckDB alone makes of the same log."""
    found = shows.counted()
    fakes.clear()
    count_rest()
    return shows.differences(shows.counted(), found)


class Died(Exception):
    """Stands for the end of a process between the rows and the commit."""


def dying(merge: Callable[[Counted], None]) -> Callable[[Counted], None]:
    def merge_and_die(counted: Counted) -> None:
        merge(counted)
        raise Died

    return merge_and_die


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_it_changes_nothing_when_the_engine_is_switched_in_the_middle_or_dies_before_its_commit(
    spark: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_spark = {"engine": partial(SparkEngine, spark)}
    shows.bring(clashing(240), batches=5)
    shows.damage(shows.every_batch()[1])
    count_some(1)
    count_some(2, **on_spark)  # sets the damaged one aside, counts one
    before = models.LedgerEntry.objects.latest("to_seq").to_seq
    with monkeypatch.context() as patched:
        patched.setattr(counter, "merge", dying(counter.merge))
        with pytest.raises(Died):
            count_some(1, **on_spark)
    assert models.LedgerEntry.objects.latest("to_seq").to_seq == before
    count_some(1)
    count_rest(**on_spark)
    [aside] = api.set_aside()
    assert (aside.from_seq, "checksum" in aside.reason) == (shows.every_batch()[1].from_seq, True)
    assert same_on_duckdb() == []


def test_it_counts_again_what_is_taken_back_and_what_is_in_the_lake(spark: Any, home: Path) -> None:
    on_spark = {"engine": partial(SparkEngine, spark)}
    shows.bring(clashing(120), batches=3)
    count_rest()  # sealed and counted: it is in the lake now
    assert log.sources_of("A").parquet
    shows.bring(clashing(160)[120:], batches=2)
    log.retract(ingest_id="imp_parity", actor="user:1", why="wrong file")
    shows.bring([line.replace('"event_id": "n', '"event_id": "m') for line in clashing(120)], batches=1)
    count_rest(**on_spark)
    assert same_on_duckdb() == []


def test_it_sets_aside_lines_that_no_engine_can_read(spark: Any, home: Path) -> None:
    shows.bring(clashing(60), batches=2)
    shows.write_nonsense(shows.every_batch()[1])
    count_rest(engine=partial(SparkEngine, spark))
    [aside] = api.set_aside()
    assert aside.reason.startswith("ValueError: InvalidInputException")
    models.QuarantinedBatch.objects.update(reason="")
    wanted = shows.counted()
    fakes.clear()
    count_rest()
    models.QuarantinedBatch.objects.update(reason="")
    assert shows.differences(shows.counted(), wanted) == []


@pytest.mark.soak
@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("room", "recordings"),
    [("563689", "2020-12-11*"), (None, "*")],
    ids=["one room, one evening", "everything"],
)
def test_it_counts_real_recordings_as_duckdb_does(
    spark: Any, home: Path, shared_data: Path, room: str | None, recordings: str
) -> None:
    folder = shared_data / "danmaku"
    files = [("bili_events", folder / "bilibili_rooms_events.jsonl.gz", room)]
    files += [("bilirec_xml", path, None) for path in sorted((folder / "asoul_xml").glob(recordings))]
    lines = sum(bring_recording(*file) for file in files)
    assert lines > 10_000
    count_rest(engine=partial(SparkEngine, spark))
    assert models.MinuteRow.objects.filter(grain="show").count() > 100
    assert same_on_duckdb() == []


def bring_recording(connector: str, path: Path, room: str | None) -> int:
    """Every event of a recording, each room a show of its own; how many."""
    found = [one for one in translate_file(connector, path, room=room) if isinstance(one, PlatformEvent)]
    for place in {(one.platform, one.room_id) for one in found}:
        log.open_window(*place, "-".join(place), from_us=0)
    writing = log.open_log()
    receipt = writing.append_events(found, provenance=shows.TOLD)
    writing.close()
    return receipt.accepted


COMMAND = ["count", "--once", "--json", "--engine", "spark", "--master", "local[1]"]
GIVEN = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]


@pytest.mark.soak
def test_it_is_asked_for_on_the_command_line_of_a_process_that_starts_it(home: Path) -> None:
    needs_spark()
    shows.bring(clashing(60), batches=1)
    told = subprocess.run([sys.executable, "-m", "kaibo", *COMMAND, *GIVEN], capture_output=True, check=True)
    assert json.loads(told.stdout)["events"] == len(clashing(60))


def test_it_names_a_setting_that_spark_does_not_know(home: Path) -> None:
    needs_spark()
    command = [sys.executable, "-m", "kaibo", *COMMAND, "--set", "memory=1"]
    wrong = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (wrong.returncode, "spark.executor.memory=2g" in wrong.stderr) == (1, True)


def test_it_is_asked_for_on_the_command_line(spark: Any, home: Path) -> None:
    """The command ends the Spark that runs. The form above starts one of its own, for half a minute more."""
    shows.bring(clashing(60), batches=1)
    app = typer.Typer()
    count.register(app)
    doctor.register(app)  # of a single command the name is not asked for
    told = CliRunner().invoke(app, [*COMMAND, *GIVEN], catch_exceptions=False)
    assert json.loads(told.stdout.splitlines()[-1])["events"] == len(clashing(60))
    assert same_on_duckdb() == []
