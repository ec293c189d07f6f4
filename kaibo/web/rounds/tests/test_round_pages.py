"""Rounds through the pages: recorded once, text and bots, settings, who may; tiles of a room without any feed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import RoundForm
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

START = clock.now_us() - 90 * clock.MINUTE_US
FIRST = {"gmv_paid_minor": 1_000_000, "views": 3_000, "viewers": 2_000, "spend_minor": 200_000, "online_now": 300}
SECOND = {"gmv_paid_minor": 2_500_000, "views": 6_000, "viewers": 4_000, "spend_minor": 500_000, "online_now": 360}


@pytest.fixture
def on_air(cast: Cast) -> Iterator[Cast]:
    log = eventlog.open_log()
    shows.ensure_show("tonight", platform="douyin", room_id="8801", title="晚场", started_at=START, actor="system:test")
    yield cast
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def entry(number: int, minute: float, values: dict[str, int], *, try_: int = 1) -> dict[str, Any]:
    return {
        "id": f"entry-{number:03d}-{try_}",
        "round_id": f"round-{number:03d}",
        "at_us": at(minute),
        "values": values,
    }


def send(client: Client, *entries: dict[str, Any]) -> Any:
    body = json.dumps({"entries": entries})
    return client.post("/api/v1/shows/tonight/rounds", data=body, content_type="application/json")


def test_it_fills_the_tiles_of_a_room_that_has_no_feed(on_air: Cast) -> None:
    answers = send(on_air.operator, entry(1, 30, FIRST), entry(2, 60, SECOND))
    assert [each["state"] for each in answers.json()] == ["recorded", "recorded"]
    assert {each["state"] for each in send(on_air.operator, entry(2, 60, SECOND)).json()} == {"known"}
    counter = Counter()
    counter.run_once()
    state = room_state("tonight", now_us=at(70))
    main = {number: state[f"tile/{number}"]["main"] for number in range(1, 8)}
    expected = pytest.approx([2_500_000, 50_000, 360, 100, 500_000, 5], rel=1e-6)
    assert [main[number]["v"] for number in (1, 2, 3, 4, 5, 6)] == expected
    assert {main[number]["o"] for number in (1, 2, 3, 4, 5, 6)} == {"typed"}
    assert main[1]["at"] == at(60)
    assert state["round/due"] == at(90)
    assert state["round/last"]["views"] == [6_000, at(60)]
    send(on_air.operator, entry(2, 60, {"gmv_paid_minor": 1_600_000}, try_=2))
    counter.run_once()
    counter.close()
    corrected = room_state("tonight", now_us=at(70))
    changed = [corrected[f"tile/{number}"]["main"]["v"] for number in (1, 2)]
    assert changed == pytest.approx([1_600_000, 20_000], rel=1e-6)
    assert set(warehouse.totals("tonight")) <= {"events"}, "typed figures are in no counted column"


def test_it_draws_typed_rounds_as_steps_only_where_no_feed_reports(on_air: Cast) -> None:
    send(on_air.operator, entry(1, 30, FIRST), entry(2, 60, SECOND))
    steps = room_state("tonight", now_us=at(70))["round/steps"]
    assert steps == {
        "gmv": [[at(0), at(30), 1_000_000], [at(30), at(60), 1_500_000]],
        "spend": [[at(0), at(30), 200_000], [at(30), at(60), 300_000]],
        "entries": [[at(0), at(30), 3_000], [at(30), at(60), 3_000]],
        "online": [[at(30), at(30), 300], [at(60), at(60), 360]],
    }
    send(on_air.operator, entry(1, 30, {"gmv_paid_minor": 1_200_000}, try_=2))
    corrected = room_state("tonight", now_us=at(70))["round/steps"]["gmv"]
    assert [step[2] for step in corrected] == [1_200_000, 1_300_000]
    send(on_air.operator, entry(3, 61, {"gmv_paid_minor": 2_600_000}))
    again = room_state("tonight", now_us=at(70))["round/steps"]["gmv"]
    assert again[1:] == [[at(30), at(61), 1_400_000]], "a minute after a round is no pace of its own"
    sell((10, 1_000), (50, 2_000))
    assert set(room_state("tonight", now_us=at(70))["round/steps"]) == {"spend", "entries", "online"}


def test_it_names_the_figure_that_fell_with_its_earlier_value(on_air: Cast) -> None:
    send(on_air.operator, entry(1, 30, FIRST))
    [answer] = send(on_air.operator, entry(2, 60, {**SECOND, "views": 2_999})).json()
    [problem] = answer["problems"]
    assert (answer["state"], problem["figure"], problem["known_value"]) == ("recorded", "views", 3_000)
    assert problem["known_us"] == at(30)
    told = on_air.viewer.get("/api/v1/shows/tonight/rounds").json()
    assert (len(told), told[1]["by"], "views" in told[1]["values"]) == (2, "operator", False)


def test_it_writes_the_text_and_puts_it_on_its_way_once(on_air: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_BOT_TEAM", "http://127.0.0.1:9/robot/send?access_token=verysecret")
    places = {f"place_{name}": str(n) for n, name in enumerate(("gmv_paid_minor", "views"), start=1)}
    form = {**places, "every_minutes": "20", "template": "{场次}：{支付GMV}（+{+支付GMV}）", "bot": ["team"]}
    url = "/rooms/douyin/8801/rounds/"
    page = on_air.director.get(url).content.decode()
    assert "team" in page
    assert "verysecret" not in page
    assert on_air.director.post(url, form).status_code == 302
    assert rounds.form("douyin", "8801").figures == ("gmv_paid_minor", "views")
    send(on_air.operator, entry(1, 30, FIRST))
    send(on_air.operator, entry(2, 60, SECOND))
    told = on_air.viewer.get("/api/v1/shows/tonight/rounds/round-002/text").json()
    assert told["text"] == "晚场：¥25,000.00（+¥15,000.00）"
    assert [(post["bot"], post["state"]) for post in told["posts"]] == [("team", "waiting")]
    send(on_air.operator, entry(1, 30, {"gmv_paid_minor": 1_100_000}, try_=2))
    assert len(eventlog.work.jobs(task="bots.post")) == 2, "a correction goes out only when somebody says so"
    again = on_air.operator.post("/api/v1/shows/tonight/rounds/round-001/post")
    assert again.json()["posts"][0]["state"] == "waiting"


def test_it_keeps_a_form_as_it_was_when_a_new_one_cannot_be(on_air: Cast) -> None:
    url = "/rooms/douyin/8801/rounds/"
    on_air.director.post(url, {"place_views": "1", "every_minutes": "20", "template": "{心情}"})
    assert rounds.form("douyin", "8801").every_minutes == 30
    on_air.director.post(url, {"place_views": "x", "every_minutes": "20"})
    assert rounds.form("douyin", "8801").figures != ("views",)


def test_it_shows_rounds_only_to_people_of_the_room(on_air: Cast) -> None:
    send(on_air.operator, entry(1, 30, FIRST))
    page = on_air.viewer.get("/shows/tonight/rounds/")
    assert "10,000.00" in page.content.decode()
    assert on_air.outsider.get("/shows/tonight/rounds/").status_code in {403, 404}
    assert send(on_air.viewer, entry(2, 60, SECOND)).status_code == 403
    assert send(on_air.outsider, entry(2, 60, SECOND)).status_code == 404
    assert on_air.operator.get("/rooms/douyin/8801/rounds/").status_code == 403
    assert (
        on_air.viewer.post("/api/v1/shows/tonight/rounds/round-001/withdraw", "{}", "application/json").status_code
        == 403
    )
    done = on_air.operator.post("/api/v1/shows/tonight/rounds/round-001/withdraw", "{}", "application/json")
    assert (done.status_code, on_air.viewer.get("/api/v1/shows/tonight/rounds").json()) == (204, [])


def sell(*sales: tuple[float, int]) -> None:
    from kaibo.eventlog.contracts import Provenance

    feed, _ = eventlog.create_feed("推送", connector="http", platform="douyin", kinds=["order.paid"], actor="x")
    lines = [
        {
            "event_id": f"e{minute}",
            "kind": "order.paid",
            "platform": "douyin",
            "room_id": "8801",
            "order_id": f"o{minute}",
            "viewer_id": f"v{minute}",
            "amount_minor": amount,
            "currency": "CNY",
            "occurred_at": at(minute),
        }
        for minute, amount in sales
    ]
    log = eventlog.open_log()
    log.append_lines(json.dumps(lines).encode(), provenance=Provenance(feed.id))
    log.close()
    counter = Counter()
    counter.run_once()
    counter.close()


def test_it_posts_counted_rounds_by_itself_once_each(on_air: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaibo.eventlog.work import Run
    from kaibo.web.rounds.tasks import post_counted, post_due

    monkeypatch.setenv("KAIBO_BOT_TEAM", "http://127.0.0.1:9/robot/send?access_token=t")
    show = shows.show("tonight")
    form = RoundForm(template="{第几轮}：{支付GMV}（+{+支付GMV}）", bots=("team",))
    rounds.set_form("douyin", "8801", form, actor="user:1")
    assert not post_due(show, now_us=at(61)), "no feed counts the orders: somebody types"
    sell((10, 1_000), (50, 2_000))
    assert not post_due(show, now_us=at(29)), "nothing is due yet"
    assert not post_due(show, now_us=at(75)), "the server missed it: old numbers are not posted"
    assert post_due(show, now_us=at(61))
    assert not post_due(show, now_us=at(62))
    [job] = eventlog.work.jobs(task="bots.post")
    assert job.args["text"] == "3：¥30.00（+¥20.00）"
    with monkeypatch.context() as then:
        then.setattr(clock, "now_us", lambda: at(91))
        assert post_counted(Run(1, 1, "system:test")) == "tonight"
        assert post_counted(Run(2, 1, "system:test")) == ""
    now = on_air.viewer.get("/api/v1/shows/tonight/round-text").json()
    assert now["text"].endswith("：¥30.00（+¥0.00）")
    send(on_air.operator, entry(1, 70, FIRST))
    assert not post_due(show, now_us=at(91)), "somebody types rounds: those are the ones that go out"


def test_it_counts_each_minute_in_one_round_however_the_show_began(on_air: Cast) -> None:
    """A show hardly ever begins at a whole minute: the one in which a round falls due belongs to that round alone."""
    from kaibo.web.rounds.counted import round_at

    show = shows.show("tonight")
    begun = clock.minute_of(START) + 2 * clock.MINUTE_US + 20 * clock.MICROS
    show = replace(show, started_at=begun)
    sold = (begun, begun + 30 * clock.MINUTE_US - 5 * clock.MICROS, begun + 50 * clock.MINUTE_US)
    sell(*(((moment - START) / clock.MINUTE_US, 1_000) for moment in sold))
    steps = [round_at(show, begun + half * 30 * clock.MINUTE_US).differences for half in (1, 2)]
    assert [step["gmv_paid_minor"] for step in steps] == [2_000, 1_000]
