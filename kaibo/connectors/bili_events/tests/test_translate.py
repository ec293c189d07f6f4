"""Room event logs: every kind, money once, broken lines by name."""

from collections import Counter
from pathlib import Path

import pytest

from kaibo.connectors.api import BadLine, Outcome, Skipped, translate_file
from kaibo.eventlog.events import PlatformEvent

FIXTURES = Path(__file__).parent.parent / "fixtures"


def outcomes(name: str, **more: object) -> list[Outcome]:
    return list(translate_file("bili_events", FIXTURES / name, **more))  # type: ignore[arg-type]


def events(name: str, **more: object) -> list[PlatformEvent]:
    return [one for one in outcomes(name, **more) if isinstance(one, PlatformEvent)]


def test_it_knows_every_kind_of_row() -> None:
    assert Counter(one.kind for one in events("room.jsonl")) == {
        "comment.posted": 3,
        "viewer.entered": 1,
        "online.sampled": 1,
        "gift.sent": 8,
        "figure.reported": 1,
        "follow.gained": 1,
        "share.made": 1,
        "note.marked": 2,
        "unknown": 1,
    }


def test_it_counts_a_gift_and_its_combo_once() -> None:
    gifts = [one for one in events("room.jsonl") if one.kind == "gift.sent"]
    assert [one.reason for one in outcomes("room.jsonl") if isinstance(one, Skipped)] == [
        "combo already counted by its gift rows"
    ]
    bells = [(one.quantity, one.amount_minor) for one in gifts if (one.attrs or {}).get("gift") == "铃铛"]
    assert bells == [(1, 100), (1, 100)]
    hearts = next(one for one in gifts if (one.attrs or {}).get("gift") == "小心心")
    assert (hearts.quantity, hearts.amount_minor) == (24, 0)  # no gift row told of these
    rest = [(one.quantity, one.amount_minor) for one in gifts if (one.attrs or {}).get("gift") == "牛哇"]
    assert rest == [(1, 10), (5, 50)]  # the combo tells of six, the rows of one


def test_it_knows_what_is_money() -> None:
    money = {(one.attrs or {}).get("gift"): one.amount_minor for one in events("room.jsonl") if one.kind == "gift.sent"}
    assert money["辣条"] == 0  # silver
    assert money["super_chat"] == 5000
    assert money["舰长"] == 12 * 19800


def test_it_prefers_the_platform_stamp_to_local_time() -> None:
    by_kind = {one.kind: one for one in events("room.jsonl")}
    assert by_kind["viewer.entered"].occurred_at == 1_795_348_801_000_000
    assert events("room.jsonl")[0].occurred_at == 1_795_348_801_000_000  # 20:00:01 in Shanghai


def test_it_keeps_equal_rows_apart_and_unknown_kinds() -> None:
    found = events("room.jsonl")
    assert len({one.event_id for one in found}) == len(found)
    strange = next(one for one in found if one.kind == "unknown")
    assert (strange.attrs or {})["their_kind"] == "hot_rank"


def test_it_leaves_out_other_rooms_when_one_is_asked_for() -> None:
    found = outcomes("room.jsonl", room="12")
    assert [one.text for one in found if isinstance(one, PlatformEvent)] == ["另一个房间"]
    assert sum(isinstance(one, Skipped) for one in found) == 19


def test_it_names_every_broken_line_and_keeps_the_rest() -> None:
    found = outcomes("broken.jsonl")
    assert len(found) == 17
    assert [one.kind for one in found if isinstance(one, PlatformEvent)] == ["comment.posted", "online.sampled"]
    bad = [one for one in found if isinstance(one, BadLine)]
    assert [(one.line, one.field) for one in bad] == [
        (2, "line"),
        (3, "line"),
        (4, "room"),
        (5, "type"),
        (6, "date"),
        (7, "time"),
        (8, "date"),
        (9, "user"),
        (10, "text"),
        (11, "count"),
        (12, "num"),
        (13, "ts"),
        (14, "price"),
        (15, "text"),
    ]
    assert all(one.problem and one.fix and one.raw for one in bad)


@pytest.mark.shared_data
def test_it_reads_a_real_evening(shared_data: Path) -> None:
    path = shared_data / "danmaku" / "bilibili_rooms_events.jsonl.gz"
    found = list(translate_file("bili_events", path))
    assert len(found) == 83_065
    assert Counter(one.room_id for one in found if isinstance(one, PlatformEvent | Skipped)) == {
        "11365": 55_721,
        "545342": 25_843,
        "563689": 1_285,
        "7085640": 140,
        "23789393": 38,
        "44857": 38,
    }
    ids = {(one.room_id, one.event_id) for one in found if isinstance(one, PlatformEvent)}
    assert len(ids) == sum(isinstance(one, PlatformEvent) for one in found)
