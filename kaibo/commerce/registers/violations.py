"""The register of violations: what the platform said, what it took, until when an appeal is possible, how it ended."""

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.registers import files, telling
from kaibo.commerce.registers.contracts import (
    MEASURES,
    FileView,
    NewViolation,
    ViolationState,
    ViolationView,
)
from kaibo.commerce.registers.errors import BadEntry, NoEntry, WrongState
from kaibo.commerce.registers.models import Violation, ViolationFile
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

MOST_FILES = 10
MOST_POINTS = 1000
NEXT: dict[ViolationState, tuple[ViolationState, ...]] = {
    ViolationState.OPEN: (ViolationState.APPEALED, ViolationState.ACCEPTED),
    ViolationState.APPEALED: (ViolationState.OVERTURNED, ViolationState.UPHELD),
}
"""State -> what may follow it."""


def register(show: ShowView, new: NewViolation, *, actor: str) -> ViolationView:
    """Write a violation down once. Raises BadEntry with the field."""
    _check(new)
    at_us = telling.instant(show, new.at_us)
    with transaction.atomic():
        row, is_new = Violation.objects.get_or_create(
            show_id=show.show_id,
            entry_id=new.entry_id,
            defaults={
                "state": ViolationState.OPEN.value,
                "text": telling.plain(new.text, 1000),
                "measure": new.measure,
                "rule": telling.plain(new.rule, 200),
                "points": new.points,
                "link_no": telling.plain(new.link_no, 12),
                "at_us": at_us,
                "actor": actor,
                "appeal_until_us": new.appeal_until_us,
            },
        )
        if is_new:
            told = {"text": row.text, "measure": row.measure, "points": row.points}
            eventlog.audit(actor, "violation.registered", f"show:{show.show_id}", after=told)
    if not row.is_told:
        _tell(show, row)
    return _view(row)


def settle(show: ShowView, entry_id: str, state: ViolationState, *, note: str = "", actor: str) -> ViolationView:
    """Appeal, accept, or say how the appeal ended. Raises NoEntry, WrongState."""
    row = _row(show, entry_id)
    before = [each.value for each, follows in NEXT.items() if state in follows]
    with transaction.atomic():
        moved = Violation.objects.filter(pk=row.pk, state__in=before).update(
            state=state.value, settled_us=clock.now_us(), settled_by=actor, settled_note=telling.plain(note, 500)
        )
        if not moved:
            raise WrongState(_("That does not follow the state it is in."), fix=_("Look again."), state=row.state)
        eventlog.audit(
            actor,
            f"violation.{state.value}",
            f"show:{show.show_id}",
            before={"state": row.state, "text": row.text},
            after={"state": state.value},
            why=note,
        )
    return _view(_row(show, entry_id))


def attach(show: ShowView, entry_id: str, *, name: str, data: bytes, actor: str) -> ViolationView:
    """Keep a picture, a PDF or a clip beside it; the same file again is kept once. Raises NoEntry, BadFile."""
    row = _row(show, entry_id)
    if row.files.count() >= MOST_FILES:
        told = {"n": MOST_FILES}
        raise BadEntry(_("There are %(n)s files already.") % told, fix=_("Put them into one PDF."), field="file")
    kind = files.kind_of(data, name)
    sha256 = files.store(data)
    with transaction.atomic():
        made, is_new = ViolationFile.objects.get_or_create(
            violation=row,
            sha256=sha256,
            defaults={
                "name": files.clean_name(name),
                "kind": kind,
                "size": len(data),
                "actor": actor,
                "at_us": clock.now_us(),
            },
        )
        if is_new:
            kept = {"file": made.name, "sha256": sha256}
            eventlog.audit(actor, "violation.file_added", f"show:{show.show_id}", after=kept)
    return _view(row)


def file_of(show_id: str, file_id: int) -> tuple[FileView, bytes]:
    """A file and its bytes. Raises NoEntry."""
    row = ViolationFile.objects.filter(pk=file_id, violation__show_id=show_id).first()
    data = files.read(row.sha256) if row is not None else None
    if row is None or data is None:
        raise NoEntry(_("There is no such file."), file_id=file_id)
    return _file(row), data


def violations(show_id: str) -> list[ViolationView]:
    """Violations of a show, latest first, with their files. Cost: two queries."""
    rows = Violation.objects.filter(show_id=show_id).order_by("-at_us", "-id").prefetch_related("files")
    return [_view(row) for row in rows]


def _check(new: NewViolation) -> None:
    telling.check_id(new.entry_id)
    if not new.text.strip():
        raise BadEntry(_("What did the platform say?"), fix=_("Type or paste its notice."), field="text")
    if new.measure not in MEASURES:
        raise BadEntry(_("What did the platform do?"), fix=_("Choose one."), field="measure")
    if new.points is not None and not 0 <= new.points <= MOST_POINTS:
        raise BadEntry(_("Points cannot be that."), fix=_("Write a number, or leave it empty."), field="points")
    if len(new.link_no) > 12:
        raise BadEntry(_("Which link?"), fix=_("Choose a link."), field="link_no")


def _row(show: ShowView, entry_id: str) -> Violation:
    row = Violation.objects.filter(show_id=show.show_id, entry_id=entry_id).first()
    if row is None:
        raise NoEntry(_("There is no such violation."), entry_id=entry_id)
    return row


def _file(row: ViolationFile) -> FileView:
    return FileView(row.pk, row.name, row.kind, row.size, row.sha256, row.actor, row.at_us)


def _view(row: Violation) -> ViolationView:
    return ViolationView(
        entry_id=row.entry_id,
        show_id=row.show_id,
        state=ViolationState(row.state),
        text=row.text,
        measure=row.measure,
        rule=row.rule,
        points=row.points,
        link_no=row.link_no,
        at_us=row.at_us,
        actor=row.actor,
        appeal_until_us=row.appeal_until_us,
        settled_us=row.settled_us,
        settled_by=row.settled_by,
        settled_note=row.settled_note,
        files=tuple(_file(each) for each in row.files.all()),
    )


def _tell(show: ShowView, row: Violation) -> None:
    attrs = {"reason": row.rule, "measure": row.measure, "points": row.points}
    told = telling.event(
        show,
        f"violation:{row.entry_id}",
        "violation.received",
        row.at_us,
        link_no=row.link_no or None,
        text=row.text,
        attrs={name: value for name, value in attrs.items() if value not in {"", None}},
    )
    telling.tell(show, [told], ingest_id=f"violation-{row.entry_id}")
    row.is_told = True
    row.save(update_fields=["is_told"])
