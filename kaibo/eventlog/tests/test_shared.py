"""A log of three shards in one process: what one appender would have stored, by three."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from kaibo.eventlog import api, shards
from kaibo.eventlog import log as local
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.models import SeenKind
from kaibo.eventlog.quarantine import count_waiting
from kaibo.eventlog.tests.helpers import LOCAL, PLATFORM, bring, event, numbers, stored
from kaibo.kit.clock import now_us
from kaibo.kit.errors import BadConfiguration

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]
ROOMS = [f"r{number}" for number in range(9)]
START = now_us() - 10**9


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[[int], None]:
    """Put a number of shards in force, as the first server does."""

    def put(number: int) -> None:
        monkeypatch.setenv("KAIBO_DATABASE_URL", "postgresql://in/force")
        monkeypatch.setenv("KAIBO_LOG_SHARDS", str(number))
        if shards.in_force().number != number:
            shards.change_to(number)

    return put


def of_all_rooms(count: int, *, prefix: str = "e") -> list[PlatformEvent]:
    return [event(f"{prefix}{n}", room_id=ROOMS[n % 9], occurred_at=START + n) for n in range(count)]


def killed() -> None:
    """The process ends with nothing sealed and its counters unwritten; the locks are free."""
    for held in local.local_logs():
        held.lock.release()
    local._open.clear()


def by_room() -> dict[tuple[str, str], str]:
    """(room, event) -> writer of every net line of the log."""
    found: Counter[tuple[str, str, str]] = Counter()
    for ref in api.batches({}):
        for line in api.read_batch(ref).splitlines():
            told = json.loads(line)
            found[(told["room_id"], told["event_id"], ref.writer)] += told.get("sign", 1)
    held = {(room, name): writer for (room, name, writer), count in found.items() if count}
    assert set(found.values()) <= {-1, 0, 1}
    return held


def test_it_stores_the_rooms_of_a_shard_under_its_writer(share: Callable[[int], None]) -> None:
    share(3)
    assert numbers(bring(of_all_rooms(90))) == (90, 0, 0)
    assert numbers(bring(of_all_rooms(99))) == (9, 90, 0)
    force = shards.in_force()
    home = (local.lock_path(0).parent / "writer").read_text().split()[0]
    assert by_room() == {
        (one.room_id, one.event_id): force.writer(home, force.of(PLATFORM, one.room_id)) for one in of_all_rooms(99)
    }
    assert set(api.status().writers) == set(force.writers(home))
    assert api.status().last_seq == 99


def test_it_answers_once_with_the_lines_of_the_whole(share: Callable[[int], None]) -> None:
    share(3)
    lines = [json.dumps({"event_id": f"e{n}", "kind": "comment.posted", "platform": PLATFORM, "room_id": ROOMS[n % 9],
                         "occurred_at": "never" if n in {4, 130} else START}) for n in range(200)]  # fmt: skip
    lines[61] = "no JSON"
    log = api.open_log()
    try:
        receipt = log.append_lines("\n".join(lines).encode(), provenance=LOCAL)
        assert numbers(receipt) == (197, 0, 3)
        assert [(one.line, one.field) for one in receipt.details] == [
            (5, "occurred_at"),
            (62, ""),
            (131, "occurred_at"),
        ]
        assert count_waiting() == 3
        again = log.append_lines(("[" + ",".join(lines[:61]) + "]").encode(), provenance=LOCAL)
        assert numbers(again) == (0, 60, 1)
        assert [one.line for one in again.details] == [5]
        late = log.append_soon(lines[7].encode(), provenance=LOCAL)()
        assert numbers(late) == (0, 1, 0)
    finally:
        log.close()
    assert count_waiting() == 3, "a bad line is set aside once, however often it comes"


@pytest.mark.parametrize("trouble", [LogRefuses("no room", retry_after=7), LogFailed("no disk"), LogBusy("nobody")])
def test_it_refuses_the_whole_where_one_shard_refuses(
    share: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    share(3)
    log = api.open_log(wait_seconds=0)
    try:
        with monkeypatch.context() as patch:
            held = local.local_log(1)
            assert held is not None

            def refuse(*_: object, **__: object) -> None:
                raise trouble

            patch.setattr(held.appender, "refuse_if_behind", refuse)
            with pytest.raises(type(trouble)):
                log.append_events(of_all_rooms(90), provenance=LOCAL)
        assert 0 < len(stored()) < 90
        accepted, duplicates, _ = numbers(log.append_events(of_all_rooms(90), provenance=LOCAL))
        assert accepted + duplicates == len(stored()) == 90
        assert duplicates > 0
    finally:
        log.close()


def test_it_acknowledges_nothing_of_a_shard_whose_lock_is_anothers(share: Callable[[int], None], home: Path) -> None:
    share(3)
    log = api.open_log(wait_seconds=0)
    (home / "log" / "lock-1").write_text("77 0123456789ab elsewhere")
    with pytest.raises(LogFailed, match="another process holds the log by now"):
        log.append_events(of_all_rooms(90), provenance=LOCAL)
    force = shards.in_force()
    assert {force.of(PLATFORM, line.room_id) for line in stored()} == {0, 2}
    log.close()


def test_it_keeps_the_number_in_a_backup(share: Callable[[int], None], home: Path) -> None:
    share(3)
    bring(of_all_rooms(90))
    kept = {one.name: one.size for one in api.log_files()}
    assert kept["log/shards.json"] == (home / "log" / "shards.json").stat().st_size
    assert sum(name.endswith(".ids") for name in kept) == 3


def test_it_refuses_lines_that_were_sent_to_another_shard(share: Callable[[int], None]) -> None:
    share(3)
    log = api.open_log()
    try:
        wrong = next(room for room in ROOMS if shards.in_force().of(PLATFORM, room) != 2)
        held = local.local_log(2)
        assert held is not None
        with pytest.raises(LogBusy, match="is not of shard 2"):
            held.append_events([event("e", room_id=wrong)], provenance=LOCAL)
        with pytest.raises(LogBusy, match="is not of shard 2"):
            held.append_signed(stored_as(event("e", room_id=wrong)))
        assert stored() == []
    finally:
        log.close()


def stored_as(one: PlatformEvent) -> list[StoredEvent]:
    import msgspec

    return [msgspec.convert(msgspec.to_builtins(one), StoredEvent)]


def test_it_takes_back_and_moves_what_lies_in_several_shards(share: Callable[[int], None]) -> None:
    share(3)
    for room in ROOMS:
        api.open_window(PLATFORM, room, "night", from_us=START, to_us=START + 10**8)
    bring(of_all_rooms(90), Provenance("feed_a", ingest_id="one"))
    bring(of_all_rooms(45, prefix="other"), Provenance("feed_a", ingest_id="two"))
    assert api.retract(ingest_id="one", actor="user:1", why="wrong file") == 90
    assert len(list(api.events_of("night"))) == 45
    assert api.retract(ingest_id="one", actor="user:1", why="wrong file") == 0
    assert api.rebind("night", into="day", actor="user:1", why="merged") == 45
    assert len(list(api.events_of("day"))) == 45
    assert numbers(bring(of_all_rooms(90), Provenance("feed_a", ingest_id="three"))) == (90, 0, 0), "their ids are free"
    assert dict(SeenKind.objects.values_list("show_id", "count")) == {"night": 0, "day": 135}


def test_it_binds_late_what_lies_in_rooms_of_every_shard(share: Callable[[int], None]) -> None:
    share(3)
    bring(of_all_rooms(90))
    bring([event(f"begin {room}", kind="show.started", room_id=room, occurred_at=START - 5) for room in ROOMS])
    bring(of_all_rooms(9, prefix="more"))
    assert {line.sign for line in stored()} == {1, -1}
    assert [name for name in {line.show_id for line in stored() if line.sign > 0} if name is None] == [None]
    force = shards.in_force()
    for ref in api.batches({}):
        for line in api.read_batch(ref).splitlines():
            assert ref.writer.endswith(f"_{force.of(PLATFORM, json.loads(line)['room_id'])}")
    assert sum(len(list(api.events_of(window.show_id))) for window in api.windows()) == 108


def test_it_gives_a_show_that_feeds_name_to_one_room_only(
    share: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two appenders that hear of it in the same moment do not know yet what the other has just written."""
    share(3)
    feed, _ = api.create_feed("f", connector="ndjson", platform=PLATFORM, actor="user:1")
    here, there = ROOMS[0], next(room for room in ROOMS if shards.in_force().of(PLATFORM, room) == 1)
    assert shards.in_force().of(PLATFORM, here) != 1
    log = api.open_log()
    monkeypatch.setattr("kaibo.eventlog.windows.WindowBook.refresh", lambda _: None)
    for room in (here, there, here):
        line = {"event_id": f"begin {room}", "kind": "show.started", "platform": PLATFORM, "room_id": room}
        body = json.dumps({**line, "occurred_at": START, "show_id": "mine"}).encode()
        log.append_lines(body, provenance=Provenance(feed.id), feed=feed)
    log.close()
    held = {window.room_id: window.show_id for window in api.windows()}
    assert held[here] == "mine"
    assert held[there].startswith(f"{PLATFORM}-{there}-20")


def test_it_loses_and_doubles_nothing_when_the_number_changes(share: Callable[[int], None]) -> None:
    """1, 3, 2, 1: clean ends and kills between them."""
    for room in ROOMS:
        api.open_window(PLATFORM, room, "night", from_us=START, to_us=START + 10**8)
    everything: list[PlatformEvent] = []
    for turn, number in enumerate([1, 3, 2, 2, 1]):
        if turn:
            share(number)
        log = api.open_log()
        assert numbers(log.append_events(everything, provenance=LOCAL))[0] == 0, "what came before is known"
        news = of_all_rooms(90, prefix=f"turn{turn}-")
        assert numbers(log.append_events(news, provenance=LOCAL)) == (90, 0, 0)
        everything += news
        if turn % 2:
            killed()
        else:
            log.close()
    assert set(by_room()) == {(one.room_id, one.event_id) for one in everything}
    refs = list(api.batches({}))
    last = {ref.writer: ref.to_seq for ref in refs}
    assert len(last) == 1 + 3 + 2 + 1
    for earlier, later in (("_001_", "_002_"), ("_002_", "_003_")):
        ends = max(ref.to_seq for ref in refs if earlier in ref.writer)
        assert ends < min(ref.from_seq for ref in refs if later in ref.writer), "sequence numbers rise over the change"
    assert api.status().last_seq == len(everything)
    (seen,) = SeenKind.objects.filter(show_id="night")
    assert seen.count == len(everything), "books of a killed writer that writes no more are made up"
    assert api.rebind("night", into="day", actor="user:1", why="merged") == len(everything)
    assert api.retract(ingest_id=LOCAL.ingest_id, actor="user:1", why="all") == len(everything), "as they lie now"
    assert [*api.events_of("night"), *api.events_of("day")] == []
    assert {one["count"] for one in SeenKind.objects.filter(show_id__in=("night", "day")).values("count")} == {0}


def test_it_lets_no_process_with_another_number_in(
    share: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    share(3)
    bring(of_all_rooms(9))
    monkeypatch.setenv("KAIBO_LOG_SHARDS", "2")
    with pytest.raises(BadConfiguration, match="has 3 shards, KAIBO_LOG_SHARDS says 2") as refused:
        bring(of_all_rooms(9))
    assert "set KAIBO_LOG_SHARDS=3; to change the number, stop every server" in refused.value.fix


def test_it_writes_nothing_of_shards_where_there_is_one(home: Path) -> None:
    bring(of_all_rooms(9))
    assert sorted(path.name for path in (home / "log").iterdir()) == ["lock", "segments", "writer"]
    assert {ref.writer for ref in api.batches({})} == {(home / "log" / "writer").read_text().split()[0]}
