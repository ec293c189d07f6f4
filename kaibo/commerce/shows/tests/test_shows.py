"""A show from plan to undo, through the door."""

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowStatus
from kaibo.commerce.shows.errors import BadShow, ShowConflict, ShowNotFound
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
NOW = clock.now_us()
WHO = "user:1"


def past(show_id: str, *, days: float, hours: float = 1, room_id: str = "r") -> str:
    start = NOW - round(days * clock.DAY_US)
    end = start + round(hours * clock.HOUR_US)
    shows.ensure_show(show_id, platform="douyin", room_id=room_id, started_at=start, ended_at=end, actor=WHO)
    return show_id


def test_it_derives_the_state_from_the_window() -> None:
    begins = clock.now_us() + clock.HOUR_US
    show = shows.create_show("douyin", "r", title="Plan", planned_at=begins, actor=WHO)
    assert show.status is ShowStatus.PLANNED
    assert show.started_at is None
    later = shows.show(show.show_id, now_us=begins + clock.HOUR_US)
    assert (later.status, later.started_at) == (ShowStatus.ON_AIR, begins)
    started = shows.start_show(show.show_id, actor=WHO)
    assert started.status is ShowStatus.ON_AIR
    assert shows.end_show(show.show_id, actor=WHO).status is ShowStatus.ENDED
    with pytest.raises(ShowConflict):
        shows.end_show(show.show_id, actor=WHO)


def test_it_fits_a_plan_between_its_neighbours() -> None:
    on_air = shows.create_show("douyin", "r", title="Now", actor=WHO)
    tomorrow = NOW + clock.DAY_US
    shows.create_show("douyin", "r", title="Tomorrow", planned_at=tomorrow, actor=WHO)
    window = eventlog.windows(show_id=on_air.show_id)[0]
    assert window.to_us == tomorrow
    assert shows.end_show(on_air.show_id, actor=WHO).status is ShowStatus.ENDED
    again = shows.create_show("douyin", "r", title="Late", actor=WHO)
    assert eventlog.windows(show_id=again.show_id)[0].to_us == tomorrow


def test_it_names_the_show_that_holds_the_room() -> None:
    shows.create_show("douyin", "r", title="First", actor=WHO)
    with pytest.raises(ShowConflict, match="First"):
        shows.create_show("douyin", "r", title="Second", actor=WHO)
    assert [show.title for show in shows.shows()] == ["First"]


def test_it_adopts_shows_that_arrived_as_events() -> None:
    eventlog.open_window("douyin", "r", "from-events", from_us=NOW - clock.HOUR_US)
    assert [show.show_id for show in shows.adopt_windows()] == ["from-events"]
    assert shows.adopt_windows() == []
    eventlog.open_window("douyin", "r2", "met-directly", from_us=NOW - clock.HOUR_US)
    assert shows.show("met-directly").status is ShowStatus.ON_AIR


def test_it_makes_a_show_once_and_never_moves_it_to_another_room() -> None:
    past("s", days=1)
    past("s", days=1)
    assert len(shows.shows()) == 1
    with pytest.raises(ShowConflict):
        past("s", days=1, room_id="elsewhere")


def test_it_finds_earlier_shows_of_the_same_slot() -> None:
    for days in (1, 2, 3):
        past(f"d{days}", days=days)
    past("other-slot", days=1.5)
    past("other-room", days=2, room_id="r2")
    past("an-hour-off", days=4 + 1 / 24)
    past("two-hours-off", days=5 + 2 / 24)
    assert [show.show_id for show in shows.shows_like("d1")] == ["d2", "d3", "an-hour-off"]
    assert [show.show_id for show in shows.shows_like("d1", limit=1)] == ["d2"]
    assert shows.shows_like("d3") == shows.shows_like("d3", limit=1)


def test_it_hides_a_deleted_show_and_brings_it_back() -> None:
    past("s", days=1)
    assert shows.delete_show("s", why="test", actor=WHO).is_deleted
    assert shows.shows() == []
    assert [show.show_id for show in shows.shows(is_deleted=True)] == ["s"]
    assert not shows.restore_show("s", actor=WHO).is_deleted
    acts = [(entry.act, entry.why) for entry in eventlog.audit_entries(thing="show:s")]
    assert acts[:2] == [("show.restored", ""), ("show.deleted", "test")]


def test_it_frees_the_time_of_a_deleted_plan() -> None:
    at = NOW + clock.DAY_US
    plan = shows.create_show("douyin", "r", title="Plan", planned_at=at, actor=WHO)
    shows.delete_show(plan.show_id, actor=WHO)
    other = shows.create_show("douyin", "r", title="Other", planned_at=at, actor=WHO)
    assert eventlog.window_at("douyin", "r", at + 1).show_id == other.show_id  # type: ignore[union-attr]
    with pytest.raises(ShowConflict):
        shows.restore_show(plan.show_id, actor=WHO)


def test_it_refuses_to_delete_what_is_on_air() -> None:
    show = shows.create_show("douyin", "r", actor=WHO)
    with pytest.raises(ShowConflict):
        shows.delete_show(show.show_id, actor=WHO)


@pytest.mark.django_db(transaction=True)
def test_it_merges_shows_of_one_room_only() -> None:
    past("a", days=1)
    past("b", days=2)
    past("c", days=1, room_id="r2")
    with pytest.raises(ShowConflict):
        shows.merge_shows("a", into="c", actor=WHO)
    with pytest.raises(ShowConflict):
        shows.merge_shows("a", into="a", actor=WHO)
    assert shows.merge_shows("a", into="b", why="two recordings", actor=WHO).show_id == "b"
    merged = shows.show("a")
    assert (merged.is_deleted, merged.merged_into) == (True, "b")


def happened(show_id: str) -> list[str]:
    return [event.event_id for event in eventlog.events_of(show_id)]


@pytest.mark.django_db(transaction=True)
def test_it_takes_a_merge_back_with_events_and_windows() -> None:
    past("a", days=1)
    past("b", days=2)
    past("c", days=3)
    before = eventlog.windows()
    feed, _ = eventlog.create_feed("f", connector="ndjson", platform="douyin", actor=WHO)

    def bring(name: str, show_id: str, at: int) -> None:
        event = PlatformEvent(
            event_id=name, kind="comment.posted", platform="douyin", room_id="r", show_id=show_id, occurred_at=at
        )
        log = eventlog.open_log()
        log.append_events([event], provenance=Provenance(feed.id))
        log.close()

    at = before[0].from_us
    bring("of a", "a", at + 1), bring("of b", "b", at + 2)
    shows.merge_shows("a", into="b", actor=WHO)
    bring("late for b", "b", at + 3)
    assert (happened("a"), happened("b")) == ([], ["of a", "of b", "late for b"])
    assert shows.restore_show("a", actor=WHO).merged_into is None
    assert (happened("a"), happened("b")) == (["of a"], ["of b", "late for b"])
    assert eventlog.windows() == before
    assert not shows.show("a").is_deleted
    shows.merge_shows("a", into="b", actor=WHO)
    shows.merge_shows("b", into="c", actor=WHO)
    with pytest.raises(ShowConflict):
        shows.restore_show("a", actor=WHO)
    shows.restore_show("b", actor=WHO)
    shows.restore_show("a", actor=WHO)
    assert (happened("a"), happened("b"), happened("c")) == (["of a"], ["of b", "late for b"], [])
    assert eventlog.windows() == before
    assert [entry.act for entry in eventlog.audit_entries(thing="show:a", limit=1)] == ["show.unmerged"]


def test_it_keeps_targets_one_by_one() -> None:
    past("s", days=1)
    shows.set_targets("s", {"gmv_paid_minor": 8_260_000, "roas": 4.6}, actor=WHO)
    assert shows.set_targets("s", {"roas": None, "views": 38000}, actor=WHO).targets == {
        "gmv_paid_minor": 8_260_000,
        "views": 38000,
    }
    for wrong in ({"nonsense": 1}, {"views": 0}, {"views": -5}):
        with pytest.raises(BadShow):
            shows.set_targets("s", wrong, actor=WHO)


def test_it_says_that_a_show_is_not_there() -> None:
    with pytest.raises(ShowNotFound):
        shows.show("nope")
