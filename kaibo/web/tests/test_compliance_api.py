"""`POST /api/v1/compliance/check`: evidence for those who may ask."""

import json
from typing import Any

from django.test import Client

from kaibo.web.tests.people import Cast

URL = "/api/v1/compliance/check"


def ask(client: Client, **body: Any) -> Any:
    return client.post(URL, data=json.dumps(body), content_type="application/json")


def test_it_answers_with_evidence(cast: Cast) -> None:
    text = "2024年双十一全国第一。全网罪低价"
    answer = ask(cast.operator, texts=[text, "女装"], scene="title")
    assert answer.status_code == 200
    first, second = answer.json()
    assert first["action"] == "block"
    assert {(hit["rule"], hit["action"], hit["view"]) for hit in first["hits"]} == {
        ("absolute.first", "warn", "plain"),
        ("price.lowest", "block", "sound"),
    }
    for hit in first["hits"]:
        assert hit["matched"] == text[hit["start"] : hit["end"]]
        assert hit["article"]
    tried = next(hit for hit in first["hits"] if hit["rule"] == "absolute.first")["exemptions"]
    assert [one["name"] for one in tried if one["applies"]] == ["limited_fact"]
    assert (second["action"], second["hits"]) == (None, [])


def test_it_answers_only_those_who_may(cast: Cast) -> None:
    assert ask(cast.viewer, texts=["女装"]).status_code == 403
    assert ask(Client(), texts=["女装"]).status_code == 401
    assert ask(cast.outsider, texts=["女装"]).status_code == 403


def test_it_names_what_it_cannot_answer(cast: Cast) -> None:
    assert ask(cast.operator, texts=[]).status_code == 422
    assert ask(cast.operator, texts=["女装"], scene="opera").json()["code"] == "malformed"
    missing = ask(cast.operator, texts=["女装"], packs=["luck"])
    assert (missing.status_code, missing.json()["code"]) == (404, "pack_not_found")
    large = ask(cast.operator, texts=["字" * 500_001])
    assert (large.status_code, large.json()["code"], large.json()["field"]) == (413, "too_much_text", "texts")
