"""The give-away register: pieces that went out against a cap, and what they cost so far."""

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from kaibo.commerce.registers import telling
from kaibo.commerce.registers.contracts import GiveAwayEntry, GiveAwayView
from kaibo.commerce.registers.errors import BadEntry, CapReached
from kaibo.commerce.registers.models import GiveAway
from kaibo.commerce.registers.models import GiveAwayEntry as EntryRow
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog

MOST_PIECES = 1_000_000


def plan(
    show: ShowView,
    link_no: str,
    *,
    title: str = "",
    cap: int | None,
    loss_per_piece_minor: int | None,
    actor: str,
) -> GiveAwayView:
    """Set or change the cap and the loss of one piece. Raises BadEntry for a cap below what already went out."""
    number = link_no.strip()
    if not 1 <= len(number) <= 12:
        raise BadEntry(_("Which link?"), fix=_("Choose a link."), field="link_no")
    if cap is not None and not 0 <= cap <= MOST_PIECES:
        raise BadEntry(_("This cannot be."), fix=_("Write a number of pieces."), field="cap")
    with transaction.atomic():
        row, _is_new = GiveAway.objects.select_for_update().get_or_create(show_id=show.show_id, link_no=number)
        if cap is not None and row.given > cap:
            told = {"n": row.given}
            raise BadEntry(_("%(n)s pieces already went out.") % told, fix=_("Write a higher cap."), field="cap")
        before = {"cap": row.cap, "loss_per_piece_minor": row.loss_per_piece_minor}
        row.cap, row.loss_per_piece_minor = cap, loss_per_piece_minor
        row.title = telling.plain(title, 300) or row.title
        row.save(update_fields=["cap", "loss_per_piece_minor", "title"])
        after = {"link_no": number, "cap": cap, "loss_per_piece_minor": loss_per_piece_minor}
        if after != {"link_no": number, **before}:
            eventlog.audit(actor, "give_away.planned", f"show:{show.show_id}", before=before, after=after)
    return _of(show.show_id, number)


def give(
    show: ShowView, link_no: str, *, entry_id: str, pieces: int, at_us: int | None, note: str = "", actor: str
) -> GiveAwayView:
    """Pieces went out (negative: they came back); once per id.

    Raises: CapReached with what is left; BadEntry.
    """
    telling.check_id(entry_id)
    number = link_no.strip()
    if pieces == 0 or abs(pieces) > MOST_PIECES or not 1 <= len(number) <= 12:
        raise BadEntry(_("How many pieces of which link?"), fix=_("Type a number."), field="pieces")
    at = telling.instant(show, at_us)
    with transaction.atomic():
        row, _is_new = GiveAway.objects.get_or_create(show_id=show.show_id, link_no=number)
        entry, is_new = EntryRow.objects.get_or_create(
            give_away=row,
            entry_id=entry_id,
            defaults={"pieces": pieces, "at_us": at, "actor": actor, "note": telling.plain(note, 200)},
        )
        if not is_new:
            return _of(show.show_id, number)
        fits = Q(cap__isnull=True) | Q(cap__gte=F("given") + pieces)
        taken = GiveAway.objects.filter(fits, pk=row.pk, given__gte=-pieces).update(given=F("given") + pieces)
        if not taken:
            row.refresh_from_db()
            raise _refused(row, pieces)
        told = {"link_no": number, "pieces": entry.pieces}
        eventlog.audit(actor, "give_away.given", f"show:{show.show_id}", after=told, why=entry.note)
    return _of(show.show_id, number)


def _refused(row: GiveAway, pieces: int) -> CapReached:
    if pieces < 0:
        return CapReached(_("Fewer pieces went out than come back."), fix=_("Check the number."), left=row.given)
    left = (row.cap or 0) - row.given
    return CapReached(
        _("The cap is reached: %(n)s left.") % {"n": left}, fix=_("Raise the cap first, or give fewer."), left=left
    )


def give_aways(show_id: str) -> list[GiveAwayView]:
    """Give-away links of a show by number. Cost: one query."""
    rows = GiveAway.objects.filter(show_id=show_id).annotate(last_us=Max("entries__at_us"))
    found = [view(row, last_us=row.last_us) for row in rows]
    return sorted(found, key=lambda each: (not each.link_no.isdigit(), each.link_no.zfill(12)))


def entries(show_id: str) -> list[GiveAwayEntry]:
    """Single entries, latest first. Cost: one query."""
    rows = EntryRow.objects.filter(give_away__show_id=show_id).select_related("give_away").order_by("-at_us", "-id")
    return [
        GiveAwayEntry(row.entry_id, row.give_away.link_no, row.pieces, row.at_us, row.actor, row.note) for row in rows
    ]


def running_loss(found: list[GiveAwayView]) -> tuple[int, int]:
    """(loss of the links that state theirs, links with pieces given whose loss is not stated)."""
    known = sum(each.loss_minor for each in found if each.loss_minor is not None)
    return known, sum(1 for each in found if each.given and each.loss_minor is None)


def view(row: GiveAway, *, last_us: int | None = None) -> GiveAwayView:
    """The link as it leaves the module."""
    loss = None if row.loss_per_piece_minor is None else row.loss_per_piece_minor * row.given
    left = None if row.cap is None else row.cap - row.given
    return GiveAwayView(
        row.show_id, row.link_no, row.title, row.given, row.cap, row.loss_per_piece_minor, loss, left, last_us
    )


def _of(show_id: str, link_no: str) -> GiveAwayView:
    return next(each for each in give_aways(show_id) if each.link_no == link_no)
