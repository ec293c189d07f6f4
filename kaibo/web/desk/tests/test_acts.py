"""Acts of the desk through the JSON door, the real log and the real counter: laps appear in the room's state."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from kaibo.commerce.lineup import api as lineups
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter
from kaibo.web.desk.state import selling_points
from kaibo.web.live.state import room_state
from kaibo.web.tests.people import Cast

START = clock.now_us() - 30 * clock.MINUTE_US
SHEET = """链接号\t商品名称\t角色\t直播价\t卖点\t赠品
7\t大衣\t主推\t899\t双面呢、不起球、可机洗、送袜子\t袜子
8\t毛衣\t福利\t99\t\t
"""


@pytest.fixture
def on_air(cast: Cast) -> Iterator[Cast]:
    log = eventlog.open_log()
    shows.ensure_show("tonight", platform="douyin", room_id="8801", title="晚场", started_at=START, actor="system:test")
    lineups.take_sheet("tonight", lineups.read_sheet("tonight", text=SHEET), mode="replace", actor="user:1")
    yield cast
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def act(client: Client, *acts: dict[str, Any]) -> Any:
    return client.post("/api/v1/shows/tonight/acts", data=json.dumps({"acts": acts}), content_type="application/json")


def counted() -> None:
    counter = Counter()
    counter.run_once()
    counter.close()


def lap(number: int, minute: float, link: str, kind: str = "start") -> dict[str, Any]:
    return {"id": f"client-{number:04d}", "kind": kind, "at_us": at(minute), "link_no": link}


def test_it_turns_ten_acts_that_arrive_late_into_laps_in_their_order(on_air: Cast) -> None:
    acts = [lap(number, number / 2, "7" if number % 2 else "8", "next") for number in range(1, 11)]
    answers = act(on_air.operator, *acts)
    assert [each["state"] for each in answers.json()] == ["recorded"] * 10
    assert {each["state"] for each in act(on_air.operator, *acts).json()} == {"known"}
    counted()
    laps = sorted(warehouse.laps("tonight"), key=lambda each: each.from_us)
    assert [each.from_us // clock.MICROS for each in laps] == [each["at_us"] // clock.MICROS for each in acts]
    assert [each.link_no for each in laps] == ["7", "8"] * 5
    state = room_state("tonight", now_us=at(10))
    assert state["now"]["link_no"] == "8"
    assert [line["link_no"] for line in state["desk/lines"]] == ["7", "8"]
    assert len([path for path in state if path.startswith("lap/")]) == 10
    titles = {row["link_no"]: row["title"] for path, row in state.items() if path.startswith("goods/")}
    assert titles == {"7": "大衣", "8": "毛衣"}, "the lineup names the links of the table where no feed does"
    told = on_air.viewer.get("/api/v1/shows/tonight/acts").json()
    assert (told[0]["id"], told[0]["by"]) == ("client-0010", "operator")


def test_it_counts_money_per_lap_and_forgets_a_lap_taken_back(on_air: Cast) -> None:
    feed, _token = eventlog.create_feed("推送", connector="http", platform="douyin", kinds=["order.paid"], actor="x")
    order = {"platform": "douyin", "room_id": "8801", "kind": "order.paid", "viewer_id": "v", "currency": "CNY"}
    lines = [
        {**order, "event_id": "e1", "order_id": "o1", "amount_minor": 50_000, "occurred_at": at(2)},
        {**order, "event_id": "e2", "order_id": "o2", "amount_minor": 7_000, "occurred_at": at(6)},
    ]
    log = eventlog.open_log()
    log.append_lines(json.dumps(lines).encode(), provenance=eventlog_provenance(feed.id))
    act(on_air.operator, lap(1, 1, "7"), lap(2, 5, "8", "next"))
    counted()
    assert by_lap() == {"desk:client-0001": 50_000, "desk:client-0002": 7_000}
    undo = {"id": "client-undo", "kind": "undo", "at_us": at(5) + 3 * clock.MICROS, "of": "client-0002"}
    assert act(on_air.operator, undo).json()[0]["state"] == "recorded"
    counted()
    assert by_lap() == {"desk:client-0001": 57_000}
    log.close()


def eventlog_provenance(feed_id: str) -> Any:
    from kaibo.eventlog.contracts import Provenance

    return Provenance(feed_id)


def by_lap() -> dict[str, int]:
    return {key: values["gmv_paid_minor"] for key, values in warehouse.totals_by("tonight", "lap").items()}


def test_it_publishes_the_list_to_the_room(on_air: Cast) -> None:
    answer = on_air.operator.post("/api/v1/shows/tonight/lineup/publish")
    assert answer.json()["published_version"] == 1
    act(on_air.operator, lap(1, 20, "7"), {"id": "client-host", "kind": "host", "at_us": at(20), "host_id": "小鹿"})
    counted()
    state = room_state("tonight", now_us=at(25))
    assert (state["now"]["title"], state["now"]["price_minor"], state["now"]["role"]) == ("大衣", 89_900, "hero")
    assert state["desk/now"]["points"] == ["双面呢", "不起球", "可机洗"]
    assert state["desk/now"]["gift"] == "袜子"
    assert state["host"]["id"] == "小鹿"
    assert {path for path in state if path.startswith("goods/")} == {"goods/#7", "goods/#8"}


def test_it_refuses_who_may_not_and_what_cannot_be(on_air: Cast) -> None:
    assert act(on_air.viewer, lap(1, 1, "7")).status_code == 403
    assert act(on_air.outsider, lap(1, 1, "7")).status_code == 404
    [refused] = act(on_air.operator, lap(1, 1, "")).json()
    assert refused["state"] == "refused"
    assert refused["fix"]
    assert act(on_air.operator, {"id": "client-0001", "kind": "dance", "at_us": 1}).status_code == 422


def test_it_has_three_points_however_they_are_parted() -> None:
    from kaibo.commerce.lineup.contracts import Line

    assert selling_points(Line("a", points="A；B\nC;D")) == ["A", "B", "C"]
    assert selling_points(Line("a", points="含绒量 90%,蓬松 1,000")) == ["含绒量 90%", "蓬松 1,000"]
    assert selling_points(Line("a")) == []
