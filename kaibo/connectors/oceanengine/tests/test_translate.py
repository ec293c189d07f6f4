"""Qianchuan's growing totals as steps and figures."""

import json
from pathlib import Path

from kaibo.connectors.contracts import BadLine, Skipped
from kaibo.connectors.tests.reading import events, outcomes

CAPTURE = Path(__file__).parent.parent / "fixtures" / "today_live.jsonl"


def test_it_turns_totals_in_yuan_into_steps_in_fen_that_sum_to_the_last_total() -> None:
    spent = [one for one in events("oceanengine", CAPTURE) if one.kind == "spend.reported"]
    assert [one.amount_minor for one in spent] == [10050, 8025]
    assert [one.attrs["attributed_gmv_minor"] for one in spent] == [30000, 35010]
    assert [(one.attrs["ad_impressions"], one.attrs["ad_clicks"]) for one in spent] == [(1000, 50), (600, 40)]
    assert {one.room_id for one in spent} == {"7301"}
    assert spent[0].occurred_at == 1_780_315_200_000_000
    assert spent[0].attrs["is_whole_room"] is False


def test_it_states_every_other_room_total_also_in_capitals() -> None:
    stated = {
        (one.attrs["figure"], one.occurred_at): one.attrs["value"]
        for one in events("oceanengine", CAPTURE)
        if one.kind == "figure.reported"
    }
    last = max(at for _name, at in stated)
    assert {name: value for (name, at), value in stated.items() if at == last} == {
        "views": 1500, "comments": 77, "live_click_cart_count_alias": 30, "gmv_paid_minor": 102400,
    }  # fmt: skip


def test_it_takes_back_what_the_platform_corrects() -> None:
    rows = [
        {"at": 1780000000 + n * 60, "reply": {"data": {"list": [{"room_id": 1, "stat_cost_for_roi2": total}]}}}
        for n, total in enumerate((50, 40, 40, 45))
    ]
    found = events("oceanengine", "\n".join(map(json.dumps, rows)))
    assert [one.amount_minor for one in found] == [5000, -1000, 500]
    assert all(one.attrs["is_whole_room"] for one in found)


def test_it_needs_to_know_when_and_where() -> None:
    reply = {"code": 0, "data": {"list": [{"room_id": 1, "stat_cost": 5}]}}
    (bad,) = outcomes("oceanengine", reply)
    assert isinstance(bad, BadLine)
    assert bad.field == "as_of"
    (spent,) = events("oceanengine", reply, as_of="1780000000", room="9")
    assert (spent.amount_minor, spent.room_id) == (500, "9")
    (bad,) = outcomes("oceanengine", {"data": {"stat_cost": 5}}, as_of="1780000000")
    assert isinstance(bad, BadLine)
    assert bad.field == "room_id"


def test_it_reads_balances_and_skips_tokens() -> None:
    (found,) = events("oceanengine", {"code": 0, "data": {"advertiser_id": 7, "balance": 12.5}}, as_of="1780000000")
    assert (found.attrs["figure"], found.attrs["value"], found.attrs["basis"]) == ("ad_balance_minor", 1250, "point")
    (skipped,) = outcomes("oceanengine", {"code": 0, "data": {"access_token": "x"}})
    assert isinstance(skipped, Skipped)
