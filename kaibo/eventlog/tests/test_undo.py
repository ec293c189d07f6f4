"""Windows, late binding, taking back, moving, the lake."""

from pathlib import Path

import msgspec
import pytest

from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance, RoomWindow
from kaibo.eventlog.errors import DamagedSegment, WindowTaken
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.lake import manifest
from kaibo.eventlog.tests.helpers import LOCAL, PLATFORM, ROOM, bring, event, numbers, some, stored
from kaibo.kit.clock import HOUR_US, MICROS, MINUTE_US, now_us

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]

START = now_us() - 3 * HOUR_US


def ids(show_id: str) -> list[str]:
    return [line.event_id for line in api.events_of(show_id)]


def lake_all() -> list[Path]:
    last = {ref.writer: ref.to_seq for ref in api.batches({})}
    return api.lake_sealed(last)


def test_it_stamps_events_of_an_open_window() -> None:
    api.open_window(PLATFORM, ROOM, "night", from_us=START, to_us=START + 100)
    bring(
        [
            *some(1, start=START - 1, prefix="before"),
            *some(100, start=START),
            *some(1, start=START + 100, prefix="after"),
        ]
    )
    bring([event("elsewhere", room_id="other", occurred_at=START)])
    assert {line.event_id for line in stored() if line.show_id is None} == {"before0", "after0", "elsewhere"}
    assert sum(line.show_id == "night" for line in stored()) == 100


def test_it_opens_and_closes_a_window_by_the_platforms_word() -> None:
    bring(
        [
            event("s", kind="show.started", occurred_at=START),
            *some(3, start=START + 1),
            event("x", kind="show.ended", occurred_at=START + MINUTE_US),
            event("late", occurred_at=START + 5),
            event("next day", occurred_at=START + HOUR_US),
        ]
    )
    (window,) = api.windows()
    assert window.show_id.startswith(f"{PLATFORM}-{ROOM}-20")
    assert (window.from_us, window.to_us) == (START, START + MINUTE_US + 1)
    assert {line.event_id for line in stored() if line.show_id is None} == {"next day"}
    assert api.window_at(PLATFORM, ROOM, START + 7) == window
    assert api.window_at(PLATFORM, ROOM, START - 7) is None


def test_it_takes_a_second_feeds_word_for_the_same_start() -> None:
    bring([event("a", kind="show.started", occurred_at=START)])
    bring([event("b", kind="show.started", occurred_at=START + 3 * MICROS)])
    assert len(api.windows()) == 1
    bring([event("c", kind="show.started", occurred_at=START + HOUR_US)])
    first, second = api.windows()
    assert first.to_us == second.from_us == START + HOUR_US
    assert second.to_us is None


def test_it_joins_the_show_that_was_planned() -> None:
    api.open_window(PLATFORM, ROOM, "planned", from_us=START + 5 * MINUTE_US)
    bring([event("s", kind="show.started", occurred_at=START), event("e", occurred_at=START + 1)])
    (window,) = api.windows()
    assert (window.show_id, window.from_us) == ("planned", START)
    assert {line.show_id for line in stored()} == {"planned"}


def test_it_binds_events_that_came_before_their_shows_start_was_told() -> None:
    bring([*some(4, start=START + 10), event("end", kind="show.ended", occurred_at=START + MINUTE_US)])
    bring([event("s", kind="show.started", occurred_at=START)])
    (window,) = api.windows()
    assert ids(window.show_id) == ["s", "e0", "e1", "e2", "e3", "end"]
    assert window.to_us == START + MINUTE_US + 1


def test_it_refuses_two_shows_at_once_in_a_room() -> None:
    api.open_window(PLATFORM, ROOM, "one", from_us=START)
    with pytest.raises(WindowTaken, match="one"):
        api.open_window(PLATFORM, ROOM, "two", from_us=START + 5)
    assert api.close_window("one", to_us=START + 5) == 1
    assert api.close_window("one", to_us=START + 9) == 0
    api.open_window(PLATFORM, ROOM, "two", from_us=START + 5)
    assert [window.show_id for window in api.windows(show_id="two")] == ["two"]


def test_it_keeps_a_given_show_of_an_importer_and_of_a_token_only_in_its_own_room() -> None:
    api.open_window(PLATFORM, "other", "theirs", from_us=START)
    api.open_window(PLATFORM, ROOM, "ours", from_us=START, to_us=START + 10)
    bring([event("local", show_id="from-file", occurred_at=START)])
    feed, _ = api.create_feed("f", connector="ndjson", platform=PLATFORM, rooms=[ROOM], actor="user:1")
    given = {"a": "theirs", "b": "ours", "c": "invented"}
    body = msgspec.json.Encoder().encode_lines(
        [event(name, show_id=show, occurred_at=START + 50) for name, show in given.items()]
    )
    log = api.open_log()
    log.append_lines(body, provenance=Provenance(feed.id), feed=feed)
    log.close()
    assert {line.event_id: line.show_id for line in stored()} == {
        "local": "from-file",
        "a": None,
        "b": "ours",
        "c": None,
    }


def test_it_takes_an_import_back_and_frees_its_ids() -> None:
    events = some(20, start=START, show_id="s1")
    bring(events, Provenance("feed_a", ingest_id="i1"))
    bring(some(5, start=START, show_id="s1", prefix="kept"), Provenance("feed_a", ingest_id="i2"))
    assert api.retract(ingest_id="i1", actor="user:1", why="wrong file") == 20
    assert api.retract(ingest_id="i1", actor="user:1", why="again") == 0
    assert ids("s1") == [f"kept{number}" for number in range(5)]
    assert sum(line.sign for line in stored()) == 5
    assert numbers(bring(events, Provenance("feed_a", ingest_id="i3"))) == (20, 0, 0)
    assert numbers(bring(events, Provenance("feed_a", ingest_id="i4"))) == (0, 20, 0)
    assert len(ids("s1")) == 25
    assert api.audit_entries(thing="import:i1")[-1].why == "wrong file"
    assert api.coverage("s1", now_us=now_us()).seen == {"comment.posted": 25}


def test_it_takes_back_both_events_that_share_an_id_hours_apart() -> None:
    api.open_window(PLATFORM, ROOM, "night", from_us=START)
    again = START + 2 * HOUR_US
    other = Provenance("feed_test", ingest_id="other")
    bring([event("x", occurred_at=START)])
    bring([event("x", occurred_at=again)])
    bring([event("y", occurred_at=START)], other)
    lake_all()
    assert ids("night") == ["x", "y", "x"]
    api.rewrite_show("night")
    assert ids("night") == ["x", "y", "x"]
    assert api.retract(ingest_id=LOCAL.ingest_id, actor="user:1", why="wrong") == 2
    assert ids("night") == ["y"]


def test_it_moves_a_show_into_another_with_its_windows() -> None:
    api.open_window(PLATFORM, ROOM, "a", from_us=START, to_us=START + 100)
    api.open_window(PLATFORM, ROOM, "b", from_us=START + 100, to_us=START + 200)
    bring(some(10, start=START + 95))
    assert api.rebind("a", into="b", actor="user:1", why="one night") == 5
    assert ids("a") == []
    assert len(ids("b")) == 10
    (window,) = api.windows()
    assert (window.show_id, window.from_us, window.to_us) == ("b", START, START + 200)
    assert api.rebind("a", into="b", actor="user:1", why="again") == 0


def test_it_binds_a_window_later() -> None:
    bring(some(10, start=START))
    window = RoomWindow(PLATFORM, ROOM, "found", START + 2, START + 8)
    assert api.bind_window(window, actor="user:1") == 6
    assert api.bind_window(window, actor="user:1") == 0
    assert ids("found") == [f"e{number}" for number in range(2, 8)]


def test_it_reads_a_show_the_same_from_the_log_and_from_the_lake() -> None:
    bring([*some(30, start=START, show_id="s1", attrs={"is_fan": True, "价": [1, "二"]}), *some(5, prefix="loose")])
    bring(some(10, start=START, show_id="s2", prefix="t"))
    before = list(api.events_of("s1"))
    assert [type(line) for line in before] == [StoredEvent] * 30
    assert before[0].attrs == {"is_fan": True, "价": [1, "二"]}
    made = lake_all()
    assert made
    assert lake_all() == []
    assert list(api.events_of("s1")) == before
    sources = api.sources_of("s1")
    assert sources.batches == ()
    assert {path.name.rpartition(".loose")[1] for path in sources.parquet} == {"", ".loose"}
    bring(some(3, start=START, show_id="s1", prefix="more"))
    assert len(ids("s1")) == 33
    assert len(api.sources_of("s1").batches) == 1


def test_it_rewrites_a_show_once_after_it_and_never_doubles_it() -> None:
    events = some(30, start=START, show_id="s1")
    bring(events, Provenance("feed_a", ingest_id="i1"))
    bring(some(10, start=START, show_id="s1", prefix="x"))
    api.retract(ingest_id="i1", actor="user:1", why="test")
    lake_all()
    assert api.rewrite_show("nobody") is None
    path = api.rewrite_show("s1")
    assert path is not None
    assert len(ids("s1")) == 10
    assert [file.rows for file in manifest().files if file.form == "show"] == [10]
    bring(events[:7], Provenance("feed_a", ingest_id="i2"))
    assert len(ids("s1")) == 17
    lake_all()
    assert len(ids("s1")) == 17
    api.rewrite_show("s1")
    assert len(ids("s1")) == 17
    assert api.retract(ingest_id="i2", actor="user:1", why="test") == 7
    assert len(ids("s1")) == 10


def test_it_writes_no_damaged_segment_into_the_lake() -> None:
    bring(some(10, show_id="s"))
    (ref,) = api.batches({})
    data = bytearray(ref.path.read_bytes())
    data[10] ^= 1
    ref.path.write_bytes(data)
    with pytest.raises(DamagedSegment):
        api.lake_sealed({ref.writer: ref.to_seq})
    assert manifest().files == []


def test_it_lets_no_damaged_segment_hold_up_the_others() -> None:
    for name in ("a", "b", "c"):
        bring(some(10, prefix=name))  # each closes the log, and so seals a segment
    middle = sorted({ref.path for ref in api.batches({})})[1]
    middle.write_bytes(middle.read_bytes().replace(b'"b5"', b'"b6"'))
    with pytest.raises(DamagedSegment):
        lake_all()
    assert len(manifest().segments) == 2
    assert middle.name not in manifest().segments
    with pytest.raises(DamagedSegment):
        lake_all()
    assert sum(file.rows for file in manifest().files) == 20


def test_it_leaves_uncounted_segments_out_of_the_lake() -> None:
    bring(some(10, show_id="s"))
    bring(some(10, show_id="s", prefix="x"))
    first, second = api.batches({})
    assert len(api.lake_sealed({first.writer: first.to_seq})) == 1
    assert api.sources_of("s").batches == (second,)


def test_it_hides_viewers_and_can_forget_their_names() -> None:
    one = event("a", viewer_id="u1", attrs={"nickname": "小明", "is_fan": True})
    bring([one, event("b", viewer_id="u1"), event("c", viewer_id="u2"), event("d", viewer_id="u1", platform="taobao")])
    first, second, third, fourth = stored()
    assert first.viewer_id == second.viewer_id != third.viewer_id
    assert fourth.viewer_id not in {first.viewer_id, third.viewer_id}
    assert first.attrs == {"is_fan": True}
    raw = b"".join(api.read_batch(ref) for ref in api.batches({}))
    assert b"u1" not in raw
    assert "小明".encode() not in raw
    viewer = str(first.viewer_id)
    assert api.nicknames([viewer, "v_nobody"]) == {viewer: "小明"}
    assert api.erase_viewer(viewer, actor="user:1")
    bring([event("e", viewer_id="u1", attrs={"nickname": "小明"})])
    assert api.nicknames([viewer]) == {}
    assert not api.erase_viewer(viewer, actor="user:1")


def test_it_keeps_the_hash_of_a_replayed_viewer() -> None:
    bring([event("a", viewer_id="u1")])
    (line,) = stored()
    again = PlatformEvent(event_id="r", kind=line.kind, platform="replay", room_id="2", occurred_at=line.occurred_at)
    bring([msgspec.structs.replace(again, viewer_id=line.viewer_id)])
    assert stored()[1].viewer_id == line.viewer_id


def test_it_publishes_artifacts_by_version() -> None:
    assert api.publish_artifact("phrases", b"one", actor="user:1") == 1
    assert api.publish_artifact("phrases", b"one", actor="user:1") == 1
    assert api.publish_artifact("phrases", b"two", actor="user:1") == 2
    assert (api.artifact("phrases"), api.artifact("phrases", 1)) == (b"two", b"one")


def test_it_tries_quarantined_lines_again_once_their_feed_may_bring_them() -> None:
    feed, _ = api.create_feed("f", connector="ndjson", platform=PLATFORM, rooms=["other"], actor="user:1")
    body = msgspec.json.Encoder().encode_lines(some(3))
    log = api.open_log()
    receipt = log.append_lines(body, provenance=Provenance(feed.id), feed=feed)
    assert numbers(receipt) == (0, 0, 3)
    assert numbers(log.append_lines(body, provenance=Provenance(feed.id), feed=feed)) == (0, 0, 3)
    assert [(line.field, line.feed_id) for line in api.quarantined()] == [("room_id", feed.id)] * 3
    assert numbers(api.replay_quarantine()) == (0, 0, 3)
    from kaibo.eventlog.models import Feed, QuarantinedLine

    Feed.objects.filter(id=feed.id).update(rooms=[ROOM])
    assert numbers(api.replay_quarantine()) == (3, 0, 0)
    assert api.quarantined() == []
    assert len(stored()) == 3
    assert {bytes(row.raw) for row in QuarantinedLine.objects.all()} == {b""}  # viewers are not kept as received
    log.close()
    assert LOCAL.feed_id


def test_it_ends_a_show_by_the_platforms_word_also_while_the_next_is_planned() -> None:
    bring([event("s", kind="show.started", occurred_at=START)])
    (tonight,) = api.windows()
    tomorrow = START + 24 * HOUR_US
    api.open_window(PLATFORM, ROOM, tonight.show_id, from_us=START, to_us=tomorrow)  # as planning the next one does
    api.open_window(PLATFORM, ROOM, "tomorrow", from_us=tomorrow)
    bring([event("end", kind="show.ended", occurred_at=START + MINUTE_US), event("night", occurred_at=START + HOUR_US)])
    assert api.windows(show_id=tonight.show_id)[0].to_us == START + MINUTE_US + 1
    assert {line.event_id for line in stored() if line.show_id is None} == {"night"}
    bring([event("again", kind="show.started", occurred_at=START + 2 * HOUR_US)])
    assert [window.to_us for window in api.windows()] == [START + MINUTE_US + 1, tomorrow, None]


@pytest.mark.parametrize("is_told_late", [False, True])
def test_it_opens_a_show_in_the_instant_in_which_the_one_before_ends(is_told_late: bool) -> None:
    """Times in whole seconds: one show ends at 00:00:00 and the next begins at 00:00:00."""
    midnight = START + HOUR_US
    bring([event("s", kind="show.started", occurred_at=START)])
    end = event("end", kind="show.ended", occurred_at=midnight)
    begin = event("begin", kind="show.started", occurred_at=midnight)
    for batch in [[begin], [end]] if is_told_late else [[end, begin]]:
        bring(batch)
    bring([event("later", occurred_at=midnight + MINUTE_US)])
    first, second = api.windows()
    assert (first.to_us, second.from_us, second.to_us) == (midnight, midnight, None)
    assert ids(second.show_id)[-1] == "later"
