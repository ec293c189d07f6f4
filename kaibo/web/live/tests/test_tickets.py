"""Tickets: a minute, one show, one reader; the page and the renewal give them only to who may see the show."""

import asyncio
import time

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.test import Client

from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.web.live.tests.test_hub import Browser
from kaibo.web.live.tickets import COOKIE, LIFE_SECONDS, Ticket, sign_ticket, stream_path, ticket_of

SHOW = "show-1"
PASSWORD = "correct horse battery"


def header(ticket: str) -> str:
    return f"other=1; {COOKIE}={ticket}; kaibo=2"


def test_it_admits_the_show_it_was_made_for() -> None:
    ticket = Ticket("user:7", SHOW, sees_comments=False)
    assert ticket_of(header(sign_ticket(ticket)), show_id=SHOW) == ticket
    assert ticket_of(header(sign_ticket(ticket)), show_id="show-2") is None


FORGED = {
    "empty": "",
    "nonsense": "nonsense",
    "altered": "WyJ1c2VyOjciXQ:1:abc",
    "of another salt": signing.dumps(["user:7", SHOW, True]),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_it_admits_nobody_with_a_forged_ticket(forged: str) -> None:
    assert ticket_of(header(forged), show_id=SHOW) is None
    assert ticket_of("", show_id=SHOW) is None


def test_it_admits_nobody_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    text = header(sign_ticket(Ticket("user:7", SHOW, sees_comments=True)))
    monkeypatch.setattr(time, "time", lambda: now + LIFE_SECONDS - 1)
    assert ticket_of(text, show_id=SHOW)
    monkeypatch.setattr(time, "time", lambda: now + LIFE_SECONDS + 1)
    assert ticket_of(text, show_id=SHOW) is None


def test_it_refuses_the_stream_without_a_ticket() -> None:
    async def run() -> int:
        browser = Browser()
        await browser.open(SHOW, ticket="nonsense")
        return browser.status

    assert asyncio.run(run()) == 403


@pytest.fixture
def show(db: None, home: object) -> str:
    return shows.ensure_show(SHOW, platform="douyin", room_id="r1", title="晚场", actor="system:test").show_id


def browser_of(name: str, role: Role, scope: RoomScope) -> Client:
    person = team.add_person(name, PASSWORD, role=role, scope=scope, actor="system:test")
    client = Client()
    client.force_login(User.objects.get(pk=person.id))
    return client


def given(client: Client, address: str) -> tuple[int, Ticket | None]:
    answer = client.get(address)
    if COOKIE not in answer.cookies:
        return answer.status_code, None
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Strict", stream_path(SHOW), LIFE_SECONDS)
    return answer.status_code, ticket_of(f"{COOKIE}={cookie.value}", show_id=SHOW)


def test_it_gives_tickets_with_the_page_and_again_on_request(show: str) -> None:
    director = browser_of("director", Role.DIRECTOR, RoomScope(is_all=True))
    status, ticket = given(director, f"/shows/{show}/live")
    assert status == 200
    assert ticket is not None
    assert ticket.sees_comments
    assert given(director, f"/shows/{show}/live/ticket") == (204, ticket)


def test_it_leaves_comments_out_for_a_viewer(show: str) -> None:
    viewer = browser_of("viewer", Role.VIEWER, RoomScope(is_all=True))
    _, ticket = given(viewer, f"/shows/{show}/live/ticket")
    assert ticket is not None
    assert not ticket.sees_comments


@pytest.mark.parametrize("address", ["live", "live/ticket"])
def test_it_hides_the_show_from_people_of_other_rooms(show: str, address: str) -> None:
    elsewhere = RoomScope(rooms=frozenset({("douyin", "r2")}))
    assert given(browser_of("other", Role.OPERATOR, elsewhere), f"/shows/{show}/{address}") == (404, None)
    assert given(browser_of("outsider", Role.OUTSIDER, RoomScope(is_all=True)), f"/shows/{show}/{address}")[1] is None
    anonymous = Client().get(f"/shows/{show}/{address}")
    assert anonymous.status_code == 302
    assert COOKIE not in anonymous.cookies


def test_it_sends_a_page_without_inline_script_or_style(show: str) -> None:
    director = browser_of("director", Role.DIRECTOR, RoomScope(is_all=True))
    answer = director.get(f"/shows/{show}/live?view=nonsense")
    page = answer.content.decode()
    assert 'data-view="all"' in page
    assert " style=" not in page
    assert "<style" not in page
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
