"""The ad adjustment log: what was done to which plan, undone within minutes."""

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.registers import telling
from kaibo.commerce.registers.contracts import ADJUSTMENTS, AdjustmentView, NewAdjustment
from kaibo.commerce.registers.errors import BadEntry, NoEntry, WrongState
from kaibo.commerce.registers.models import Adjustment
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

UNDO_US = 10 * clock.MINUTE_US
"""A wrong entry is noticed at once; later its result is already on the page."""


def log(show: ShowView, new: NewAdjustment, *, actor: str) -> AdjustmentView:
    """Write an adjustment down once. Raises BadEntry with the field."""
    telling.check_id(new.entry_id)
    if new.what not in ADJUSTMENTS:
        raise BadEntry(_("What was done?"), fix=_("Choose one."), field="what")
    if not new.plan.strip():
        raise BadEntry(_("Which plan?"), fix=_("Type its name as the team calls it."), field="plan")
    at_us = telling.instant(show, new.at_us)
    with transaction.atomic():
        row, is_new = Adjustment.objects.get_or_create(
            show_id=show.show_id,
            entry_id=new.entry_id,
            defaults={
                "at_us": at_us,
                "actor": actor,
                "plan": telling.plain(new.plan, 120),
                "what": new.what,
                "value": telling.plain(new.value, 120),
                "why": telling.plain(new.why, 300),
            },
        )
        if is_new:
            told = {"plan": row.plan, "what": row.what, "value": row.value}
            eventlog.audit(actor, "ad.logged", f"show:{show.show_id}", after=told, why=row.why)
    if not row.is_told and row.undone_us is None:
        _tell(show, row)
    return view(row)


def undo(show: ShowView, entry_id: str, *, actor: str) -> AdjustmentView:
    """Take an entry back within ten minutes. Raises NoEntry, WrongState."""
    row = Adjustment.objects.filter(show_id=show.show_id, entry_id=entry_id).first()
    if row is None:
        raise NoEntry(_("There is no such adjustment."), entry_id=entry_id)
    if row.undone_us is None and clock.now_us() - row.at_us > UNDO_US:
        raise WrongState(_("An entry can be taken back for ten minutes."), fix=_("Write the correction as a new one."))
    with transaction.atomic():
        moved = Adjustment.objects.filter(pk=row.pk, undone_us__isnull=True).update(undone_us=clock.now_us())
        if moved:
            eventlog.audit(actor, "ad.undone", f"show:{show.show_id}", before={"plan": row.plan, "what": row.what})
    if moved:
        eventlog.retract(ingest_id=_ingest(row), actor=actor, why="ad adjustment taken back")
    row.refresh_from_db()
    return view(row)


def adjustments(show_id: str) -> list[AdjustmentView]:
    """Adjustments of a show, latest first, undone ones too. Cost: one query."""
    return [view(row) for row in Adjustment.objects.filter(show_id=show_id).order_by("-at_us", "-id")]


def view(row: Adjustment) -> AdjustmentView:
    """The adjustment as it leaves the module."""
    return AdjustmentView(
        row.entry_id,
        row.show_id,
        row.at_us,
        row.actor,
        row.plan,
        row.what,
        row.value,
        row.why,
        row.undone_us is not None,
    )


def _ingest(row: Adjustment) -> str:
    return f"ad-{row.entry_id}"


def _tell(show: ShowView, row: Adjustment) -> None:
    text = " ".join(filter(None, [row.plan, row.what, row.value]))
    attrs = {"plan_id": row.plan, "adjustment": row.what, "change": row.value, "reason": row.why}
    told = telling.event(
        show,
        f"ad:{row.entry_id}",
        "ad.adjusted",
        row.at_us,
        text=text,
        attrs={name: value for name, value in attrs.items() if value},
    )
    telling.tell(show, [told], ingest_id=_ingest(row))
    row.is_told = True
    row.save(update_fields=["is_told"])
