"""Who sees what: every address by every role."""

import json
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.shows import api as shows
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.web.tests.people import MINE, OTHER, PASSWORD, Cast

OPEN_TO_OUTSIDERS = {
    "login",
    "logout",
    "invitation",
    "account",
    "account_second",
    "login_code",
    "account_log_out",
    "healthz",
    "favicon",
    "set_language",
    "gauges",
}
OPEN_TO_STRANGERS = {"login", "login_code", "invitation", "healthz", "favicon", "set_language", "gauges", "report_link"}
"""Each guards itself and has tests of its own; the gauges admit this machine, or a token."""
FREE_API = {"api:me", "api:openapi-json", "api:openapi-view", "api:api-root"}


def addresses(cast: Cast, show_id: str, feed_id: str) -> Iterator[tuple[str, str]]:
    """Every address of the pages and the API, filled with things that exist."""
    values = {
        "show_id": show_id,
        "platform": "taobao" if show_id == cast.other_show_id else "douyin",
        "room_id": "77" if show_id == cast.other_show_id else "8801",
        "feed_id": feed_id,
        "metric_id": "gmv_paid",
        "person_id": cast.ids["viewer"],
        "invitation_id": 1,
        "ingest_id": "none",
        "table_id": "none",
        "review_id": 1,
        "text_id": 1,
        "case_id": 1,
        "matter_id": 1,
        "hit_id": 1,
        "proposal_id": 1,
        "answer_id": 1,
        "change_id": 1,
        "line_id": 1,
        "link_id": 1,
        "job_id": 1,
        "task_id": 1,
        "file_id": 1,
        "entry_id": 1,
        "round_id": "none",
        "sheet": "none",
        "bot": "none",
        "step": "none",
        "form": "csv",
        "connector": "none",
        "token": "none",
    }
    yield from _walk(get_resolver().url_patterns, "", "/", values)


def _walk(
    patterns: list[URLPattern | URLResolver], space: str, prefix: str, values: dict[str, object]
) -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if not route.startswith("/admin"):
                name = f"{one.namespace}:" if one.namespace else ""
                yield from _walk(one.url_patterns, space + name, route, values)
            continue
        for key, value in values.items():
            for kind in ("", "str:", "int:", "path:"):
                route = route.replace(f"<{kind}{key}>", str(value))
        yield f"{space}{one.name}", route


def test_it_shows_an_outsider_nothing_anywhere(cast: Cast) -> None:
    feed, _token = eventlog.create_feed("Orders", connector="http", platform="douyin", actor="system:test")
    seen, checked = [], 0
    for name, url in addresses(cast, cast.show_id, feed.id):
        assert "<" not in url, f"{name} has an argument the test cannot fill"
        if name in OPEN_TO_OUTSIDERS | FREE_API:
            continue
        for method in ("get", "post"):
            if method == "get":
                answer = cast.outsider.get(url)
            else:
                answer = cast.outsider.post(url, data="{}" if "/api/" in url else "", content_type="application/json")
            checked += 1
            body = answer.content.decode() if not answer.streaming else "a file"
            if answer.status_code not in {403, 404, 405, 422} or "Evening" in body or "Room 8801" in body:
                seen.append((method, url, answer.status_code))
    assert checked > 80
    assert seen == []


def test_it_sends_strangers_to_the_login_page_or_says_401(cast: Cast) -> None:
    stranger = Client()
    for name, url in addresses(cast, cast.show_id, "none"):
        if name in OPEN_TO_STRANGERS:
            continue
        answer = stranger.get(url)
        if url.startswith("/api/"):
            assert answer.status_code in {401, 302, 404, 405, 422}, url
        else:
            assert answer.status_code == 302, url
            assert answer["Location"].startswith("/login/"), url


def test_it_hides_shows_of_other_rooms_as_if_they_were_not_there(cast: Cast) -> None:
    for person in (cast.operator, cast.viewer):
        assert person.get(f"/shows/{cast.show_id}/").status_code == 200
        for url in (
            f"/shows/{cast.other_show_id}/",
            "/rooms/taobao/77/",
            f"/api/v1/shows/{cast.other_show_id}/metrics",
        ):
            assert person.get(url).status_code == 404, url
        for url in ("/", "/shows/", "/rooms/"):
            assert "Evening 77" not in person.get(url).content.decode(), url
        listed = json.loads(person.get("/api/v1/shows").content)
        assert [show["show_id"] for show in listed] == [cast.show_id]


def test_it_leaks_nothing_of_another_room_anywhere(cast: Cast) -> None:
    """Everything of the other room carries one mark; no address, export or language shows it to people of this one."""
    mark, (platform, room_id) = "geheim77", OTHER
    rooms.save_room(platform, room_id, name=f"Room {mark}", actor="system:test")
    shows.rename_show(cast.other_show_id, f"Evening {mark}", actor="system:test")
    feed, _ = eventlog.create_feed(mark, connector="http", platform=platform, rooms=[room_id], actor="system:test")
    wide, _ = eventlog.create_feed("wide", connector="http", platform=platform, actor="system:test")
    own, _ = eventlog.create_feed("own", connector="http", platform=MINE[0], rooms=[MINE[1]], actor="system:test")
    log = eventlog.open_log()
    for told in (feed, wide):
        line = f'{{"event_id":"x","viewer_id":"{mark}","attrs":{{"nickname":"{mark}"}},"by":"{told.id}"}}'
        log.append_lines(line.encode(), provenance=Provenance(told.id), feed=told)
    log.append_lines(b'{"event_id":"eigen"}', provenance=Provenance(own.id), feed=own)
    log.close()
    boss = team.add_person(
        "room-director", PASSWORD, role=Role.DIRECTOR, scope=RoomScope(rooms=frozenset({MINE})), actor="system:test"
    )
    room_director = Client()
    room_director.force_login(User.objects.get(pk=boss.id))
    found = []
    named = {
        url: name  # once for those of neither show nor feed
        for show_id, feed_id in ((cast.show_id, "none"), (cast.other_show_id, feed.id))
        for name, url in addresses(cast, show_id, feed_id)
        if name not in {"logout", "account_log_out", "set_language"}
    }
    for person in (cast.viewer, cast.operator, room_director):
        for url, name in named.items():
            for query in ("", "?export=csv", "?export=csv&table=quarantine", "?by=product&export=csv"):
                answer = person.get(url + query)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                if mark in body.decode(errors="replace"):
                    found.append((answer.wsgi_request.user.username, url + query))
                if answer.status_code == 405 or name in FREE_API:
                    break  # said by the address alone, before anything is asked
    assert len(named) > 200
    assert found == []
    assert "eigen" in cast.operator.get("/feeds/").content.decode()


@pytest.mark.parametrize(
    ("url", "viewer", "operator"),
    [
        ("/people/", 403, 403),
        ("/audit/", 403, 403),
        ("/settings/", 403, 403),
        ("/feeds/", 403, 200),
        ("/imports/", 403, 200),
        ("/shows/new/", 403, 200),
        ("/metrics/", 200, 200),
        ("/admin/", 403, 403),
    ],
)
def test_it_opens_pages_by_role(cast: Cast, url: str, viewer: int, operator: int) -> None:
    assert cast.viewer.get(url).status_code == viewer
    assert cast.operator.get(url).status_code == operator
    assert cast.director.get(url).status_code == 200


def test_it_lets_an_operator_of_one_room_plan_only_there(cast: Cast) -> None:
    form = {"begins": "planned", "planned_at": "2099-01-02T20:00", "title": "Planned"}
    refused = cast.operator.post("/shows/new/", {**form, "room": "taobao/77"})
    assert refused.status_code == 403
    assert cast.operator.post("/shows/new/", {**form, "room": "douyin/8801"}).status_code == 302


def test_it_refuses_writes_without_the_csrf_token(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = cast.director.cookies
    assert strict.post(f"/shows/{cast.show_id}/rename/", {"title": "x"}).status_code == 403
    patched = strict.patch(f"/api/v1/shows/{cast.show_id}", data='{"title": "x"}', content_type="application/json")
    assert patched.status_code == 403


def test_it_changes_nothing_by_get(cast: Cast) -> None:
    before = len(eventlog.audit_entries(limit=1000))
    for _name, url in addresses(cast, cast.show_id, "none"):
        if not url.startswith("/logout"):
            cast.director.get(url)
    assert len(eventlog.audit_entries(limit=1000)) == before


def test_it_serves_a_strict_policy_everywhere_but_in_the_back_office(cast: Cast) -> None:
    for name, url in addresses(cast, cast.show_id, "none"):
        if name in {"logout", "set_language", "account_log_out"}:
            continue
        policy = cast.director.get(url).headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, url
        assert "unsafe" not in policy, url
    assert "unsafe-eval" in cast.director.get("/admin/").headers["Content-Security-Policy"]
