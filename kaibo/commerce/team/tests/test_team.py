"""Who may do what, through the door."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import ACTS, TEAM_ACTS, Role, RoomScope
from kaibo.commerce.team.errors import BadPerson, InvitationNotFound, TeamConflict, TooManyLogins

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PASSWORD = "long-enough-secret"
ALL, MINE = RoomScope(is_all=True), RoomScope(rooms=frozenset({("douyin", "1")}))


def somebody(name: str, role: Role, scope: RoomScope) -> User:
    person = team.add_person(name, PASSWORD, role=role, scope=scope, actor="system:test")
    return User.objects.get(pk=person.id)


def test_it_gives_every_role_less_than_the_one_above() -> None:
    assert ACTS[Role.OUTSIDER] < ACTS[Role.VIEWER] < ACTS[Role.OPERATOR] < ACTS[Role.DIRECTOR]
    assert ACTS[Role.DIRECTOR] >= TEAM_ACTS
    for role in set(Role) - {Role.DIRECTOR, Role.OPERATOR, Role.VIEWER, Role.OUTSIDER}:
        assert ACTS[Role.VIEWER] < ACTS[role] < ACTS[Role.OPERATOR]


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.ANALYST, "comment.see", "show.mark"),
        (Role.HOST_MANAGER, "shift.plan", "ad.log"),
        (Role.CONTENT, "lineup.edit", "goods.change"),
        (Role.AD_BUYER, "ad.log", "lineup.edit"),
        (Role.SUPPLY, "goods.change", "comment.see"),
        (Role.SERVICE, "answer.mark", "import.run"),
    ],
)
def test_it_lets_each_function_do_its_own_work(role: Role, may: str, may_not: str) -> None:
    user = somebody("somebody", role, MINE)
    assert team.may(user, may, platform="douyin", room_id="1")
    assert not team.may(user, may, platform="douyin", room_id="2")
    assert not team.may(user, may_not, platform="douyin", room_id="1")


def test_it_limits_people_to_their_rooms() -> None:
    operator = somebody("operator", Role.OPERATOR, MINE)
    assert team.may(operator, "show.end", platform="douyin", room_id="1")
    assert not team.may(operator, "show.end", platform="douyin", room_id="2")
    assert not team.may(operator, "show.delete", platform="douyin", room_id="1")
    assert ("douyin", "1") in team.visible_rooms(operator)
    local = somebody("local", Role.DIRECTOR, MINE)
    assert team.may(local, "show.delete", platform="douyin", room_id="1")
    assert not team.may(local, "people.edit")


@pytest.mark.parametrize("act", sorted(ACTS[Role.DIRECTOR]))
def test_it_lets_outsiders_and_strangers_do_nothing(act: str) -> None:
    outsider = somebody("outsider", Role.OUTSIDER, RoomScope())
    for user in (outsider, User.objects.create(username="bare"), AnonymousUser()):
        assert not team.may(user, act)
        assert not team.visible_rooms(user)


def test_it_refuses_acts_that_nobody_declared() -> None:
    with pytest.raises(ValueError, match="no act"):
        team.may(somebody("director", Role.DIRECTOR, ALL), "show.explode")


def test_it_takes_access_away_with_the_next_question() -> None:
    somebody("keeper", Role.DIRECTOR, ALL)
    user = somebody("director", Role.DIRECTOR, ALL)
    team.set_access(user.pk, Role.VIEWER, MINE, actor="user:1")
    fresh = User.objects.get(pk=user.pk)
    assert team.role_of(fresh) is Role.VIEWER
    assert not fresh.is_staff
    team.set_person_active(user.pk, False, actor="user:1")
    assert not team.may(User.objects.get(pk=user.pk), "show.see")


def test_it_keeps_a_last_director_of_all_rooms() -> None:
    user = somebody("director", Role.DIRECTOR, ALL)
    with pytest.raises(TeamConflict):
        team.set_person_active(user.pk, False, actor="user:1")
    with pytest.raises(TeamConflict):
        team.set_access(user.pk, Role.DIRECTOR, MINE, actor="user:1")


def test_it_opens_an_invitation_once() -> None:
    invited, token = team.invite(Role.OPERATOR, MINE, note="Zhou", actor="user:1")
    assert [one.id for one in team.invitations()] == [invited.id]
    person = team.accept_invitation(token, username="zhou", password=PASSWORD)
    assert (person.role, person.scope) == (Role.OPERATOR, MINE)
    with pytest.raises(InvitationNotFound):
        team.accept_invitation(token, username="zhou2", password=PASSWORD)
    withdrawn, other = team.invite(Role.VIEWER, ALL, actor="user:1")
    team.withdraw_invitation(withdrawn.id, actor="user:1")
    with pytest.raises(InvitationNotFound):
        team.invitation(other)


@pytest.mark.parametrize(("username", "password", "field"), [("", PASSWORD, "username"), ("zhou", "short", "password")])
def test_it_names_the_field_it_refuses(username: str, password: str, field: str) -> None:
    with pytest.raises(BadPerson) as refused:
        team.add_person(username, password, role=Role.VIEWER, scope=ALL, actor="system:test")
    assert refused.value.ids["field"] == field


def test_it_slows_one_name_from_one_address() -> None:
    for _ in range(5):
        team.check_login("viewer", "10.0.0.1")
        team.note_login("viewer", "10.0.0.1", is_right=False)
    with pytest.raises(TooManyLogins):
        team.check_login("Viewer", "10.0.0.1")
    team.check_login("viewer", "10.0.0.2")
    team.note_login("viewer", "10.0.0.1", is_right=True)
    team.check_login("viewer", "10.0.0.1")
