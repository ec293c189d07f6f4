"""Files that are no recording at all: a sentence, never a traceback."""

import gzip
from pathlib import Path

import pytest

from kaibo.connectors.api import BadFile, BadLine, UnknownConnector, WrongConnector, recognised_by, translate_file
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.errors import NotFound

FIXTURES = Path(__file__).parent.parent
ROOM = FIXTURES / "bili_events" / "fixtures" / "room.jsonl"
XML = FIXTURES / "bilirec_xml" / "fixtures" / "recorder.xml"


def test_it_says_what_an_unknown_path_connector_or_folder_is(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        translate_file("ndjson", tmp_path / "nothing.ndjson")
    with pytest.raises(UnknownConnector, match="no connector 'nope'") as error:
        translate_file("nope", ROOM)
    assert "bili_events" in error.value.fix
    with pytest.raises(BadFile, match="is no file"):
        translate_file("ndjson", tmp_path)


def test_it_says_that_a_file_is_empty_or_no_gzip(tmp_path: Path) -> None:
    empty, blank, named = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "c.jsonl.gz"
    empty.touch()
    blank.write_text(" \n\n")
    named.write_bytes(ROOM.read_bytes())
    for path, words in ((empty, "is empty"), (blank, "white space"), (named, "no gzip data")):
        with pytest.raises(BadFile, match=words):
            translate_file("bili_events", path)


def test_it_names_the_right_connector_for_a_file_given_to_the_wrong_one() -> None:
    with pytest.raises(WrongConnector, match="does not look like Bilibili room events") as error:
        translate_file("bili_events", XML)
    assert error.value.fix == "use the connector bilirec_xml"
    assert recognised_by(ROOM) == ["bili_events"]
    with pytest.raises(WrongConnector) as error:
        translate_file("bilirec_xml", ROOM)
    assert "bili_events" in error.value.fix


def test_it_refuses_an_option_it_does_not_know() -> None:
    with pytest.raises(BadFile, match="is no time zone"):
        translate_file("bili_events", ROOM, options={"zone": "Mars"})
    with pytest.raises(BadFile, match="is no option here"):
        translate_file("ndjson", ROOM, options={"zone": "UTC"})


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_it_keeps_the_rows_before_damaged_gzip(tmp_path: Path, damage: str) -> None:
    rows = b"".join(ROOM.read_bytes().replace(b'"11"', f'"{room}"'.encode()) for room in range(4000))
    packed = bytearray(gzip.compress(rows))
    if damage == "cut":
        del packed[len(packed) // 2 :]
    else:
        packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "half.jsonl.gz"
    path.write_bytes(packed)
    found = list(translate_file("bili_events", path))
    assert sum(isinstance(one, PlatformEvent) for one in found) > 1000
    tail = found[-1]
    assert isinstance(tail, BadLine)
    assert tail.field in {"file", "line"}
    assert "gzip" in tail.problem or "JSON" in tail.problem


def test_it_reports_progress_in_bytes_of_the_file() -> None:
    seen: list[tuple[int, int]] = []
    list(translate_file("bili_events", ROOM, progress=lambda done, total: seen.append((done, total))))
    assert seen[-1] == (ROOM.stat().st_size, ROOM.stat().st_size)
