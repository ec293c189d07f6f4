"""Who may do what: the rules that every page and every API call asks."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from kaibo.commerce.team.contracts import ACTS, TEAM_ACTS, PersonView, Role, RoomScope
from kaibo.commerce.team.models import Person
from kaibo.kit import clock

type AnyUser = AbstractBaseUser | AnonymousUser
_KNOWN = ACTS[Role.DIRECTOR]


def person_row(user: AnyUser) -> Person | None:
    """The person behind an account, looked up once per request. Cost: at most one query."""
    if not isinstance(user, User) or not user.is_active:
        return None
    row: Person | None = getattr(user, "person", None)
    return row


def role_and_scope(user: AnyUser) -> tuple[Role, RoomScope]:
    """Role and rooms. A superuser is a director of all rooms, an account without a person an outsider."""
    if isinstance(user, User) and user.is_active and user.is_superuser:
        return Role.DIRECTOR, RoomScope(is_all=True)
    row = person_row(user)
    return (Role(row.role), scope_of(row)) if row else (Role.OUTSIDER, RoomScope())


def may(user: AnyUser, act: str, *, platform: str | None, room_id: str | None) -> bool:
    """Whether the user may do it, in that room when one is named, else in any room at all."""
    if act not in _KNOWN:
        raise ValueError(f"'{act}' is no act of kaibo.commerce.team.contracts.ACTS")
    role, scope = role_and_scope(user)
    if act not in ACTS[role]:
        return False
    if act in TEAM_ACTS:
        return scope.is_all
    if platform is None or room_id is None:
        return bool(scope)
    return (platform, room_id) in scope


def scope_of(row: Person) -> RoomScope:
    """The rooms of a row."""
    if row.role == Role.OUTSIDER:
        return RoomScope()
    return RoomScope(is_all=row.has_all_rooms, rooms=rooms_of(row.rooms))


def rooms_of(stored: list[list[str]]) -> frozenset[tuple[str, str]]:
    """Rooms as stored in JSON."""
    return frozenset((platform, room_id) for platform, room_id in stored)


def view(user: User) -> PersonView:
    """The account as it leaves the module."""
    role, scope = role_and_scope(user)
    row = Person.objects.filter(user=user).first() if not user.is_active else person_row(user)
    if row is not None and not user.is_active:
        role, scope = Role(row.role), scope_of(row)
    return PersonView(
        id=user.pk,
        username=user.get_username(),
        name=(row.name if row else "") or user.get_username(),
        role=role,
        scope=scope,
        is_active=user.is_active,
        last_login_at=clock.from_datetime(user.last_login) if user.last_login else None,
    )
