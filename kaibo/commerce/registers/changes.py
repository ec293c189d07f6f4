"""Price and stock changes: asked, made, checked by a second person, reverted when their time is over."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.registers import telling
from kaibo.commerce.registers.contracts import ChangeKind, ChangeState, ChangeView, NewChange
from kaibo.commerce.registers.errors import BadEntry, NoEntry, SamePerson, WrongState
from kaibo.commerce.registers.models import Change
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

LONGEST_MINUTES = 24 * 60
LARGEST = 10**12
LIVE = (ChangeState.MADE, ChangeState.CHECKED)


def ask(show: ShowView, new: NewChange, *, product_id: str | None, currency: str, actor: str) -> ChangeView:
    """A new change; the same id again gives the one that is there. Raises BadEntry with the field."""
    _check(new)
    at_us = telling.instant(show, new.at_us)
    with transaction.atomic():
        row, is_new = Change.objects.get_or_create(
            show_id=show.show_id,
            entry_id=new.entry_id,
            defaults={
                "kind": new.kind.value,
                "state": ChangeState.ASKED.value,
                "link_no": telling.plain(new.link_no, 12),
                "title": telling.plain(new.title, 300),
                "before": new.before,
                "after": new.after,
                "reason": telling.plain(new.reason, 300),
                "asked_by": telling.plain(new.asked_by, 120),
                "entered_by": actor,
                "asked_us": at_us,
                "revert_after_minutes": new.revert_after_minutes,
            },
        )
        if is_new:
            told = {"kind": row.kind, "link_no": row.link_no, "before": row.before, "after": row.after}
            eventlog.audit(actor, "change.asked", f"show:{show.show_id}", after=told, why=row.reason)
    if new.is_made and row.state == ChangeState.ASKED:
        return make(show, row.entry_id, at_us=at_us, product_id=product_id, currency=currency, actor=actor)
    if not row.is_told:
        _tell(show, row, product_id=product_id, currency=currency)
    return view(row)


def make(
    show: ShowView, entry_id: str, *, at_us: int | None = None, product_id: str | None, currency: str, actor: str
) -> ChangeView:
    """Somebody changed it in the platform's console; its timer runs from here. Raises NoEntry, WrongState."""
    at = telling.instant(show, at_us)
    row = _row(show, entry_id)
    minutes = row.revert_after_minutes
    revert_us = None if minutes is None else at + minutes * clock.MINUTE_US
    row = _step(
        show, row, (ChangeState.ASKED,), ChangeState.MADE, actor, made_by=actor, made_us=at, revert_us=revert_us
    )
    _tell(show, row, product_id=product_id, currency=currency)
    return view(row)


def check(show: ShowView, entry_id: str, *, actor: str) -> ChangeView:
    """A second person saw it in the room. Raises SamePerson, NoEntry, WrongState."""
    row = _row(show, entry_id)
    if row.made_by == actor:
        raise SamePerson(_("Who made the change cannot check it."), fix=_("Ask a second person."))
    row = _step(show, row, (ChangeState.MADE,), ChangeState.CHECKED, actor, checked_by=actor, checked_us=clock.now_us())
    return view(row)


def revert(show: ShowView, entry_id: str, *, product_id: str | None, currency: str, actor: str) -> ChangeView:
    """It stands as before again. Raises NoEntry, WrongState."""
    row = _step(
        show,
        _row(show, entry_id),
        LIVE,
        ChangeState.REVERTED,
        actor,
        reverted_by=actor,
        reverted_us=clock.now_us(),
    )
    _tell(show, row, product_id=product_id, currency=currency)
    return view(row)


def withdraw(show: ShowView, entry_id: str, *, actor: str) -> ChangeView:
    """Nobody wants it any more, before it was made. Raises NoEntry, WrongState."""
    return view(_step(show, _row(show, entry_id), (ChangeState.ASKED,), ChangeState.WITHDRAWN, actor, is_told=True))


def changes(show_id: str, *, now_us: int | None = None) -> list[ChangeView]:
    """Changes of a show, latest first. Cost: one query."""
    now = clock.now_us() if now_us is None else now_us
    return [view(row, now_us=now) for row in Change.objects.filter(show_id=show_id).order_by("-asked_us", "-id")]


def view(row: Change, *, now_us: int | None = None) -> ChangeView:
    """The change as it leaves the module."""
    now = clock.now_us() if now_us is None else now_us
    state = ChangeState(row.state)
    is_overdue = state in LIVE and row.revert_us is not None and now >= row.revert_us
    return ChangeView(
        entry_id=row.entry_id,
        show_id=row.show_id,
        kind=ChangeKind(row.kind),
        state=state,
        link_no=row.link_no,
        title=row.title,
        before=row.before,
        after=row.after,
        reason=row.reason,
        asked_by=row.asked_by,
        entered_by=row.entered_by,
        asked_us=row.asked_us,
        made_by=row.made_by,
        made_us=row.made_us,
        checked_by=row.checked_by,
        checked_us=row.checked_us,
        revert_us=row.revert_us,
        reverted_by=row.reverted_by,
        reverted_us=row.reverted_us,
        is_overdue=is_overdue,
    )


def _check(new: NewChange) -> None:
    telling.check_id(new.entry_id)
    if not 1 <= len(new.link_no.strip()) <= 12:
        raise BadEntry(_("Which link?"), fix=_("Choose a link."), field="link_no")
    if not 0 <= new.after <= LARGEST or not 0 <= (new.before or 0) <= LARGEST:
        raise BadEntry(_("This cannot be."), fix=_("Type the new value again."), field="after")
    minutes = new.revert_after_minutes
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise BadEntry(
            _("A timer of 1 to %(n)s minutes.") % {"n": LONGEST_MINUTES},
            fix=_("Shorten it, or leave it empty."),
            field="revert_after_minutes",
        )


def _row(show: ShowView, entry_id: str) -> Change:
    row = Change.objects.filter(show_id=show.show_id, entry_id=entry_id).first()
    if row is None:
        raise NoEntry(_("There is no such change."), entry_id=entry_id)
    return row


def _step(
    show: ShowView, row: Change, before: tuple[ChangeState, ...], after: ChangeState, actor: str, **values: Any
) -> Change:
    """From one state to the next, by one person only: a conditional update whose count is looked at."""
    was = ChangeState(row.state)
    told = {"is_told": False, **values}
    with transaction.atomic():
        moved = Change.objects.filter(pk=row.pk, state__in=[each.value for each in before]).update(
            state=after.value, **(told if after in {ChangeState.MADE, ChangeState.REVERTED} else values)
        )
        if not moved:
            row.refresh_from_db()
            raise WrongState(_("That does not follow the state it is in."), fix=_("Look again."), state=row.state)
        eventlog.audit(
            actor,
            f"change.{after.value}",
            f"show:{show.show_id}",
            before={"state": was.value, "link_no": row.link_no},
            after={"state": after.value, "value": row.before if after is ChangeState.REVERTED else row.after},
        )
    row.refresh_from_db()
    return row


def _tell(show: ShowView, row: Change, *, product_id: str | None, currency: str) -> None:
    """The value that stands now, as an event at the instant it was changed.

    A stock change is a mark, not stock.changed: a figure without its SKU would be added to those of the platform.
    """
    is_back = row.state == ChangeState.REVERTED
    at_us, value = (row.reverted_us, row.before) if is_back else (row.made_us, row.after)
    if at_us is not None and value is not None:
        name = f"change:{row.entry_id}:{'back' if is_back else 'made'}"
        attrs: dict[str, Any] = {"act": "reverted" if is_back else "made"}
        if row.kind == ChangeKind.PRICE:
            attrs["price_minor"] = value
            told = telling.event(
                show,
                name,
                "price.changed",
                at_us,
                link_no=row.link_no,
                product_id=product_id,
                amount_minor=value,
                currency=currency,
                text=row.link_no,
                attrs=attrs,
            )
        else:
            attrs["scope"] = "stock"
            text = _("Link %(link)s: stock %(n)s") % {"link": row.link_no, "n": value}
            told = telling.event(show, name, "note.marked", at_us, link_no=row.link_no, text=text, attrs=attrs)
        telling.tell(show, [told], ingest_id=f"change-{row.entry_id}")
    Change.objects.filter(pk=row.pk).update(is_told=True)
    row.is_told = True
