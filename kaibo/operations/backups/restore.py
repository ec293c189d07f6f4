"""Bringing a snapshot back: everything is checked before anything is put in its place."""

import os
import shutil
import time
from pathlib import Path
from typing import Any

from kaibo.kit import env, schema
from kaibo.operations.backups import records
from kaibo.operations.backups.contracts import Progress, RestoreReport
from kaibo.operations.backups.errors import DamagedBackup, NoBackup, PlaceTaken
from kaibo.operations.backups.store import Store

LEFTOVERS = frozenset({"keys", "run", "static", "scratch"})
"""A home that was only looked at, or given its keys first, may hold these and still counts as empty."""


KEYS = ("viewer", "secret", "seal")


def restore(
    location: str, *, snapshot: str = "", into: Path | None = None, progress: Progress | None = None
) -> RestoreReport:
    """Bring a snapshot, the newest unless one is named, into an empty home and, with PostgreSQL, an empty database.

    Raises: NoBackup, NewerSchema, PlaceTaken before anything is written; DamagedBackup names the file, and then the
    home is as it was.
    """
    began = time.monotonic()
    store = Store(location)
    listed = load(store, snapshot)
    home = into or env.home()
    _refuse_taken(home)
    schema.refuse_newer((app, name) for app, name in listed["migrations"])
    if listed["engine"] != records.engine():
        raise PlaceTaken(
            f"the snapshot holds {listed['engine']} records, this home uses {records.engine()}",
            fix="set KAIBO_DATABASE_URL to an empty PostgreSQL"
            if listed["engine"] == "postgresql"
            else "unset KAIBO_DATABASE_URL",
        )
    if listed["engine"] == "postgresql":
        records.refuse_filled()
    place(store, listed, home, progress)
    if listed["engine"] == "postgresql":
        records.load_postgres(home / records.FOLDER)
        shutil.rmtree(home / records.FOLDER)
    size = sum(int(file["size"]) for file in listed["files"])
    missing = tuple(f"KAIBO_{name.upper()}_KEY or keys/{name}" for name in KEYS if not _has_key(home, name))
    return RestoreReport(
        listed["id"], str(home), len(listed["files"]), size, round(time.monotonic() - began, 3), missing
    )


def load(store: Store, snapshot: str) -> dict[str, Any]:
    """The named snapshot's list, or the newest's. Raises NoBackup."""
    names = store.snapshots()
    if not names:
        raise NoBackup(f"there is no backup in {store.location}", fix="make one: `kaibo backup --to …`")
    return store.load(snapshot or names[-1])


def place(store: Store, listed: dict[str, Any], home: Path, progress: Progress | None = None) -> None:
    """Write every file of a snapshot beside the home, then move them in. Raises DamagedBackup; then nothing moved."""
    waiting = home.with_name(home.name + ".restoring")
    shutil.rmtree(waiting, ignore_errors=True)
    total, done = sum(int(file["size"]) for file in listed["files"]), 0
    try:
        for file in listed["files"]:
            path = waiting / file["name"]
            if not path.resolve().is_relative_to(waiting.resolve()):
                raise DamagedBackup(f"{file['name']} lies outside the home", fix="do not trust this store", file=file)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                for data in store.pieces(file["pieces"], file["name"]):
                    target.write(data)
                    done += len(data)
                    if progress is not None:
                        progress(done, total)
                if target.tell() != file["size"]:
                    raise DamagedBackup(
                        f"{file['name']} has {target.tell()} bytes of {file['size']}", fix="use another snapshot"
                    )
        home.mkdir(parents=True, exist_ok=True)
        for entry in sorted(waiting.iterdir()):
            entry.replace(home / entry.name)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)


def _refuse_taken(home: Path) -> None:
    found = sorted(entry.name for entry in home.iterdir()) if home.is_dir() else []
    strange = [name for name in found if name not in LEFTOVERS and not name.startswith("test-")]
    if strange:
        raise PlaceTaken(
            f"{home} is not empty: it holds {', '.join(strange[:3])}",
            fix="restore into an empty folder (--into, or another KAIBO_HOME)",
        )


def _has_key(home: Path, name: str) -> bool:
    return bool(os.environ.get(f"KAIBO_{name.upper()}_KEY")) or (home / "keys" / name).exists()
