"""The door of imports: files in, files back out again, shows played once more."""

from collections.abc import Mapping
from pathlib import Path

from kaibo.operations.imports import services
from kaibo.operations.imports.contracts import ImportReport, ImportView, Progress
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
