"""Dropped tables as pages see them: state, columns, first rows without personal cells."""

from typing import Any

from kaibo.operations.imports import tables
from kaibo.operations.imports.contracts import TableState, TableView
from kaibo.operations.imports.models import Table

SAMPLE = 8
CELL = 60


def view(row: Table, *, with_rows: bool = False) -> TableView:
    """The table for pages; `with_rows` reads the head of the file for columns and first rows."""
    columns: tuple[dict[str, Any], ...] = ()
    preview: tuple[dict[str, Any], ...] = ()
    missing: tuple[str, ...] = ()
    confidence = 0.0
    if with_rows and tables.file_of(row.id).exists() and row.state != TableState.REFUSED:
        columns, preview, missing, confidence = _looks(row)
    earlier = tables.earlier_of(row)
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
        confidence=confidence,
        columns=columns,
        preview=preview,
        missing=missing,
        show_id=row.show_id,
        platform=row.platform,
        problem=row.problem,
        fix=row.fix,
        phase=row.phase,
        done=row.done,
        total=row.total,
        check_up=row.check_up,
        report=row.report,
        ingest_id=row.ingest_id,
        earlier=earlier.id if earlier is not None and earlier.id != row.ingest_id else "",
    )


def _looks(row: Table) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...], tuple[str, ...], float]:
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
        confidence = 0.0
    else:
        columns = tuple(
            {"index": one.index, "header": one.header, "field": one.field, "certainty": one.certainty}
            for one in found.columns
        )
        first, sheet, missing = found.first, table.sheets[found.sheet], found.missing
        likely = next((one for one in table.found if one.form.id == row.export), None)
        confidence = likely.confidence if likely is not None else 0.0
    hidden = {one["index"] for one in columns if one["field"] == "personal"}
    rows: list[dict[str, Any]] = []
    for line in sheet.head:
        if line.number >= first and len(rows) < SAMPLE:
            cells = ["•••" if at in hidden else str(cell).strip()[:CELL] for at, cell in enumerate(line.cells)]
            rows.append({"row": line.number, "cells": cells})
    return columns, tuple(rows), missing, confidence
