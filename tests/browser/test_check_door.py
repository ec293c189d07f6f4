"""`POST /api/v1/compliance/check` as a program asks it: over real HTTP, with a session, and what it refuses."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
PATH = "/api/v1/compliance/check"


def _logged_in(site: Site, name: str) -> httpx.Client:
    client = httpx.Client(base_url=site.url, timeout=20)
    form = client.get("/login/").text
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert hidden is not None
    given = {"username": name, "password": site.password, "csrfmiddlewaretoken": hidden.group(1)}
    answer = client.post("/login/", data=given, headers={"Referer": f"{site.url}/login/"})
    assert answer.status_code in {200, 302}
    client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": f"{site.url}/"})
    return client


@pytest.fixture(scope="module")
def director(site: Site) -> Iterator[httpx.Client]:
    with contextlib.closing(_logged_in(site, "director")) as client:
        yield client


def ask(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post(PATH, json=body)


def test_it_answers_a_session_with_evidence(director: httpx.Client) -> None:
    answer = ask(director, texts=["全网最低价", "女装"], scene="title")
    assert answer.status_code == 200
    first, second = answer.json()
    assert (first["action"], first["hits"][0]["matched"], second["action"]) == ("block", "全网最低价", None)
    assert first["hits"][0]["article"]
    again = ask(director, texts=["全网最低价", "女装"], scene="title")
    assert again.json() == answer.json(), "the same question, the same answer"


def bare(site: Site, headers: dict[str, str], path: str = PATH) -> httpx.Response:
    return httpx.post(
        f"{site.url}{path}", json={"texts": ["全网最低价"], "scene": "title"}, headers=headers, timeout=20
    )


def test_it_answers_a_program_with_the_token_of_a_feed(site: Site, director: httpx.Client) -> None:
    answer = bare(site, {"Authorization": f"Bearer {site.token}"})
    assert answer.status_code == 200
    assert answer.json() == ask(director, texts=["全网最低价"], scene="title").json()
    reviews = bare(site, {"Authorization": f"Bearer {site.token}"}, "/api/v1/compliance/reviews")
    assert reviews.status_code in {401, 403}, "it opens nothing else"


def test_it_refuses_a_stranger_and_a_token_of_nobody(site: Site) -> None:
    for token in ("none", site.token[:-1]):
        answer = bare(site, {"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"], answer.json()["fix"]) == (401, "bad_token", "/feeds/")
    stranger = bare(site, {})
    assert stranger.status_code in {401, 403}
    assert set(stranger.json()) >= {"code", "problem", "fix"}


def test_it_refuses_a_session_without_its_csrf_token(site: Site, director: httpx.Client) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in director.cookies.items())
    answer = bare(site, {"Cookie": cookies})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_it_answers_only_who_may_have_texts_checked(site: Site, director: httpx.Client) -> None:
    with contextlib.closing(_logged_in(site, "viewer")) as viewer:
        answer = ask(viewer, texts=["女装"])
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["fix"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"texts": []}, 422, "malformed"),
        ({}, 422, "malformed"),
        ({"texts": ["女装"], "scene": "opera"}, 422, "malformed"),
        ({"texts": ["女装"], "on": "soon"}, 422, "malformed"),
        ({"texts": [7]}, 422, "malformed"),
        ({"texts": ["女装"], "packs": ["luck"]}, 404, "pack_not_found"),
        ({"texts": ["女装"] * 2001}, 413, "too_much_text"),
        ({"texts": ["字" * 500_001]}, 413, "too_much_text"),
    ],
)
def test_it_names_what_is_wrong_and_the_fix(director: httpx.Client, body: Any, status: int, code: str) -> None:
    answer = director.post(PATH, json=body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert told["problem"]
    assert told["fix"]


def test_it_refuses_what_is_no_json_and_other_methods(director: httpx.Client) -> None:
    broken = director.post(PATH, content=b'{"texts": [', headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed")
    assert director.get(PATH).status_code == 405
