"""What feeds declare, what was seen, where they were silent; who did what."""

import msgspec
import pytest

from kaibo.eventlog import api, books
from kaibo.eventlog.contracts import FeedView, Provenance
from kaibo.eventlog.models import Booked, SeenKind
from kaibo.eventlog.tests.helpers import PLATFORM, ROOM, bring, event, some
from kaibo.kit.clock import MICROS, now_us

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]


def make(kinds: tuple[str, ...] = (), rooms: tuple[str, ...] = (ROOM,)) -> FeedView:
    feed, _ = api.create_feed("f", connector="ndjson", platform=PLATFORM, rooms=rooms, kinds=kinds, actor="user:1")
    return feed


def test_it_tells_declared_and_seen_apart() -> None:
    start = now_us() - 1000
    api.open_window(PLATFORM, ROOM, "s", from_us=start)
    bound = make(("comment.posted", "like.given"))
    make(("gift.sent",), rooms=("other",))
    importer = api.local_feed("bilirec_xml", PLATFORM, kinds=["gift.sent"])
    bring(some(7, start=start), Provenance(bound.id))
    bring([event("elsewhere", room_id="other")], Provenance(importer.id))
    told = api.coverage("s", now_us=now_us())
    assert told.declared == {"comment.posted": (bound.id,), "like.given": (bound.id,)}
    assert told.seen == {"comment.posted": 7}
    assert [feed.id for feed in told.feeds] == [bound.id]
    bring([event("here", kind="gift.sent", occurred_at=start + 1)], Provenance(importer.id))
    assert api.coverage("s", now_us=now_us()).declared["gift.sent"] == (importer.id,)


def test_it_knows_what_a_feed_says_for_the_first_time_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was written a moment ago: a night of a second must not read "not reported"."""
    monkeypatch.setattr(books, "FLUSH_SECONDS", 3600.0)
    start = now_us() - 1000
    api.open_window(PLATFORM, ROOM, "s", from_us=start)
    feed = make(("comment.posted", "order.paid"), rooms=())
    log = api.open_log()
    try:
        log.append_events([event("elsewhere", room_id="other")], provenance=Provenance(feed.id))
        log.append_events(some(3, start=start), provenance=Provenance(feed.id))
        assert api.coverage("s", now_us=now_us()).seen == {"comment.posted": 3}
        assert api.coverage("s", now_us=now_us()).declared["order.paid"] == (feed.id,)
        log.append_events([event("gift", kind="gift.sent", occurred_at=start)], provenance=Provenance(feed.id))
        assert api.coverage("s", now_us=now_us()).seen["gift.sent"] == 1
    finally:
        log.close()


def test_it_counts_health_of_a_feed() -> None:
    feed = make()
    events = some(5)
    bring([*events, *events[:2]], Provenance(feed.id))
    log = api.open_log()
    log.append_lines(b"{}\n", provenance=Provenance(feed.id), feed=feed)
    log.close()
    told = api.feed(feed.id)
    assert (told.accepted, told.duplicates, told.rejected) == (5, 2, 1)
    assert told.last_event_at == events[-1].occurred_at
    assert told.last_received_at is not None


def test_it_makes_its_counters_up_from_the_log_after_a_crash() -> None:
    bring(some(5, show_id="s"))
    SeenKind.objects.all().delete()  # as if the process had died before it wrote them
    Booked.objects.all().delete()
    bring(some(3, show_id="s", prefix="x"))
    assert api.coverage("s", now_us=now_us()).seen == {"comment.posted": 8}


def test_it_knows_when_a_steady_feed_fell_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = make()
    clock = now_us() - 400 * MICROS
    api.open_window(PLATFORM, ROOM, "s", from_us=clock)
    log = api.open_log()

    def speak(prefix: str, count: int) -> None:
        monkeypatch.setattr("kaibo.eventlog.appender.now_us", lambda: clock)
        body = msgspec.json.Encoder().encode_lines(some(count, start=clock, prefix=prefix))
        log.append_lines(body, provenance=Provenance(feed.id), feed=feed)
        log.tick()

    speak("a", 10)
    assert api.coverage("s", now_us=clock + 20 * MICROS).gaps == ()
    first_silence = clock
    (gap,) = api.coverage("s", now_us=clock + 40 * MICROS).gaps
    assert (gap.feed_id, gap.from_us, gap.to_us, gap.reason) == (feed.id, clock, None, "silent")
    clock += 60 * MICROS
    speak("b", 2)
    (gap,) = api.coverage("s", now_us=clock + 1).gaps
    assert (gap.from_us, gap.to_us) == (first_silence, clock)
    clock += 60 * MICROS  # two events were no steady voice: quiet is not silence
    speak("c", 2)
    assert len(api.coverage("s", now_us=clock + 1).gaps) == 1
    api.note_gap(feed.id, from_us=clock, to_us=clock + 5, reason="connection lost")
    assert api.coverage("s", now_us=clock + 9).gaps[-1].reason == "connection lost"
    log.close()
    assert books.SILENCE_US == 25 * MICROS


def test_it_shows_a_token_once_and_keeps_its_hash() -> None:
    feed, token = api.create_feed("f", connector="ndjson", platform=PLATFORM, actor="user:1")
    found = api.feed_by_token(token)
    assert found is not None
    assert found.id == feed.id
    assert api.feed_by_token(token + "x") is None
    assert token not in repr(api.feeds())
    fresh = api.rotate_token(feed.id, actor="user:2")
    assert api.feed_by_token(token) is None
    assert api.feed_by_token(fresh) is not None
    api.set_feed_enabled(feed.id, False, actor="user:2")
    api.set_feed_enabled(feed.id, False, actor="user:2")
    acts = [(entry.actor, entry.act) for entry in api.audit_entries(thing=f"feed:{feed.id}")]
    assert acts == [("user:2", "feed.disabled"), ("user:2", "feed.token_rotated"), ("user:1", "feed.created")]


def test_it_makes_one_local_feed_per_connector_and_platform() -> None:
    first = api.local_feed("simulator", "douyin", kinds=["b", "a"])
    again = api.local_feed("simulator", "douyin", kinds=["a", "b", "c"])
    assert first.id == again.id
    assert again.kinds == ("a", "b", "c")
    assert api.local_feed("simulator", "taobao", kinds=[]).id != first.id
