"""Appending, coming back, duplicates for ever."""

import os
import threading
from pathlib import Path

import pytest

from kaibo.eventlog import api
from kaibo.eventlog.appender import Appender
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import DamagedSegment, LogFailed, LogRefuses
from kaibo.eventlog.lines import ENCODER
from kaibo.eventlog.log import local_log
from kaibo.eventlog.segments import RECORD, SegmentWriter, segments
from kaibo.eventlog.tests.helpers import LOCAL, PLATFORM, ROOM, bring, event, numbers, some, stored
from kaibo.kit.clock import HOUR_US, now_us

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_it_stores_events_with_an_envelope_of_ours() -> None:
    receipt = bring(some(3, viewer_id="u1"), Provenance("feed_a", ingest_id="i1", raw_ref="r", translator_version="2"))
    assert numbers(receipt) == (3, 0, 0)
    lines = stored()
    assert [line.seq for line in lines] == [1, 2, 3]
    envelope = {(line.feed_id, line.ingest_id, line.raw_ref, line.translator_version) for line in lines}
    assert envelope == {("feed_a", "i1", "r", "2")}
    assert all(abs(line.received_at - now_us()) < 60_000_000 and line.sign == 1 for line in lines)


def test_it_overwrites_an_envelope_that_a_sender_supplies() -> None:
    body = (
        f'{{"event_id":"a","kind":"like.given","platform":"{PLATFORM}","room_id":"{ROOM}","occurred_at":{now_us()},'
        '"seq":99,"received_at":1,"feed_id":"other","sign":-1,"ingest_id":"x","raw_ref":"y","translator_version":"z"}'
    )
    log = api.open_log()
    log.append_lines(body.encode(), provenance=Provenance("feed_a"))
    log.close()
    (line,) = stored()
    assert (line.seq, line.feed_id, line.sign, line.ingest_id, line.raw_ref) == (1, "feed_a", 1, None, None)
    assert line.translator_version is None
    assert line.received_at > 10**15


def test_it_never_counts_an_exact_duplicate_not_even_after_a_restart() -> None:
    events = some(500)
    assert numbers(bring([*events, *events[:10]])) == (500, 10, 0)
    assert numbers(bring(events)) == (0, 500, 0)
    assert numbers(bring([*events, *some(5, prefix="new")])) == (5, 500, 0)
    assert len(stored()) == 505


def test_it_tells_rooms_and_platforms_apart() -> None:
    at = now_us()
    same = [event("one", occurred_at=at), event("one", occurred_at=at, room_id="other")]
    assert numbers(bring([*same, event("one", occurred_at=at, platform="taobao")])) == (3, 0, 0)


def test_it_finds_a_copy_whose_time_moved_by_up_to_an_hour() -> None:
    at = now_us() // HOUR_US * HOUR_US - 10
    bring([event("a", occurred_at=at)])
    assert numbers(bring([event("a", occurred_at=at + 20)])) == (0, 1, 0)
    assert numbers(bring([event("a", occurred_at=at - HOUR_US)])) == (0, 1, 0)


def test_it_knows_ids_that_left_memory() -> None:
    start = now_us() - 200 * HOUR_US
    events = [event(f"e{number}", occurred_at=start + number % 100 * HOUR_US) for number in range(1000)]
    log = api.open_log()
    held = local_log()
    assert held is not None
    held.appender.index.recent_limit, held.appender.index.frozen_limit = 200, 100
    assert numbers(log.append_events(events, provenance=LOCAL)) == (1000, 0, 0)
    assert numbers(log.append_events(reversed(events), provenance=LOCAL)) == (0, 1000, 0)
    assert held.appender.index.loads > 50
    log.close()
    assert numbers(bring(events)) == (0, 1000, 0)


def test_it_shares_one_fsync_among_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go_on, commits = threading.Event(), threading.Event(), []
    commit = SegmentWriter.commit

    def slow(self: SegmentWriter, chunks: list[bytes], **told: int) -> object:
        commits.append(len(chunks))
        entered.set()
        go_on.wait(30)
        return commit(self, chunks, **told)

    monkeypatch.setattr(SegmentWriter, "commit", slow)
    log = api.open_log()
    held = local_log()
    assert held is not None
    monkeypatch.setattr(held.appender, "tick", lambda **_told: None)  # the database stays with this thread
    results = []

    def one(number: int) -> None:
        results.append(log.append_events([event(f"t{number}")], provenance=LOCAL))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    held.appender.book._read_at = float("inf")  # nor a look at the windows
    held.appender.has_late_window = False
    threads[0].start()
    assert entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    while sum(len(group.chunks) for group in (held.appender._group,)) < 5:
        entered.wait(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert commits == [1, 5]
    assert sum(receipt.accepted for receipt in results) == 6
    log.close()


def test_it_cuts_off_what_was_never_acknowledged() -> None:
    bring(some(10))
    (segment,) = segments()
    segment.ids_path.unlink()  # as after a crash: nothing was sealed
    size = segment.path.stat().st_size
    with segment.path.open("ab") as file:
        file.write(b'{"event_id":"torn","kind":"comm')
    with segment.index_path.open("ab") as file:
        file.write(b"\x01" * (RECORD.size + 7))
    assert numbers(bring(some(1, prefix="n"))) == (1, 0, 0)
    assert segment.path.stat().st_size == size
    assert [line.seq for line in stored()] == list(range(1, 12))


def test_it_knows_ids_of_a_segment_that_was_never_sealed() -> None:
    events = some(10)
    bring(events)
    (segment,) = segments()
    segment.ids_path.unlink()
    assert numbers(bring(events)) == (0, 10, 0)


def test_it_makes_a_damaged_id_file_again() -> None:
    events = some(10)
    bring(events)
    (segment,) = segments()
    segment.ids_path.write_bytes(b"00000000{}\n")
    assert numbers(bring(events)) == (0, 10, 0)


def test_it_refuses_to_read_a_batch_that_does_not_match_its_checksum() -> None:
    bring(some(10))
    (ref,) = api.batches({})
    data = bytearray(ref.path.read_bytes())
    data[40] ^= 1
    ref.path.write_bytes(data)
    with pytest.raises(DamagedSegment, match="checksum"):
        api.read_batch(ref)
    ref.path.unlink()
    with pytest.raises(DamagedSegment):
        api.read_batch(ref)


def test_it_gives_only_batches_after_a_place_and_of_every_writer() -> None:
    for number in range(3):
        bring(some(4, prefix=f"p{number}-"))
    refs = list(api.batches({}))
    assert [(ref.from_seq, ref.to_seq) for ref in refs] == [(1, 4), (5, 8), (9, 12)]
    writer = refs[0].writer
    assert [ref.from_seq for ref in api.batches({writer: 4})] == [5, 9]
    assert [ref.from_seq for ref in api.batches({writer: 12})] == []
    other = SegmentWriter(refs[0].path.parent, "wother", 1, opened_at=0)
    other.commit([b"{}\n"], from_seq=1, to_seq=1, now_us=0)
    other.close()
    assert {ref.writer for ref in api.batches({writer: 12})} == {"wother"}


def test_it_goes_back_to_what_the_disk_holds_when_a_write_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    log = api.open_log()
    log.append_events(some(5), provenance=LOCAL)
    lost = some(5, prefix="lost")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(SegmentWriter, "commit", full)
        with pytest.raises(LogFailed, match="No space left"):
            log.append_events(lost, provenance=LOCAL)
    assert numbers(log.append_events(lost, provenance=LOCAL)) == (5, 0, 0)
    log.close()
    assert [line.seq for line in stored()] == list(range(1, 11))


def test_it_refuses_with_a_reason_when_the_disk_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.eventlog.appender.MIN_FREE_BYTES", 2**60)
    log = api.open_log()
    with pytest.raises(LogRefuses, match="nearly full") as caught:
        log.append_events(some(1), provenance=LOCAL)
    assert caught.value.retry_after > 0
    assert api.status().is_refusing
    log.close()
    assert stored() == []


def test_it_seals_by_size_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.eventlog.appender.SEAL_BYTES", 2000)
    log = api.open_log()
    for number in range(5):
        log.append_events(some(20, prefix=f"s{number}-"), provenance=LOCAL)
    assert len(segments()) == 5
    assert all(segment.ids_path.exists() for segment in segments())
    log.close()
    assert [line.seq for line in stored()] == list(range(1, 101))


def test_it_touches_nothing_once_another_process_has_the_log(home: Path) -> None:
    log = api.open_log()
    log.append_events(some(2), provenance=LOCAL)
    lock, before = home / "log" / "lock", sorted(path.name for path in (home / "log" / "segments").iterdir())
    lock.write_text("1 0123456789ab elsewhere")
    with pytest.raises(LogFailed, match="another process holds the log"):
        log.append_events(some(2, prefix="x"), provenance=LOCAL)
    log.close()
    assert sorted(path.name for path in (home / "log" / "segments").iterdir()) == before, "not sealed either"
    after = api.open_log()
    assert after.append_events(some(2), provenance=LOCAL).duplicates == 2
    assert after.append_events(some(2, prefix="x"), provenance=LOCAL).accepted == 2
    after.close()


def test_it_is_one_appender_per_process_and_seals_when_the_last_holder_leaves(home: Path) -> None:
    first, second = api.open_log(), api.open_log()
    assert first is second
    first.append_events(some(1), provenance=LOCAL)
    first.close()
    second.append_events(some(1, prefix="x"), provenance=LOCAL)
    second.close()
    assert local_log() is None
    assert (home / "log" / "lock").read_text().split()[0] == str(os.getpid())
    assert isinstance(Appender().last_seq, int)


def test_it_takes_a_body_larger_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.eventlog.bodies.CHUNK_BYTES", 1000)
    good = some(50)
    from kaibo.eventlog.lines import ENCODER

    body = ENCODER.encode_lines(good[:25]) + b"broken\n" + ENCODER.encode_lines(good[25:])
    log = api.open_log()
    receipt = log.append_lines(body, provenance=LOCAL)
    log.close()
    assert numbers(receipt) == (50, 0, 1)
    assert receipt.details[0].line == 26


def test_it_answers_what_it_took_ahead_only_once_that_is_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    commit = SegmentWriter.commit
    is_broken = False

    def write(self: SegmentWriter, *values: object, **named: object) -> object:
        if is_broken:
            raise OSError(28, "No space left on device")
        return commit(self, *values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(SegmentWriter, "commit", write)
    bodies = [ENCODER.encode_lines(some(50, prefix=prefix)) for prefix in "abc"]
    log = api.open_log()
    answers = [log.append_soon(body, provenance=LOCAL) for body in bodies]
    assert [numbers(answer()) for answer in answers] == [(50, 0, 0)] * 3
    assert [line.event_id for line in stored()] == [f"{prefix}{n}" for prefix in "abc" for n in range(50)]
    is_broken = True
    refused = log.append_soon(ENCODER.encode_lines(some(5, prefix="d")), provenance=LOCAL)
    with pytest.raises(LogFailed, match="No space left"):
        refused()
    is_broken = False
    assert numbers(log.append_soon(ENCODER.encode_lines(some(5, prefix="d")), provenance=LOCAL)()) == (5, 0, 0)
    log.close()
    assert len(stored()) == 155
