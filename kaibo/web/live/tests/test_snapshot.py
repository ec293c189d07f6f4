"""A page that saw every push equals a page opened now: over a simulated night, the real log and the real counter."""

from collections.abc import Iterator

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.night import simulate
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.kinds import KINDS
from kaibo.kit.clock import MICROS
from kaibo.warehouse.counter import Counter
from kaibo.web.live.hub import Board
from kaibo.web.live.state import room_state
from kaibo.web.live.tests.test_hub import frames_in, replay

START = 1_795_348_800_000_000
SHOW, PLATFORM, ROOM = "night-1", "simulated", "r1"
CONFIG = NightConfig(platform=PLATFORM, room_id=ROOM, show_id=SHOW, minutes=60, impressions="counts")

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(home: object) -> Iterator[tuple[eventlog.Log, Provenance, Counter]]:
    feed, _ = eventlog.create_feed(
        "simulator", connector="simulator", platform=PLATFORM, kinds=tuple(sorted(KINDS)), actor="system:test"
    )
    shows.ensure_show(SHOW, platform=PLATFORM, room_id=ROOM, title="晚场", started_at=START, actor="system:test")
    log, counter = eventlog.open_log(), Counter()
    yield log, Provenance(feed_id=feed.id), counter
    counter.close()
    log.close()


def test_it_counts_people_where_a_share_of_them_would_mislead(
    counted: tuple[eventlog.Log, Provenance, Counter],
) -> None:
    log, provenance, counter = counted
    head = f'"platform":"{PLATFORM}","room_id":"{ROOM}","show_id":"{SHOW}","product_id":"p","link_no":"4"'
    lines = [
        f'{{"event_id":"{kind}{viewer}","kind":"{kind}","viewer_id":"v{viewer}","occurred_at":{START + viewer},{head}}}'
        for kind, viewers in (("product.exposed", 40), ("product.clicked", 3))
        for viewer in range(viewers)
    ]
    log.append_lines("\n".join(lines).encode(), provenance=provenance)
    counter.run_once()
    row = room_state(SHOW, now_us=START + 60 * MICROS)["goods/p"]
    assert row["click"]["v"] == pytest.approx(3 / 40)
    assert row["pay"]["v"] is None
    assert (row["pay"]["r"], row["pay"]["of"], row["pay"]["least"]) == ("few", [0, 3], 10)


def test_it_keeps_a_page_equal_to_a_fresh_one(counted: tuple[eventlog.Log, Provenance, Counter]) -> None:
    log, provenance, counter = counted
    night = simulate(CONFIG, seed=5, started_us=START, later=False)
    board: Board[str] = Board(SHOW)
    page: dict[str, object] = {}
    number = 0
    for minute in range(2, 20, 3):
        lines = [
            line for chunk in night.chunks(5000, from_ms=(minute - 3) * 60_000, to_ms=minute * 60_000) for line in chunk
        ]
        log.append_lines("\n".join(lines).encode(), provenance=provenance)
        counter.run_once()
        now_us = START + minute * 60 * MICROS
        board.publish(room_state(SHOW, now_us=now_us))
        sent = frames_in(b"".join(board.frames_after(number)))
        assert [event for event, _ in sent] == ["snapshot" if number == 0 else "patch"]
        page, number = replay(sent, page), board.number
        assert page == room_state(SHOW, now_us=now_us)
    sold = page["tile/1"]["main"]
    assert sold["v"], f"the night sold something, or this test says nothing: {sold}"
    assert sum(path.startswith("minute/") for path in page) >= 15
    for part in ("lap/", "goods/", "source/", "comment/", "light/", "mark/"):
        assert any(path.startswith(part) for path in page), f"nothing below {part}"


def test_it_draws_no_bar_for_a_minute_of_half_stated_sales(
    counted: tuple[eventlog.Log, Provenance, Counter],
) -> None:
    log, provenance, counter = counted
    head = f'"kind":"order.paid","platform":"{PLATFORM}","room_id":"{ROOM}","show_id":"{SHOW}","currency":"CNY"'
    lines = [
        f'{{"event_id":"o{number}","order_id":"o{number}","occurred_at":{START + number * 40 * MICROS},{head}{amount}}}'
        for number, amount in enumerate((',"amount_minor":9900', ',"amount_minor":9900', "", ',"amount_minor":9900'))
    ]
    log.append_lines("\n".join(lines).encode(), provenance=provenance)
    counter.run_once()
    state = room_state(SHOW, now_us=START + 300 * MICROS)
    assert [state[f"minute/{START + minute * 60 * MICROS}"][3] for minute in range(3)] == [19_800, None, 9_900]
    assert state["tile/1"]["main"]["r"] == "partly_stated"


def test_it_says_why_there_is_nothing_where_no_feed_reports(counted: tuple[eventlog.Log, Provenance, Counter]) -> None:
    other = "bare"
    shows.ensure_show(other, platform="other", room_id="bare", title="空", started_at=START, actor="system:test")
    state = room_state(other, now_us=START + 600 * MICROS)
    for number in range(1, 11):
        main = state[f"tile/{number}"]["main"]
        assert main["v"] is None, f"tile {number} invents a number"
        assert main["r"]
        assert main["says"]["zh"]
        assert main["says"]["en"]
    assert state["now"] is None
    assert state["host"] is None
    assert not [path for path in state if path.startswith(("light/", "minute/", "comment/"))]
