"""The opinion watch on pages: handled by people of the room, listed where it waits, hidden from all others."""

import json

import pytest
from django.db import connection

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.operations.opinion import api
from kaibo.operations.radar import api as radar
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db
TEXTS = ("质量太差了", "穿一次就起球", "开线了怎么办", "收到是坏的", "线头太多", "一股味")


def talk(platform: str, room_id: str, show_id: str, texts: tuple[str, ...], name: str) -> None:
    told = {"platform": platform, "room_id": room_id, "show_id": show_id, "kind": "comment.posted"}
    events = [
        PlatformEvent(event_id=f"{name}{n}", viewer_id=f"{name}{n}", occurred_at=now_us() - n, text=text, **told)
        for n, text in enumerate(texts)
    ]
    log = eventlog.open_log()
    log.append_events(events, provenance=Provenance("feed_test"))
    log.close()
    follower = api.Follower()
    while follower.look():
        pass


@pytest.fixture
def matter_id(cast: Cast) -> int:
    """Faulty goods in both rooms, a rude host in the other one only; the id of the first."""
    talk("douyin", "8801", "s-mine", TEXTS, "mine")
    talk("taobao", "77", "s-other", ("只有他们知道 质量太差", "别处也起球严重"), "other")
    talk("taobao", "77", "s-other", tuple(f"主播骂人{n}" for n in range(6)), "host")
    return next(view.id for view in api.list_matters() if view.concern == "fault")


def test_it_shows_a_matter_and_takes_it_through(cast: Cast, matter_id: int) -> None:
    radar.add_starters(actor="system:test")
    page = cast.operator.get("/opinion/").content.decode()
    assert "商品质量" in page
    address = f"/opinion/{matter_id}/"
    page = cast.operator.get(address).content.decode()
    assert '<span class="mark warn">质量太差</span>了' in page
    assert "观众 1" in page
    assert "v_" not in page, "numbers, not hashes"
    assert page.index("质量问题说明") < page.index("价格说明"), "what is prepared to be said, the nearest first"
    cast.operator.post(f"{address}step/", {"step": "start", "why": ""})
    assert api.matter(matter_id).state == "watched", "it has to be said what is done"
    cast.operator.post(f"{address}step/", {"step": "start", "why": "暂停讲解，送检"})
    cast.operator.post(f"{address}step/", {"step": "close", "why": "退换完成", "outcome": "compensated"})
    view = api.matter(matter_id)
    assert (view.state, view.outcome, view.started_by) == ("closed", "compensated", f"user:{cast.ids['operator']}")
    page = cast.operator.get(address).content.decode()
    assert "暂停讲解，送检" in page
    assert "已补偿" in cast.operator.get("/opinion/?state=closed").content.decode()
    table = b"".join(cast.operator.get("/opinion/?state=all&export=csv").streaming_content).decode()
    assert "商品质量" in table


def test_it_shows_people_only_what_their_rooms_said(cast: Cast, matter_id: int) -> None:
    rude = next(view.id for view in api.list_matters() if view.concern == "host")
    assert len(api.matter(matter_id).mentions) == 8
    page = cast.operator.get(f"/opinion/{matter_id}/").content.decode()
    assert "只有他们知道" not in page
    told = cast.operator.get(f"/api/v1/opinion/matters/{matter_id}").json()
    assert ({one["room_id"] for one in told["mentions"]}, told["count"]) == ({"8801"}, 6)
    assert [one["id"] for one in cast.operator.get("/api/v1/opinion/matters").json()] == [matter_id]
    for client in (cast.operator, cast.viewer, cast.outsider):
        assert client.get(f"/opinion/{rude}/").status_code in {403, 404}
        assert client.post(f"/opinion/{rude}/step/", {"step": "start", "why": "x"}).status_code in {403, 404}
        assert client.get(f"/api/v1/opinion/matters/{rude}").status_code in {403, 404}
    assert cast.viewer.get("/opinion/").status_code == 403
    assert cast.viewer.post(f"/opinion/{matter_id}/step/", {"step": "start", "why": "x"}).status_code == 403
    assert cast.operator.post("/opinion/limits/", {"voices": "2"}).status_code == 403
    assert api.matter(rude).state == "watched"


def test_it_waits_on_the_home_page_and_in_the_control_room(cast: Cast, matter_id: int) -> None:
    assert "舆情“商品质量”（6 条消息），请在" in cast.operator.get("/").content.decode()
    assert "舆情“商品质量”（8 条消息），请在" in cast.director.get("/").content.decode()
    assert "舆情" not in cast.viewer.get("/").content.decode()
    state = room_state("s-mine", now_us=now_us())
    assert state[f"warning/opinion-{matter_id}"]["words"] == "fault"
    assert state[f"warning/opinion-{matter_id}"]["due_us"] == api.matter(matter_id).due_us
    assert not [path for path in room_state("s-mine", now_us=now_us(), sees_comments=False) if "opinion" in path]
    with connection.cursor() as cursor:
        cursor.execute("update opinion_matter set due_us = %s where id = %s", [now_us() - 1, matter_id])
    assert "已超过开始处理的时限" in cast.operator.get("/").content.decode()
    body = json.dumps({"step": "start", "why": "客服逐单回复"})
    answer = cast.operator.post(
        f"/api/v1/opinion/matters/{matter_id}/steps", body, content_type="application/json"
    ).json()
    assert (answer["state"], answer["steps"][-1]["why"]) == ("handling", "客服逐单回复")
    assert "舆情" not in cast.operator.get("/").content.decode().split("<main")[1]
    assert room_state("s-mine", now_us=now_us())[f"warning/opinion-{matter_id}"]["due_us"] is None
    refused = cast.operator.post(f"/api/v1/opinion/matters/{matter_id}/steps", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_moved")


def test_it_lets_the_director_set_the_limits(cast: Cast) -> None:
    page = cast.director.get("/opinion/").content.decode()
    assert 'name="severe_voices"' in page
    cast.director.post("/opinion/limits/", {"voices": "9", "clock_minutes": "60"})
    assert (api.current_limits().voices, api.current_limits().clock_minutes) == (9, 60)
    page = cast.director.post("/opinion/limits/", {"voices": "1"}, follow=True).content.decode()
    assert "请填 2 到 10000 之间的数" in page
    assert api.current_limits().voices == 9
