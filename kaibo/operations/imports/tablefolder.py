"""The folder of a dropped table: the file until it is over, its refused cells, and putting it away."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.connectors.tables import CellProblem
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env, speech
from kaibo.kit.clock import DAY_US
from kaibo.operations.imports.contracts import TableBusy, TableNotFound, TableState
from kaibo.operations.imports.models import Table

KEPT_US = 7 * DAY_US
SHOWN_US = DAY_US // 2
"""Files that were imported leave the list of dropped ones by the next night."""
OPEN = (TableState.WAITING, TableState.UNCLEAR, TableState.CHECKED, TableState.REFUSED, TableState.FAILED)
RUNNING = (TableState.QUEUED, TableState.IMPORTING)


def folder_of(table_id: str) -> Path:
    """Where a dropped file lies until it is over."""
    return env.home() / "tables" / table_id


def file_of(table_id: str) -> Path:
    return folder_of(table_id) / "file"


def keep_problems(table_id: str, problems: Iterable[CellProblem]) -> None:
    path = folder_of(table_id) / "problems.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for one in problems:
            said = [speech.kept(one.problem), speech.kept(one.fix)]
            told = [one.line, one.field, one.value, one.problem, one.fix, said]
            file.write(json.dumps(told, ensure_ascii=False) + "\n")


def problems_of(table_id: str) -> Iterator[list[Any]]:
    """Row, heading, value, problem, fix of every refused cell that is kept, in the reader's language."""
    path = folder_of(table_id) / "problems.jsonl"
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for row in map(json.loads, file):
                line, field, value, problem, fix, *said = row
                kept = said[0] if said else (None, None)  # files of an earlier version hold the sentences alone
                yield [line, field, value, speech.say(kept[0], instead=problem), speech.say(kept[1], instead=fix)]


@transaction.atomic
def discard(table_id: str, *, actor: str) -> None:
    """Put a file away; what was imported of it stays. Raises TableNotFound, TableBusy."""
    row = Table.objects.select_for_update().filter(id=table_id).first()
    if row is None:
        raise TableNotFound(_("There is no such file."), table_id=table_id)
    if row.state in RUNNING:
        raise TableBusy(_("The file is being imported."), table_id=table_id)
    Table.objects.filter(id=row.id).update(state=TableState.DISCARDED, updated_at=clock.now_us())
    shutil.rmtree(folder_of(row.id), ignore_errors=True)
    eventlog.audit(actor, "import.discard", f"table:{row.id}", before={"file": row.file_name})


def sweep() -> int:
    """Files that nobody imported within a week go; how many."""
    old = Table.objects.filter(state__in=OPEN, created_at__lt=clock.now_us() - KEPT_US)
    ids = list(old.values_list("id", flat=True))
    for table_id in ids:
        shutil.rmtree(folder_of(table_id), ignore_errors=True)
    old.update(state=TableState.DISCARDED)
    return len(ids)
