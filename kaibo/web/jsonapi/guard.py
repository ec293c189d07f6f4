"""Permission of API calls: the same rules as the pages."""

from dataclasses import asdict, is_dataclass
from typing import Any

from django.http import HttpRequest

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.rooms.contracts import RoomView
from kaibo.commerce.rooms.errors import RoomNotFound
from kaibo.commerce.shows.contracts import ShowView
from kaibo.commerce.team import api as team
from kaibo.web.pages import tools

actor = tools.actor
require = tools.require
show_or_404 = tools.show_or_404


def room_or_404(request: HttpRequest, platform: str, room_id: str, act: str = "room.see") -> RoomView:
    """A room the reader sees; any other does not exist for them."""
    if not team.may(request.user, "room.see", platform=platform, room_id=room_id):
        raise RoomNotFound(tools.no_room(), platform=platform, room_id=room_id)
    found = rooms.room(platform, room_id)
    require(request, act, platform=platform, room_id=room_id)
    return found


def mine(request: HttpRequest, found: list[ShowView]) -> list[ShowView]:
    """Shows of the reader's rooms."""
    scope = team.visible_rooms(request.user)
    return [show for show in found if (show.platform, show.room_id) in scope]


def plain(contract: Any) -> dict[str, Any]:
    """A contract as what JSON can carry."""
    if not is_dataclass(contract) or isinstance(contract, type):
        raise TypeError(f"{contract!r} is no contract")
    return asdict(contract)
