"""What was acknowledged is in the inbox afterwards, once, however the process ended."""

import os
import threading
from pathlib import Path

import pytest

from kaibo.eventlog import inbox, spool
from kaibo.eventlog.locks import try_lock
from kaibo.eventlog.spool import Kept, Spool

pytestmark = pytest.mark.django_db(transaction=True)


def kept(number: int) -> Kept:
    return Kept("feed_a", "doudian", f"id-{number}", 1_780_000_000_000_000 + number, b"body %d" % number, None, {})


@pytest.fixture
def brought() -> list[Kept]:
    return []


@pytest.fixture
def fresh(home: Path, brought: list[Kept]) -> Spool:
    return Spool(lambda taken, _counts: brought.extend(taken))


def files(home: Path) -> list[Path]:
    return sorted((home / "inbox").glob("*.spool"))


def killed(running: Spool) -> None:
    """The process is gone: its memory, and with its files its locks."""
    running._durable.clear()
    running._file.close()  # type: ignore[union-attr]


def test_it_brings_in_what_a_killed_process_left_and_nothing_that_was_cut(home: Path, brought: list[Kept]) -> None:
    running = Spool(lambda taken, _counts: brought.extend(taken))
    for number in range(3):
        running.keep(kept(number)).result(timeout=60)
    assert Spool(lambda *_: None).recover() == 0, "a process that lives keeps its file"
    killed(running)
    (path,) = files(home)
    path.write_bytes(path.read_bytes() + b"\x00\x00\x00\x09half")
    after = Spool(lambda taken, _counts: brought.extend(taken))
    assert after.recover() == 3
    assert [one.identity for one in brought] == ["id-0", "id-1", "id-2"]
    assert files(home) == []


def test_it_writes_a_large_body_from_its_pages_and_reads_the_same_back(home: Path, brought: list[Kept]) -> None:
    running = Spool(lambda *_: None)
    body = os.urandom(1 << 20)
    for payload in (None, b"opened"):
        one = Kept("feed_a", "doudian", "id", 1_780_000_000_000_000, memoryview(body), payload, {"room": "1"})
        running.keep(one).result(timeout=60)
    killed(running)
    assert Spool(lambda taken, _counts: brought.extend(taken)).recover() == 2
    assert [(one.body, one.payload, one.told) for one in brought] == [
        (body, None, {"room": "1"}),
        (body, b"opened", {"room": "1"}),
    ]


def test_it_brings_few_large_ones_at_once(home: Path) -> None:
    groups: list[int] = []
    running = Spool(lambda taken, _counts: groups.append(len(taken)))
    for number in range(3):
        body = bytes(spool.AT_ONCE_BYTES // 2)
        running.keep(Kept("feed_a", "doudian", f"id-{number}", 1, body, None, {})).result(timeout=20)
    while running.bring_in():
        pass
    assert groups == [2, 1]


def test_it_writes_into_no_file_that_another_process_looks_at(
    home: Path, fresh: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [False, True]
    monkeypatch.setattr(spool, "try_lock", lambda file: answers.pop(0) and try_lock(file))
    fresh.keep(kept(1)).result(timeout=60)
    left, taken = sorted(files(home), key=lambda path: path.stat().st_size)
    assert (left.stat().st_size, answers) == (0, [])
    monkeypatch.setattr(spool, "try_lock", try_lock)
    assert Spool(lambda *_: None).recover() == 0
    assert left.exists(), "its process may be about to lock it"
    os.utime(left, (0, 0))
    assert Spool(lambda *_: None).recover() == 0
    assert files(home) == [taken]


def test_it_forgets_nothing_while_the_records_take_nothing(home: Path) -> None:
    is_busy, brought = True, list[Kept]()

    def bring(taken: list[Kept], _counts: bool) -> None:
        if is_busy:
            raise ConnectionError
        brought.extend(taken)

    running = Spool(bring)
    running.keep(kept(1)).result(timeout=60)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            running.bring_in()
    running.keep(kept(2)).result(timeout=60)
    is_busy = False
    assert running.bring_in() == 2
    assert [one.identity for one in brought] == ["id-1", "id-2"]


def test_it_takes_many_behind_one_sync(home: Path, fresh: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs, gate = [], threading.Event()

    def slow(handle: int) -> None:
        syncs.append(handle)
        gate.wait(5)

    monkeypatch.setattr(spool.os, "fsync", slow)
    first = fresh.keep(kept(0))
    others = [fresh.keep(kept(number)) for number in range(1, 200)]
    assert not first.done()
    gate.set()
    for one in (first, *others):
        one.result(timeout=60)
    assert len(syncs) <= 4  # the folder's, the first record's, one or two for all that came meanwhile


def test_it_shortens_its_file_under_load_without_losing_one(
    home: Path, fresh: Spool, brought: list[Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "TRUNCATE_BYTES", 500)

    def send(start: int) -> None:
        for number in range(start, start + 200):
            fresh.keep(kept(number)).result(timeout=10)

    senders = [threading.Thread(target=send, args=(start,)) for start in (0, 200, 400)]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        fresh.bring_in()
    while fresh.bring_in():
        pass
    assert sorted(int(one.identity[3:]) for one in brought) == list(range(600))
    assert files(home)[0].stat().st_size < 60_000
    fresh.close()
    assert files(home) == []


def test_it_refuses_when_too_much_waits(home: Path, fresh: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MOST_BYTES", 10)
    fresh.keep(kept(1)).result(timeout=60)
    fresh.keep(kept(2)).result(timeout=60)
    with pytest.raises(OSError, match="taken nothing"):
        fresh.keep(kept(3)).result(timeout=60)
    assert fresh.bring_in() == 2
    fresh.keep(kept(3)).result(timeout=60)


def test_it_knows_copies_within_a_group_and_in_the_records(home: Path) -> None:
    for _ in range(3):
        inbox.receive_soon("feed_a", connector="doudian", body=b"same").result(timeout=60)
    inbox.receive_soon("feed_a", connector="doudian", body=b"other", delivery_id="d-1").result(timeout=60)
    assert [(one.payload, one.copies) for one in inbox.waiting()] == [(b"same", 2), (b"other", 0)]
    inbox.receive_soon("feed_a", connector="doudian", body=b"same").result(timeout=60)
    assert [(one.payload, one.copies) for one in inbox.waiting()] == [(b"same", 3), (b"other", 0)]
