"""The door of the team module: who somebody is and what they may do."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from kaibo.commerce.team import access, logins, second, services
from kaibo.commerce.team.access import AnyUser
from kaibo.commerce.team.contracts import InvitationView, PersonView, Role, RoomScope
from kaibo.commerce.team.errors import BadPerson
from kaibo.commerce.team.models import Invitation, Person
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock, env


def role_of(user: AnyUser) -> Role:
    """The role; an account without one is an outsider. Cost: at most one query per request."""
    return access.role_and_scope(user)[0]


def may(user: AnyUser, act: str, *, platform: str | None = None, room_id: str | None = None) -> bool:
    """Whether the user may do `act` (`contracts.ACTS`) in that room; without a room: in any room at all.

    Raises: ValueError for an act that nobody declared. Cost: at most one query per request.
    """
    return access.may(user, act, platform=platform, room_id=room_id)


def visible_rooms(user: AnyUser) -> RoomScope:
    """The rooms the user sees: `(platform, room_id) in visible_rooms(user)`; empty for an outsider."""
    return access.role_and_scope(user)[1]


def actor_of(user: AnyUser) -> str:
    """How audit rows name the user: `user:12`."""
    return f"user:{user.pk}"


def name_of(user: AnyUser) -> str:
    """How the page greets somebody. Cost: at most one query per request."""
    row = access.person_row(user)
    return (row.name if row else "") or user.get_username()


def person(person_id: int) -> PersonView:
    """One person. Raises PersonNotFound."""
    return access.view(services.get_user(person_id))


def people() -> list[PersonView]:
    """Everybody with an account, active first, then by name. Cost: one query."""
    users = User.objects.select_related("person").order_by("-is_active", "username")
    return [access.view(user) for user in users]


def names_of(actors: set[str]) -> dict[str, str]:
    """Names for actor strings (`user:12`); other actors keep their string. Cost: one query."""
    ids = {int(actor.removeprefix("user:")) for actor in actors if actor.removeprefix("user:").isdigit()}
    users = User.objects.select_related("person").filter(pk__in=ids)
    known = {f"user:{user.pk}": access.view(user).name for user in users}
    return {actor: known.get(actor, actor) for actor in actors}


def add_person(username: str, password: str, *, role: Role, scope: RoomScope, name: str = "", actor: str) -> PersonView:
    """An account made directly (demo, first start). Raises BadPerson."""
    user = services.new_user(username, password, role=role, scope=scope, name=name)
    eventlog.audit(actor, "person.added", f"person:{user.pk}", after={"username": username, "role": role.value})
    return access.view(user)


def invite(role: Role, scope: RoomScope, *, note: str = "", actor: str) -> tuple[InvitationView, str]:
    """An invitation and the token of its link, shown once; good for seven days. Raises BadPerson."""
    row, token = services.invite(role, scope, note=note, actor=actor)
    return _invitation(row), token


def invitation(token: str) -> InvitationView:
    """The open invitation behind a link. Raises InvitationNotFound."""
    return _invitation(services.open_invitation(token))


def invitations() -> list[InvitationView]:
    """Open invitations, newest first. Cost: one query."""
    rows = Invitation.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now_us()
    ).order_by("-pk")
    return [_invitation(row) for row in rows]


def accept_invitation(token: str, *, username: str, password: str, name: str = "") -> PersonView:
    """Make the account of an invitation. Raises InvitationNotFound, BadPerson."""
    return access.view(services.accept(token, username=username, password=password, name=name))


def withdraw_invitation(invitation_id: int, *, actor: str) -> None:
    """Make a link useless; nothing happens when it is used already."""
    services.withdraw(invitation_id, actor=actor)


def set_access(person_id: int, role: Role, scope: RoomScope, *, why: str = "", actor: str) -> PersonView:
    """Another role or other rooms, from the next request on. Raises BadPerson, TeamConflict (last director)."""
    return access.view(services.set_access(person_id, role, scope, actor=actor, why=why))


def set_person_active(person_id: int, is_active: bool, *, why: str = "", actor: str) -> PersonView:
    """Deactivate somebody or let them in again. Raises TeamConflict for the last director."""
    return access.view(services.set_active(person_id, is_active, actor=actor, why=why))


def log_out_everywhere(person_id: int, *, actor: str) -> PersonView:
    """End every login of a person on every device."""
    return access.view(services.log_out_everywhere(person_id, actor=actor))


def change_password(person_id: int, *, old: str, new: str) -> PersonView:
    """Another password; logins elsewhere end. Raises BadPerson with the field."""
    return access.view(services.change_password(person_id, old=old, new=new))


def login_stamp(user: AnyUser) -> str:
    """What a session must carry to still be a login. Cost: at most one query per request."""
    row: Person | None = access.person_row(user)
    return row.login_stamp if row else ""


def check_login(username: str, address: str) -> None:
    """Raises TooManyLogins after five failures of a name from an address within ten minutes."""
    logins.check(username, address)


def note_login(username: str, address: str, *, is_right: bool) -> None:
    """Count a wrong password, or clear the count after a right one."""
    if is_right:
        logins.forget(username, address)
    else:
        logins.note_failure(username, address)


def second_step(person_id: int) -> tuple[int | None, int]:
    """(since when µs UTC, recovery codes left) of somebody's two-step login; (None, 0) while it is off."""
    return second.state(services.get_user(person_id))


def begin_second_step(person_id: int, *, password: str) -> str:
    """A new secret in base32; it counts once `confirm_second_step` had a code of it.

    Raises: BadPerson for a wrong password, or when it is on.
    """
    user = services.get_user(person_id)
    _check_password(user, password)
    return second.begin(user)


def pending_second_step(person_id: int) -> tuple[str, str] | None:
    """(secret, `otpauth://` address) that wait for their first code."""
    user = services.get_user(person_id)
    secret = second.pending(user)
    return (secret, second.address(user, secret)) if secret else None


def confirm_second_step(person_id: int, code: str) -> list[str]:
    """Turn two-step login on; the recovery codes, which nothing shows again. Raises BadPerson."""
    return second.confirm(services.get_user(person_id), code)


def is_second_step_right(person_id: int, code: str) -> bool:
    """Whether a code of the phone, or one of the recovery codes, is right. Each counts once."""
    return second.check(services.get_user(person_id), code)


def wants_second_step(person_id: int) -> bool:
    """Whether a login of this person wants a code. Cost: two queries."""
    return second.is_on(services.get_user(person_id))


def turn_off_second_step(person_id: int, *, password: str | None = None, actor: str) -> None:
    """The password alone is enough again: by the person with the password, or by a director for them.

    Raises: BadPerson for a wrong password.
    """
    user = services.get_user(person_id)
    if password is not None:
        _check_password(user, password)
    second.turn_off(user, actor=actor)


def lacks_second_step(person_id: int) -> bool:
    """Whether the settings want a second step of this person who has none. Cost: at most three queries."""
    wanted = env.two_step()
    if wanted == "optional":
        return False
    user = services.get_user(person_id)
    is_wanted = wanted == "everybody" or access.role_and_scope(user)[0] is Role.DIRECTOR
    return is_wanted and not second.is_on(user)


def _check_password(user: User, password: str) -> None:
    if not user.check_password(password):
        raise BadPerson(_("The present password is not this one."), field="password")


def _invitation(row: Invitation) -> InvitationView:
    return InvitationView(
        id=row.pk,
        role=Role(row.role),
        scope=RoomScope(is_all=row.has_all_rooms, rooms=access.rooms_of(row.rooms)),
        invited_by=row.invited_by,
        expires_at=row.expires_at,
        note=row.note,
        is_open=row.accepted_at is None and row.withdrawn_at is None and row.expires_at > clock.now_us(),
    )
