"""Background work of imports: reading a dropped table, bringing it in, clearing what nobody wanted."""

import time

from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses
from kaibo.eventlog.work import Run, task
from kaibo.kit.errors import KaiboError
from kaibo.operations.imports import fetched, loose, tablefolder, tables
from kaibo.operations.imports.contracts import TableState
from kaibo.operations.imports.models import Table

TELL_SECONDS = 0.7


class Told:
    """Writes progress down for the page, not more often than people can see."""

    def __init__(self, run: Run, row: Table) -> None:
        self._run, self._row, self._at = run, row, 0.0

    def __call__(self, phase: str, done: int) -> None:
        if time.monotonic() - self._at < TELL_SECONDS:
            return
        self._at = time.monotonic()
        Table.objects.filter(id=self._row.id).update(phase=phase, done=done)
        self._run.tell(done, self._row.total or None, phase)


@task(tables.CHECK, is_long=True)
def check(run: Run, *, table_id: str) -> str | None:
    """Read a dropped table without keeping anything."""
    del run
    row = Table.objects.filter(id=table_id, state__in=tablefolder.OPEN).first()
    if row is None:
        return "the file is not there any more"
    try:
        outcome = tables.check(row)
    except KaiboError as error:
        Table.objects.filter(id=table_id).update(state=TableState.REFUSED, problem=error.sentence, fix=error.fix)
        return error.sentence
    return f"{outcome.rows} rows"


@task(tables.BRING, is_long=True, limit_seconds=3600)
def bring(run: Run, *, table_id: str) -> str | None:
    """Import a dropped table: all of it or nothing."""
    row = Table.objects.filter(id=table_id, state__in=tablefolder.RUNNING).first()
    if row is None:
        return "the file was imported or put away"
    try:
        outcome = tables.bring(row, Told(run, row))
    except (LogRefuses, LogBusy, LogFailed):
        raise  # the worker tries again
    except KaiboError as error:
        return error.sentence  # said on the page; nothing of it was kept
    return f"{outcome.tally.accepted} accepted"


@task("imports.join_loose", cron="*/5 * * * *")
def join_loose(run: Run) -> str | None:
    """Give orders that feeds told without a room of ours to their shows."""
    del run
    return f"{loose.join(actor='system:join')} events"


@task("imports.take_fetched", cron="*/5 * * * *", is_long=True)
def take_fetched(run: Run) -> str | None:
    """Import the files that feeds fetched, like dropped ones."""
    del run
    return f"{fetched.take()} files"


@task("imports.sweep", cron="30 5 * * *")
def sweep(run: Run) -> str | None:
    """Put files away that nobody imported within a week."""
    del run
    return f"{tablefolder.sweep()} files"
