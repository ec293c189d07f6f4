"""`/api/v1/rooms`."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import Economics
from kaibo.commerce.team import api as team
from kaibo.web.jsonapi import guard
from kaibo.web.jsonapi.schemas import ErrorOut, RoomIn, RoomOut

router = Router(tags=["rooms"])


@router.get("", response={200: list[RoomOut], 403: ErrorOut})
def room_list(request: HttpRequest) -> Any:
    """Rooms the reader sees."""
    guard.require(request, "room.see")
    scope = team.visible_rooms(request.user)
    return [guard.plain(room) for room in rooms.rooms() if (room.platform, room.room_id) in scope]


@router.get("/{platform}/{room_id}", response={200: RoomOut, 404: ErrorOut})
def room(request: HttpRequest, platform: str, room_id: str) -> Any:
    """One room with its economics."""
    return guard.plain(guard.room_or_404(request, platform, room_id))


@router.put("/{platform}/{room_id}", response={200: RoomOut, 403: ErrorOut, 404: ErrorOut, 422: ErrorOut})
def save(request: HttpRequest, platform: str, room_id: str, body: RoomIn) -> Any:
    """Change a room; what is absent stays, `economics` replaces all of it."""
    guard.room_or_404(request, platform, room_id, "room.edit")
    economics = None if body.economics is None else Economics(**body.economics.dict())
    saved = rooms.save_room(
        platform,
        room_id,
        name=body.name,
        note=body.note,
        economics=economics,
        actor=guard.actor(request),
        why=body.why,
    )
    return guard.plain(saved)
