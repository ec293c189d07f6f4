"""The first look at a file: by pieces it must tell what it would tell line by line."""

import random

import msgspec
import pytest

from kaibo.operations.imports.glance import Glance
from kaibo.operations.imports.plan import AFTERMATH, BLOCK_US, Planner
from kaibo.operations.imports.tally import Tally

BEGAN = 1_795_348_800_000_000
LATEST = BEGAN + 40 * BLOCK_US
KINDS = ("viewer.entered", "comment.posted", "order.paid", "order.refunded", "figure.reported", "their.own")


def lines(seed: int, *, reach_us: int, rooms: int) -> list[bytes]:
    draw = random.Random(seed)
    made = []
    for number in range(400):
        at = BEGAN + draw.randrange(reach_us)
        told = {
            "event_id": str(number),
            "kind": draw.choice(KINDS),
            "platform": "shop",
            "room_id": str(draw.randrange(rooms)),
            "occurred_at": draw.choice([at, at // 1_000_000]) if seed % 2 else at,
        }
        if rooms > 1 and told["kind"] not in AFTERMATH and draw.random() < 0.2:
            told["show_id"] = "named"
        made.append(msgspec.json.encode(told) + b"\n")
    return made


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("reach_us", "rooms"), [(BLOCK_US // 2, 1), (BLOCK_US // 2, 2), (30 * BLOCK_US, 2)])
def test_it_sees_in_a_piece_what_it_sees_line_by_line(seed: int, reach_us: int, rooms: int) -> None:
    every = lines(seed, reach_us=reach_us, rooms=rooms)
    together, apart = Planner(is_one=False), Planner(is_one=False)
    counted, one_by_one = Tally(), Tally()
    look, look_again = Glance(together, counted, latest_us=LATEST), Glance(apart, one_by_one, latest_us=LATEST)
    for at in range(0, len(every), 100):
        look(b"".join(every[at : at + 100]))
    for line in every:
        look_again(line)
    assert together.spans() == apart.spans() != []
    assert together.platforms() == {"shop"}
    assert (counted.by_kind, counted.by_room) == (one_by_one.by_kind, one_by_one.by_room)
    assert (counted.first_at, counted.last_at) == (one_by_one.first_at, one_by_one.last_at)
    assert counted.by_kind["unknown"] > 0
    assert "their.own" not in counted.by_kind


def test_it_passes_over_lines_that_the_log_will_refuse() -> None:
    planner, tally = Planner(is_one=False), Tally()
    good = next(line for line in lines(0, reach_us=BLOCK_US // 2, rooms=1) if b"comment.posted" in line)
    far = good.replace(str(msgspec.json.decode(good)["occurred_at"]).encode(), str(LATEST + 1).encode())
    look = Glance(planner, tally, latest_us=LATEST)
    for piece in (good, b"not json\n" + good, far, b"\n"):
        look(piece)
    at_us = msgspec.json.decode(good)["occurred_at"]
    assert [(span.first_at, span.last_at) for span in planner.spans()] == [(at_us, at_us)]
    assert (tally.first_at, tally.last_at) == (at_us, at_us)
