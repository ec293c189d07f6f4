"""What a feed covers of a show and what it was silent for add up to the show, whatever was cut out."""

import random
from pathlib import Path

import pytest

from kaibo.eventlog import api
from kaibo.eventlog.contracts import FeedView, Provenance
from kaibo.eventlog.lines import ENCODER
from kaibo.eventlog.tests.helpers import event
from kaibo.kit.clock import MICROS, MINUTE_US, now_us

pytestmark = pytest.mark.django_db(transaction=True)
STEP_US = 2 * MICROS
MINUTES = 40


@pytest.fixture
def feed(home: Path) -> FeedView:
    found, _ = api.create_feed(
        "live", connector="http", platform="douyin", rooms=["771"], kinds=["comment.posted"], actor="user:1"
    )
    return found


def play(feed: FeedView, start: int, cuts: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> int:
    """A recorded show brought in at its own pace, without what falls into the cuts; when it ended."""
    log = api.open_log()
    try:
        for number in range(MINUTES * MINUTE_US // STEP_US):
            at = start + number * STEP_US
            if any(begin < at < end for begin, end in cuts):
                continue
            monkeypatch.setattr("kaibo.eventlog.appender.now_us", lambda at=at: at)
            body = ENCODER.encode_lines([event(f"e{number}", occurred_at=at, text="hi")])
            log.append_lines(body, provenance=Provenance(feed.id), feed=feed)
    finally:
        log.close()
    return start + MINUTES * MINUTE_US


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_adds_up_after_random_spans_were_cut_out(feed: FeedView, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    start = now_us() - 60 * MINUTE_US
    cuts, at = [], start + 2 * MINUTE_US
    for _ in range(5):
        begin = at + draw.randrange(60, 150) * MICROS
        end = begin + draw.randrange(40, 200) * MICROS
        cuts.append((begin, end))
        at = end
    assert at < start + MINUTES * MINUTE_US
    api.open_window("douyin", "771", "night", from_us=start)
    ends = play(feed, start, cuts, monkeypatch)
    api.close_window("night", to_us=ends)
    (share,) = api.shares("night", now_us=ends)
    lost = sum(end - begin for begin, end in cuts)
    assert share.window_us == MINUTES * MINUTE_US
    assert share.count_gaps == len(cuts)
    assert abs(share.gap_us - lost) <= len(cuts) * 2 * STEP_US, "a gap reaches from the last event to the next"
    assert share.ratio is not None
    assert share.ratio * share.window_us + share.gap_us == pytest.approx(share.window_us)


def test_it_shows_a_silence_within_thirty_seconds_and_counts_it_while_it_lasts(
    feed: FeedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now_us() - 60 * MINUTE_US
    api.open_window("douyin", "771", "night", from_us=start)
    last = start + 10 * MINUTE_US
    play(feed, start, [(last, start + 99 * MINUTE_US)], monkeypatch)
    assert not [one.is_open for one in api.shares("night", now_us=last + 24 * MICROS) if one.is_open]
    (share,) = api.shares("night", now_us=last + 29 * MICROS)
    assert share.is_open
    assert 25 * MICROS <= share.gap_us <= 30 * MICROS


def test_it_counts_overlapping_gaps_once(feed: FeedView) -> None:
    start = now_us() - 10 * MINUTE_US
    api.open_window("douyin", "771", "night", from_us=start)
    api.note_gap(feed.id, from_us=start, to_us=start + 2 * MINUTE_US, reason="a")
    api.note_gap(feed.id, from_us=start + MINUTE_US, to_us=start + 3 * MINUTE_US, reason="b")
    api.note_gap(feed.id, from_us=start - 9 * MINUTE_US, to_us=start + MICROS, reason="before")
    (share,) = api.shares("night", now_us=start + 6 * MINUTE_US)
    assert (share.gap_us, share.window_us) == (3 * MINUTE_US, 6 * MINUTE_US)
    assert share.ratio == pytest.approx(0.5)


def test_it_has_no_ratio_before_any_time_has_passed(feed: FeedView) -> None:
    start = now_us()
    api.open_window("douyin", "771", "night", from_us=start)
    (share,) = api.shares("night", now_us=start)
    assert share.ratio is None
