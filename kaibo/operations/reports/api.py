"""The door of the reports module: the daily report, its columns, links and reconciliation."""

from kaibo.eventlog import api as eventlog
from kaibo.operations.reports.columns import SHEETS, choices, columns, defaults, set_columns
from kaibo.operations.reports.gather import report
from kaibo.operations.reports.links import links, opened, revoke, share
from kaibo.operations.reports.reconcile import reconcile
from kaibo.operations.reports.refunds import take_due

__all__ = [
    "SHEETS",
    "choices",
    "columns",
    "defaults",
    "links",
    "note_published",
    "opened",
    "reconcile",
    "report",
    "revoke",
    "set_columns",
    "share",
    "take_due",
]


def note_published(show_id: str, *, form: str, where: str, actor: str) -> None:
    """Leave a row for a report that left the house: as a file, to a bot, by command."""
    eventlog.audit(actor, "report.published", f"show:{show_id}", after={"form": form, "to": where})
