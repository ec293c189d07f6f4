"""The strings of the lineup page's scripts, in the reader's language; handed over as JSON."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.lineup.contracts import MONEY

_WIDTHS = {
    "link_no": 62, "style_no": 104, "title": 190, "role": 76, "stock": 190, "gift": 120, "coupon": 120, "cap": 64,
    "planned_minutes": 74, "points": 220, "script": 220, "promise": 110, "sample_holder": 100, "note": 160,
}  # fmt: skip
_NUMBERS = frozenset((*MONEY, "cap", "planned_minutes"))


def columns() -> list[dict[str, Any]]:
    """Columns of the grid with their width in px and whether they hold numbers."""
    short = {"planned_minutes": _p("lineup", "Minutes")}
    return [
        {
            "field": field,
            "name": name,
            "short": short.get(field, name),
            "width": _WIDTHS.get(field, 88),
            "is_number": field in _NUMBERS,
        }
        for field, name in lineups.field_names().items()
    ]


def sku_columns() -> list[dict[str, str]]:
    """What a column of a file may hold beside the cells of a line."""
    return [{"field": field, "name": name} for field, name in lineups.sku_names().items()]


def roles() -> dict[str, str]:
    """Role -> its name."""
    return lineups.role_names()


def role_in_files(role: str) -> str:
    """A role as a file names it: the reader's word, which the import reads again."""
    return lineups.role_names().get(role, role)


def page_words() -> dict[str, str]:
    """Every text the scripts can show, by key."""
    return _grid() | _totals() | _bring() | _versions() | _acts()


def _grid() -> dict[str, str]:
    return {
        "saved": _("Saved, version {n}"),
        "saving": _("Saving"),
        "unsaved": _("Not saved yet, trying again"),
        "new": _("Nothing written yet"),
        "row": _("Row {n}"),
        "add_row": _("Add a row"),
        "delete_row": _("Delete the row"),
        "move_up": _("Move up"),
        "move_down": _("Move down"),
        "close": _("Close"),
        "edit_line": _("Link {n}"),
        "new_line": _("New line"),
        "conflict": _("{problem} {fix}"),
        "read_only": _("You may look at it, not change it."),
        "copied": _("Cells copied: {n}"),
        "pasted": _("Cells filled: {n}"),
        "unpublished": _("not published"),
        "published": _("published as version {n}"),
        "published_old": _("published as version {n}, changed since"),
        "published_now": _("The control room knows the list now."),
        "stock_total": _("{n} pieces"),
        "minutes": _("{n} min"),
    }


def _totals() -> dict[str, str]:
    return {
        "total_lines": _p("lineup", "Links"),
        "total_minutes": _p("lineup", "Minutes planned"),
        "total_pieces": _p("lineup", "Pieces in stock"),
        "total_loss": _p("lineup", "Give-away loss at cap"),
        "of_show": _("of {n} min"),
        "no_length": _("the show has no planned end"),
        "open_minutes": _("{n} without minutes"),
        "open_pieces": _("{n} without stock"),
        "open_loss": _("{n} not fully stated"),
        "loss_limit": _("limit {n}"),
        "no_limit": _("no limit set"),
        "findings_none": _("Nothing to object to."),
        "findings_empty": _("Checks appear here while you type."),
        "severity_bad": _p("lineup finding", "must be fixed"),
        "severity_warn": _p("lineup finding", "look at it"),
        "severity_hint": _p("lineup finding", "hint"),
        "whole_sheet": _("Whole sheet"),
        "more_like_this": _("{n} more like this"),
    }


def _bring() -> dict[str, str]:
    return {
        "reading": _("Reading"),
        "found_lines": _("links read: {n}"),
        "found_problems": _("cells refused: {n}"),
        "no_problems": _("every cell understood"),
        "left_out": _("rows left out: {n}"),
        "left_out_row": _("row {row}: {why}"),
        "problem_at": _("row {row}, {column}"),
        "leave_out": _("leave out"),
        "certainty_exact": _("known heading"),
        "certainty_remembered": _("remembered"),
        "certainty_guessed": _("guessed, please confirm"),
        "certainty_chosen": _("chosen by you"),
        "certainty_none": _("not recognised"),
        "size_column": _("size {n}"),
        "kept_as_typed": _("Refused cells come in as typed, marked red: fix them in the grid."),
        "and_more": _("and {n} more"),
        "taken": _("Links taken over: {n}"),
        "listed_missing": _p("listed", "not listed"),
        "listed_extra": _p("listed", "not in the sheet"),
        "listed_order": _p("listed", "link number"),
        "listed_price": _p("listed", "price"),
        "listed_stock": _p("listed", "stock"),
        "listed_link": _p("listed", "Link"),
        "listed_what": _p("listed", "What differs"),
        "listed_sheet": _p("listed", "Sheet"),
        "listed_platform": _p("listed", "Platform"),
        "listed_same": _("Nothing differs: prices compared {prices}, stocks compared {stocks}."),
        "listed_found": _("differences: {n}"),
        "listed_size": _("{lines} links in the sheet, {listed} on the platform"),
        "listed_unknown": _("not stated on one side: price {prices}, stock {stocks}"),
        "listed_file": _p("listed", "differences"),
        "listed_copy": _p("listed", "Copy the differences"),
        "listed_copied": _("Copied: paste them into the group."),
        "drop_here": _("Drop the file here"),
    }


def _versions() -> dict[str, str]:
    return {
        "act_typed": _p("lineup act", "typed"),
        "act_pasted": _p("lineup act", "pasted"),
        "act_uploaded": _p("lineup act", "uploaded"),
        "act_copied": _p("lineup act", "copied from another show"),
        "act_undone": _p("lineup act", "undone"),
        "act_restored": _p("lineup act", "restored"),
        "changed_lines": _("{n} links"),
        "version": _("Version {n}"),
        "restore": _("Restore this version"),
        "compare_with": _("against version {n}"),
        "current": _("current"),
        "kind_added": _p("lineup difference", "added"),
        "kind_removed": _p("lineup difference", "removed"),
        "kind_changed": _p("lineup difference", "changed"),
        "kind_moved": _p("lineup difference", "moved"),
        "no_difference": _("No difference."),
        "empty_cell": _("empty"),
    }


def _acts() -> dict[str, str]:
    return {
        "failed": _("It did not work: {why}"),
        "no_line_to_server": _("no line to the server"),
        "undone": _("Undone."),
        "rules_saved": _("Limits saved."),
        "bad_amount": _("Write an amount, or leave it empty."),
    }
