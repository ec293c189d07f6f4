"""The first machine dies and the second goes on; two that write under one name are kept apart."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import night
from tests.faults.postgres import postgres
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey


def refused(kaibo: Kaibo, *arguments: str) -> str:
    """What a command that must not succeed says."""
    command = [sys.executable, "-m", "kaibo", *arguments]
    done = subprocess.run(
        command, env=kaibo.environment, capture_output=True, text=True, check=False, timeout=90
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_goes_on_at_the_second_home_with_every_acknowledged_event(tmp_path: Path) -> None:
    first, second = (Kaibo(tmp_path / name, KAIBO_DATABASE_URL="") for name in ("first", "second"))
    store = tmp_path / "store"
    token = night.prepare(first)
    first.start()
    try:
        night.send(first, token, night.lines(0, 400))
        first.run("backup", "--to", str(store), "--json")
        night.send(first, token, night.lines(400, 300))  # acknowledged behind the backup
        assert "is not empty" in refused(first, "restore", str(store)), "never over a home that lives"
        first.kill()
        second.run("restore", str(store), "--json")
        shutil.rmtree(second.home / "log")
        shutil.copytree(first.home / "log", second.home / "log")  # what the disk of the first holds
        second.start()
        told = night.send(second, token, night.lines(0, 1000))  # a sender that is not sure sends everything again
        assert told["accepted"] == len(night.lines(700, 300)), "what the first acknowledged is known here"
        night.until_counted(second)
        assert night.totals(second) == night.expected(1000)
    finally:
        first.stop()
        second.stop()


def test_it_ends_a_server_whose_lock_a_shared_disk_gave_away(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start()
    try:
        night.send(kaibo, token, night.lines(0, 100))
        (kaibo.home / "log" / "lock").write_text("77 0123456789ab elsewhere")
        assert kaibo.post(night.lines(100, 100), token) is None, "nothing is acknowledged behind the other's back"
        assert kaibo.server is not None
        assert kaibo.server.wait(20) == 1
        assert "process 77 on elsewhere holds the log by now" in kaibo.log()
        kaibo.start()
        assert night.send(kaibo, token, night.lines(0, 200))["accepted"] == len(night.lines(100, 100))
        night.until_counted(kaibo)
        assert night.totals(kaibo) == night.expected(200)
    finally:
        kaibo.stop()


def test_it_refuses_a_copy_of_a_home_beside_the_living_one_on_one_database(tmp_path: Path) -> None:
    with postgres() as database:
        first = Kaibo(tmp_path / "first", KAIBO_DATABASE_URL=database.uri)
        token = night.prepare(first)
        first.start()
        try:
            night.send(first, token, night.lines(0, 100))
            copy = Kaibo(tmp_path / "copy", KAIBO_DATABASE_URL=database.uri)
            shutil.copytree(first.home, copy.home, dirs_exist_ok=True)
            shutil.rmtree(copy.home / "run")
            assert "another home writes to this database" in refused(copy, "serve", "--port", "0")
            night.send(first, token, night.lines(100, 100))
            first.kill()
            shutil.rmtree(copy.home / "log")
            shutil.copytree(first.home / "log", copy.home / "log")
            copy.start()  # the database let the lock of the dead one go
            night.until_counted(copy)
            assert night.send(copy, token, night.lines(0, 200))["accepted"] == 0
            assert night.totals(copy) == night.expected(200)
            copy.stop()
        finally:
            first.stop()
