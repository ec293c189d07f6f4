"""Deliveries become events; what cannot be read stays with its reason and comes back after a fix."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.connectors import inboxworker, registry
from kaibo.connectors.contracts import Outcome
from kaibo.connectors.tests import pushes
from kaibo.eventlog import api
from kaibo.eventlog.errors import LogRefuses
from kaibo.eventlog.tests.helpers import stored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed(home: Path) -> str:
    found, _token = api.create_feed("push", connector="doudian", platform="douyin", actor="user:1")
    return found.id


def deliver(feed_id: str, payload: object, connector: str = "doudian") -> None:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    api.inbox.receive(feed_id, connector=connector, body=body)


def test_it_stores_events_with_their_raw_reference_and_version(feed: str) -> None:
    deliver(feed, pushes.sample("doudian"))
    assert inboxworker.translate_waiting() == 1
    (item,) = api.inbox.items()
    assert (item.state, item.count, item.translator_version) == ("translated", 4, "doudian/2")
    lines = stored()
    assert {line.raw_ref for line in lines} == {f"inbox:{item.id}"}
    assert {(line.feed_id, line.translator_version) for line in lines} == {(feed, "doudian/2")}


def test_it_keeps_good_events_and_sets_the_delivery_aside_for_the_bad_one(feed: str) -> None:
    good = json.loads(pushes.sample("doudian"))[0]
    deliver(feed, [good, {**good, "data": None}])
    deliver(feed, b"{broken")
    inboxworker.translate_waiting()
    first, second = sorted(api.inbox.items(), key=lambda one: one.id)
    assert (first.state, first.count) == ("failed", 1)
    assert "2: data: data is no object" in first.reason
    assert (second.state, second.count) == ("failed", 0)
    assert len(stored()) == 1


def test_it_replays_what_a_broken_translator_left(feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def translate(self, payload: bytes, told: dict[str, str]) -> Iterator[Outcome]:
            raise ZeroDivisionError("a bug of ours")

    deliver(feed, pushes.sample("doudian"))
    with monkeypatch.context() as patch:
        patch.setattr(registry, "payload_translator", lambda _id: Broken())
        inboxworker.translate_waiting()
    (item,) = api.inbox.items()
    assert (item.state, item.reason) == ("failed", "the translator failed: ZeroDivisionError: a bug of ours")
    assert api.inbox.put_back(inboxworker.versions(), actor="user:1") == 1
    inboxworker.translate_waiting()
    (item,) = api.inbox.items()
    assert (item.state, item.reason, item.tries) == ("translated", "", 2)
    assert len(stored()) == 4


def test_it_translates_again_after_an_upgrade_without_counting_twice(
    feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(feed, pushes.sample("doudian"))
    inboxworker.translate_waiting()
    monkeypatch.setattr(inboxworker, "version_of", lambda manifest: f"{manifest.id}/99")
    assert api.inbox.put_back(inboxworker.versions(), actor="user:1") == 1
    inboxworker.translate_waiting()
    (item,) = api.inbox.items()
    assert (item.translator_version, item.count) == ("doudian/99", 4)
    assert len(stored()) == 4


def test_it_refuses_rooms_that_are_not_the_feeds(home: Path) -> None:
    feed, _ = api.create_feed("push", connector="doudian", platform="douyin", rooms=["771"], actor="user:1")
    deliver(feed.id, pushes.sample("doudian"))
    inboxworker.translate_waiting()
    (item,) = api.inbox.items()
    assert item.state == "failed"
    assert "does not cover room shop:95" in item.reason
    assert stored() == []


def test_it_leaves_everything_waiting_while_the_log_refuses(feed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.eventlog.appender.MIN_FREE_BYTES", 2**60)
    deliver(feed, pushes.sample("doudian"))
    with pytest.raises(LogRefuses):
        inboxworker.translate_waiting()
    assert api.inbox.counts() == {"waiting": 1}


def test_it_says_what_is_wrong_with_a_lost_feed_or_connector(feed: str) -> None:
    deliver("feed_gone", b"[]")
    deliver(feed, b"[]", connector="no_such")
    inboxworker.translate_waiting()
    assert {one.reason for one in api.inbox.items(state="failed")} == {
        "there is no feed feed_gone",
        "there is no connector 'no_such'",
    }


def test_it_works_in_a_thread_until_it_is_stopped(feed: str) -> None:
    worker = inboxworker.InboxWorker()
    worker.translate()
    worker.start()
    try:
        deliver(feed, pushes.sample("doudian"))
        for _ in range(400):
            if api.inbox.counts() == {"translated": 1}:
                break
            api.inbox.wake()
            worker._stopped.wait(0.02)
    finally:
        worker.stop()
    assert api.inbox.counts() == {"translated": 1}
    assert not worker._thread.is_alive()
