"""Trying a backup: restore it into a scratch place, count it again from its events, compare every number."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import DatabaseError, connections

from kaibo.kit import env
from kaibo.operations.backups import records
from kaibo.operations.backups.contracts import Difference, Figures, Rehearsal
from kaibo.operations.backups.errors import DamagedBackup, PlaceTaken
from kaibo.operations.backups.restore import load
from kaibo.operations.backups.store import Store

PROOF_SECONDS = 6 * 3600


def rehearse(location: str, *, snapshot: str = "") -> Rehearsal:
    """Restore into a scratch place, prove it there, leave nothing behind.

    Raises: NoBackup; DamagedBackup that names the file; PlaceTaken when PostgreSQL gives no scratch database.
    """
    began = time.monotonic()
    store = Store(location)
    listed = load(store, snapshot)
    scratch = env.home() / "scratch"
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=scratch) as folder, _database(listed) as url:
        told = _in_home(Path(folder) / "home", url, location, listed["id"])
    differences = (
        *compare("restored", listed["figures"], told["restored"]),
        *compare("recounted", told["counted"], told["recounted"]),
    )
    return Rehearsal(
        snapshot=listed["id"],
        location=location,
        shows=len(told["counted"]),
        events=sum(figures.get("events", 0) for figures in told["counted"].values()),
        gmv_paid_minor=sum(figures.get("gmv_paid_minor", 0) for figures in told["counted"].values()),
        is_equal=not differences,
        differences=differences[:200],
        seconds=round(time.monotonic() - began, 3),
    )


def compare(stage: str, expected: Figures, found: Figures) -> list[Difference]:
    """Every number that is not the same; a show that one side lacks differs in all of them."""
    different = []
    for show in sorted({*expected, *found}):
        here, there = expected.get(show, {}), found.get(show, {})
        different += [
            Difference(show, column, stage, here.get(column), there.get(column))
            for column in sorted({*here, *there})
            if here.get(column) != there.get(column)
        ]
    return different


def _in_home(home: Path, url: str, location: str, snapshot: str) -> dict[str, Figures]:
    """Run restore and proof in processes of their own, whose home is the scratch one."""
    home.mkdir()
    environment = {**os.environ, "KAIBO_HOME": str(home), "KAIBO_DATABASE_URL": url}
    where = location if "://" in location else str(Path(location).expanduser().resolve())
    _kaibo(environment, "restore", where, "--snapshot", snapshot, "--json")
    told: dict[str, Figures] = _kaibo(environment, "backup", "prove", "--json")
    return told


def _kaibo(environment: dict[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "kaibo", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PROOF_SECONDS,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-1500:].removeprefix("kaibo: ")
        raise DamagedBackup(said.partition("\n  fix: ")[0], fix=said.partition("\n  fix: ")[2])
    return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def _database(listed: dict[str, Any]) -> Iterator[str]:
    """An address for the scratch records: none for SQLite, a database of its own that is gone afterwards otherwise."""
    if listed["engine"] == "sqlite":
        yield ""
        return
    if records.engine() != "postgresql":
        raise PlaceTaken(
            "the snapshot holds PostgreSQL records and this home has no PostgreSQL to try them in",
            fix="set KAIBO_DATABASE_URL and rehearse there",
        )
    name = f"kaibo_rehearsal_{secrets.token_hex(4)}"
    try:
        _outside_transaction(f"create database {name}")
    except DatabaseError as error:
        raise PlaceTaken(
            f"PostgreSQL gives no scratch database: {error}", fix="grant CREATEDB to the role of KAIBO_DATABASE_URL"
        ) from error
    parts = urlsplit(env.read("KAIBO_DATABASE_URL"))
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _outside_transaction(f"drop database if exists {name} with (force)")


def _outside_transaction(statement: str) -> None:
    """CREATE DATABASE cannot run inside a transaction, so it gets a connection of its own."""
    own = connections.create_connection("default")
    try:
        own.set_autocommit(True)
        with own.cursor() as cursor:
            cursor.execute(statement)
    finally:
        own.close()
