"""Registers through the pages and the JSON door: two people, results, caps, files, the checklist, who may."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.registers import api as registers
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.kit import clock
from kaibo.warehouse.counter import Counter
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

START = clock.now_us() - 90 * clock.MINUTE_US
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
PAGE, BEFORE = "/shows/tonight/registers/", "/shows/tonight/before/"


@pytest.fixture
def on_air(cast: Cast) -> Iterator[Cast]:
    log = eventlog.open_log()
    shows.ensure_show("tonight", platform="douyin", room_id="8801", title="晚场", started_at=START, actor="system:test")
    yield cast
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(f"/api/v1/shows/tonight/{url}", data=json.dumps(body), content_type="application/json")


def push(*events: dict[str, Any]) -> None:
    feed, _ = eventlog.create_feed("推送", connector="http", platform="douyin", kinds=["order.paid"], actor="x")
    base = {"platform": "douyin", "room_id": "8801", "currency": "CNY"}
    log = eventlog.open_log()
    log.append_lines(json.dumps([{**base, **each} for each in events]).encode(), provenance=Provenance(feed.id))
    log.close()


def counted(now: float = 90) -> dict[str, Any]:
    counter = Counter()
    counter.run_once()
    counter.close()
    return room_state("tonight", now_us=at(now))


def test_it_takes_a_change_through_two_people_and_marks_the_chart(on_air: Cast) -> None:
    body = {"id": "change-001", "kind": "price", "link_no": "7", "before": 9_900, "after": 7_900, "at_us": at(60)}
    asked = post(on_air.operator, "changes", **body, is_made=True, revert_after_minutes=10)
    assert asked.json()["state"] == "made"
    assert post(on_air.operator, "changes/change-001/check").status_code == 403
    assert post(on_air.director, "changes/change-001/check").json()["state"] == "checked"
    state = counted()
    [change] = state["reg/changes"]
    assert (change["link_no"], change["revert"]) == ("7", at(70))
    marks = [value for path, value in state.items() if path.startswith("mark/") and value["kind"] == "price.changed"]
    assert [mark["at_us"] for mark in marks] == [at(60)]
    assert post(on_air.director, "changes/change-001/revert").json()["state"] == "reverted"
    assert counted()["reg/changes"] == []
    assert post(on_air.director, "changes/change-001/revert").status_code == 409
    page = on_air.viewer.get(PAGE).content.decode()
    assert "¥99 → ¥79" in page


def test_it_shows_what_came_of_an_adjustment_after_half_an_hour(on_air: Cast) -> None:
    order = {"kind": "order.paid", "viewer_id": "v"}
    early = [{**order, "event_id": f"e{n}", "order_id": f"o{n}", "occurred_at": at(35 + n)} for n in range(4)]
    late = {**order, "event_id": "late", "order_id": "late", "amount_minor": 9_000, "occurred_at": at(60)}
    push(*({**each, "amount_minor": 1_000} for each in early), late)
    entry = {"id": "adjust-001", "at_us": at(45), "plan": "A计划", "what": "budget", "value": "+2000"}
    assert post(on_air.operator, "ads", entries=[entry, entry]).json()[0]["state"] == "recorded"
    before = counted(now=70)["reg/ads"]
    assert before["plans"] == ["A计划"]
    assert [pair[1] for pair in before["log"][0]["result"]] == [None, None, None]
    [told] = counted(now=76)["reg/ads"]["log"]
    (sales, sales_after), (spend, spend_after), _ = told["result"]
    assert (sales["v"], sales_after["v"]) == (4_000, 9_000)
    assert (spend["v"], spend_after["v"], spend_after["r"]) == (None, None, "not_reported")
    refused = post(on_air.operator, "ads", entries=[{**entry, "id": "adjust-002", "what": "magic"}]).json()
    assert (refused[0]["state"], bool(refused[0]["fix"])) == ("refused", True)


def test_it_keeps_give_aways_below_their_cap(on_air: Cast) -> None:
    on_air.operator.post(PAGE, {"act": "give", "plan": "1", "link_no": "1", "cap": "10", "loss": "12.9"})
    give = {"act": "give", "link_no": "1", "pieces": "8", "entry_id": "given-0001"}
    for _ in range(2):
        on_air.operator.post(PAGE, give)
    answer = on_air.operator.post(PAGE, {**give, "entry_id": "given-0002", "pieces": "3"}, follow=True)
    assert "还剩 2 件" in answer.content.decode()
    [line] = registers.give_aways("tonight")
    assert (line.given, line.loss_minor) == (8, 8 * 1_290)
    assert counted()["reg/given"] == {"loss": 10_320, "unstated": 0, "full": [], "links": 1}


def test_it_registers_a_violation_with_its_picture(on_air: Cast) -> None:
    form = {"act": "violation", "entry_id": "violation-1", "text": "绝对化用语", "measure": "points", "points": "2"}
    files = SimpleUploadedFile("警告.png", PNG)
    on_air.operator.post(PAGE, {**form, "file": files, "appeal_until": "2099-01-01T10:00"})
    [found] = registers.violations("tonight")
    assert (found.points, len(found.files)) == (2.0, 1)
    url = f"{PAGE}files/{found.files[0].id}/"
    told = on_air.viewer.get(url)
    assert (told.content, told["Content-Type"], told["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert on_air.outsider.get(url).status_code in {403, 404}
    state = counted(now=(clock.now_us() - START) / clock.MINUTE_US + 1)  # however long ago this file was read
    assert (state["reg/violations"]["open"], state["strip/violations"]["v"]) == (1, 1)
    bad = SimpleUploadedFile("run.png", b"<html><script>")
    answer = on_air.operator.post(
        PAGE, {"act": "violation", "attach": "1", "entry_id": "violation-1", "file": bad}, follow=True
    )
    assert "这不是图片、PDF 或视频" in answer.content.decode()
    on_air.operator.post(PAGE, {"act": "violation", "entry_id": "violation-1", "state": "appealed", "note": "口误"})
    assert registers.violations("tonight")[0].state == "appealed"
    assert len(registers.violations("tonight")[0].files) == 1


def test_it_ticks_the_checklist_and_compares_prices_where_a_feed_lists_them(on_air: Cast) -> None:
    page = on_air.operator.get(BEFORE).content.decode()
    assert "没有数据源上报上架商品" in page
    sheet = "链接号\t商品名称\t直播价\n1\t大衣\t899\n2\t毛衣\t99"
    lineups.take_sheet("tonight", lineups.read_sheet("tonight", text=sheet), mode="replace", actor="user:1")
    listed = {"kind": "offer.listed", "occurred_at": at(1)}
    coat, shirt = {"title": "大衣", "price_minor": 79_900}, {"title": "毛衣", "price_minor": 9_900}
    push(
        {**listed, "event_id": "p1", "link_no": "1", "product_id": "p-1", "attrs": coat},
        {**listed, "event_id": "p2", "link_no": "2", "product_id": "p-2", "attrs": shirt},
    )
    counted()
    page = on_air.operator.get(BEFORE).content.decode()
    assert "排品表与上架商品有 1 处不同" in page
    assert "¥899.00" in page
    on_air.operator.post(BEFORE, {"act": "tick", "point": "coupons", "state": "fine"})
    told = on_air.viewer.get(BEFORE).content.decode()
    assert re.search(r"优惠券已配置并展示</strong><span class=\"sub\">operator", told)
    on_air.operator.post(BEFORE, {"act": "template", "points": "优惠券已配置并展示\n补光灯\n补光灯"})
    checklist = registers.checklist(shows.show("tonight"))
    assert [(point.text, point.state) for point in checklist.points] == [
        ("优惠券已配置并展示", "fine"),
        ("补光灯", "open"),
    ]
    hours = {"from": "2026-11-22T20:00", "to": "2026-11-22T23:30"}
    who = {"act": "shift", "shift_id": "shift-0001", "person": "老王", "duty": "desk"}
    on_air.operator.post(BEFORE, {**who, **hours})
    [shift] = registers.shifts("tonight")
    assert (shift.person, shift.worked_us) == ("老王", 210 * clock.MINUTE_US)
    assert "3.5" in on_air.viewer.get(BEFORE).content.decode()


def test_it_lets_only_people_of_the_room_write(on_air: Cast) -> None:
    tick = {"act": "tick", "point": "coupons", "state": "fine"}
    assert on_air.viewer.post(BEFORE, tick).status_code == 403
    assert on_air.outsider.get(PAGE).status_code in {403, 404}
    assert on_air.outsider.post(BEFORE, tick).status_code in {403, 404}
    assert on_air.operator.post(PAGE, tick).status_code == 404, "an act belongs to its page"
    body = {"id": "change-001", "kind": "price", "link_no": "7", "after": 1}
    assert post(on_air.viewer, "changes", **body).status_code == 403
    assert post(on_air.outsider, "ads", entries=[]).status_code == 404
    assert registers.changes("tonight") == []
