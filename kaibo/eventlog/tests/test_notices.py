"""Word from other processes: after their commit, never instead of looking, back by itself after a lost line."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction

from kaibo.eventlog import notices

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def until(holds: Callable[[], object]) -> None:
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends, "did not happen"
        time.sleep(0.01)


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What is heard of the topic `show`, by a listener of this process."""
    found: list[str] = []
    stop, listener = notices.listen("show", found.append), notices.Listener()
    listener.start()
    yield found
    listener.stop()
    stop()


def test_it_is_quiet_where_records_cannot_speak(told: list[str]) -> None:
    if connection.vendor == "postgresql":
        until(notices.is_listening)
        return
    notices.tell("show", "night-1")
    assert not notices.is_listening()
    assert told == []


def can_be_told() -> bool:
    """Whether notices come; where the records are a file, that none does is all there is to see."""
    if connection.vendor == "postgresql":
        until(notices.is_listening)
        return True
    assert not notices.is_listening()
    return False


def test_it_hears_what_was_committed_and_nothing_else(told: list[str]) -> None:
    if not can_be_told():
        return
    told.clear()  # at the beginning one looks at everything
    with transaction.atomic():
        notices.tell("show", "night-1")
        transaction.set_rollback(True)
    with transaction.atomic():
        notices.tell("show", "night-2")
        notices.tell("work")
        assert told == []
    notices.tell("show", "n" * 5000)
    until(lambda: len(told) == 2)
    assert told == ["night-2", ""], "a name that is too long for the line means all"


def test_it_looks_at_everything_after_a_lost_line(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if not can_be_told():
        return
    told.clear()
    gate, listen = threading.Event(), notices.Listener._listen
    monkeypatch.setattr(notices.Listener, "_listen", lambda self: gate.wait(30) and listen(self))
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where pid <> pg_backend_pid() and query like '%pg_notify%'"
        )
        assert cursor.fetchone()[0] >= 1
    notices.tell("show", "night-3")  # nobody listens
    gate.set()
    until(lambda: told)
    assert told == [""]
    notices.tell("show", "night-4")
    until(lambda: len(told) == 2)
    assert told == ["", "night-4"]


def test_it_says_when_notices_stay_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pooler between us and the database takes the request and never answers it."""
    if connection.vendor != "postgresql":
        assert not notices.Listener().is_well()
        return
    monkeypatch.setattr(notices, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(notices, "LOST_SECONDS", 0.5)
    listener = notices.Listener()
    listener.start()
    until(listener.is_well)
    monkeypatch.setattr(notices, "instance", lambda: "somebody-else")
    monkeypatch.setattr(listener, "_hear_for", lambda *_: listener._stopped.wait(0.05))
    until(lambda: not listener.is_well())
    listener.stop()
