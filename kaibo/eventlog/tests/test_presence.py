"""Servers and workers that live are named; what a killed one left is taken away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kaibo.eventlog import presence
from kaibo.eventlog.locks import LockFile, instance, machine

_STAY = """
from kaibo.eventlog.presence import present
with present("work"):
    print("here", flush=True)
    input()
"""


def test_it_names_those_who_live_and_forgets_the_killed(home: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", _STAY], env={**os.environ, "KAIBO_HOME": str(home)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "here\n"
    with presence.present("serve", url="http://127.0.0.1:1"):
        first, second = presence.processes()
        assert (first.does, first.pid, first.machine) == ("work", other.pid, machine())
        assert (second.does, second.url, second.instance) == ("serve", "http://127.0.0.1:1", instance())
        other.kill()
        other.wait()
        other.stdout.close()
        assert [one.does for one in presence.processes()] == ["serve"]
        assert len(list((home / "run" / "processes").iterdir())) == 1
    assert presence.processes() == []


def test_it_leaves_a_file_alone_whose_process_is_about_to_lock_it(home: Path) -> None:
    folder = home / "run" / "processes"
    folder.mkdir(parents=True)
    young, old = folder / "young.json", folder / "old.json"
    young.touch()
    old.touch()
    os.utime(old, (0, 0))
    assert presence.processes() == []
    assert list(folder.iterdir()) == [young]


def test_it_says_who_holds_a_lock_and_where(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = LockFile(home / "lock")
    assert lock.holder() == ""
    assert lock.take()
    assert LockFile(home / "lock").holder() == str(os.getpid())
    assert lock.is_held_by(instance())
    assert not lock.is_held_by("another")
    monkeypatch.setattr("kaibo.eventlog.locks.machine", lambda: "elsewhere")
    assert LockFile(home / "lock").holder() == f"{os.getpid()} on {machine()}"
    lock.release()
