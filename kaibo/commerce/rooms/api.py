"""The door of the rooms module."""

from kaibo.commerce.rooms import services
from kaibo.commerce.rooms.contracts import Economics, RoomView
from kaibo.commerce.rooms.models import Room


def room(platform: str, room_id: str) -> RoomView:
    """One room.

    Raises: RoomNotFound. Cost: one query.
    """
    return services.view(services.get(platform, room_id))


def rooms() -> list[RoomView]:
    """Every room, by platform and id. Cost: one query."""
    return [services.view(row) for row in Room.objects.order_by("platform", "room_id")]


def save_room(
    platform: str,
    room_id: str,
    *,
    name: str | None = None,
    note: str | None = None,
    currency: str | None = None,
    economics: Economics | None = None,
    actor: str,
    why: str = "",
) -> RoomView:
    """Create or change a room; what is None stays as it is, `economics` replaces all of it.

    Raises: BadEconomics with the field that cannot be.
    """
    row = services.save(
        platform, room_id, name=name, note=note, currency=currency, economics=economics, actor=actor, why=why
    )
    return services.view(row)


def ensure_room(platform: str, room_id: str, *, name: str = "", actor: str) -> RoomView:
    """The room, made when it is new; for shows that arrive as events."""
    return services.view(services.ensure(platform, room_id, actor=actor, name=name))


def economics(platform: str, room_id: str) -> Economics:
    """What a sale costs in the room; every field None for a room nobody described. Cost: one query."""
    row = services.find(platform, room_id)
    return services.view(row).economics if row else Economics()
