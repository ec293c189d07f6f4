"""Segment files that lost bytes, changed bits or hold what no engine reads: the rest counts, and the operator is told.

Nothing here starts a server: the counter and the doctor are asked as an operator asks them.
"""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from kaibo.eventlog.segments import RECORD
from tests.faults import night
from tests.journeys.server import Kaibo

BATCH, BATCHES = 40, 5
_APPEND = """
import json
from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance
log = api.open_log()
for batch in json.loads(open({path!r}).read()):
    told = log.append_lines("\\n".join(batch).encode(), provenance=Provenance("feed_fault"))
    print(told.accepted)
log.close()
"""


@pytest.fixture
def kaibo(tmp_path: Path) -> Kaibo:
    """A home with five acknowledged batches in one sealed segment, none of them counted."""
    home = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    night.prepare(home)
    batches = [night.lines(at * BATCH, BATCH) for at in range(BATCHES)]
    (tmp_path / "batches.json").write_text(json.dumps(batches))
    told = home.python(_APPEND.format(path=str(tmp_path / "batches.json"))).split()
    assert told == [str(len(batch)) for batch in batches]
    return home


def segment(kaibo: Kaibo) -> Path:
    (path,) = (kaibo.home / "log" / "segments").glob("*.ndjson")
    return path


def spans(path: Path) -> list[tuple[int, int]]:
    """(offset, length) of every batch by the index as it stands."""
    raw = path.with_suffix(".idx").read_bytes()
    return [RECORD.unpack_from(raw, at)[2:4] for at in range(0, len(raw), RECORD.size)]


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0x10
    path.write_bytes(raw)


def flipped(path: Path) -> None:
    offset, length = spans(path)[1]
    flip(path, offset + length // 2)


def truncated(path: Path) -> None:
    offset, length = spans(path)[-1]
    path.write_bytes(path.read_bytes()[: offset + length // 3])


def poisonous(path: Path) -> None:
    """The checksum is right and the content is no event: as if a newer or a broken Kaibo had written it."""
    index = path.with_suffix(".idx")
    raw, lines = bytearray(index.read_bytes()), bytearray(path.read_bytes())
    head = list(RECORD.unpack_from(raw, 2 * RECORD.size))
    lines[head[2] : head[2] + head[3]] = b"{" * (head[3] - 1) + b"\n"
    head[4] = zlib.crc32(lines[head[2] : head[2] + head[3]])
    record = RECORD.pack(*head[:6], 0)[:-4]
    raw[2 * RECORD.size : 3 * RECORD.size] = record + struct.pack("<I", zlib.crc32(record))
    index.write_bytes(raw)
    path.write_bytes(lines)


def test_it_sets_aside_what_is_damaged_counts_the_rest_and_counts_it_once_it_is_mended(kaibo: Kaibo) -> None:
    path = segment(kaibo)
    kept, kept_index = path.read_bytes(), path.with_suffix(".idx").read_bytes()
    for damage in (flipped, truncated, poisonous):
        damage(path)
    told = kaibo.run("count", "--once", "--json")
    assert (told["quarantined"], told["batches"]) == (3, BATCHES - 3)
    found = night.totals(kaibo)
    assert found["views"] == (BATCHES - 3) * BATCH
    finding = night.doctor(kaibo)["counter"]
    assert finding["says"] == "3 batches could not be counted"
    assert "kaibo quarantine" in finding["fix"]
    kaibo.run("rebuild", night.SHOW, "--json")
    assert kaibo.run("count", "--once", "--json")["quarantined"] == 0, "it is not tried for ever"
    assert night.totals(kaibo) == found, "counting the show again leaves out what is damaged, and only that"
    path.write_bytes(kept)  # the file comes back from the backup
    path.with_suffix(".idx").write_bytes(kept_index)
    kaibo.run("quarantine", "replay", "--json")
    kaibo.run("count", "--once", "--json")
    assert night.totals(kaibo) == night.expected(BATCHES * BATCH)
    assert "counter" not in night.doctor(kaibo)


def test_it_refuses_a_second_writer_and_a_second_counter_by_name(kaibo: Kaibo) -> None:
    kaibo.start()
    try:
        for command in (["serve", "--port", "0"], ["count"]):
            second = subprocess.run(
                [sys.executable, "-m", "kaibo", *command],
                env=kaibo.environment, capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
            assert second.returncode == 2, command
            assert "already" in second.stderr, second.stderr
            assert "fix:" in second.stderr
            assert "Traceback" not in second.stderr
    finally:
        kaibo.stop()
