"""The sheet as the page reads it: texts by cell, findings in words, totals. Money stays text as people type it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import pgettext as _p

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import FIELDS, Comparison, Difference, Draft, Line, LineupView
from kaibo.commerce.shows.contracts import ShowView
from kaibo.kit.clock import MINUTE_US
from kaibo.kit.money import show_money, to_decimal
from kaibo.metrics.export import Cell, Table
from kaibo.web import actors
from kaibo.web.lineup import words

SIDES = ("what", "sheet", "platform")

COSTS = ("cost_minor", "floor_price_minor")
"""Cells that only who may see costs is told."""


def seen(view: LineupView, *, with_costs: bool) -> LineupView:
    """The sheet as its reader may see it."""
    if with_costs:
        return view
    return replace(view, lines=tuple(_without_costs(line) for line in view.lines))


def _without_costs(line: Line) -> Line:
    refused = {field: text for field, text in line.refused.items() if field not in COSTS}
    return replace(line, cost_minor=None, floor_price_minor=None, refused=refused)


def show_minutes(show: ShowView) -> float | None:
    """The planned length of a show, None without a planned end."""
    begins = show.planned_at if show.planned_at is not None else show.started_at
    if begins is None or show.planned_end_at is None:
        return None
    return (show.planned_end_at - begins) / MINUTE_US


def sheet(show: ShowView, view: LineupView, currency: str) -> dict[str, Any]:
    """Everything the page draws of one version."""
    found = lineups.findings(view.lines, view.rules, show_minutes=show_minutes(show))
    told = []
    for finding in found:
        problem, fix = lineups.sentence(finding, currency=currency)
        told.append(
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "line_id": finding.line_id,
                "field": finding.field,
                "problem": problem,
                "fix": fix,
            }
        )
    return {
        "version": view.version,
        "can_undo": view.can_undo,
        "published_version": view.published_version,
        "published_at": view.published_at,
        "lines": [line_shape(line, currency) for line in view.lines],
        "findings": told,
        "rules": {
            "core_sizes": list(view.rules.core_sizes),
            "giveaway_loss_minor": view.rules.giveaway_loss_minor,
            "minutes_tolerance_ratio": view.rules.minutes_tolerance_ratio,
        },
        "totals": totals(view.lines, show),
    }


def line_shape(line: Line, currency: str) -> dict[str, Any]:
    """A line as texts; only cells that hold something."""
    cells = {field: text for field in FIELDS if (text := lineups.shown(line, field, currency=currency))}
    return {"id": line.line_id, "cells": cells, "refused": sorted(line.refused), "pieces": line.pieces}


def totals(lines: Sequence[Line], show: ShowView) -> dict[str, Any]:
    """Sums of the sheet; a sum over lines that do not say theirs tells how many those are."""
    losses = [lineups.loss_minor(line) for line in lines]
    return {
        "lines": len(lines),
        "roles": {
            role: sum(1 for line in lines if line.role == role) for role in ("traffic", "welfare", "hero", "profit")
        },
        "minutes": sum(line.planned_minutes or 0 for line in lines),
        "minutes_open": sum(1 for line in lines if line.planned_minutes is None),
        "show_minutes": show_minutes(show),
        "pieces": sum(line.pieces or 0 for line in lines),
        "pieces_open": sum(1 for line in lines if line.pieces is None),
        "loss_minor": sum(loss or 0 for loss in losses),
        "loss_open": sum(1 for loss in losses if loss is None),
    }


def draft_shape(draft: Draft, currency: str) -> dict[str, Any]:
    """What a file would bring, for the preview."""
    return {
        "columns": [
            {"index": each.index, "header": each.header, "field": each.field, "certainty": each.certainty}
            for each in draft.columns
        ],
        "lines": [line_shape(line, currency) for line in draft.lines],
        "problems": [
            {
                "row": each.row,
                "column": each.column,
                "field": each.field,
                "text": each.text,
                "problem": each.problem,
                "fix": each.fix,
            }
            for each in draft.problems
        ],
        "left_out": [{"row": row, "why": why} for row, why in draft.left_out],
    }


def versions(show_id: str) -> list[dict[str, Any]]:
    """Versions, the latest first, with the names of the people."""
    found = lineups.versions(show_id)
    names = actors.names_of({each.actor for each in found})
    return [
        {
            "number": each.number,
            "act": each.act,
            "by": names.get(each.actor, each.actor),
            "at_us": each.at_us,
            "changed": each.changed,
            "note": each.note if each.act in {"pasted", "uploaded"} else "",
        }
        for each in found
    ]


def difference_shape(each: Difference, *, with_costs: bool) -> dict[str, Any]:
    """One line's difference."""
    changes = [
        {"field": cell.field, "before": cell.before, "after": cell.after}
        for cell in each.changes
        if with_costs or cell.field not in COSTS
    ]
    return {"kind": each.kind, "link_no": each.link_no, "title": each.title, "changes": changes}


def comparison_table(found: Comparison, currency: str) -> Table:
    """The same as a table for a file: every difference, prices and pieces as numbers."""
    say = words.page_words()

    def cell(kind: str, value: int | str) -> Cell:
        if kind == "price" and isinstance(value, int):
            return to_decimal(value, currency)
        return value if value != "" else None

    columns = [say["listed_link"], _p("listed", "Product"), *(say[f"listed_{one}"] for one in SIDES)]
    rows = [
        [
            each.link_no,
            each.title,
            say[f"listed_{each.kind}"],
            cell(each.kind, each.sheet),
            cell(each.kind, each.listed),
        ]
        for each in found.differences
    ]
    return Table("differences", columns, rows)


def comparison_shape(found: Comparison, currency: str) -> dict[str, Any]:
    """Where the sheet and the platform's list disagree, values as people read them."""

    def text(kind: str, value: int | str) -> str:
        return show_money(value, currency) if kind == "price" and isinstance(value, int) else str(value)

    return {
        "lines": found.lines,
        "listed": found.listed,
        "checked": dict(found.checked),
        "unknown": dict(found.unknown),
        "differences": [
            {
                "kind": each.kind,
                "link_no": each.link_no,
                "title": each.title,
                "sheet": text(each.kind, each.sheet),
                "listed": text(each.kind, each.listed),
            }
            for each in found.differences
        ],
    }
