"""Tables that people drop: kept on disk, recognised, checked, imported by a worker, reported; all or nothing."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation

from kaibo.connectors import tables as connectors
from kaibo.connectors.tables import Found, Opened, UnreadableTable
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.errors import LogBusy, LogRefuses
from kaibo.kit import clock, env, speech
from kaibo.kit.clock import MINUTE_US
from kaibo.kit.errors import KaiboError
from kaibo.kit.speech import gettext as _
from kaibo.operations.imports import matches
from kaibo.operations.imports.contracts import (
    BadMapping,
    ImportState,
    TableBusy,
    TableNotFound,
    TableState,
)
from kaibo.operations.imports.join import Joiner
from kaibo.operations.imports.models import Headings, Import, Table
from kaibo.operations.imports.tablefolder import OPEN, file_of, folder_of, keep_problems
from kaibo.operations.imports.tablerun import Outcome, TableRun

CHECK, BRING = "imports.check", "imports.bring"
TOGETHER_US = 15 * MINUTE_US


def _now() -> int:
    return clock.now_us()


# -- dropping -------------------------------------------------------------------------------------------------------


def drop(
    chunks: Iterable[bytes],
    *,
    file_name: str,
    as_of: int | None,
    show_id: str,
    rooms: Collection[tuple[str, str]] | None,
    language: str,
    actor: str,
    is_checked_later: bool = True,
    origin: str = "",
) -> Table:
    """Keep a file and say what it is. A file that is no table stays as a refused row with the reason.

    Raises: IntegrityError for an `origin` that was dropped before.
    """
    table_id = f"tab_{secrets.token_hex(8)}"
    folder_of(table_id).mkdir(parents=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with file_of(table_id).open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    now = _now()
    row = Table(
        id=table_id,
        file_name=Path(file_name.replace("\\", "/")).name[:255] or "table",
        sha256=digest.hexdigest(),
        size=size,
        actor=actor,
        language=language,
        state=TableState.WAITING,
        created_at=now,
        updated_at=now,
        as_of=min(as_of or now, now),
        show_id=show_id,
        rooms=None if rooms is None else sorted([list(room) for room in rooms]),
        origin=origin,
    )
    earlier = earlier_of(row)
    if earlier is not None and earlier.as_of is not None:
        row.as_of = earlier.as_of  # the same file states the same numbers of the same instant
    with translation.override(language):
        _recognise(row)
    try:
        row.save(force_insert=True)
    except IntegrityError:
        shutil.rmtree(folder_of(table_id))
        raise
    if row.state == TableState.WAITING and is_checked_later:
        ask_check(row)
    return row


def earlier_of(row: Table) -> Import | None:
    """The import of the same content that counts. Cost: one query."""
    done = Import.objects.filter(sha256=row.sha256, connector="exports", state=ImportState.COMPLETE)
    return done.order_by("started_at").first()


def opened(row: Table) -> Opened:
    """The file of a table. Raises UnreadableTable."""
    path = file_of(row.id)
    if not path.exists():
        raise UnreadableTable(_("The file is not kept any more."), fix=_("Drop it again."))
    return connectors.open_file(path, file_name=row.file_name)


def _recognise(row: Table) -> None:
    """Set what the table is, from what the team told of such headings before, else from its headings."""
    try:
        table = opened(row)
    except UnreadableTable as refusal:
        row.state, row.problem, row.fix = TableState.REFUSED, refusal.sentence, refusal.fix
        row.looks = said_of(refusal.sentence, fix=refusal.fix)
        return
    known = Headings.objects.filter(signature_hash=_hash(table.signature)).first()
    if known is not None and connectors.form(known.export) is not None:
        row.export, row.chosen = known.export, known.chosen
    elif table.found:
        row.export = table.found[0].form.id
    found = read_as(row, table)
    row.state = TableState.UNCLEAR if found is None or found.missing else TableState.WAITING
    if found is not None:
        row.sheet, row.looks = found.sheet, looks_of(row, table, found)


def said_of(*problem: str, fix: str) -> dict[str, Any]:
    """What a refusal was made of, for readers of another language; a part of `looks`."""
    return {"said": {"problem": speech.kept(*problem), "fix": speech.kept(fix)}}


def looks_of(row: Table, table: Opened, found: Found) -> dict[str, Any]:
    """How sure the recognition is, for lists that must not open the file again."""
    likely = next((one for one in table.found if one.form.id == row.export), None)
    return {
        "confidence": likely.confidence if likely is not None else 0.0,
        "known": sum(1 for one in found.columns if one.field),
        "columns": len(found.columns),
        "missing": list(found.missing),
    }


def _hash(signature: str) -> str:
    return hashlib.sha256(signature.encode()).hexdigest()


def read_as(row: Table, table: Opened) -> Found | None:
    """The table as its export; None where nobody has said which one it is."""
    if not row.export:
        return None
    likely = next((one for one in table.found if one.form.id == row.export), None)
    if likely is not None and not row.chosen:
        return likely
    return table.read_as(row.export, chosen=row.chosen, is_remembered=True)


# -- mapping --------------------------------------------------------------------------------------------------------


@transaction.atomic
def map_table(
    table_id: str, *, export: str, chosen: Mapping[str, str], show_id: str, platform: str, actor: str
) -> Table:
    """Say which export it is, which column holds which field, and for which show; remembered for such headings.

    Raises: TableNotFound, TableBusy, BadMapping.
    """
    row = locked(table_id)
    form = connectors.form(export)
    if form is None:
        raise BadMapping(_("There is no such kind of table."), field="export")
    allowed = {*connectors.fields_of(form), *connectors.DROPPED, ""}
    wrong = next((name for name in chosen.values() if name not in allowed), None)
    if wrong is not None:
        raise BadMapping(_("This kind of table has no field “%(name)s”.") % {"name": wrong}, field=wrong)
    row.export, row.show_id, row.platform = export, show_id, platform
    row.chosen = {connectors.heading_key(header): name for header, name in chosen.items()}
    table = opened(row)
    found = read_as(row, table)
    if found is None:
        raise BadMapping(_("No row of headings was found."), field="chosen")
    row.sheet, row.problem, row.fix = found.sheet, "", ""
    row.looks = looks_of(row, table, found)
    row.state = TableState.UNCLEAR if found.missing else TableState.WAITING
    row.check_up, row.updated_at = {}, _now()
    row.save()
    if not found.missing:
        _remember(row, table, actor=actor)
        ask_check(row)
    return row


def _remember(row: Table, table: Opened, *, actor: str) -> None:
    likely = table.found[0].form.id if table.found else ""
    if row.export == likely and not row.chosen:
        return
    key = _hash(table.signature)
    told = {"export": row.export, "chosen": row.chosen}
    before = Headings.objects.filter(signature_hash=key).values("export", "chosen").first()
    if before == told:
        return
    Headings.objects.update_or_create(signature_hash=key, defaults={**told, "actor": actor, "at_us": _now()})
    eventlog.audit(actor, "import.headings_learned", f"headings:{key[:12]}", before=before, after=told)


def locked(table_id: str) -> Table:
    """The row, held until the transaction ends. Raises TableNotFound; TableBusy once it is being imported or over."""
    row = Table.objects.select_for_update().filter(id=table_id).first()
    if row is None:
        raise TableNotFound(_("There is no such file."), table_id=table_id)
    if row.state not in OPEN:
        raise TableBusy(_("The file is being imported, or is imported already."), table_id=table_id)
    return row


# -- checking and importing -----------------------------------------------------------------------------------------


def ask_check(row: Table) -> None:
    """A worker reads the file without keeping anything."""
    eventlog.work.enqueue(CHECK, {"table_id": row.id}, key=f"check:{row.id}", actor=row.actor)


@transaction.atomic
def start(table_id: str, *, actor: str, is_later: bool = True) -> Table:
    """Let a worker import it. Raises TableNotFound, TableBusy, BadMapping when it is not clear yet."""
    row = locked(table_id)
    if row.state in {TableState.UNCLEAR, TableState.REFUSED}:
        raise BadMapping(_("Say first what the columns hold."), field="columns", table_id=table_id)
    row.state, row.actor, row.updated_at, row.problem, row.fix = TableState.QUEUED, actor, _now(), "", ""
    row.save()
    if is_later:
        eventlog.work.enqueue(BRING, {"table_id": row.id}, key=f"bring:{row.id}", actor=actor)
    return row


def run_of(row: Table, table: Opened, found: Found, tell: Any = None) -> TableRun:
    """How a table is read: for its actor's rooms, its show, its time."""
    platform = found.form.platform or row.platform
    seen = None if row.rooms is None else {(place[0], place[1]) for place in row.rooms}
    joiner = Joiner(platform, show_id=row.show_id, beside=_beside(row), seen=seen, as_of=row.as_of)
    told = connectors.Told(env.zone(), row.as_of, joiner.currency(), row.platform)
    run = TableRun(table, found, told, joiner)
    if tell is not None:
        run.tell = tell
    return run


def _together(row: Table) -> QuerySet[Table]:
    """What the same person dropped within the half hour around it."""
    span = (row.created_at - TOGETHER_US, row.created_at + TOGETHER_US)
    return Table.objects.filter(actor=row.actor, created_at__range=span).exclude(id=row.id)


def _beside(row: Table) -> str:
    """The one show that the files dropped together with this one are about; empty where there are several."""
    found: set[str] = set()
    for told in _together(row).exclude(state=TableState.DISCARDED).values_list("check_up", flat=True):
        if told.get("has_time"):
            found.update(told.get("shows", {}))
    return found.pop() if len(found) == 1 else ""


def check(row: Table) -> Outcome:
    """The dry run; what it found stands in the row, every refused cell in a file beside it."""
    with translation.override(row.language):
        table = opened(row)
        found = read_as(row, table)
        if found is None or found.missing:
            row.state = TableState.UNCLEAR
            row.save(update_fields=["state"])
            return Outcome()
        outcome = run_of(row, table, found).check()
    keep_problems(row.id, outcome.problems)
    now_open = Table.objects.filter(id=row.id, state__in=OPEN)
    has_time = found.form.shape != "stock"
    told = {**outcome.as_json(), "has_time": has_time}
    now_open.update(state=TableState.CHECKED, check_up=told, total=outcome.events, updated_at=_now())
    if has_time and outcome.shows:
        for other in _together(row).filter(state=TableState.CHECKED, check_up__has_time=False, show_id=""):
            ask_check(other)  # it may know its show now
    return outcome


def bring(row: Table, tell: Any = None) -> Outcome:
    """Import it. What a crash left of an earlier try is taken back first; a failure takes back its own.

    Raises: LogRefuses, LogBusy when the log asks to come back: then nothing was kept and the same again is right.
    """
    if row.ingest_id:
        roll_back(row.ingest_id, actor=row.actor, why="the import was interrupted")
    record = Import(
        id=f"imp_{secrets.token_hex(8)}",
        connector="exports",
        export=row.export,
        as_of=row.as_of,
        file_name=row.file_name,
        sha256=row.sha256,
        actor=row.actor,
        state=ImportState.RUNNING,
        started_at=_now(),
    )
    with transaction.atomic():
        record.save(force_insert=True)
        Table.objects.filter(id=row.id).update(
            state=TableState.IMPORTING, ingest_id=record.id, updated_at=_now(), phase="reading", done=0
        )
    row.ingest_id = record.id
    try:
        with translation.override(row.language):
            table = opened(row)
            found = read_as(row, table)
            if found is None or found.missing:
                raise BadMapping(_("Say first what the columns hold."), field="columns")
            outcome = run_of(row, table, found, tell).keep(ingest_id=record.id, sha256=row.sha256)
    except (LogRefuses, LogBusy):
        roll_back(record.id, actor=row.actor, why="the log asked to come back")
        raise
    except Exception as error:
        roll_back(record.id, actor=row.actor, why="the import failed")
        _fail(row, error)
        raise
    _complete(row, record, outcome)
    return outcome


def roll_back(ingest_id: str, *, actor: str, why: str) -> None:
    """Take back whatever an unfinished import left, so that nothing of it is half there."""
    record = Import.objects.filter(id=ingest_id, state=ImportState.RUNNING).first()
    if record is None:
        return
    eventlog.retract(ingest_id=ingest_id, actor=actor, why=why)
    with transaction.atomic():
        matches.forget(ingest_id)
        record.state, record.finished_at = ImportState.FAILED, _now()
        record.problem = f"{why}; nothing of it was kept"
        record.save(update_fields=["state", "finished_at", "problem"])


def _fail(row: Table, error: Exception) -> None:
    problem, fix = (error.sentence, error.fix) if isinstance(error, KaiboError) else (type(error).__name__, "")
    with translation.override(row.language):
        nothing = _("Nothing of the file was kept.")
    Table.objects.filter(id=row.id).update(
        state=TableState.FAILED,
        problem=f"{problem} {nothing}",
        fix=fix,
        looks={**row.looks, **said_of(problem, nothing, fix=fix)},
        updated_at=_now(),
    )


def _complete(row: Table, record: Import, outcome: Outcome) -> None:
    tally = outcome.tally
    record.read, record.accepted, record.duplicates = tally.read, tally.accepted, tally.duplicates
    record.rejected, record.skipped, record.by_kind = tally.rejected, tally.skipped, dict(tally.by_kind)
    record.shows = list(outcome.shows)
    record.details = [
        {"line": one.line, "field": one.field, "problem": one.problem, "fix": one.fix} for one in tally.details
    ]
    record.state, record.finished_at = ImportState.COMPLETE, _now()
    with transaction.atomic():
        record.save()
        Table.objects.filter(id=row.id).update(
            state=TableState.COMPLETE, report=outcome.as_json(), updated_at=_now(), phase="", problem="", fix=""
        )
        eventlog.audit(
            row.actor,
            "import.complete",
            f"import:{record.id}",
            after={
                "file": row.file_name,
                "connector": f"exports/{row.export}",
                "accepted": record.accepted,
                "shows": record.shows,
            },
        )
    keep_problems(row.id, outcome.problems)
    file_of(row.id).unlink(missing_ok=True)
