"""The rules of the team module: accounts, invitations, roles."""

import hashlib
import secrets

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kaibo.commerce.team import access
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.commerce.team.errors import BadPerson, InvitationNotFound, PersonNotFound, TeamConflict
from kaibo.commerce.team.models import Invitation, Person
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

INVITATION_LIFE_US = 7 * clock.DAY_US


def get_user(person_id: int) -> User:
    """The account. Raises PersonNotFound."""
    user = User.objects.select_related("person").filter(pk=person_id).first()
    if user is None:
        raise PersonNotFound(_("There is no such person."), person=person_id)
    return user


@transaction.atomic
def invite(role: Role, scope: RoomScope, *, note: str, actor: str) -> tuple[Invitation, str]:
    """A link that makes one account within seven days; the token is returned once."""
    _check_scope(role, scope)
    token = secrets.token_urlsafe(24)
    row = Invitation.objects.create(
        token_hash=_hash(token),
        role=role.value,
        has_all_rooms=scope.is_all,
        rooms=_stored(scope),
        note=note.strip(),
        invited_by=actor,
        expires_at=clock.now_us() + INVITATION_LIFE_US,
    )
    eventlog.audit(actor, "person.invited", f"invitation:{row.pk}", after=_access(role, scope), why=row.note)
    return row, token


def open_invitation(token: str) -> Invitation:
    """The invitation behind a link. Raises InvitationNotFound when it is used, withdrawn, too old or unknown."""
    row = Invitation.objects.filter(token_hash=_hash(token)).first()
    is_open = row and row.accepted_at is None and row.withdrawn_at is None and row.expires_at > clock.now_us()
    if row is None or not is_open:
        raise InvitationNotFound(
            _("This invitation is used, withdrawn or older than seven days."), fix=_("Ask for a new link.")
        )
    return row


@transaction.atomic
def accept(token: str, *, username: str, password: str, name: str) -> User:
    """Make the account of an invitation."""
    row = open_invitation(token)
    user = new_user(username, password, role=Role(row.role), scope=_scope(row), name=name)
    still = Invitation.objects.filter(pk=row.pk, accepted_at__isnull=True, withdrawn_at__isnull=True)
    claimed = still.update(accepted_at=clock.now_us())
    if claimed != 1:
        raise InvitationNotFound(_("This invitation is used, withdrawn or older than seven days."))
    eventlog.audit(
        f"user:{user.pk}", "person.joined", f"person:{user.pk}", after={"username": username, "role": row.role}
    )
    return user


@transaction.atomic
def withdraw(invitation_id: int, *, actor: str) -> None:
    """Make a link useless."""
    changed = Invitation.objects.filter(pk=invitation_id, accepted_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=clock.now_us()
    )
    if changed:
        eventlog.audit(actor, "person.invitation_withdrawn", f"invitation:{invitation_id}", after="withdrawn")


@transaction.atomic
def new_user(username: str, password: str, *, role: Role, scope: RoomScope, name: str) -> User:
    """An account with its person. Raises BadPerson with the field that cannot be."""
    username = username.strip()
    _check_scope(role, scope)
    if not username or User.objects.filter(username__iexact=username).exists():
        raise BadPerson(_("This name is empty or taken."), fix=_("Choose another one."), field="username")
    user = User(username=username)
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        field = "username" if hasattr(error, "error_dict") else "password"
        raise BadPerson(" ".join(error.messages), field=field) from error
    user.set_password(password)
    user.is_staff = _sees_back_office(role, scope)
    user.save()
    Person.objects.create(
        user=user, name=name.strip(), role=role.value, has_all_rooms=scope.is_all, rooms=_stored(scope)
    )
    return user


@transaction.atomic
def set_access(person_id: int, role: Role, scope: RoomScope, *, actor: str, why: str) -> User:
    """Another role or other rooms; takes effect with the next request."""
    _check_scope(role, scope)
    user = get_user(person_id)
    before_role, before_scope = access.role_and_scope(user)
    if not (role is Role.DIRECTOR and scope.is_all):
        _refuse_last_director(user)
    Person.objects.update_or_create(
        user=user, defaults={"role": role.value, "has_all_rooms": scope.is_all, "rooms": _stored(scope)}
    )
    user.is_superuser = False
    user.is_staff = _sees_back_office(role, scope)
    user.save(update_fields=["is_superuser", "is_staff"])
    if not _sees_back_office(role, scope):
        _withdraw_links_of(user, actor=actor)
    eventlog.audit(
        actor,
        "person.access_changed",
        f"person:{user.pk}",
        before=_access(before_role, before_scope),
        after=_access(role, scope),
        why=why,
    )
    return get_user(person_id)


@transaction.atomic
def set_active(person_id: int, is_active: bool, *, actor: str, why: str) -> User:
    """Deactivate somebody, or let them in again; their acts stay in the audit."""
    user = get_user(person_id)
    if user.is_active == is_active:
        return user
    if not is_active:
        _refuse_last_director(user)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    renew_stamp(user)
    if not is_active:
        _withdraw_links_of(user, actor=actor)
    act = "person.activated" if is_active else "person.deactivated"
    eventlog.audit(actor, act, f"person:{user.pk}", before=not is_active, after=is_active, why=why)
    return user


@transaction.atomic
def log_out_everywhere(person_id: int, *, actor: str) -> User:
    """End every login of a person, on every device."""
    user = get_user(person_id)
    renew_stamp(user)
    eventlog.audit(actor, "person.logged_out_everywhere", f"person:{user.pk}")
    return user


@transaction.atomic
def change_password(person_id: int, *, old: str, new: str) -> User:
    """Another password; every login elsewhere ends with it. Raises BadPerson."""
    user = get_user(person_id)
    if not user.check_password(old):
        raise BadPerson(_("The present password is not this one."), field="old")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise BadPerson(" ".join(error.messages), field="new") from error
    user.set_password(new)
    user.save(update_fields=["password"])
    renew_stamp(user)
    eventlog.audit(f"user:{user.pk}", "person.password_changed", f"person:{user.pk}")
    return user


def renew_stamp(user: User) -> None:
    """A session that carries the old stamp is no longer a login."""
    defaults = {"login_stamp": secrets.token_hex(8)}
    create = {**defaults, "role": Role.DIRECTOR.value if user.is_superuser else Role.OUTSIDER.value}
    create["has_all_rooms"] = user.is_superuser  # type: ignore[assignment]
    Person.objects.update_or_create(user=user, defaults=defaults, create_defaults=create)


def _withdraw_links_of(user: User, *, actor: str) -> None:
    """Links live no longer than the right to make them: who may not invite any more could still use their own."""
    made = Invitation.objects.filter(invited_by=f"user:{user.pk}", accepted_at__isnull=True, withdrawn_at__isnull=True)
    for invitation_id in list(made.values_list("pk", flat=True)):
        withdraw(invitation_id, actor=actor)


def _refuse_last_director(user: User) -> None:
    role, scope = access.role_and_scope(user)
    if role is not Role.DIRECTOR or not scope.is_all:
        return
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    supers = others.filter(is_superuser=True).exists()
    if not supers and not others.filter(person__role=Role.DIRECTOR.value, person__has_all_rooms=True).exists():
        raise TeamConflict(
            _("This is the last director of all rooms."), fix=_("Make somebody else a director of all rooms first.")
        )


def _check_scope(role: Role, scope: RoomScope) -> None:
    if role is not Role.OUTSIDER and not scope:
        raise BadPerson(_("No room is chosen."), fix=_("Choose all rooms or at least one."), field="rooms")


def _sees_back_office(role: Role, scope: RoomScope) -> bool:
    return role is Role.DIRECTOR and scope.is_all


def _scope(row: Invitation) -> RoomScope:
    return RoomScope(is_all=row.has_all_rooms, rooms=access.rooms_of(row.rooms))


def _stored(scope: RoomScope) -> list[list[str]]:
    return [] if scope.is_all else [list(room) for room in sorted(scope.rooms)]


def _access(role: Role, scope: RoomScope) -> dict[str, object]:
    return {"role": role.value, "rooms": "all" if scope.is_all else _stored(scope)}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
