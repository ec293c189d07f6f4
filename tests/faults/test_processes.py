"""Processes that die at the worst moment, come twice, or wake up in another hour."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults import night
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey

_WORK = """
import sys, time
from pathlib import Path
from kaibo.eventlog import work, workers
{patch}
@work.task("fault.slow", tries=3)
def slow(run, *, path):
    with open(path, "a") as file:
        file.write("begun\\n")
    if len(Path(path).read_text().split()) == 1:
        time.sleep(600)
    with open(path, "a") as file:
        file.write("done\\n")
    return "written"
"""
_ENQUEUE = (
    _WORK
    + """
print(work.enqueue("fault.slow", {{"path": {path!r}}}, key="once", actor="system:test"))
"""
)
_RUN = (
    _WORK
    + """
crew = workers.Workers()
crew.start()
while "done" not in Path({path!r}).read_text():
    time.sleep(0.05)
time.sleep(0.3)
crew.stop()
"""
)
_STATE = """
from kaibo.eventlog import api
one = api.work.job({job})
print(one.state, one.tries, one.note)
"""
NO_LOCK = """
from kaibo.warehouse import counter
class Free:
    take = lambda self: True
    release = lambda self: None
    holder = lambda self: ""
counter.counter_lock = Free
"""


def in_home(kaibo: Kaibo, code: str) -> subprocess.Popen[bytes]:
    begin = "from kaibo.config.cli import migrate, start_django\nstart_django()\n"
    return subprocess.Popen([sys.executable, "-c", begin + code], env=kaibo.environment)


def test_it_gives_the_job_of_a_killed_worker_to_the_next(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    path = tmp_path / "told"
    path.touch()
    job = int(kaibo.python(_ENQUEUE.format(patch="", path=str(path))).split()[-1])
    first = in_home(kaibo, _RUN.format(patch="", path=str(path)))
    night.until(lambda: "begun" in path.read_text(), "no worker began", Quiet(kaibo))
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = in_home(kaibo, _RUN.format(patch="workers.TICK_SECONDS = 0.2", path=str(path)))
    assert second.wait(60) == 0
    assert path.read_text().split() == ["begun", "begun", "done"]
    assert kaibo.python(_STATE.format(job=job)).splitlines()[-1] == "done 2 written"


class Quiet(Kaibo):
    """A home without a server, whose log is empty."""

    def __init__(self, of: Kaibo) -> None:
        self.home = of.home

    def log(self) -> str:
        return ""


def test_it_counts_once_although_two_counters_run_against_each_other(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start()
    second = in_home(
        kaibo, f"{NO_LOCK}\nimport sys\nsys.argv = ['kaibo', 'count']\nfrom kaibo.config.cli import main\nmain()"
    )
    try:
        for first in range(0, 6_000, 100):
            night.send(kaibo, token, night.lines(first, 100))
        night.until_counted(kaibo)
        assert second.poll() is None, "the second counter gave up"
        assert night.totals(kaibo) == night.expected(6_000)
    finally:
        second.terminate()
        second.wait(20)
        kaibo.stop()


def test_it_counts_once_when_server_and_counter_are_killed_and_started_again(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start()
    try:
        night.send(kaibo, token, night.lines(0, 500))
        kaibo.kill_counter()
        night.send(kaibo, token, night.lines(500, 500))
        kaibo.kill()
        finding = night.doctor(kaibo)["log"]
        assert finding["says"] == "the last server did not stop in order"
        assert "recovers by itself" in finding["fix"]
        kaibo.start()
        assert night.send(kaibo, token, night.lines(0, 1000))["accepted"] == 0, "nothing acknowledged is lost"
        night.until_counted(kaibo)
        assert night.totals(kaibo) == night.expected(1000)
    finally:
        kaibo.stop()


CLOCK = """
import os, time
real, real_ns = time.time, time.time_ns
def ahead():
    try:
        return float(open({path!r}).read() or 0)
    except (OSError, ValueError):
        return 0.0
time.time = lambda: real() + ahead()
time.time_ns = lambda: real_ns() + int(ahead() * 1e9)
"""


def test_it_goes_on_when_the_clock_jumps_ahead_and_back(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    jump = tmp_path / "ahead"
    kaibo.start(CLOCK.format(path=str(jump)))
    try:
        night.send(kaibo, token, night.lines(0, 300))
        night.until(lambda: len(kaibo.children()) == 1, "no counter", kaibo)
        (counter,) = {child.pid for child in kaibo.children()}
        for number, ahead in enumerate(("3600", "0", "-3600", "0"), start=1):
            jump.write_text(ahead)
            time.sleep(0.4)  # longer than the supervisor looks away
            night.send(kaibo, token, night.lines(300 * number, 300))
        assert {child.pid for child in kaibo.children()} == {counter}, "a jump of the clock is no silence"
        night.until_counted(kaibo)
        assert night.totals(kaibo) == night.expected(1500)
        assert night.send(kaibo, token, night.lines(0, 1500))["accepted"] == 0
        assert night.get(kaibo, "/healthz")[0] == 200
    finally:
        kaibo.stop()
    kaibo.start()  # the segments of four clocks are one log
    try:
        assert night.send(kaibo, token, night.lines(0, 1500))["accepted"] == 0
    finally:
        kaibo.stop()
