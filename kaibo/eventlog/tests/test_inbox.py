"""The inbox: kept once, for ever, translated or set aside, replayable."""

import threading
from concurrent.futures import Future
from typing import Any

import pytest
from django.db import connection

from kaibo.eventlog import api
from kaibo.kit.clock import DAY_US, now_us

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
inbox = api.inbox


def keep(body: bytes = b"{}", **values: object) -> bool:
    return inbox.receive("feed_a", connector="doudian", body=body, **values)  # type: ignore[arg-type]


def test_it_keeps_a_delivery_once_by_its_id_or_its_bytes() -> None:
    assert keep(b"one", delivery_id="id-1", told={"room": "7"}, payload=b"opened")
    assert not keep(b"two", delivery_id="id-1")
    assert keep(b"two")
    assert not keep(b"two")
    assert inbox.receive("feed_b", connector="doudian", body=b"two"), "another feed has its own deliveries"
    first, second, _third = inbox.waiting()
    assert (first.payload, first.told, first.copies) == (b"opened", {"room": "7"}, 1)
    assert (second.payload, second.identity.startswith("sha256:"), second.copies) == (b"two", True, 1)


def test_it_knows_a_delivery_with_an_overlong_id_by_its_bytes() -> None:
    assert keep(b"one", delivery_id="x" * 500)
    assert not keep(b"one", delivery_id="y\x00")


def test_it_sets_aside_what_failed_and_lets_it_come_back() -> None:
    keep(b"good")
    keep(b"bad")
    good, bad = inbox.waiting()
    inbox.settle(good.id, count=2, version="doudian/1")
    inbox.settle(bad.id, count=0, version="doudian/1", problem="line 1: nonsense\x00")
    assert inbox.waiting() == []
    assert inbox.counts() == {"failed": 1, "translated": 1}
    (failed,) = inbox.items(state="failed")
    assert (failed.reason, failed.tries) == ("line 1: nonsense\ufffd", 1)
    assert inbox.put_back({"doudian": "doudian/1"}, actor="user:1") == 1
    assert [one.id for one in inbox.waiting()] == [bad.id]
    assert inbox.put_back({"doudian": "doudian/2"}, actor="user:1") == 1, "an older version read it"
    assert [one.id for one in inbox.waiting()] == [good.id, bad.id]
    assert [entry.after for entry in api.audit_entries(thing="inbox")] == [{"count": 1}, {"count": 1}]


def test_it_empties_old_bodies_but_never_forgets_them() -> None:
    old = now_us() - 31 * DAY_US
    keep(b"old", received_at=old)
    keep(b"old but failed", received_at=old)
    keep(b"new")
    read, failed, new = inbox.waiting()
    inbox.settle(read.id, count=1, version="doudian/1")
    inbox.settle(failed.id, count=0, version="doudian/1", problem="why")
    inbox.settle(new.id, count=1, version="doudian/1")
    assert inbox.empty_old(30) == 1
    assert inbox.empty_old(30) == 0
    by_id = {one.id: one for one in inbox.items()}
    assert (by_id[read.id].payload, by_id[read.id].is_emptied) == (b"", True)
    assert by_id[failed.id].payload == b"old but failed"
    assert not keep(b"old"), "a copy of an emptied delivery brings nothing"
    assert inbox.put_back({"doudian": "doudian/2"}, actor="user:1") == 2, "an emptied body cannot be read again"


def test_it_is_woken_by_a_delivery_once_it_is_kept(django_capture_on_commit_callbacks: Any) -> None:
    inbox.wait_for_delivery(0)
    with django_capture_on_commit_callbacks() as at_commit:
        assert keep(b"one")
        assert not inbox.wait_for_delivery(0), "nobody could see it yet"
    for callback in at_commit:
        callback()
    assert inbox.wait_for_delivery(60)
    assert not inbox.wait_for_delivery(0), "one delivery wakes once"


@pytest.mark.django_db(transaction=True)
def test_it_wakes_who_waits_already() -> None:
    inbox.wait_for_delivery(0)
    woken = Future[bool]()
    waiter = threading.Thread(target=lambda: woken.set_result(inbox.wait_for_delivery(60)))
    waiter.start()
    keep(b"one")
    assert woken.result(timeout=30)
    waiter.join()


def test_it_is_durable_at_commit() -> None:
    """SQLite with synchronous=FULL (2) and PostgreSQL with synchronous_commit both fsync before a commit returns."""
    question, answer = {
        "sqlite": ("pragma synchronous", 2),
        "postgresql": ("show synchronous_commit", "on"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(question)
        assert cursor.fetchone() == (answer,)
