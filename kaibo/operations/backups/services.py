"""Backups and rehearsals with the row and the audit entry that each leaves."""

import dataclasses
from collections.abc import Callable
from typing import Any

from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env
from kaibo.kit.errors import KaiboError
from kaibo.kit.storage import Storage
from kaibo.operations.backups import capture, rehearse
from kaibo.operations.backups.contracts import BackupReport, Progress, Rehearsal, RunView, SnapshotView
from kaibo.operations.backups.errors import BadStore
from kaibo.operations.backups.models import BackupRun
from kaibo.operations.backups.store import Store


def place(location: str) -> str:
    """The store that is meant: the one named, else KAIBO_BACKUP_TO. Raises BadStore when there is neither, BadAddress.

    An address that holds a key is refused before it is written down anywhere.
    """
    chosen = location or env.read("KAIBO_BACKUP_TO")
    if not chosen:
        raise BadStore("no place for backups is named", fix="give --to FOLDER, or set KAIBO_BACKUP_TO")
    Storage(chosen)
    return chosen


def back_up(location: str, *, actor: str, progress: Progress | None = None) -> BackupReport:
    """See `api.back_up`."""
    where = place(location)
    report: BackupReport = _noted("backup", where, actor, lambda: capture.back_up(where, progress=progress))
    return report


def rehearsal(location: str, *, snapshot: str, actor: str) -> Rehearsal:
    """See `api.rehearse`."""
    where = place(location)
    told: Rehearsal = _noted("rehearsal", where, actor, lambda: rehearse.rehearse(where, snapshot=snapshot))
    return told


def _noted(kind: str, where: str, actor: str, work: Callable[[], Any]) -> Any:
    row = BackupRun.objects.create(kind=kind, started_at=clock.now_us(), actor=actor, location=where)
    try:
        done = work()
    except BaseException as error:
        says = error.sentence if isinstance(error, KaiboError) else f"{type(error).__name__}: {error}"
        _finish(row, is_good=False, says=says, report={})
        raise
    is_good = bool(getattr(done, "is_equal", True))
    says = "" if is_good else f"{len(done.differences)} numbers differ"
    _finish(row, is_good=is_good, says=says, report=dataclasses.asdict(done), snapshot=done.snapshot)
    return done


def _finish(row: BackupRun, *, is_good: bool, says: str, report: dict[str, Any], snapshot: str = "") -> None:
    row.finished_at, row.is_good, row.says, row.report, row.snapshot = clock.now_us(), is_good, says, report, snapshot
    row.save()
    after = {"is_good": is_good, "snapshot": snapshot, "location": row.location}
    eventlog.audit(row.actor, f"backup.{row.kind}", f"backup:{row.pk}", after=after, why=says)


def runs(limit: int) -> list[RunView]:
    """See `api.runs`."""
    return [
        RunView(
            row.pk, row.kind, row.started_at, row.finished_at, row.location, row.snapshot, row.is_good, row.says,
            row.report,
        )
        for row in BackupRun.objects.all()[:limit]
    ]  # fmt: skip


def count(location: str) -> int:
    """See `api.count`."""
    return len(Store(place(location)).snapshots())


def snapshots(location: str) -> list[SnapshotView]:
    """See `api.snapshots`."""
    store = Store(place(location))
    found = []
    for name in store.snapshots():
        listed = store.load(name)
        size = sum(int(file["size"]) for file in listed["files"])
        found.append(
            SnapshotView(
                name, listed["taken_at"], listed["kaibo"], listed["engine"], len(listed["files"]), size,
                len(listed["figures"]),
            )
        )  # fmt: skip
    return found
