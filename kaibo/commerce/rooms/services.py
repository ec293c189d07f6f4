"""The rules of the rooms module."""

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.rooms.contracts import MONEY_FIELDS, RATIO_FIELDS, Economics, RoomView
from kaibo.commerce.rooms.errors import BadEconomics, RoomNotFound
from kaibo.commerce.rooms.models import Room
from kaibo.eventlog import api as eventlog
from kaibo.kit import env


def view(row: Room) -> RoomView:
    """The row as it leaves the module."""
    costs = {name: getattr(row, name) for name in (*RATIO_FIELDS, *MONEY_FIELDS)}
    return RoomView(
        platform=row.platform,
        room_id=row.room_id,
        name=row.name,
        currency=row.currency,
        note=row.note,
        economics=Economics(**costs, currency=row.currency),
    )


def find(platform: str, room_id: str) -> Room | None:
    """The row, or None."""
    return Room.objects.filter(platform=platform, room_id=room_id).first()


def get(platform: str, room_id: str) -> Room:
    """The row. Raises RoomNotFound."""
    row = find(platform, room_id)
    if row is None:
        raise RoomNotFound(_("There is no such room."), platform=platform, room_id=room_id)
    return row


def check_economics(economics: Economics) -> None:
    """Raises BadEconomics naming the field that cannot be."""
    for name in RATIO_FIELDS:
        value = getattr(economics, name)
        if value is not None and not 0 <= value <= 1:
            raise BadEconomics(_("A ratio lies between 0 and 100 %."), fix=_("Write 65 for 65 %."), field=name)
    for name in MONEY_FIELDS:
        value = getattr(economics, name)
        if value is not None and value < 0:
            raise BadEconomics(_("A cost is not negative."), fix=_("Leave it empty when unknown."), field=name)
    refunds = (economics.refund_before_shipping_ratio or 0) + (economics.refund_after_shipping_ratio or 0)
    if refunds > 1:
        raise BadEconomics(
            _("Refunds before and after shipping add up to more than 100 %."),
            fix=_("Both are shares of what was paid."),
            field="refund_after_shipping_ratio",
        )


@transaction.atomic
def ensure(platform: str, room_id: str, *, actor: str, name: str = "") -> Room:
    """The row, made when it is new."""
    row, is_new = Room.objects.get_or_create(
        platform=platform, room_id=room_id, defaults={"name": name, "currency": env.read("KAIBO_CURRENCY")}
    )
    if is_new:
        eventlog.audit(actor, "room.created", thing_of(row), after={"name": name})
    return row


@transaction.atomic
def save(
    platform: str,
    room_id: str,
    *,
    name: str | None,
    note: str | None,
    currency: str | None,
    economics: Economics | None,
    actor: str,
    why: str,
) -> Room:
    """Create or change a room; what is None stays as it is."""
    row = ensure(platform, room_id, actor=actor, name=name or "")
    before = _state(row)
    for field, value in (("name", name), ("note", note), ("currency", currency)):
        if value is not None:
            setattr(row, field, value.strip())
    if economics is not None:
        check_economics(economics)
        for field in (*RATIO_FIELDS, *MONEY_FIELDS):
            setattr(row, field, getattr(economics, field))
        row.currency = economics.currency
    after = _state(row)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        row.save()
        eventlog.audit(
            actor,
            "room.changed",
            thing_of(row),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            why=why,
        )
    return row


def thing_of(row: Room) -> str:
    """How audit rows name a room."""
    return f"room:{row.platform}/{row.room_id}"


def _state(row: Room) -> dict[str, object]:
    return {"name": row.name, "note": row.note, **asdict(view(row).economics)}
