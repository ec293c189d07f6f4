"""Acts on what no feed says: gaps, loose events, batches set aside, viewers who ask to be forgotten."""

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit import clock
from kaibo.warehouse import api as warehouse
from kaibo.warehouse import ledger
from kaibo.warehouse.counter import Counter
from kaibo.web.tests.people import MINE, Cast

pytestmark = pytest.mark.django_db


def bring(*events: PlatformEvent, feed_id: str = "f") -> None:
    log = eventlog.open_log()
    log.append_events(events, provenance=Provenance(feed_id))
    log.close()
    counter = Counter()
    counter.run_once()
    counter.close()


def event(name: str, kind: str, at: int, **more: object) -> PlatformEvent:
    return PlatformEvent(event_id=name, kind=kind, platform=MINE[0], room_id=MINE[1], occurred_at=at, **more)  # type: ignore[arg-type]


def local(at_us: int) -> str:
    from kaibo.kit import env

    return f"{clock.to_datetime(at_us).astimezone(env.zone()):%Y-%m-%dT%H:%M:%S}"


def table(response: object) -> str:
    return b"".join(response).decode("utf-8-sig")  # type: ignore[call-overload]


def test_it_notes_a_gap_so_that_silence_is_unknown(cast: Cast) -> None:
    feed, _ = eventlog.create_feed(
        "f", connector="ndjson", platform=MINE[0], rooms=[MINE[1]], kinds=["like.given"], actor="u"
    )
    start = clock.now_us() - 5 * clock.HOUR_US
    url = f"/feeds/{feed.id}/gap/"
    told = {"from": local(start), "to": local(start + clock.HOUR_US), "why": "the phone was off"}
    assert cast.operator.post(url, told).status_code == 403
    assert cast.director.post(url, {**told, "why": ""}).status_code == 302
    assert eventlog.gaps_of(feed.id) == []
    assert cast.director.post(url, told).status_code == 302
    [gap] = eventlog.gaps_of(feed.id)
    assert (gap.reason, gap.to_us is not None) == ("the phone was off", True)
    assert "the phone was off" in cast.director.get(f"/feeds/{feed.id}/").content.decode()
    assert "the phone was off" in table(cast.director.get(f"/feeds/{feed.id}/?table=gaps&export=csv"))
    [entry] = eventlog.audit_entries(act="feed.gap_noted")
    assert entry.actor.startswith("user:")


def test_it_takes_loose_events_of_the_room_into_a_show(cast: Cast) -> None:
    show = cast.show_id
    [window] = eventlog.windows(show_id=show)
    bring(event("early", "comment.posted", window.from_us - 10 * clock.MINUTE_US, text="hello"))
    url = f"/shows/{show}/bind/"
    told = {"from": local(window.from_us - 20 * clock.MINUTE_US), "to": local(window.to_us or clock.now_us())}
    assert cast.viewer.post(url, told).status_code == 403
    assert cast.outsider.post(url, told).status_code in {403, 404}
    assert list(eventlog.events_of(show)) == []
    assert cast.operator.post(url, told).status_code == 302
    assert [one.event_id for one in eventlog.events_of(show)] == ["early"]


def test_it_lists_events_whose_order_nobody_reported(cast: Cast) -> None:
    [window] = eventlog.windows(show_id=cast.show_id)
    bring(event("r", "order.refunded", window.from_us + 1, order_id="o-lost", amount_minor=100))
    page = cast.viewer.get(f"/shows/{cast.show_id}/").content.decode()
    assert "o-lost" in page
    assert "o-lost" in table(cast.viewer.get(f"/shows/{cast.show_id}/?table=unmatched&export=csv"))


def test_it_asks_for_another_try_of_a_batch_that_could_not_be_counted(cast: Cast) -> None:
    bring(event("a", "like.given", clock.now_us()))
    [ref] = list(eventlog.batches({}))
    ledger.set_aside(ref, "too large a number")
    page = cast.director.get("/feeds/").content.decode()
    assert "too large a number" in page
    assert "too large a number" not in cast.operator.get("/feeds/").content.decode()
    cast.director.post("/feeds/quarantine/replay/")
    assert [one.is_asked for one in warehouse.set_aside()] == [True]
    exported = table(cast.director.get("/feeds/?table=batches&export=csv"))
    assert "too large a number" in exported


def test_it_erases_a_viewer_for_directors_alone(cast: Cast) -> None:
    bring(event("a", "comment.posted", clock.now_us(), viewer_id="u1", text="hi", attrs={"nickname": "小鱼"}))
    assert cast.operator.get("/privacy/").status_code == 403
    page = cast.director.get("/privacy/?name=小").content.decode()
    assert "小鱼" in page
    assert cast.operator.post("/privacy/erase/", {"viewer": "u1", "platform": MINE[0]}).status_code == 403
    assert cast.director.post("/privacy/erase/", {"viewer": "u1", "platform": MINE[0]}).status_code == 302
    assert "小鱼" not in cast.director.get("/privacy/?name=小").content.decode()
    assert "viewer:v_" in table(cast.director.get("/privacy/?export=csv"))


@pytest.mark.django_db(transaction=True)
def test_it_offers_to_undo_a_merge_and_does_it(cast: Cast) -> None:
    from kaibo.commerce.shows import api as shows

    eventlog.create_feed("f", connector="ndjson", platform=MINE[0], actor="u")
    at = eventlog.windows(show_id=cast.show_id)[0].from_us
    other = shows.ensure_show(
        "s-later", platform=MINE[0], room_id=MINE[1], title="Later", started_at=at + 2 * clock.HOUR_US,
        ended_at=at + 3 * clock.HOUR_US, actor="u",
    )  # fmt: skip
    bring(event("one", "comment.posted", at + 1))
    answer = cast.director.post(f"/shows/{cast.show_id}/merge/", {"into": other.show_id}, follow=True)
    undo = f'action="/shows/{cast.show_id}/restore/"'
    assert undo in answer.content.decode()
    assert undo in cast.director.get(f"/shows/{cast.show_id}/").content.decode()
    assert undo not in cast.operator.get(f"/shows/{cast.show_id}/").content.decode()
    assert cast.director.post(f"/shows/{cast.show_id}/restore/").status_code == 302
    assert [one.event_id for one in eventlog.events_of(cast.show_id)] == ["one"]
    assert shows.show(cast.show_id).merged_into is None
