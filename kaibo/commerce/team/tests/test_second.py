"""The second step of a login, through the door and at its pages."""

import base64
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from kaibo.commerce.team import api as team
from kaibo.commerce.team import second
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.commerce.team.errors import BadPerson
from kaibo.commerce.team.models import SecondStep
from kaibo.kit import clock, env
from kaibo.kit.errors import BadConfiguration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
PASSWORD = "long-enough-secret"


def somebody(name: str = "boss") -> int:
    scope = RoomScope(is_all=True)
    return team.add_person(name, PASSWORD, role=Role.DIRECTOR, scope=scope, actor="system:test").id


def code(secret: str, *, ahead: int = 0) -> str:
    return second.code_at(base64.b32decode(secret), clock.now_us() // 30_000_000 + ahead)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_it_makes_the_codes_of_rfc_6238(at: int, expected: str) -> None:
    assert second.code_at(b"12345678901234567890", at // 30) == expected[-6:]  # appendix B, SHA-1, its last six digits


def test_it_counts_only_after_a_first_code_and_takes_each_code_once() -> None:
    person = somebody()
    secret = team.begin_second_step(person, password=PASSWORD)
    assert not team.wants_second_step(person)
    with pytest.raises(BadPerson):
        team.confirm_second_step(person, "000000" if code(secret) != "000000" else "111111")
    first = code(secret)
    codes = team.confirm_second_step(person, first)
    assert team.wants_second_step(person)
    assert not team.is_second_step_right(person, first), "the code that turned it on is used"
    ahead = code(secret, ahead=1)
    assert team.is_second_step_right(person, f"{ahead[:3]} {ahead[3:]}")
    assert not team.is_second_step_right(person, ahead)
    assert not team.is_second_step_right(person, code(secret, ahead=40))
    assert team.is_second_step_right(person, codes[0].upper())
    assert not team.is_second_step_right(person, codes[0])
    assert team.second_step(person)[1] == len(codes) - 1
    with pytest.raises(BadPerson):
        team.begin_second_step(person, password=PASSWORD)


def test_it_keeps_neither_secret_nor_recovery_codes_readable() -> None:
    person = somebody()
    secret = team.begin_second_step(person, password=PASSWORD)
    codes = team.confirm_second_step(person, code(secret))
    row = SecondStep.objects.get(user_id=person)
    assert base64.b32decode(secret) not in bytes(row.sealed)
    assert not {each.replace("-", "") for each in codes} & set(row.recovery)
    other = somebody("other")
    SecondStep.objects.filter(pk=row.pk).update(user_id=other)
    with pytest.raises(Exception, match="does not open"):
        team.is_second_step_right(other, code(secret, ahead=1))


def on(client: Client) -> tuple[str, list[str]]:
    """Turn it on at the page; the secret and the recovery codes."""
    client.post("/account/second-step/", {"act": "begin", "password": PASSWORD})
    page = client.get("/account/second-step/").content.decode()
    assert "<svg" in page
    assert "style=" not in page[page.index("<svg") : page.index("</svg>")], "the policy forbids inline styles"
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert secret is not None
    key = secret[1].replace(" ", "")
    shown = client.post("/account/second-step/", {"act": "confirm", "code": code(key)}).content.decode()
    return key, re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){5}", shown)


def test_it_asks_for_the_code_before_anything_opens() -> None:
    person = somebody()
    client = Client()
    assert client.get("/login/code/")["Location"] == "/login/", "nothing to type a code for"
    client.force_login(User.objects.get(pk=person))
    secret, codes = on(client)
    assert len(codes) == 8

    fresh = Client()
    form = {"username": "boss", "password": PASSWORD, "next": "/people/"}
    assert fresh.post("/login/", form)["Location"] == "/login/code/"
    assert fresh.get("/people/").status_code == 302, "the password alone is no login"
    assert fresh.post("/login/code/", {"code": "123"}).status_code == 401
    answer = fresh.post("/login/code/", {"code": code(secret, ahead=1)})
    assert (answer.status_code, answer["Location"]) == (302, "/people/")
    assert fresh.get("/people/").status_code == 200
    assert Client().post("/login/", {**form, "password": "wrong"}).status_code == 401


def test_it_lets_an_account_wait_after_five_wrong_codes_from_anywhere() -> None:
    person = somebody()
    client = Client()
    client.force_login(User.objects.get(pk=person))
    _, codes = on(client)
    for number in range(5):
        guesser = Client(REMOTE_ADDR=f"203.0.113.{number}")
        guesser.post("/login/", {"username": "boss", "password": PASSWORD})
        assert guesser.post("/login/code/", {"code": "000"}).status_code == 401
    late = Client(REMOTE_ADDR="203.0.113.77")
    late.post("/login/", {"username": "boss", "password": PASSWORD})
    assert late.post("/login/code/", {"code": codes[0]}).status_code == 429


def test_it_is_turned_off_with_the_password_or_by_a_director() -> None:
    person, boss = somebody("one"), somebody("boss")
    client, director = Client(), Client()
    client.force_login(User.objects.get(pk=person))
    director.force_login(User.objects.get(pk=boss))
    on(client)
    assert client.post("/account/second-step/", {"act": "off", "password": "wrong"}).status_code == 422
    assert team.wants_second_step(person)
    client.post("/account/second-step/", {"act": "off", "password": PASSWORD})
    assert not team.wants_second_step(person)
    on(client)
    director.post(f"/people/{person}/second-step/off/")
    assert not team.wants_second_step(person)


def test_it_lets_nobody_in_without_it_where_it_is_a_must(monkeypatch: pytest.MonkeyPatch) -> None:
    person, viewer = somebody("boss"), Client()
    quiet = team.add_person("eyes", PASSWORD, role=Role.VIEWER, scope=RoomScope(is_all=True), actor="system:test")
    viewer.force_login(User.objects.get(pk=quiet.id))
    client = Client()
    client.force_login(User.objects.get(pk=person))
    assert client.get("/people/").status_code == 200
    monkeypatch.setenv("KAIBO_TWO_STEP", "directors")
    assert client.get("/people/")["Location"] == "/account/second-step/"
    assert client.get("/api/v1/shows").status_code == 403
    assert client.get("/account/second-step/").status_code == 200
    assert viewer.get("/shows/").status_code == 200, "it is a must of directors only"
    wrong = client.post("/account/second-step/", {"act": "begin", "password": "wrong"})
    assert wrong.status_code == 422
    on(client)
    assert client.get("/people/").status_code == 200
    client.post("/account/second-step/", {"act": "off", "password": PASSWORD})
    assert client.get("/people/").status_code == 302
    monkeypatch.setenv("KAIBO_TWO_STEP", "everybody")
    assert viewer.get("/shows/").status_code == 302
    monkeypatch.setenv("KAIBO_TWO_STEP", "some")
    with pytest.raises(BadConfiguration, match="names nobody"):
        env.two_step()


@pytest.mark.parametrize("password", ["kaibo12345", "Douyin2026", "直播直播直播直播直播1"])
def test_it_refuses_a_password_made_of_the_products_name(password: str) -> None:
    with pytest.raises(BadPerson):
        team.add_person("x", password, role=Role.VIEWER, scope=RoomScope(is_all=True), actor="system:test")
