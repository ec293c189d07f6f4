"""A dropped file in the reader's words, for pages and for JSON."""

from typing import Any

from kaibo.commerce.shows import api as shows
from kaibo.kit.errors import NotFound
from kaibo.kit.money import show_money
from kaibo.operations.imports import api as imports
from kaibo.operations.imports.contracts import TableState, TableView
from kaibo.web.imports import words

BUSY = (TableState.WAITING, TableState.QUEUED, TableState.IMPORTING)
OVER = (TableState.COMPLETE,)
LOOKED_AT = (TableState.WAITING, TableState.UNCLEAR, TableState.CHECKED, TableState.FAILED)
MONEY_KINDS = ("order.paid", "order.refunded", "spend.reported")


def table(view: TableView) -> dict[str, Any]:
    """Everything a card says of one file."""
    told = view.report if view.state == TableState.COMPLETE else view.check_up
    took_nothing = view.state == TableState.COMPLETE and not (told.get("accepted") or told.get("duplicates"))
    return {
        "id": view.id,
        "file_name": view.file_name,
        "size_kb": max(1, view.size // 1024),
        "state": str(view.state),
        "state_name": words.took_nothing(waits=bool(told.get("waiting"))) if took_nothing else words.state(view.state),
        "took_nothing": took_nothing,
        "is_busy": view.state in BUSY,
        "is_over": view.state in OVER,
        "may_start": view.state == TableState.CHECKED and bool(told.get("events") or told.get("waiting")),
        "may_look": view.state in LOOKED_AT,
        "needs_show": bool(told.get("unplaced")) and not told.get("events") and view.state == TableState.CHECKED,
        "export": view.export,
        "export_name": words.export(view.export),
        "confidence": round(view.confidence * 100),
        "known": view.known_columns,
        "columns": view.all_columns,
        "missing": words.listed(view.missing),
        "problem": view.problem,
        "fix": view.fix,
        "done": view.done,
        "total": view.total,
        "phase": view.phase,
        "as_of": view.as_of,
        "earlier": view.earlier,
        "ingest_id": view.ingest_id,
        "show_id": view.show_id,
        "platform": view.platform,
        **numbers(told),
    }


def numbers(told: dict[str, Any]) -> dict[str, Any]:
    """What a dry run or an import found, counted and in words."""
    return {
        "rows": told.get("rows"),
        "events": told.get("events"),
        "read": told.get("read"),
        "accepted": told.get("accepted"),
        "duplicates": told.get("duplicates"),
        "rejected": told.get("rejected"),
        "skipped": told.get("skipped"),
        "refused_rows": told.get("refused_rows", 0),
        "kinds": [
            {"kind": kind, "name": words.kind(kind), "count": count} for kind, count in told.get("by_kind", {}).items()
        ],
        "amounts": _amounts(told.get("amounts", [])),
        "reasons": [
            {"name": words.reason(reason), "count": count} for reason, count in told.get("by_reason", {}).items()
        ],
        "shows": [{**show(show_id), "rows": rows} for show_id, rows in told.get("shows", {}).items()],
        "evidence": [{"name": words.evidence(code), "rows": rows} for code, rows in told.get("evidence", {}).items()],
        "waiting": [
            {"why": words.why(why), "author": author, "rows": rows} for why, author, rows in told.get("waiting", [])
        ],
        "unplaced": [{"why": words.why(why), "rows": rows} for why, rows in told.get("unplaced", {}).items()],
        "problems": [
            {
                "row": one["line"],
                "column": one["field"],
                "value": one["value"],
                "problem": one["problem"],
                "fix": one["fix"],
            }
            for one in told.get("problems", [])
        ],
    }


def _amounts(told: Any) -> list[dict[str, str]]:
    """Sums by kind, of each currency its own. Reports of earlier versions hold one sum of a kind."""
    rows = [(kind, "CNY", minor) for kind, minor in told.items()] if isinstance(told, dict) else told
    found = []
    for kind in MONEY_KINDS:
        sums = [show_money(minor, currency or "CNY") for of, currency, minor in rows if of == kind and minor]
        if sums:
            found.append({"name": words.kind(kind), "amount": " + ".join(sums)})
    return found


def show(show_id: str) -> dict[str, Any]:
    """What a show is called and when it began; its id and no time where it is gone. Cost: one query."""
    try:
        found = shows.show(show_id)
    except NotFound:
        return {"id": show_id, "title": show_id, "begins_at": None}
    return {"id": show_id, "title": found.title or show_id, "begins_at": found.begins_at}


def mapping(view: TableView) -> list[dict[str, Any]]:
    """Columns with what each holds and its first cells."""
    found = []
    for one in view.columns:
        cells = [row["cells"][one["index"]] for row in view.preview if one["index"] < len(row["cells"])]
        found.append(
            {
                **one,
                "name": words.field(one["field"]) if one["field"] else "",
                "certainty_name": words.certainty(one["certainty"]),
                "cells": [cell for cell in cells if cell][:3],
            }
        )
    return found


def kinds_of_table() -> list[dict[str, str]]:
    """Every kind of table there is, known ones first."""
    return [{"id": form_id, "name": words.export(form_id)} for form_id in imports.export_ids()]


def fields_of(export: str) -> list[dict[str, str]]:
    """What a column of such a table may hold."""
    return [{"id": name, "name": words.field(name)} for name in imports.export_fields(export)]
