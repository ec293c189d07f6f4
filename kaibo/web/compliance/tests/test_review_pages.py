"""The review pages: from a lineup with one press, mended in place, agreed to by two; the outsider sees nothing."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kaibo.commerce.lineup import api as lineups
from kaibo.operations.compliance import api
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db
SHEET = "链接号\t商品名称\t卖点\n1\t羊绒大衣 全网销量第一\t不起球，可机洗\n2\t加绒卫衣\t保暖\n"


def paste(client: Any, text: str, **more: str) -> int:
    answer = client.post("/compliance/reviews/new/", {"text": text, "scene": "script", **more})
    assert answer.status_code == 302, answer.content.decode()
    return int(answer.url.rstrip("/").rsplit("/", 1)[1])


def test_it_takes_a_lineup_with_one_press(cast: Cast) -> None:
    draft = lineups.read_sheet(cast.show_id, text=SHEET)
    lineups.take_sheet(cast.show_id, draft, mode="replace", actor="system:test")
    answer = cast.operator.post(f"/shows/{cast.show_id}/review-lineup/")
    page = cast.operator.get(answer.url).content.decode()
    assert 'class="mark block"' in page
    assert "销量第一" in page
    assert "《广告法》第九条第（三）项" in page
    assert cast.operator.post("/shows/s-other/review-lineup/").status_code == 404


def test_it_mends_in_place_and_is_agreed_to_by_two(cast: Cast) -> None:
    review_id = paste(cast.operator, "全国第一的羽绒服，最受欢迎", show_id=cast.show_id)
    address = f"/compliance/reviews/{review_id}/"
    text = api.review(review_id).texts[0]
    hit = text.answer.hits[-1]
    mend = {"base": 1, "start": hit.start, "end": hit.end, "words": "很受欢迎"}
    cast.operator.post(f"{address}texts/{text.id}/", mend)
    assert api.review(review_id).texts[0].text == "全国第一的羽绒服，很受欢迎"
    cast.operator.post(f"{address}approve/", {"base": 2, "why": "证书在案"})
    assert api.review(review_id).state == "waiting"
    again = cast.operator.post(f"{address}approve/", {"base": 2, "why": "再来"}, follow=True).content.decode()
    assert "你已经通过了" in again
    assert api.review(review_id).state == "waiting"
    cast.director.post(f"{address}approve/", {"base": 2, "why": "看过"})
    assert api.review(review_id).state == "approved"


def test_it_takes_a_file_and_says_why_it_cannot(cast: Cast) -> None:
    good = SimpleUploadedFile("话术.txt", "闭眼入".encode("gb18030"))
    answer = cast.operator.post("/compliance/reviews/new/", {"file": good, "scene": "script"})
    assert answer.status_code == 302
    bad = SimpleUploadedFile("a.png", b"\x89PNG")
    refused = cast.operator.post("/compliance/reviews/new/", {"file": bad, "scene": "script", "title": "留着"})
    assert refused.status_code == 422
    assert "a.png 不是文本文件" in refused.content.decode()
    assert 'value="留着"' in refused.content.decode()
    assert cast.operator.post("/compliance/reviews/new/", {"text": "x", "scene": "nowhere"}).status_code == 422


def test_it_exports_the_findings(cast: Cast) -> None:
    review_id = paste(cast.operator, "全网最低价")
    answer = cast.operator.get(f"/compliance/reviews/{review_id}/?export=csv")
    table = b"".join(answer.streaming_content).decode()
    assert "price.lowest" in table
    assert "全网最低价" in table


def test_it_shows_a_review_only_to_people_of_its_room(cast: Cast) -> None:
    mine = paste(cast.director, "全网最低价", show_id=cast.show_id)
    other = paste(cast.director, "全网最低价", show_id=cast.other_show_id)
    roomless = paste(cast.director, "全网最低价")
    for client, seen in ((cast.director, {mine, other, roomless}), (cast.operator, {mine})):
        for review_id in (mine, other, roomless):
            wanted = 200 if review_id in seen else 404
            assert client.get(f"/compliance/reviews/{review_id}/").status_code == wanted
            assert client.get(f"/api/v1/compliance/reviews/{review_id}").status_code == wanted
        assert {one["id"] for one in client.get("/api/v1/compliance/reviews").json()} == seen
    for client in (cast.viewer, cast.outsider):
        assert client.get("/compliance/").status_code == 403
        assert client.get(f"/compliance/reviews/{mine}/").status_code in {403, 404}
        assert client.get("/api/v1/compliance/reviews").status_code == 403
        assert client.post(f"/compliance/reviews/{mine}/approve/", {"base": 1, "why": "x"}).status_code in {403, 404}
    assert api.review(mine).state == "open"


def test_it_reviews_over_the_api(cast: Cast) -> None:
    def send(client: Any, method: str, path: str, body: dict[str, Any]) -> Any:
        return client.generic(method, f"/api/v1/compliance{path}", json.dumps(body), content_type="application/json")

    made = send(cast.operator, "POST", "/reviews", {"texts": [{"text": "全国第一"}], "show_id": cast.show_id})
    assert made.status_code == 201
    review_id, text_id = made.json()["id"], made.json()["texts"][0]["id"]
    assert made.json()["texts"][0]["answer"]["hits"][0]["rule"] == "absolute.first"
    changed = send(cast.operator, "PUT", f"/reviews/{review_id}/texts/{text_id}", {"base": 1, "text": "很暖和"})
    assert changed.json()["revision"] == 2
    stale = send(cast.operator, "POST", f"/reviews/{review_id}/approve", {"base": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "review_moved")
    assert send(cast.operator, "POST", f"/reviews/{review_id}/approve", {"base": 2}).json()["state"] == "approved"
