"""A show played once more: other ids, present times, the same door."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.operations.imports import api, replays
from kaibo.operations.imports.contracts import AlreadyFilled, BadSpeed, NothingToReplay

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = Path(__file__).parents[3] / "connectors" / "bili_events" / "fixtures" / "room.jsonl"


@pytest.fixture
def show(home: Path) -> Iterator[str]:
    """A show of nineteen events in thirty seconds."""
    log = eventlog.open_log()
    yield api.import_file("bili_events", ROOM, actor="user:director").shows[0]
    log.close()


def test_it_plays_every_event_under_other_ids_at_present_times(show: str) -> None:
    before = clock.now_us()
    report = api.replay_show(show, into="again", speed=0, actor="user:director")
    first, again = list(eventlog.events_of(show)), list(eventlog.events_of("again"))
    assert (report.accepted, report.duplicates, report.rejected) == (18, 0, 0) == (len(again), 0, 0)
    assert not {event.event_id for event in first} & {event.event_id for event in again}
    gaps = [event.occurred_at - first[0].occurred_at for event in first]
    assert [event.occurred_at - again[0].occurred_at for event in again] == gaps
    assert before <= again[-1].occurred_at <= clock.now_us()
    assert [event.viewer_id for event in again] == [event.viewer_id for event in first]
    assert report.room_id == "11-replay"
    assert shows.show("again").title.endswith("replay")


def test_it_keeps_pace_and_never_lies_ahead(show: str) -> None:
    waited: list[float] = []
    replays.replay(show, into="paced", speed=10.0, actor="user:director", progress=None, sleep=waited.append)
    assert len(waited) > 3  # a quarter of a second of events goes together
    assert waited == sorted(waited)  # nobody slept here, so every wait counts from the beginning
    assert 1.0 < waited[-1] <= 28 / 10  # 28 seconds of the show at ten times the speed
    last = list(eventlog.events_of("paced"))[-1]
    assert last.occurred_at <= clock.now_us() + 2_800_000  # the end of the replay, had it slept


def test_it_does_not_wait_through_long_pauses() -> None:
    pace = replays.Pace(1.0)
    pace.measure(iter([0, 7_200_000_000, 7_201_000_000]), now_us=10**15)
    assert pace.seconds == replays.PAUSE_MAX_SECONDS + 1
    assert pace.shift_us + 7_201_000_000 == 10**15 + 6_000_000


def test_it_refuses_what_would_count_twice(show: str) -> None:
    api.replay_show(show, into="again", speed=0, actor="user:director")
    with pytest.raises(AlreadyFilled):
        api.replay_show(show, into="again", speed=0, actor="user:director")
    with pytest.raises(NothingToReplay):
        api.replay_show("nobody", into="other", speed=0, actor="user:director")
    with pytest.raises(BadSpeed):
        api.replay_show(show, into="other", speed=-1, actor="user:director")
