"""An index record that changed on the disk: its batch is found again by its lines, or set aside by its name."""

import pytest

from kaibo.eventlog import api
from kaibo.eventlog.errors import DamagedSegment
from kaibo.eventlog.segments import RECORD, Segment, batches_of, read_batch, segments
from kaibo.eventlog.tests.helpers import bring, event, numbers, stored
from kaibo.kit.clock import now_us

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
BATCHES, BATCH = 4, 10


def filled() -> Segment:
    """Four batches of ten in one segment."""
    log = api.open_log()
    at = now_us() - 10**9
    for batch in range(BATCHES):
        bring([event(f"k{batch}-{number}", occurred_at=at + number) for number in range(BATCH)])
    log.close()
    (segment,) = segments()
    assert len(batches_of(segment)) == BATCHES
    return segment


def flip(segment: Segment, record: int) -> None:
    raw = bytearray(segment.index_path.read_bytes())
    raw[record * RECORD.size + 5] ^= 0x10
    segment.index_path.write_bytes(raw)


def every_seq() -> list[int]:
    return [line.seq for line in stored()]


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("record", range(BATCHES))
def test_it_finds_the_batch_of_a_changed_record_again(record: int, is_sealed: bool) -> None:
    segment = filled()
    before = batches_of(segment)
    flip(segment, record)
    if not is_sealed:
        segment.ids_path.unlink()  # as after a crash
    spans = [(ref.from_seq, ref.to_seq, ref.offset, ref.length, ref.crc32) for ref in batches_of(segment)]
    assert spans == [(ref.from_seq, ref.to_seq, ref.offset, ref.length, ref.crc32) for ref in before]
    api.open_log().close()  # a start cuts nothing off and writes the index anew
    assert len(segment.index_path.read_bytes()) == BATCHES * RECORD.size
    assert every_seq() == list(range(1, BATCHES * BATCH + 1))
    assert numbers(bring([event("new", occurred_at=now_us())])) == (1, 0, 0)
    assert every_seq()[-1] == BATCHES * BATCH + 1


def test_it_finds_two_lost_neighbours_as_one_batch() -> None:
    segment = filled()
    flip(segment, 1)
    flip(segment, 2)
    assert [(ref.from_seq, ref.to_seq) for ref in batches_of(segment)] == [(1, 10), (11, 30), (31, 40)]
    assert len(every_seq()) == BATCHES * BATCH


def test_it_finds_what_a_cut_index_of_a_sealed_segment_no_longer_names() -> None:
    segment = filled()
    segment.index_path.write_bytes(segment.index_path.read_bytes()[: RECORD.size + 7])
    assert [(ref.from_seq, ref.to_seq) for ref in batches_of(segment)] == [(1, 10), (11, 40)]
    assert len(every_seq()) == BATCHES * BATCH


def test_it_names_a_batch_that_lost_its_record_and_its_lines() -> None:
    segment = filled()
    ref = batches_of(segment)[1]
    flip(segment, 1)
    raw = bytearray(segment.path.read_bytes())
    raw[ref.offset : ref.offset + 3] = b"???"
    segment.path.write_bytes(raw)
    found = batches_of(segment)
    assert [(one.from_seq, one.to_seq) for one in found] == [(1, 10), (11, 20), (21, 30), (31, 40)]
    with pytest.raises(DamagedSegment, match="11-20"):
        read_batch(found[1])
    assert [len(read_batch(one)) for one in (found[0], *found[2:])]
