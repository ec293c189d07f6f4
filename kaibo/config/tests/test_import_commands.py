"""The commands that bring recordings in, as a shell sees them."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kaibo.config.commands.import_ import readable
from kaibo.config.scaffolds import PACKAGE
from tests.records import give_records

CONNECTORS = PACKAGE / "connectors"
ROOM = CONNECTORS / "bili_events" / "fixtures" / "room.jsonl"
BROKEN = CONNECTORS / "bili_events" / "fixtures" / "broken.jsonl"


def kaibo(home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    if words[0] != "translate":  # which keeps nothing
        give_records(home)
    environment = os.environ | {"KAIBO_HOME": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "kaibo", *map(str, words)],
        cwd=PACKAGE.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def test_it_imports_lists_takes_back_and_replays(home: Path) -> None:
    summary = last_line(kaibo(home, "import", "bili_events", ROOM))
    assert summary["read"] == sum(summary[name] for name in ("accepted", "duplicates", "rejected", "skipped")) == 20
    assert summary["first_at"] == "2026-11-22T12:00:01.000000Z"
    assert last_line(kaibo(home, "import", "bili_events", ROOM, "--json"))["accepted"] == 0
    replayed = last_line(kaibo(home, "replay", summary["shows"][0], "--into", "again", "--speed", "0", "--json"))
    assert replayed["accepted"] == 18
    undone = last_line(kaibo(home, "imports", "--undo", summary["id"], "--why", "a test", "--json"))
    assert undone["events"] == 19
    assert last_line(kaibo(home, "import", "bili_events", ROOM))["accepted"] == 19
    states = [one["state"] for one in last_line(kaibo(home, "imports", "--json"))["imports"]]
    assert states == ["complete", "complete", "undone"]


def test_it_returns_when_all_is_counted_and_in_the_lake(home: Path) -> None:
    summary = last_line(kaibo(home, "import", "bili_events", ROOM, "--wait", "--json"))
    records = sqlite3.connect(home / "records.sqlite3")
    (counted,) = records.execute("select sum(to_seq - from_seq + 1) from warehouse_ledgerentry").fetchone()
    records.close()
    assert counted == summary["accepted"] == 19
    files = list(map(str, (home / "lake").glob("*/*/*.parquet")))
    assert duckdb.execute("select count(*) from read_parquet(?)", [files]).fetchone() == (19,)
    assert last_line(kaibo(home, "import", "bili_events", ROOM, "--wait", "--json"))["duplicates"] == 19


def test_it_translates_without_keeping_and_says_what_is_broken(home: Path) -> None:
    done = kaibo(home, "translate", "bili_events", BROKEN)
    assert done.returncode == 0
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["comment.posted", "online.sampled"]
    assert len(done.stderr.strip().splitlines()) == 14
    assert "line 6: date: '昨天' is no date; fix: write it as 2021.12.30" in done.stderr
    assert not list(home.iterdir())


@pytest.mark.parametrize("command", ["import", "translate"])
def test_it_ends_with_two_and_a_sentence_for_bad_input(home: Path, tmp_path: Path, command: str) -> None:
    empty, wrong_gz, cut = tmp_path / "empty.jsonl", tmp_path / "room.jsonl.gz", tmp_path / "cut.jsonl.gz"
    empty.touch()
    wrong_gz.write_bytes(ROOM.read_bytes())
    cut.write_bytes(gzip.compress(ROOM.read_bytes())[:20])
    for words, sentence in (
        (("bili_events", tmp_path / "none"), "there is no file"),
        (("bili_events", empty), "is empty"),
        (("bili_events", wrong_gz), "holds no gzip data"),
        (("bili_events", cut), "gzip data ends"),
        (("bilirec_xml", ROOM), "does not look like"),
        (("nothing", ROOM), "there is no connector"),
    ):
        done = kaibo(home, command, *words)
        assert done.returncode == 2, (words, done.stdout)
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def test_it_says_which_line_is_no_json_without_an_empty_field() -> None:
    told = {"line": 2, "field": "", "problem": "the line is not JSON", "fix": "send one object per line"}
    counts = dict.fromkeys(("read", "accepted", "duplicates", "rejected", "skipped"), 1)
    lines = readable({**counts, "shows": [], "by_reason": {}, "details": [told], "notes": []})
    assert lines[-1] == "line 2: the line is not JSON; fix: send one object per line"
