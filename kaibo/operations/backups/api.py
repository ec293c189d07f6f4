"""The door of backups: copies of the home, and the proof that they can be restored."""

from pathlib import Path

from kaibo.operations.backups import restore as restoring
from kaibo.operations.backups import services
from kaibo.operations.backups.contracts import BackupReport, Progress, Rehearsal, RestoreReport, RunView, SnapshotView

__all__ = ["back_up", "count", "rehearse", "restore", "runs", "snapshots"]


def back_up(location: str = "", *, actor: str, progress: Progress | None = None) -> BackupReport:
    """Copy this home, while it runs, into a store (a folder or `s3://…`; KAIBO_BACKUP_TO unless named).

    Shape: only what changed is added; of earlier snapshots 7 days, 4 weeks and 12 months are kept. Keys stay out.
    Raises: BadStore, BadAddress, StorageFault, HomeMoved, OSError (the store is full: what it held before is whole).
    """
    return services.back_up(location, actor=actor, progress=progress)


def rehearse(location: str = "", *, snapshot: str = "", actor: str) -> Rehearsal:
    """Restore a snapshot into a scratch place, count every show again from its events, compare counts and money.

    Raises: NoBackup, DamagedBackup (names the file), PlaceTaken, StorageFault.
    """
    return services.rehearsal(location, snapshot=snapshot, actor=actor)


def restore(
    location: str, *, snapshot: str = "", into: Path | None = None, progress: Progress | None = None
) -> RestoreReport:
    """Bring a snapshot into an empty home. Raises: NoBackup, NewerSchema, PlaceTaken, DamagedBackup, StorageFault."""
    return restoring.restore(location, snapshot=snapshot, into=into, progress=progress)


def snapshots(location: str = "") -> list[SnapshotView]:
    """Snapshots of a store, the oldest first. Raises BadStore, BadAddress, StorageFault, DamagedBackup."""
    return services.snapshots(location)


def count(location: str = "") -> int:
    """How many snapshots a store holds, none of them read. Raises BadStore, BadAddress, StorageFault."""
    return services.count(location)


def runs(*, limit: int = 50) -> list[RunView]:
    """Backups and rehearsals, the latest first. Cost: one query."""
    return services.runs(limit)
