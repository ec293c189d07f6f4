"""Much at once: segments are read once for rows and lake, and both hold what they would hold otherwise."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kaibo.eventlog import api as log
from kaibo.eventlog import appender
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import StoredEvent
from kaibo.eventlog.lake import every_source, lake_folder, manifest
from kaibo.warehouse import api, counter, ledger
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TOLD = Provenance("feed_bulk", ingest_id="imp_bulk", raw_ref="sha256:0", translator_version="test/1")


@pytest.fixture
def counting(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(counter, "BULK_BYTES", 1)
    monkeypatch.setattr(appender, "SEAL_BYTES", 4000)
    counting = Counter()
    yield counting
    counting.close()


def bring(events: list[fakes.Event], *, pieces: int = 6) -> None:
    """Hand events over in pieces; segments are sealed as they grow, the last one at the end."""
    writing = log.open_log()
    size = -(-len(events) // pieces)
    for at in range(0, len(events), size):
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in events[at : at + size])
        receipt = writing.append_lines(lines.encode(), provenance=TOLD)
        assert receipt.rejected == 0, receipt.details
    writing.close()


def night() -> list[fakes.Event]:
    known = [one for one in fakes.night(5, size=120) if one["kind"] != "unknown"]
    return [{**one, "event_id": f"n{place}"} for place, one in enumerate(known)]


def lake_rows() -> list[Any]:
    """Every line of the lake, in order of seq; attrs as values, for their spelling is free."""
    files = [str(path) for path in every_source().parquet]
    found = duckdb.execute("select * from read_parquet(?) order by writer, seq", [files])
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [{**row, "attrs": row["attrs"] and json.loads(row["attrs"])} for row in rows]


def forget_lake() -> None:
    for path in lake_folder().rglob("*.*"):
        if path.is_file():
            path.unlink()


def test_it_reads_whole_segments_once_and_the_lake_holds_the_same(
    counting: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(night())
    with monkeypatch.context() as patch:
        patch.setattr(log, "lake_sealed", lambda counted: pytest.fail("a segment was read twice"))
        while counting.step():
            pass
    assert len(manifest().segments) > 2
    assert not log.sources_of("A").batches, "a sealed segment waits for the lake"
    staged = lake_rows()
    assert len(staged) == sum(ref.to_seq - ref.from_seq + 1 for ref in log.batches({}))
    forget_lake()
    assert log.lake_sealed(ledger.reached())
    assert staged == lake_rows()


def test_it_counts_whole_segments_as_it_counts_single_batches(counting: Counter, home: Path) -> None:
    bring(night())
    steps = 0
    while counting.step():
        steps += 1
    assert steps == 1
    whole = fakes.rows()
    fakes.clear()
    counting.engine.reset()
    small = Counter(group_bytes=1)
    while small.step():
        pass
    small.close()
    assert fakes.rows() == whole


def test_it_fills_the_lake_from_the_log_when_it_dies_before_it_could_from_memory(
    counting: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(night())

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(log, "lake_staged", die)
        with pytest.raises(KeyboardInterrupt):
            counting.step()
    events = api.totals("A")["events"]
    assert manifest().segments == set()
    counting.engine.reset()
    assert counting.run_once().events == 0
    assert api.totals("A")["events"] == events
    assert len(lake_rows()) == sum(ref.to_seq - ref.from_seq + 1 for ref in log.batches({}))


def test_it_keeps_lines_that_were_taken_back_in_the_lake(counting: Counter) -> None:
    bring(night(), pieces=1)
    log.retract(ingest_id="imp_bulk", actor="user:1", why="wrong file")
    log.open_log().close()  # seals
    counting.run_once()
    assert api.totals("A").get("events", 0) == 0
    rows = lake_rows()
    assert len(rows) == sum(ref.to_seq - ref.from_seq + 1 for ref in log.batches({}))
    assert sum(row["sign"] for row in rows) == 0


def test_it_keeps_the_name_of_a_kind_that_only_a_newer_kaibo_knows(counting: Counter) -> None:
    place = {"platform": "douyin", "room_id": "r1", "show_id": "A", "occurred_at": fakes.START}
    later = StoredEvent(event_id="later", kind="later.kind", received_at=fakes.START, feed_id="f", **place)
    writing = log.open_log()
    writing.append_signed([later])
    writing.close()
    counting.run_once()
    assert api.totals("A")["events"] == 1
    assert [row["kind"] for row in lake_rows()] == ["later.kind"]


def test_it_counts_the_longest_line_that_the_door_takes(counting: Counter) -> None:
    """Every text as long and as costly to write as it may be: six bytes a sign."""
    ids = (
        "event_id",
        "room_id",
        "viewer_id",
        "traffic_source",
        "product_id",
        "sku_id",
        "link_no",
        "order_id",
        "host_id",
    )
    line = {**night()[0], **dict.fromkeys(ids, "\x01" * 200)}
    line |= {"kind": "comment.posted", "show_id": "A", "text": "\x01" * 4000, "attrs": {"a": "x" * 32_000}}
    bring([line])
    counting.run_once()
    assert api.totals("A")["comments"] == 1


def test_it_waits_beside_an_import_until_a_segment_is_whole(home: Path) -> None:
    patient = Counter(is_patient=True)
    writing = log.open_log()
    lines = "\n".join(json.dumps(one) for one in night())
    writing.append_lines(lines.encode(), provenance=TOLD)
    try:
        assert not patient.step(), "a segment that grows was counted in parts"
        assert patient.run_once().events == len(night())
    finally:
        writing.close()
        patient.close()
