"""Files in, once for ever, and back out again."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.connectors.api import BadFile, WrongConnector
from kaibo.eventlog import api as eventlog
from kaibo.kit.errors import NotFound
from kaibo.operations.imports import api
from kaibo.operations.imports.contracts import ImportNotFound, ImportReport, ImportState, ImportUndone

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTORS = Path(__file__).parents[3] / "connectors"
ROOM = CONNECTORS / "bili_events" / "fixtures" / "room.jsonl"
XML = CONNECTORS / "bilirec_xml" / "fixtures" / "recorder.xml"
BROKEN = CONNECTORS / "ndjson" / "fixtures" / "broken.ndjson"


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


def bring(connector: str, path: Path, **more: str) -> ImportReport:
    report = api.import_file(connector, path, actor="user:director", **more)  # type: ignore[arg-type]
    assert report.read == report.accepted + report.duplicates + report.rejected + report.skipped
    return report


def test_it_makes_a_show_per_room_and_counts_every_row() -> None:
    report = bring("bili_events", ROOM)
    assert (report.read, report.accepted, report.duplicates, report.rejected, report.skipped) == (20, 19, 0, 0, 1)
    assert report.shows == ("bilibili-11-20261122-2000", "bilibili-12-20261122-2000")
    assert report.by_room == {"11": 19, "12": 1}
    assert report.by_reason == {"combo already counted by its gift rows": 1}
    assert report.by_kind["gift.sent"] == 8
    view = shows.show(report.shows[0])
    assert (view.platform, view.room_id, view.started_at) == ("bilibili", "11", report.first_at)
    assert api.import_of(report.id).state is ImportState.COMPLETE
    (first, *_rest) = eventlog.audit_entries(thing=f"import:{report.id}")
    assert first.actor == "user:director"


def test_it_accepts_nothing_of_the_same_content_however_compressed(tmp_path: Path) -> None:
    first = bring("bili_events", ROOM)
    packed = tmp_path / "again.jsonl.gz"
    packed.write_bytes(gzip.compress(ROOM.read_bytes(), 1))
    again = bring("bili_events", packed)
    assert (again.accepted, again.duplicates, again.skipped) == (0, 19, 1)
    assert (again.shows, again.sha256) == (first.shows, first.sha256)
    assert any(first.id in note for note in again.notes)


def test_it_takes_an_import_back_and_in_again() -> None:
    first = bring("bilirec_xml", XML)
    assert first.accepted == 9
    assert api.undo_import(first.id, actor="user:director", why="wrong room") == 9
    assert api.import_of(first.id).state is ImportState.UNDONE
    with pytest.raises(ImportUndone):
        api.undo_import(first.id, actor="user:director", why="again")
    again = bring("bilirec_xml", XML)
    assert (again.accepted, again.shows) == (9, first.shows)


def test_it_stamps_the_show_and_lets_a_second_file_of_the_evening_join_it(tmp_path: Path) -> None:
    first = bring("bilirec_xml", XML)
    later = tmp_path / "later.xml"
    row = '<d p="3600.0,1,25,0,1795352400000,0,9,0">一小时后</d><d p="1.0,1,25,0,1795348801000,0,9,0">同时</d>'
    later.write_text(f'<i><BililiveRecorderRecordInfo roomid="4242" start_time="2026-11-22T20:00:00+08:00"/>{row}</i>')
    second = bring("bilirec_xml", later)
    assert second.shows == first.shows
    (window,) = eventlog.windows(show_id=first.shows[0])
    assert window.to_us == 1_795_352_400_000_001
    assert {event.show_id for event in eventlog.events_of(first.shows[0])} == set(first.shows)
    assert len(list(eventlog.events_of(first.shows[0]))) == 11


def test_it_sends_everything_to_the_show_and_room_that_are_named() -> None:
    report = bring("bilirec_xml", CONNECTORS / "bilirec_xml" / "fixtures" / "history.xml", room="55", show="double-11")
    assert report.shows == ("double-11",)
    assert shows.show("double-11").room_id == "55"
    one_room = bring("bili_events", ROOM, room="12")
    assert (one_room.accepted, one_room.skipped) == (1, 19)


def test_it_does_not_claim_what_a_recording_cannot_know() -> None:
    report = bring("bili_events", ROOM)
    full, bare = (eventlog.coverage(show, now_us=1_795_400_000_000_000) for show in report.shows)
    assert "viewer.entered" in full.seen
    assert "viewer.entered" not in {**bare.seen, **bare.declared}


def test_it_names_ten_kinds_of_broken_lines_and_keeps_the_rest() -> None:
    report = bring("ndjson", BROKEN)
    assert (report.read, report.accepted, report.rejected, report.skipped) == (16, 3, 12, 1)
    assert [(one.line, one.field or "line") for one in report.details] == [
        (2, "line"),
        (3, "line"),
        (4, "event_id"),
        (5, "kind"),
        (6, "platform"),
        (7, "room_id"),
        (8, "occurred_at"),
        (9, "quantity"),
        (10, "amount_minor"),
        (11, "currency"),
        (12, "attrs"),
        (13, "text"),
    ]
    assert all(one.fix for one in report.details)
    assert len(eventlog.quarantined()) == 12
    assert len(list(eventlog.events_of(report.shows[0]))) == 3


def test_it_sets_broken_rows_of_other_formats_aside_too() -> None:
    report = bring("bili_events", CONNECTORS / "bili_events" / "fixtures" / "broken.jsonl")
    assert (report.accepted, report.rejected, report.skipped) == (2, 14, 1)
    assert {one.ingest_id for one in eventlog.quarantined()} == {report.id}


def test_it_divides_evenings_but_not_refunds_days_later(tmp_path: Path) -> None:
    def line(number: int, kind: str, at: str, **more: str) -> str:
        given = {"event_id": f"e{number}", "kind": kind, "platform": "simulated", "room_id": "r", "occurred_at": at}
        return str(given | more).replace("'", '"')

    path = tmp_path / "nights.ndjson"
    rows = [
        line(1, "comment.posted", "2026-11-20T20:00:00+08:00"),
        line(2, "order.paid", "2026-11-20T21:00:00+08:00", order_id="o1"),
        line(3, "order.refunded", "2026-11-21T12:00:00+08:00", order_id="o1"),
        line(4, "comment.posted", "2026-11-21T20:00:00+08:00"),
        line(5, "order.refunded", "2026-11-24T12:00:00+08:00", order_id="o1"),
    ]
    path.write_text("\n".join(rows))
    report = bring("ndjson", path)
    assert report.shows == ("simulated-r-20261120-2000", "simulated-r-20261121-2000")
    assert report.accepted == 5
    assert [event.event_id for event in eventlog.events_of(report.shows[0])] == ["e1", "e2"]


def test_it_keeps_shows_that_the_events_name(tmp_path: Path) -> None:
    path = tmp_path / "named.ndjson"
    place = '"platform": "simulated", "room_id": "r", "show_id": "night-1"'
    base = '{"event_id": "%s", "kind": "%s", "occurred_at": "%s", ' + place + "}"
    path.write_text(
        "\n".join(
            (
                base % ("a", "show.started", "2026-11-20T20:00:00+08:00"),
                base % ("b", "comment.posted", "2026-11-20T20:30:00+08:00"),
                base % ("c", "show.ended", "2026-11-20T23:00:00+08:00"),
                base % ("d", "order.refunded", "2026-11-23T23:00:00+08:00"),
            )
        )
    )
    report = bring("ndjson", path)
    assert report.shows == ("night-1",)
    assert len(list(eventlog.events_of("night-1"))) == 4
    (window,) = eventlog.windows(show_id="night-1")
    assert window.to_us is not None
    assert window.to_us - window.from_us == 3 * 3_600_000_000 + 1


def test_it_does_not_stretch_a_show_by_a_line_that_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clock.xml"
    rows = "".join(f'<d p="1,1,25,0,{at},0,7,0">x</d>' for at in (1_795_348_801, 1_795_348_802, 9_999_999_999))
    path.write_text(f"<i>{rows}</i>")
    report = bring("bilirec_xml", path)
    assert (report.accepted, report.rejected, report.last_at) == (2, 1, 1_795_348_802_000_000)
    (problem,) = report.details
    assert (problem.line, problem.field) == (3, "occurred_at")
    (window,) = eventlog.windows(show_id=report.shows[0])
    assert window.to_us == 1_795_348_802_000_001


def test_it_leaves_nothing_behind_when_the_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        bring("ndjson", tmp_path / "nothing")
    with pytest.raises(WrongConnector, match="does not look like"):
        bring("ndjson", XML)
    empty = tmp_path / "empty.xml"
    empty.touch()
    with pytest.raises(BadFile, match="empty"):
        bring("bilirec_xml", empty)
    assert api.imports() == []
    with pytest.raises(ImportNotFound):
        api.undo_import("imp_x", actor="user:director", why="")


def test_it_keeps_the_good_part_of_a_damaged_file(tmp_path: Path) -> None:
    lines = b"".join(BROKEN.read_bytes().splitlines(keepends=True)[0].replace(b"e1", b"e%d" % n) for n in range(20_000))
    packed = tmp_path / "half.ndjson.gz"
    packed.write_bytes(gzip.compress(lines)[: -20_000 // 4])
    report = bring("ndjson", packed)
    assert report.rejected >= 1
    assert report.details[-1].field == "file"
    assert "gzip" in report.details[-1].problem
    half = tmp_path / "half.ndjson"
    half.write_bytes(lines[:-30])
    report = bring("ndjson", half)
    assert (report.read, report.rejected) == (20_000, 1)


def test_it_tells_how_far_it_is() -> None:
    seen: list[tuple[str, int, int]] = []
    api.import_file("bili_events", ROOM, actor="user:director", progress=lambda *step: seen.append(step))
    assert {phase for phase, _, _ in seen} == {"reading", "keeping"}
    assert seen[-1] == ("keeping", 19, 19)


@pytest.mark.shared_data
def test_it_brings_a_real_evening_of_six_rooms(shared_data: Path) -> None:
    path = shared_data / "danmaku" / "bilibili_rooms_events.jsonl.gz"
    report = bring("bili_events", path)
    assert report.read == 83_065
    assert report.by_room == {
        "11365": 55_721,
        "545342": 25_843,
        "563689": 1_285,
        "7085640": 140,
        "23789393": 38,
        "44857": 38,
    }
    assert len(report.shows) == 6
    assert report.rejected == 0
    again = bring("bili_events", path)
    assert (again.accepted, again.duplicates) == (0, report.accepted)


@pytest.mark.shared_data
def test_it_brings_real_recordings_without_a_room_in_the_file(shared_data: Path) -> None:
    folder = shared_data / "danmaku" / "asoul_xml"
    for name, comments in (("2020-12-11_group_debut.xml.gz", 11_023), ("2020-12-12_diana_debut.xml.gz", 48_598)):
        report = bring("bilirec_xml", folder / name)
        assert (report.accepted, report.by_kind) == (comments, {"comment.posted": comments})
        assert len(report.shows) == 1
        assert bring("bilirec_xml", folder / name).accepted == 0


def test_it_parts_shows_of_one_day_where_the_file_says_that_they_end_and_begin(tmp_path: Path) -> None:
    """A day show and a night show of one room lie closer than six hours."""
    place = '"platform": "simulated", "room_id": "r"'
    base = '{"event_id": "%s", "kind": "%s", "occurred_at": "2026-11-20T%s+08:00", ' + place + "}"
    rows = (
        base % ("a", "show.started", "10:00:00"),
        base % ("b", "comment.posted", "11:00:00"),
        base % ("c", "show.ended", "16:00:00"),
        base % ("between", "comment.posted", "17:00:00"),
        base % ("d", "show.started", "19:00:00"),
        base % ("e", "comment.posted", "20:00:00"),
        base % ("f", "show.ended", "23:00:00"),
    )
    path = tmp_path / "day.ndjson"
    path.write_text("\n".join(rows))
    report = bring("ndjson", path)
    assert report.shows == ("simulated-r-20261120-1000", "simulated-r-20261120-1900")
    assert [[one.event_id for one in eventlog.events_of(show)] for show in report.shows] == [list("abc"), list("def")]
    assert [(w.to_us or 0) - w.from_us for w in eventlog.windows()] == [6 * 3_600_000_000 + 1, 4 * 3_600_000_000 + 1]
