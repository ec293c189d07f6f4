"""The radar on pages: words open their comments, questions are answered at the desk; no word of it leaves the room."""

import json

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
from kaibo.operations.radar import api
from kaibo.warehouse.counter import Counter
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def talked(cast: Cast) -> int:
    """A minute of talk in both rooms, at the end of their shows; when."""
    from kaibo.commerce.shows import api as shows

    ended = shows.show("s-mine").ended_at or now_us()
    log = eventlog.open_log()
    for show_id, (platform, room_id) in {"s-mine": ("douyin", "8801"), "s-other": ("taobao", "77")}.items():
        told = {"platform": platform, "room_id": room_id, "show_id": show_id, "kind": "comment.posted"}
        events = [
            PlatformEvent(
                event_id=f"{show_id}{n}", occurred_at=ended - 60_000_000 + n, text=text, viewer_id=f"v{n}", **told
            )
            for n, text in enumerate(["羽绒服有大码吗", "羽绒服有大码吗", "羽绒服太好看了 爱了", "避雷 质量太差"])
        ]
        log.append_events(events, provenance=Provenance("feed_test"))
    log.close()
    follower = api.Follower()
    while follower.look():
        pass
    counter = Counter()
    counter.run_once()
    counter.close()
    return ended


def test_it_opens_the_comments_behind_every_word(cast: Cast, talked: int) -> None:
    page = cast.operator.get("/shows/s-mine/radar").content.decode()
    assert "羽绒服" in page
    assert "50%" in page, "one for, one against"
    found = cast.operator.get("/shows/s-mine/radar/comments?word=羽绒服").content.decode()
    assert found.count("<mark>羽绒服</mark>") == 3
    assert "避雷" not in found
    for query in ("?minutes=10&to=1", "?minutes=2&to=99999999999999999999", "?minutes=x&to=y", "?minutes=60"):
        assert cast.operator.get(f"/shows/s-mine/radar{query}").status_code == 200


def test_it_lets_the_desk_answer_what_waits(cast: Cast, talked: int) -> None:
    state = room_state("s-mine", now_us=now_us())
    assert state["question/size:"]["count"] == 2
    assert not [path for path in room_state("s-mine", now_us=now_us(), sees_comments=False) if "question" in path]
    body = json.dumps({"topic": "size"})
    answer = cast.operator.post("/api/v1/shows/s-mine/questions/answer", body, content_type="application/json")
    assert answer.status_code == 200
    assert [one.how for one in api.answered("s-mine")] == ["hand"]
    refused = cast.operator.post(
        "/api/v1/shows/s-mine/questions/answer", json.dumps({"topic": "weather"}), content_type="application/json"
    )
    assert refused.status_code == 422


def test_it_shows_talk_only_to_people_of_the_room(cast: Cast, talked: int) -> None:
    for client in (cast.viewer, cast.outsider):
        for path in ("/shows/s-mine/radar", "/shows/s-mine/radar/comments?word=避雷", "/api/v1/shows/s-mine/radar"):
            assert client.get(path).status_code in {403, 404}
    for path in ("/shows/s-other/radar", "/shows/s-other/radar/comments?word=避雷", "/api/v1/shows/s-other/questions"):
        assert cast.operator.get(path).status_code == 404
        assert cast.director.get(path).status_code == 200
    body = json.dumps({"topic": "size"})
    for client in (cast.operator, cast.outsider):
        path = "/api/v1/shows/s-other/questions/answer"
        assert client.post(path, body, content_type="application/json").status_code in {403, 404}
    assert api.answered("s-other") == []


def test_it_keeps_the_library_and_shows_what_the_rules_say(cast: Cast) -> None:
    cast.operator.post("/radar/scripts/start/")
    cast.operator.post("/radar/scripts/save/", {"topic": "price", "title": "底价", "text": "今晚全网最低价"})
    page = cast.operator.get("/radar/scripts/").content.decode()
    assert '<span class="badge bad">全网最低价</span>' in page
    assert cast.viewer.get("/radar/scripts/").status_code == 403
    assert cast.outsider.post("/radar/scripts/start/").status_code == 403
    api.remove_script_line(next(line.id for line in api.script_lines("price") if line.title == "底价"), actor="t")


def test_it_says_what_to_do_where_nobody_spoke(cast: Cast) -> None:
    assert "还没有弹幕" in cast.operator.get("/shows/s-mine/radar").content.decode()
