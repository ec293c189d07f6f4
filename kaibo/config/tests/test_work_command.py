"""`kaibo work`: what is due is done by a process of its own; a killed one leaves its job to the next."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.records import give_records


def kaibo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    give_records(home)
    environment = {**os.environ, "KAIBO_HOME": str(home), "KAIBO_DATABASE_URL": ""}
    return subprocess.run(
        [sys.executable, "-m", "kaibo", *words], env=environment, capture_output=True, text=True, check=False
    )


def test_it_does_what_is_due_and_says_how_much_is_left(home: Path) -> None:
    done = kaibo(home, "work", "--once", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"tried": 0, "waiting": 0, "failed": 0}


SLEEPER = """
import os, sys, time
from kaibo.config.cli import migrate, start_django
start_django()
migrate()
from kaibo.eventlog import work, workers

@work.task("sleepy")
def sleepy(run):
    print("try", run.tries, flush=True)
    time.sleep(60 if run.tries == 1 else 0)

if sys.argv[1] == "first":
    work.enqueue("sleepy", actor="system:test")
workers.sweep()
print("drained", workers.drain(), [(one.state, one.tries) for one in work.jobs()], flush=True)
"""


def test_it_does_the_job_of_a_killed_worker_at_once_and_only_once_more(home: Path) -> None:
    give_records(home)
    environment = {**os.environ, "KAIBO_HOME": str(home), "KAIBO_DATABASE_URL": ""}
    command = [sys.executable, "-c", SLEEPER]
    first = subprocess.Popen([*command, "first"], env=environment, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "try 1\n"
    first.kill()
    first.wait()
    second = subprocess.run([*command, "second"], env=environment, capture_output=True, text=True, check=True)
    assert second.stdout.splitlines() == ["try 2", "drained 1 [('done', 2)]"]
