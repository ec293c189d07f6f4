"""Random spans cut out of a recorded room: coverage adds up, what was heard is counted, and nothing unknown is zero."""

import itertools
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.connectors import api as connectors
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import FeedView, Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import MICROS, MINUTE_US, minute_of
from kaibo.metrics import api, history
from kaibo.metrics.contracts import Value
from kaibo.warehouse.counter import Counter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared_data]
ROOM, SHOW, MINUTES, STEP_US = "11365", "cut", 40, 4 * MICROS
ADDITIVE = ("comments", "gifts")
RATES = ("comments_per_minute", "comment_ratio", "interaction_ratio", "interactions_per_view", "share_ratio")


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[PlatformEvent]:
    """Forty minutes of a real room, from a whole minute on."""
    path = shared_data / "danmaku" / "bilibili_rooms_events.jsonl.gz"
    found = [one for one in connectors.translate_file("bili_events", path, room=ROOM) if isinstance(one, PlatformEvent)]
    start = minute_of(found[0].occurred_at) + 5 * MINUTE_US
    return [one for one in found if start <= one.occurred_at < start + MINUTES * MINUTE_US]


def cuts_of(start: int, seed: int) -> list[tuple[int, int]]:
    """Four spans apart from each other, between a minute and five long."""
    draw, at, found = random.Random(seed), start + 3 * MINUTE_US, []
    for _cut in range(4):
        begin = at + draw.randrange(90, 180) * MICROS
        at = begin + draw.randrange(61, 280) * MICROS
        found.append((begin, at))
    assert at < start + MINUTES * MINUTE_US
    return found


def play(events: Iterable[PlatformEvent], feed: FeedView, patch: pytest.MonkeyPatch) -> None:
    """Brought in at the pace of the room, then counted."""
    log, counter = eventlog.open_log(), Counter()
    try:
        for at, some in itertools.groupby(events, key=lambda one: one.occurred_at // STEP_US * STEP_US):
            heard = list(some)
            patch.setattr("kaibo.eventlog.appender.now_us", lambda at=at: at + STEP_US)
            receipt = log.append_events(heard, provenance=Provenance(feed.id))
            assert not receipt.rejected, receipt.details
    finally:
        log.close()
    try:
        counter.run_once()
    finally:
        counter.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_it_adds_up_and_makes_no_zero_of_what_was_cut_out(
    recorded: list[PlatformEvent], home: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.forget()
    start = minute_of(recorded[0].occurred_at)
    ends = start + MINUTES * MINUTE_US
    cuts = cuts_of(start, seed)
    kinds = sorted({one.kind for one in recorded})
    feed, _token = eventlog.create_feed(
        "room", connector="http", platform="bilibili", rooms=[ROOM], kinds=kinds, actor="user:1"
    )
    shows.ensure_show(SHOW, platform="bilibili", room_id=ROOM, started_at=start, ended_at=ends, actor="user:1")
    heard = [one for one in recorded if not any(begin <= one.occurred_at < end for begin, end in cuts)]
    play(heard, feed, monkeypatch)

    (share,) = eventlog.shares(SHOW, now_us=ends)
    lost = sum(end - begin for begin, end in cuts)
    assert share.count_gaps == len(cuts)
    assert abs(share.gap_us - lost) <= len(cuts) * 3 * STEP_US
    assert share.ratio is not None
    assert share.ratio * share.window_us + share.gap_us == pytest.approx(MINUTES * MINUTE_US)

    whole = api.evaluate(SHOW, ADDITIVE, now_us=ends)
    truth = {"comments": counted(heard, "comment.posted"), "gifts": counted(heard, "gift.sent")}
    assert {name: value.value for name, value in whole.items()} == truth
    assert all(value.status == "provisional" for value in whole.values()), "a part of it is known to be missing"
    silent = 0
    for minute in range(start, ends, MINUTE_US):
        wanted = (*ADDITIVE, *RATES[1:])  # the first looks back over five minutes
        found = api.evaluate(SHOW, wanted, from_us=minute, to_us=minute + MINUTE_US, now_us=ends)
        gone = any(begin + STEP_US <= minute and minute + MINUTE_US <= end for begin, end in cuts)
        silent += gone
        if gone:
            assert {name: value.value for name, value in found.items()} == dict.fromkeys(found), minute
            assert found["comments"].reason == found["gifts"].reason == "in_gap"
        elif not any(begin < minute + MINUTE_US and minute < end for begin, end in cuts):
            said = [one for one in heard if minute <= one.occurred_at < minute + MINUTE_US]
            assert found["comments"].value == counted(said, "comment.posted")
            assert found["gifts"].value == counted(said, "gift.sent")
    assert silent >= 4


def test_it_turns_no_rate_into_zero_while_the_silence_lasts(
    recorded: list[PlatformEvent], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live: the feed falls silent in mid-show; seconds later it is a gap, and rates go from known to unknown."""
    history.forget()
    start = minute_of(recorded[0].occurred_at)
    stop = start + 8 * MINUTE_US
    feed, _token = eventlog.create_feed(
        "room", connector="http", platform="bilibili", rooms=[ROOM], kinds=sorted({one.kind for one in recorded}),
        actor="user:1",
    )  # fmt: skip
    shows.ensure_show(SHOW, platform="bilibili", room_id=ROOM, started_at=start, actor="user:1")
    play([one for one in recorded if one.occurred_at < stop], feed, monkeypatch)
    seen: list[dict[str, Value]] = []
    for second in range(0, 601, 5):
        now = stop + second * MICROS
        is_open = any(gap.to_us is None for gap in eventlog.coverage(SHOW, now_us=now).gaps)
        assert is_open or second <= 25, f"silent for {second} s and no gap"
        if second % 60 == 0:
            seen.append(api.evaluate(SHOW, RATES, now_us=now))
    zeros = [(number, name) for number, one in enumerate(seen) for name, value in one.items() if value.value == 0]
    assert not zeros
    assert seen[0]["comments_per_minute"].value
    assert seen[-1]["comments_per_minute"].value is None
    assert seen[-1]["comments_per_minute"].reason == "in_gap"


def counted(events: Iterable[PlatformEvent], kind: str) -> int:
    return sum((one.quantity or one.count or 1) for one in events if one.kind == kind)
