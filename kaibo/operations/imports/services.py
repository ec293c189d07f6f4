"""The rules of imports: every run leaves a row, whatever becomes of it."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from kaibo.connectors import api as connectors
from kaibo.connectors.api import WrongConnector
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.operations.imports import matches
from kaibo.operations.imports.contracts import (
    ImportNotFound,
    ImportReport,
    ImportState,
    ImportUndone,
    ImportView,
    Progress,
)
from kaibo.operations.imports.models import Import
from kaibo.operations.imports.runs import Run, content_hash, execute


def import_file(
    connector: str,
    path: Path,
    *,
    room: str | None,
    show: str | None,
    options: Mapping[str, str],
    actor: str,
    progress: Progress | None,
) -> ImportReport:
    """Bring a file in, with a row that says so; see the door."""
    manifest = connectors.connector(connector)
    if connector == "exports":
        raise WrongConnector("tables are joined to their shows", fix="use `kaibo import auto`, or the page of imports")
    connectors.check_file(connector, path, options=options)
    sha256 = content_hash(manifest, path)
    earlier = _earlier(sha256, connector)
    run = Run(manifest, path, f"imp_{secrets.token_hex(8)}", sha256, actor, room, show, options, progress)
    row = Import.objects.create(
        id=run.id,
        connector=connector,
        file_name=path.name[:255],
        sha256=sha256,
        actor=actor,
        state=ImportState.RUNNING,
        started_at=clock.now_us(),
    )
    try:
        execute(run)
    except BaseException as error:
        _close(row, run, ImportState.FAILED, problem=getattr(error, "sentence", None) or type(error).__name__)
        raise
    _close(row, run, ImportState.COMPLETE)
    eventlog.audit(
        actor,
        "import.complete",
        f"import:{run.id}",
        after={"file": row.file_name, "connector": connector, "accepted": row.accepted, "shows": row.shows},
    )
    return _report(run, earlier)


def undo(ingest_id: str, *, actor: str, why: str) -> int:
    """Take back what an import brought; how many events."""
    row = _row(ingest_id)
    if row.state == ImportState.UNDONE:
        raise ImportUndone("this import was taken back already", ingest_id=ingest_id)
    taken = eventlog.retract(ingest_id=ingest_id, actor=actor, why=why) + matches.release(ingest_id, actor=actor)
    matches.forget(ingest_id)
    row.state, row.undone_at, row.undone_by, row.why = ImportState.UNDONE, clock.now_us(), actor, why
    row.save(update_fields=["state", "undone_at", "undone_by", "why"])
    eventlog.audit(actor, "import.undo", f"import:{ingest_id}", before={"accepted": row.accepted}, why=why)
    return taken


def view(row: Import) -> ImportView:
    return ImportView(
        id=row.id,
        connector=row.connector,
        file_name=row.file_name,
        sha256=row.sha256,
        actor=row.actor,
        state=ImportState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        undone_at=row.undone_at,
        shows=tuple(row.shows),
        read=row.read,
        accepted=row.accepted,
        duplicates=row.duplicates,
        rejected=row.rejected,
        skipped=row.skipped,
        problem=row.problem,
        export=row.export,
    )


def one(ingest_id: str) -> ImportView:
    return view(_row(ingest_id))


def _row(ingest_id: str) -> Import:
    row = Import.objects.filter(id=ingest_id).first()
    if row is None:
        raise ImportNotFound(f"there is no import {ingest_id}", fix="`kaibo imports` lists them", ingest_id=ingest_id)
    return row


def _earlier(sha256: str, connector: str) -> Import | None:
    rows = Import.objects.filter(sha256=sha256, connector=connector, state=ImportState.COMPLETE)
    return rows.order_by("started_at").first()


def _close(row: Import, run: Run, state: ImportState, *, problem: str = "") -> None:
    tally = run.tally
    row.state, row.problem, row.finished_at = state, problem, clock.now_us()
    row.shows, row.shows_made = run.homes.ids, run.homes.made
    row.read, row.accepted, row.duplicates = tally.read, tally.accepted, tally.duplicates
    row.rejected, row.skipped, row.by_kind = tally.rejected, tally.skipped, dict(tally.by_kind)
    row.details = [
        {"line": one.line, "field": one.field, "problem": one.problem, "fix": one.fix} for one in tally.details
    ]
    row.save()


def _report(run: Run, earlier: Import | None) -> ImportReport:
    tally = run.tally
    return ImportReport(
        id=run.id,
        connector=run.manifest.id,
        file_name=run.path.name,
        sha256=run.sha256,
        shows=tuple(run.homes.ids),
        read=tally.read,
        accepted=tally.accepted,
        duplicates=tally.duplicates,
        rejected=tally.rejected,
        skipped=tally.skipped,
        by_kind=dict(tally.by_kind.most_common()),
        by_room=dict(tally.by_room.most_common()),
        by_reason=dict(tally.by_reason.most_common()),
        first_at=tally.first_at,
        last_at=tally.last_at,
        details=tuple(tally.details),
        notes=tuple(_notes(run, earlier)),
    )


def _notes(run: Run, earlier: Import | None) -> list[str]:
    notes = []
    if earlier is not None:
        when = clock.iso(earlier.started_at)[:16].replace("T", " ")
        notes.append(
            f"this file was imported before, on {when} UTC as {earlier.id}; what was known is not counted again"
        )
    if not run.homes.ids and run.tally.accepted:
        notes.append("the file holds no event that begins a show; its events wait for the show their orders name")
    if run.tally.read and run.tally.rejected == run.tally.read:
        notes.append("every row was rejected: look at the first problem, it is probably the same for all")
    return notes
