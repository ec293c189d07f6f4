"""A body cut by room is, put together again, what it was: every line once, refused lines under their own number."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.eventlog.contracts import FeedView, Receipt
from kaibo.eventlog.lines import Rules
from kaibo.eventlog.shards import Shards
from kaibo.eventlog.split import Part, cut, together
from kaibo.eventlog.validate import check_body
from kaibo.kit.clock import now_us

THREE = Shards(3, 1, 1)
RULES = Rules(now_us=now_us(), currency="CNY")
AT = now_us() - 10**9
ROOMS = [f"r{number}" for number in range(12)]


def line(event_id: str, room: Any, **more: Any) -> str:
    told = {"event_id": event_id, "kind": "comment.posted", "platform": "shop", "room_id": room, "occurred_at": AT}
    return json.dumps({**told, **more}, ensure_ascii=False)


def taken(body: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Event id -> room of the good lines, and (line, field) of the others."""
    checked = check_body(body, RULES)
    return {one.event_id: one.room_id for one in checked.lines}, [(one.line, one.field) for one in checked.problems]


def put_together(body: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """The same after every shard looked at its part, each of which holds rooms of that shard only."""
    good: dict[str, str] = {}
    receipts: dict[int, Receipt] = {}
    parts = cut(body, THREE)
    for shard, part in parts.items():
        checked = check_body(part.body, RULES)
        assert {THREE.of(one.platform, one.room_id) for one in checked.lines} <= {shard}
        assert not good.keys() & {one.event_id for one in checked.lines}
        good |= {one.event_id: one.room_id for one in checked.lines}
        receipts[shard] = Receipt(
            len(checked.lines), rejected=len(checked.problems), details=tuple(checked.problems[:100])
        )
    whole = together(parts, receipts)
    assert whole.accepted == len(good)
    return good, [(one.line, one.field) for one in whole.details]


MIXED = "\n".join(
    [
        *[line(f"a{number}", ROOMS[number % 12]) for number in range(20)],
        "",
        line("no time", "r3", occurred_at="yesterday"),
        "this is no JSON",
        line("a number", 771),
        "   ",
        line("seconds", "r5", occurred_at=AT // 10**6),
        line("nobody's", ""),
        '{"event_id": "half',
        "[1, 2]",
        line("last", "r7", platform="No Such"),
    ]
)


def test_it_puts_every_line_where_its_room_belongs() -> None:
    shards = {THREE.of("shop", room) for room in ROOMS}
    assert shards == {0, 1, 2}, "twelve rooms are of every shard"
    assert set(cut("\n".join(line(room, room) for room in ROOMS).encode(), THREE)) == shards


@pytest.mark.parametrize(
    "body",
    [
        MIXED,
        MIXED.replace("\n", "\r\n"),
        "\ufeff" + MIXED,
        "[" + ",\n".join(line(f"a{number}", ROOMS[number % 12]) for number in range(20)) + "]",
        "[" + ",".join([line("a", "r1"), "[1]", "7", line("b", "r2", occurred_at=None), line("c", 7)]) + "]",
        "[" + line("a", "r1") + "," + line("b", "r2") + ", {]",
        "[[1]," + line("a", "r1") + "]",
        line("a", "r1").replace(", ", ",\n") + "\n" + line("b", "r2") + " " + line("c", "r3"),
        line("a", "r1").replace('"room_id"', '"room_id": "r9", "room_id"') + "\n" + line("b", "r2"),
        line("one", "r1"),
        "\n\n",
        "not JSON",
    ],
)
def test_it_is_the_same_as_the_whole(body: str) -> None:
    assert put_together(body.encode()) == taken(body.encode())


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 2000), st.text("r1 ä\x00", max_size=4), st.floats())
_LINES = st.one_of(
    st.sampled_from([line(f"s{number}", ROOMS[number]) for number in range(12)]),
    st.builds(lambda room, platform: line("f", room, platform=platform), _VALUES, _VALUES),
    st.text('{}[]",:ab \\\r', max_size=8),
    st.lists(_VALUES, max_size=2).map(json.dumps),
)


@settings(deadline=None)
@given(st.lists(_LINES, min_size=1, max_size=12))
def test_it_reads_a_room_as_the_appender_does(lines: list[str]) -> None:
    for number, text in enumerate(lines):
        lines[number] = text.replace('"f"', f'"f{number}"').replace('"s', f'"s{number}-')
    body = "\n".join(lines).encode()
    if body.lstrip()[:1] != b"[":
        assert put_together(body) == taken(body)


def test_it_asks_no_line_of_a_feed_whose_rooms_are_of_one_shard() -> None:
    feed = FeedView("f", "f", "ndjson", "shop", ("r1",), ())
    assert cut(b"whatever", THREE, feed) == {THREE.of("shop", "r1"): Part(b"whatever")}
    apart = FeedView("f", "f", "ndjson", "shop", tuple(ROOMS), ())
    assert len(cut("\n".join(line(room, room) for room in ROOMS).encode(), THREE, apart)) == 3
