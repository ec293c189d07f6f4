"""Text of form fields as values: shares, money, instants, rooms. Refusals name the field and the fix."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django.http import QueryDict
from django.utils.translation import gettext as _

from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.kit import clock, env
from kaibo.kit.errors import KaiboError
from kaibo.kit.money import to_minor


class BadField(KaiboError):
    code = "bad_field"
    status = 422


def text(data: QueryDict, name: str) -> str:
    """The text without outer spaces, empty when the field is absent."""
    return str(data.get(name) or "").strip()


def decimal(data: QueryDict, name: str) -> Decimal | None:
    """A number as people type it (1,234.5 · 12.5 % · ¥99), None when empty."""
    raw = text(data, name)
    if not raw:
        return None
    cleaned = raw.replace(",", "").replace("，", "").strip(" %％¥￥元")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise BadField(_("“%(text)s” is no number.") % {"text": raw[:40]}, field=name) from None
    if not number.is_finite():
        raise BadField(_("“%(text)s” is no number.") % {"text": raw[:40]}, field=name)
    return number


def ratio(data: QueryDict, name: str) -> float | None:
    """Percent as typed to a ratio 0-1, None when empty."""
    number = decimal(data, name)
    return None if number is None else float(number / 100)


def minor(data: QueryDict, name: str, currency: str) -> int | None:
    """Yuan as typed to minor units, None when empty."""
    number = decimal(data, name)
    return None if number is None else to_minor(number, currency)


def instant(data: QueryDict, name: str) -> int | None:
    """A local time of the team's zone as µs UTC, None when empty."""
    raw = text(data, name)
    if not raw:
        return None
    try:
        local = dt.datetime.fromisoformat(raw)
    except ValueError:
        raise BadField(_("“%(text)s” is no time.") % {"text": raw[:40]}, fix="2026-11-22 20:00", field=name) from None
    return clock.from_datetime(local if local.tzinfo else local.replace(tzinfo=env.zone()))


def role(data: QueryDict) -> Role:
    """The chosen role."""
    try:
        return Role(text(data, "role"))
    except ValueError:
        raise BadField(_("Choose a role."), field="role") from None


def scope(data: QueryDict) -> RoomScope:
    """All rooms, or the ticked ones (`platform/room_id`)."""
    if data.get("all_rooms"):
        return RoomScope(is_all=True)
    pairs = (room.partition("/") for room in data.getlist("room"))
    return RoomScope(rooms=frozenset((platform, room_id) for platform, mark, room_id in pairs if mark and room_id))
