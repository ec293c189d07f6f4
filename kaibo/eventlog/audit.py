"""The audit book: every change of state leaves a row."""

from kaibo.eventlog.contracts import AuditEntry
from kaibo.eventlog.models import AuditRow
from kaibo.kit.clock import now_us


def audit(
    actor: str, act: str, thing: str, *, before: object = None, after: object = None, why: str = ""
) -> AuditEntry:
    """Add one row: `actor` such as user:12, `act` such as show.renamed, `thing` such as show:<id>."""
    row = AuditRow.objects.create(
        at_us=now_us(), actor=actor, act=act, thing=thing, before=before, after=after, why=why
    )
    return _view(row)


def audit_entries(
    *, thing: str | None = None, act: str | None = None, actor: str | None = None, limit: int = 200
) -> list[AuditEntry]:
    """The latest rows first, all or of one thing, act or actor. Cost: one query."""
    asked = {"thing": thing, "act": act, "actor": actor}
    rows = AuditRow.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    return [_view(row) for row in rows.order_by("-at_us", "-id")[:limit]]


def _view(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.at_us, row.actor, row.act, row.thing, row.before, row.after, row.why)
