"""Dropped tables as pages see them: state, columns, first rows without personal cells."""

from typing import Any

from kaibo.kit import speech
from kaibo.operations.imports import tablefolder, tables
from kaibo.operations.imports.contracts import TableState, TableView
from kaibo.operations.imports.models import Table

SAMPLE = 8
CELL = 60


def view(row: Table, *, with_rows: bool = False, as_export: str = "") -> TableView:
    """The table for pages; `with_rows` opens the file for columns and first rows, `as_export` as another kind."""
    columns: tuple[dict[str, Any], ...] = ()
    preview: tuple[dict[str, Any], ...] = ()
    missing: tuple[str, ...] = tuple(row.looks.get("missing", ()))
    if as_export and as_export != row.export:
        row.export, row.chosen = as_export, {}
    if with_rows and tablefolder.file_of(row.id).exists() and row.state != TableState.REFUSED:
        columns, preview, missing = _looks(row)
    earlier = tables.earlier_of(row)
    said = row.looks.get("said", {}) if row.problem else {}
    return TableView(
        id=row.id,
        file_name=row.file_name,
        size=row.size,
        sha256=row.sha256,
        actor=row.actor,
        state=TableState(row.state),
        created_at=row.created_at,
        as_of=row.as_of,
        export=row.export,
        confidence=row.looks.get("confidence", 0.0),
        columns=columns,
        preview=preview,
        missing=missing,
        show_id=row.show_id,
        platform=row.platform,
        problem=speech.say(said.get("problem"), instead=row.problem),
        fix=speech.say(said.get("fix"), instead=row.fix),
        phase=row.phase,
        done=row.done,
        total=row.total,
        check_up=_said(row.check_up),
        report=_said(row.report),
        ingest_id=row.ingest_id,
        known_columns=row.looks.get("known", 0),
        all_columns=row.looks.get("columns", 0),
        earlier=earlier.id if earlier is not None and earlier.id != row.ingest_id else "",
    )


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """What reading found, its problems in the reader's language."""
    problems = [
        {
            **one,
            "problem": speech.say(one.get("said", {}).get("problem"), instead=one["problem"]),
            "fix": speech.say(one.get("said", {}).get("fix"), instead=one["fix"]),
        }
        for one in told.get("problems", ())
    ]
    return {**told, "problems": problems} if problems else told


type _Rows = tuple[dict[str, Any], ...]


def _looks(row: Table) -> tuple[_Rows, _Rows, tuple[str, ...]]:
    table = tables.opened(row)
    found = tables.read_as(row, table)
    if found is None:
        widest = table.widest()
        columns = tuple(
            {"index": at, "header": str(cell), "field": "", "certainty": "none"}
            for at, cell in enumerate(widest.cells)
            if str(cell).strip()
        )
        first, sheet = widest.number + 1, table.sheets[0]
        missing: tuple[str, ...] = ()
    else:
        columns = tuple(
            {"index": one.index, "header": one.header, "field": one.field, "certainty": one.certainty}
            for one in found.columns
        )
        first, sheet, missing = found.first, table.sheets[found.sheet], found.missing
    hidden = {one["index"] for one in columns if one["field"] == "personal"}
    rows: list[dict[str, Any]] = []
    for line in sheet.head:
        if line.number >= first and len(rows) < SAMPLE:
            cells = ["•••" if at in hidden else str(cell).strip()[:CELL] for at, cell in enumerate(line.cells)]
            rows.append({"row": line.number, "cells": cells})
    return columns, tuple(rows), missing
