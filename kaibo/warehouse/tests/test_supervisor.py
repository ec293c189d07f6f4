"""A real counter process under its supervisor: killed at any moment, it comes back and the rows are the same."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kaibo.warehouse.columns import COLUMNS
from kaibo.warehouse.supervisor import Supervisor
from kaibo.warehouse.tests import fakes, reference

_APPEND = """
import sys
from kaibo.config.cli import migrate, start_django
start_django()
migrate()
from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance
log = api.open_log()
receipt = log.append_lines(sys.stdin.buffer.read(), provenance=Provenance("feed_test"))
log.close()
assert receipt.rejected == 0, receipt.details
"""


@pytest.fixture
def supervisor(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setenv("KAIBO_DATABASE_URL", "")  # records inside the home, whatever the tests run on
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def append(night: list[fakes.Event]) -> None:
    lines = "\n".join(map(json.dumps, night)).encode()
    done = subprocess.run([sys.executable, "-c", _APPEND], input=lines, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def stored(home: Path) -> dict[reference.Key, dict[str, int]]:
    names = [column.name for column in COLUMNS]
    records = sqlite3.connect(home / "records.sqlite3")
    try:
        rows = records.execute(f"select show_id, grain, key, minute_us, {', '.join(names)} from warehouse_minuterow")
        return {row[:4]: {n: v for n, v in zip(names, row[4:], strict=True) if v is not None} for row in rows}
    finally:
        records.close()


def wait(condition: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


def test_it_starts_a_killed_counter_again_and_loses_nothing(home: Path, supervisor: Supervisor) -> None:
    night = [{**one, "viewer_id": None} for one in fakes.night(2, size=60)]  # ids are hashed at the door
    night = [{name: value for name, value in one.items() if value is not None and name != "feed_id"} for one in night]
    append(night[:30])
    supervisor.start()
    wait(lambda: bool(supervisor.pid), "the counter did not start")
    wait(lambda: stored(home) == reference.count(night[:30]), "the first half was not counted")
    first = supervisor.pid
    assert first is not None
    append(night[30:])
    os.kill(first, signal.SIGKILL)
    wait(lambda: supervisor.pid not in {None, first}, "the counter was not started again")
    wait(lambda: stored(home) == reference.count(night), "the second half was not counted")
    wait(supervisor.healthy, "it does not say that it is well")
    assert supervisor.restarts == 1
    last = supervisor.pid
    supervisor.stop()
    supervisor.stop()
    assert supervisor.pid is None
    assert last is not None
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)
