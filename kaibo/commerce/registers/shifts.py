"""Shifts: planned hours, and actual ones from the events where those know them, else typed."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.registers.contracts import DUTIES, Duty, ShiftView
from kaibo.commerce.registers.errors import BadEntry, NoEntry
from kaibo.commerce.registers.models import Shift
from kaibo.commerce.registers.telling import check_id, plain
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

LONGEST_US = 24 * clock.HOUR_US


def save(show: ShowView, shift: ShiftView, *, actor: str) -> ShiftView:
    """Plan or type a shift; the same id again changes it. Raises BadEntry with the field."""
    check_id(shift.shift_id)
    if not shift.person.strip():
        raise BadEntry(_("Who is on duty?"), fix=_("Type the name."), field="person")
    if shift.duty not in DUTIES:
        raise BadEntry(_("On duty for what?"), fix=_("Choose one."), field="duty")
    _check_span("planned", shift.planned_from_us, shift.planned_to_us)
    _check_span("actual", shift.from_us, shift.to_us)
    values = {
        "person": plain(shift.person, 120),
        "duty": shift.duty,
        "planned_from_us": shift.planned_from_us,
        "planned_to_us": shift.planned_to_us,
        "from_us": shift.from_us,
        "to_us": shift.to_us,
        "note": plain(shift.note, 200),
    }
    with transaction.atomic():
        row = Shift.objects.filter(show_id=show.show_id, shift_id=shift.shift_id).first()
        before = None if row is None else {name: getattr(row, name) for name in values}
        if before != values:
            row, _is_new = Shift.objects.update_or_create(
                show_id=show.show_id, shift_id=shift.shift_id, defaults=values
            )
            eventlog.audit(actor, "shift.saved", f"show:{show.show_id}", before=before, after=values)
    assert row is not None
    return _view(row, ())


def remove(show: ShowView, shift_id: str, *, actor: str) -> None:
    """Nobody has this shift. Raises NoEntry."""
    with transaction.atomic():
        row = Shift.objects.filter(show_id=show.show_id, shift_id=shift_id).first()
        if row is None:
            raise NoEntry(_("There is no such shift."), shift_id=shift_id)
        eventlog.audit(actor, "shift.removed", f"show:{show.show_id}", before={"person": row.person, "duty": row.duty})
        row.delete()


def shifts(show_id: str, *, duties: Iterable[Duty] = ()) -> list[ShiftView]:
    """Shifts in order of their beginning; hosts that only events know come as shifts of their own. Cost: one query.

    Shape: the actual hours of a host are those of the events (first on, last off, whatever lies between; of several
    shifts each its own), typed hours stand only where the events do not know the person.
    """
    rows = list(Shift.objects.filter(show_id=show_id))
    seen = _by_person(duties)
    hosts: dict[str, list[Shift]] = {}
    for row in rows:
        if row.duty == "host":
            hosts.setdefault(_key(row.person), []).append(row)
    planned = set(hosts)
    own = {pk: spans for key, mine in hosts.items() for pk, spans in _of_each(mine, seen.get(key, ())).items()}
    found = [_view(row, own.get(row.pk, ())) for row in rows]
    for key, spans in seen.items():
        if key not in planned:
            found += [
                ShiftView(show_id, "", each.person, "host", None, None, each.from_us, each.to_us, "counted")
                for each in spans
            ]
    return sorted(found, key=lambda each: (_begin(each), each.duty, each.person))


def _begin(shift: ShiftView) -> int:
    first = shift.from_us if shift.from_us is not None else shift.planned_from_us
    return 2**62 if first is None else first


def _by_person(duties: Iterable[Duty]) -> dict[str, list[Duty]]:
    found: dict[str, list[Duty]] = {}
    for duty in sorted(duties, key=lambda each: each.from_us):
        found.setdefault(_key(duty.person), []).append(duty)
    return found


def _of_each(rows: Sequence[Shift], spans: Sequence[Duty]) -> dict[int, list[Duty]]:
    """Shift -> what was worked in it: of several shifts of a host a span belongs to the one nearest to it."""
    found: dict[int, list[Duty]] = {row.pk: [] for row in rows}
    for span in spans:
        found[min(rows, key=lambda row: _apart(row, span)).pk].append(span)
    return found


def _apart(row: Shift, span: Duty) -> int:
    """How far a span lies from the planned hours, below zero where they share time. Units: µs."""
    if row.planned_from_us is None:
        return 2**62
    until = span.from_us if span.to_us is None else span.to_us
    return max(row.planned_from_us - until, span.from_us - (row.planned_to_us or row.planned_from_us))


def _key(person: str) -> str:
    return person.strip().casefold()


def _view(row: Shift, spans: Sequence[Duty]) -> ShiftView:
    from_us, to_us = row.from_us, row.to_us
    origin = "planned" if from_us is None else "typed"
    if spans:
        is_open = any(each.to_us is None for each in spans)
        from_us = min(each.from_us for each in spans)
        to_us = None if is_open else max(each.to_us or 0 for each in spans)
        origin = "counted"
    return ShiftView(
        row.show_id,
        row.shift_id,
        row.person,
        row.duty,
        row.planned_from_us,
        row.planned_to_us,
        from_us,
        to_us,
        origin,
        row.note,
    )


def _check_span(name: str, from_us: int | None, to_us: int | None) -> None:
    if to_us is not None and from_us is None:
        raise BadEntry(_("An end without a beginning."), fix=_("Type the beginning too."), field=f"{name}_from")
    if from_us is not None and to_us is not None and not 0 < to_us - from_us <= LONGEST_US:
        raise BadEntry(
            _("A shift ends after it began, within 24 hours."), fix=_("Check both times."), field=f"{name}_to"
        )
