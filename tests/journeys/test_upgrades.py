"""An older Kaibo beside records of a newer one: every command refuses in one sentence and changes nothing."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.server import Kaibo
from tests.records import give_records

pytestmark = pytest.mark.journey


def dump(path: Path) -> list[str]:
    """Every table and row."""
    with closing(sqlite3.connect(path)) as records:
        return list(records.iterdump())


@pytest.mark.parametrize("command", [["count", "--once"], ["serve", "--port", "0"], ["backup", "--to", "store"]])
def test_it_refuses_records_of_a_newer_version_and_changes_nothing(tmp_path: Path, command: list[str]) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    give_records(kaibo.home)
    path = kaibo.home / "records.sqlite3"
    with closing(sqlite3.connect(path)) as records, records:
        records.execute(
            "insert into django_migrations (app, name, applied) values ('eventlog', '9999_from_the_future', 0)"
        )
    before = dump(path)
    done = subprocess.run(
        [sys.executable, "-m", "kaibo", *command],
        env=kaibo.environment, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode != 0
    assert "the records are of a newer Kaibo: eventlog 9999_from_the_future" in done.stderr
    assert "update Kaibo" in done.stderr
    assert dump(path) == before
    assert not (tmp_path / "store").exists()
