"""Recordings as XML: every dialect, every way to be broken."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from kaibo.connectors.api import BadLine, Outcome, translate_file
from kaibo.eventlog.events import PlatformEvent

FIXTURES = Path(__file__).parent.parent / "fixtures"
EIGHT_PM = 1_795_348_800_000_000  # 2026-11-22T20:00:00+08:00


def outcomes(name: str, **more: object) -> list[Outcome]:
    return list(translate_file("bilirec_xml", FIXTURES / name, **more))  # type: ignore[arg-type]


def events(name: str, **more: object) -> list[PlatformEvent]:
    found = outcomes(name, **more)
    assert all(isinstance(one, PlatformEvent) for one in found), found
    return [one for one in found if isinstance(one, PlatformEvent)]


def test_it_reads_a_recorder_file_with_money_where_the_row_says_it() -> None:
    found = events("recorder.xml")
    assert {one.room_id for one in found} == {"4242"}
    assert Counter(one.kind for one in found) == {"comment.posted": 3, "gift.sent": 6}
    gifts = [(one.quantity, one.amount_minor, one.viewer_id) for one in found if one.kind == "gift.sent"]
    assert gifts == [
        (10, 100, "102"),  # 1000 gold coins are 1 yuan
        (3, 0, "101"),  # silver is no money
        (2, None, None),  # not stated is unknown, not zero
        (1, 3000, "104"),  # a super chat's price is in yuan
        (1, 19800, "105"),
        (1, None, "106"),
    ]


def test_it_places_rows_before_the_start_and_rows_that_only_count_seconds() -> None:
    found = events("recorder.xml")
    assert found[0].occurred_at == EIGHT_PM - 12_377_000
    assert found[3].occurred_at == EIGHT_PM + 5_123_456
    assert (found[1].text, found[2].text) == ("多少钱 <3", "&想看2号")
    assert found[2].viewer_id is None  # uid 0 is the platform hiding who it was


def test_it_reads_compact_history_files_and_names_the_room_after_the_file() -> None:
    found = events("history.xml")
    assert [(one.room_id, one.viewer_id, one.occurred_at) for one in found] == [
        ("history", "7f3a9c21", EIGHT_PM + 1_000_000),
        ("history", "7f3a9c22", EIGHT_PM + 2_000_000),
    ]
    assert {one.room_id for one in events("history.xml", room="55")} == {"55"}


def test_it_learns_the_start_from_rows_that_know_both_times() -> None:
    *placed, lost = outcomes("blanks.xml")
    by_text = {one.text: one for one in placed if isinstance(one, PlatformEvent)}
    assert by_text["时间还没学到"].occurred_at == EIGHT_PM + 500_000
    assert by_text["没有秒数"].occurred_at == EIGHT_PM + 3_000_000
    assert by_text["没有时间戳"].occurred_at == EIGHT_PM + 20_000_000
    assert by_text["没有秒数"].viewer_id is None
    assert isinstance(lost, BadLine)
    assert (lost.line, lost.field) == (8, "p")
    ids = [one.event_id for one in placed if isinstance(one, PlatformEvent)]
    assert len(ids) == len(set(ids)) == 5  # equal rows stay two


def test_it_reads_the_other_recorder() -> None:
    comment, guard = events("blrec.xml")
    assert (comment.room_id, guard.amount_minor) == ("777", 13800)
    assert guard.occurred_at == EIGHT_PM + 2_000_000


def test_it_names_every_broken_row_and_keeps_the_rest() -> None:
    found = outcomes("broken.xml")
    assert [one.text for one in found if isinstance(one, PlatformEvent)] == ["好的"] * 3
    bad = [one for one in found if isinstance(one, BadLine)]
    assert [(one.line, one.field) for one in bad] == [
        (5, "row"),
        (6, "row"),
        (7, "row"),
        (9, "p"),
        (10, "p"),
        (11, "p"),
        (12, "p"),
        (13, "row"),
        (14, "giftcount"),
        (15, "price"),
        (16, "raw"),
        (17, "ts"),
    ]
    assert all(one.problem and one.fix and one.raw for one in bad)


def test_it_keeps_everything_before_a_broken_tail(tmp_path: Path) -> None:
    whole = (FIXTURES / "recorder.xml").read_bytes()
    cut = tmp_path / "cut.xml"
    cut.write_bytes(whole[: whole.index(b"<sc ") + 20])
    *kept, tail = translate_file("bilirec_xml", cut)
    assert len(kept) == 6
    assert isinstance(tail, BadLine)
    assert (tail.line, tail.field) == (15, "file")
    assert "middle of a row" in tail.problem
    open_end = tmp_path / "open.xml"
    open_end.write_bytes(whole.replace(b"</i>", b""))
    *kept, tail = translate_file("bilirec_xml", open_end)
    assert len(kept) == 9
    assert isinstance(tail, BadLine)
    assert "without </i>" in tail.problem


def test_it_gives_the_same_ids_however_the_file_is_kept(tmp_path: Path) -> None:
    packed = tmp_path / "blanks.xml.gz"
    packed.write_bytes(gzip.compress((FIXTURES / "blanks.xml").read_bytes(), 1))
    again = [one.event_id for one in translate_file("bilirec_xml", packed) if isinstance(one, PlatformEvent)]
    assert again == [one.event_id for one in outcomes("blanks.xml") if isinstance(one, PlatformEvent)]


def test_it_refuses_entities(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xml"
    bomb.write_text(
        '<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a "aaaa">]><i><d p="1,1,25,0,1795348801,0,1,0">&a;</d></i>'
    )
    (only,) = translate_file("bilirec_xml", bomb)
    assert isinstance(only, BadLine)
    assert "entities" in only.problem


@pytest.mark.parametrize("size", [1, 7, 64])
def test_it_recovers_wherever_the_chunks_fall(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [(type(one), getattr(one, "line", None), getattr(one, "event_id", None)) for one in outcomes("broken.xml")]
    monkeypatch.setattr("kaibo.connectors.bilirec_xml.rows.CHUNK", size)
    found = [(type(one), getattr(one, "line", None), getattr(one, "event_id", None)) for one in outcomes("broken.xml")]
    assert found == whole


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("录制-22637261-20201211-200000-标题.xml", "22637261"),
        ("blive_22625025_2021-01-01-200000.xml", "22625025"),
        ("2020-12-11_group_debut.xml.gz", "2020-12-11_group_debut"),
    ],
)
def test_it_reads_the_room_out_of_the_name(name: str, room: str, tmp_path: Path) -> None:
    path = tmp_path / name
    data = (FIXTURES / "history.xml").read_bytes()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    first = next(translate_file("bilirec_xml", path))
    assert isinstance(first, PlatformEvent)
    assert first.room_id == room


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "comments"), [("2020-12-11_group_debut.xml.gz", 11_023), ("2020-12-12_diana_debut.xml.gz", 48_598)]
)
def test_it_reads_real_recordings(shared_data: Path, name: str, comments: int) -> None:
    found = list(translate_file("bilirec_xml", shared_data / "danmaku" / "asoul_xml" / name))
    assert all(isinstance(one, PlatformEvent) and one.kind == "comment.posted" for one in found)
    assert len(found) == len({one.event_id for one in found if isinstance(one, PlatformEvent)}) == comments
