"""People of the tests, named by role, and a room with a show of it."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.kit import clock

PASSWORD = "long-enough-secret"
MINE, OTHER = ("douyin", "8801"), ("taobao", "77")
ROLES = {
    "director": (Role.DIRECTOR, RoomScope(is_all=True)),
    "operator": (Role.OPERATOR, RoomScope(rooms=frozenset({MINE}))),
    "viewer": (Role.VIEWER, RoomScope(rooms=frozenset({MINE}))),
    "outsider": (Role.OUTSIDER, RoomScope()),
}


@dataclass
class Cast:
    """Clients by role and the things they may or may not see."""

    director: Client
    operator: Client
    viewer: Client
    outsider: Client
    ids: dict[str, int]
    show_id: str
    other_show_id: str


@pytest.fixture
def cast(db: None, home: object) -> Cast:
    """Four people, two rooms, an ended show in each."""
    clients, ids = {}, {}
    for name, (role, scope) in ROLES.items():
        person = team.add_person(name, PASSWORD, role=role, scope=scope, actor="system:test")
        ids[name] = person.id
        clients[name] = Client(enforce_csrf_checks=False)
        clients[name].force_login(User.objects.get(pk=person.id))
    start = clock.now_us() - 5 * clock.HOUR_US
    for (platform, room_id), show_id in ((MINE, "s-mine"), (OTHER, "s-other")):
        rooms.save_room(platform, room_id, name=f"Room {room_id}", actor="system:test")
        shows.ensure_show(
            show_id,
            platform=platform,
            room_id=room_id,
            title=f"Evening {room_id}",
            started_at=start,
            ended_at=start + clock.HOUR_US,
            actor="system:test",
        )
    return Cast(**clients, ids=ids, show_id="s-mine", other_show_id="s-other")
