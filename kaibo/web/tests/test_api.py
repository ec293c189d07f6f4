"""`/api/v1`: the same rules as the pages, as JSON."""

import json
from typing import Any

from django.test import Client

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.web.tests.people import Cast


def send(client: Client, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    return getattr(client, method)(url, data=json.dumps(body or {}), content_type="application/json")


def test_it_describes_itself(cast: Cast) -> None:
    paths = cast.viewer.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/shows", "/api/v1/shows/{show_id}/metrics", "/api/v1/metrics/{metric_id}"} <= set(paths)
    assert cast.viewer.get("/api/v1/docs").status_code == 200


def test_it_says_as_json_that_an_address_is_unknown(cast: Cast) -> None:
    for client in (Client(), cast.viewer):
        for answer in (client.get("/api/v2/shows"), send(client, "post", "/api/v1/nothing")):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert answer.json()["problem"]
    page = cast.viewer.get("/nowhere/")
    assert page.status_code == 404
    assert "text/html" in page["Content-Type"]


def test_it_answers_a_definition_in_both_languages(cast: Cast) -> None:
    one = cast.viewer.get("/api/v1/metrics/gmv_paid").json()
    assert one["zh"]
    assert one["en"]
    assert one["formula_zh"] != one["formula_en"]
    assert cast.viewer.get("/api/v1/metrics/nonsense").status_code == 404


def test_it_gives_numbers_or_the_reason_for_none(cast: Cast) -> None:
    whole = cast.viewer.get(f"/api/v1/shows/{cast.show_id}/metrics?ids=gmv_paid,views").json()
    assert set(whole) == {"gmv_paid", "views"}
    assert whole["views"]["value"] is None
    assert whole["views"]["status"] == "missing"
    assert set(whole["views"]["says"]) == {"zh", "en"}
    assert cast.viewer.get(f"/api/v1/shows/{cast.show_id}/metrics?by=minute&ids=views").status_code == 200


def test_it_creates_ends_deletes_and_restores(cast: Cast) -> None:
    made = send(cast.director, "post", "/api/v1/shows", {"platform": "douyin", "room_id": "8801", "title": "By API"})
    assert made.status_code == 201
    url = f"/api/v1/shows/{made.json()['show_id']}"
    assert made.json()["status"] == "on_air"
    assert send(cast.director, "delete", url).json()["code"] == "show_conflict"
    assert send(cast.director, "post", f"{url}/end", {"why": "done"}).json()["status"] == "ended"
    assert send(cast.director, "delete", url).json()["is_deleted"] is True
    assert send(cast.director, "post", f"{url}/restore").json()["is_deleted"] is False
    refused = send(cast.director, "put", f"{url}/targets", {"nonsense": 3})
    assert refused.status_code == 422
    assert refused.json().get("field") == "nonsense", refused.json()


def test_it_refuses_a_viewer_in_words(cast: Cast) -> None:
    answer = send(cast.viewer, "patch", f"/api/v1/shows/{cast.show_id}", {"title": "Mine now"})
    assert answer.status_code == 403
    assert set(answer.json()) >= {"code", "problem", "fix"}
    assert shows.show(cast.show_id).title == "Evening 8801"


def test_it_names_the_field_that_cannot_be_read(cast: Cast) -> None:
    answer = send(cast.director, "post", "/api/v1/shows", {"platform": "douyin"})
    assert answer.status_code == 422
    assert any("room_id" in one["field"] for one in answer.json()["details"])


def test_it_makes_a_feed_with_its_token_once(cast: Cast) -> None:
    made = send(
        cast.director, "post", "/api/v1/feeds", {"name": "Push", "platform": "douyin", "rooms": ["8801"]}
    ).json()
    assert eventlog.feed_by_token(made["token"]) is not None
    listed = cast.operator.get("/api/v1/feeds").json()
    assert [feed["id"] for feed in listed] == [made["feed"]["id"]]
    assert "token" not in listed[0]
    refused = send(cast.operator, "post", "/api/v1/feeds", {"name": "Mine", "platform": "douyin", "rooms": ["8801"]})
    assert refused.status_code == 403


def test_it_lists_the_audit_for_directors(cast: Cast) -> None:
    send(cast.director, "patch", f"/api/v1/shows/{cast.show_id}", {"title": "Renamed"})
    newest = cast.director.get(f"/api/v1/audit?thing=show:{cast.show_id}").json()[0]
    assert (newest["act"], newest["before"], newest["after"]) == ("show.renamed", "Evening 8801", "Renamed")


def test_it_answers_a_number_that_no_column_holds_with_a_sentence(cast: Cast) -> None:
    answer = cast.director.get(f"/api/v1/shows/{cast.show_id}/metrics?by=product&from_us={10**30}")
    assert answer.status_code == 422
    assert answer.json()["problem"]
