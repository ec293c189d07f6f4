"""The door of imports: files in, files back out again, shows played once more."""

from collections.abc import Mapping
from pathlib import Path

from kaibo.operations.imports import replays, services
from kaibo.operations.imports.contracts import BadSpeed, ImportReport, ImportView, Progress, ReplayReport
from kaibo.operations.imports.models import Import


def import_file(
    connector: str,
    path: Path | str,
    *,
    room: str | None = None,
    show: str | None = None,
    options: Mapping[str, str] | None = None,
    actor: str,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a recording into the log: a show per room and evening, every event once for ever.

    Shape: read = accepted + duplicates + rejected + skipped. A second import of the same content accepts nothing.
    `room` names the room where the file does not, and picks one where it holds several; `show` takes all of it.
    Raises: UnknownConnector, NotFound, BadFile, WrongConnector before anything is kept; LogRefuses, LogFailed,
    LogBusy while keeping: what was taken until then stays, and importing again brings the rest.
    """
    return services.import_file(
        connector, Path(path), room=room, show=show, options=options or {}, actor=actor, progress=progress
    )


def undo_import(ingest_id: str, *, actor: str, why: str) -> int:
    """Take back every event an import brought and free their ids; how many there were. Shows and windows stay.

    Raises: ImportNotFound, ImportUndone.
    """
    return services.undo(ingest_id, actor=actor, why=why)


def imports(*, limit: int = 100) -> list[ImportView]:
    """Imports, latest first. Cost: one query."""
    return [services.view(row) for row in Import.objects.all()[:limit]]


def import_of(ingest_id: str) -> ImportView:
    """One import. Raises ImportNotFound. Cost: one query."""
    return services.one(ingest_id)


def replay_show(
    show_id: str, *, into: str, speed: float = 60.0, actor: str, progress: Progress | None = None
) -> ReplayReport:
    """Play a show once more into another, under ids of its own, at times that end now, through the same door.

    Shape: `speed` 60 plays an hour in a minute, 1 at true pace, 0 as fast as possible; every minute keeps its length,
    so that the replay begins in the past and catches up with the present. It happens in the room of `into`, or in
    `<room>-replay` when that show is new.
    Raises: NothingToReplay, AlreadyFilled, BadSpeed.
    """
    if not (speed == 0 or 0.01 <= speed <= 100_000):
        raise BadSpeed(f"speed {speed} is out of range", fix="choose 0.01 to 100000, or 0 for as fast as possible")
    return replays.replay(show_id, into=into, speed=speed, actor=actor, progress=progress)
