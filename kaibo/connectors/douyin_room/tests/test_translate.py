"""Room totals of Douyin as stated figures."""

import json
from pathlib import Path

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import outcomes

BASE = json.loads((Path(__file__).parent.parent / "fixtures" / "base.json").read_text())


def test_it_states_totals_as_of_the_end_of_the_show() -> None:
    views, comments, duration, clock = outcomes("douyin_room", BASE)
    assert (views.kind, views.room_id, views.occurred_at) == ("figure.reported", "7301", 1_780_320_000_000_000)
    assert (views.attrs["figure"], views.attrs["value"], views.attrs["is_final"]) == ("views", 900, True)
    assert (comments.attrs["figure"], duration.attrs["figure"]) == ("comments", "live_duration_td")
    assert isinstance(clock, Skipped)


def test_it_leaves_out_what_is_not_ready_and_takes_the_time_it_is_told() -> None:
    rows = BASE["data"]["stats"][:2]
    waits = [{"name": "live_comment_cnt_td", "is_ready": False}]
    reply = {"data": {"stats": rows, "data_ready_status": waits}}
    views, comments = outcomes("douyin_room", reply, as_of="1780310000")
    assert (views.occurred_at, views.attrs["is_final"]) == (1_780_310_000_000_000, False)
    assert isinstance(comments, Skipped)
    assert outcomes("douyin_room", reply)[0].occurred_at == 1_780_329_599_000_000, "the end of 1 June in China"


def test_it_reads_several_replies_and_names_what_is_wrong() -> None:
    lines = "\n".join(json.dumps({"data": {"stats": [row]}}) for row in BASE["data"]["stats"][:2])
    assert len(outcomes("douyin_room", lines)) == 2
    bad = {**BASE["data"]["stats"][0], "value": -1}
    (found,) = outcomes("douyin_room", {"data": {"stats": [bad]}})
    assert isinstance(found, BadLine)
    assert found.field == "live_watch_cnt_td"
    assert isinstance(outcomes("douyin_room", {"room_ids": ["1"]})[0], Skipped)
