"""Following the log by kind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kaibo.eventlog import api, readers
from kaibo.eventlog.contracts import BatchRef
from kaibo.eventlog.events import PlatformEvent
from kaibo.eventlog.segments import RECORD, batches, batches_of, read_batch, segments
from kaibo.eventlog.tests.helpers import bring, event, some

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_it_reads_the_wanted_kinds_in_the_order_of_the_log() -> None:
    mixed = [
        event("c1", text="one"),
        event("l1", kind="like.given"),
        event("s1", kind="speech.transcribed", text="two"),
        event("c2", text="three"),
    ]
    bring(mixed)
    bring(some(3, prefix="late", kind="like.given"))
    first = api.news({}, kinds=("speech.transcribed", "comment.posted"), most=1)
    assert [(one.event_id, one.kind) for one in first.events] == [
        ("c1", "comment.posted"),
        ("s1", "speech.transcribed"),
        ("c2", "comment.posted"),
    ]
    rest = api.news(first.after, kinds=("speech.transcribed", "comment.posted"))
    assert (rest.events, rest.batches) == ((), 1)
    assert api.news(rest.after, kinds=("comment.posted",)).batches == 0


def test_it_is_not_misled_by_a_kind_that_only_stands_inside_a_line() -> None:
    bring(
        [
            event("n1", kind="like.given", attrs={"kind": "comment.posted"}),
            event("n2", text='"kind":"like.given"'),
            event("n3", attrs={"kind": "comment.posted"}, text="once"),
        ]
    )
    assert [one.event_id for one in api.news({}, kinds=("comment.posted",)).events] == ["n2", "n3"]
    assert [one.event_id for one in api.news({}, kinds=("like.given",)).events] == ["n1"]


KINDS = {
    "proctor": ("comment.posted", "speech.transcribed", "group.message_posted"),
    "radar": ("comment.posted", "speech.transcribed"),
    "opinion": ("comment.posted", "group.message_posted"),
}


def said(number: int) -> list[PlatformEvent]:
    return [
        event(f"c{number}", text="one"),
        event(f"s{number}", kind="speech.transcribed", text="two"),
        event(f"l{number}", kind="like.given"),
    ]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first number of each batch that was read from the disk, in order."""
    seen: list[int] = []

    def reading(ref: BatchRef) -> bytes:
        seen.append(ref.from_seq)
        return read_batch(ref)

    monkeypatch.setattr(readers, "read_batch", reading)
    monkeypatch.setattr(readers, "_shared", readers._Shared())
    return seen


def test_it_reads_a_batch_once_for_all_readers(read: list[int]) -> None:
    places: dict[str, dict[str, int]] = {name: {} for name in KINDS}
    heard: dict[str, list[str]] = {name: [] for name in KINDS}
    for number in range(3):
        bring(said(number))
        for name, kinds in KINDS.items():
            news = api.news(places[name], kinds=kinds)
            places[name] = news.after
            heard[name] += [one.event_id for one in news.events]
    assert heard["proctor"] == heard["radar"] == ["c0", "s0", "c1", "s1", "c2", "s2"]
    assert heard["opinion"] == ["c0", "c1", "c2"]
    assert read == [1, 4, 7]


def test_it_lets_a_reader_lag_and_another_begin_anew(read: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_KEPT", 4)
    bring(said(0))
    ahead = api.news({}, kinds=KINDS["proctor"])
    behind = api.news({}, kinds=KINDS["radar"])
    for number in range(1, 6):
        bring(said(number))
        ahead = api.news(ahead.after, kinds=KINDS["proctor"])
        assert [one.event_id for one in ahead.events] == [f"c{number}", f"s{number}"]
    late = api.news(behind.after, kinds=KINDS["radar"])
    assert [one.event_id for one in late.events] == [f"{kind}{number}" for number in range(1, 6) for kind in "cs"]
    assert late.after == ahead.after
    every = api.news({}, kinds=KINDS["opinion"])
    assert [one.event_id for one in every.events] == [f"c{number}" for number in range(6)]
    kept = readers._shared._kept.values()
    assert sum(len(events) for _, events in kept) == readers._shared._size <= 4


def test_it_leaves_others_what_a_failed_reader_wanted() -> None:
    bring(said(0))
    bring(said(1))

    def failing(ref: BatchRef) -> bytes:
        raise OSError(5, "the disk does not answer")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(readers, "read_batch", failing)
        with pytest.raises(OSError, match="does not answer"):
            api.news({}, kinds=KINDS["proctor"])
    assert [one.event_id for one in api.news({}, kinds=KINDS["opinion"]).events] == ["c0", "c1"]
    assert [one.event_id for one in api.news({}, kinds=KINDS["radar"], most=1).events] == ["c0", "s0"]


def test_it_reads_what_readers_want_at_the_same_time(read: list[int]) -> None:
    for number in range(40):
        bring(said(number))

    def follow(name: str) -> list[str]:
        place: dict[str, int] = {}
        heard: list[str] = []
        while (news := api.news(place, kinds=KINDS[name], most=3)).batches:
            place = news.after
            heard += [one.event_id for one in news.events]
        return heard

    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(follow, [*KINDS] * 3))
    assert answers[0] == answers[1] == answers[3] == [f"{kind}{number}" for number in range(40) for kind in "cs"]
    assert answers[2] == answers[5] == [f"c{number}" for number in range(40)]
    assert len(read) <= 3 * 40  # never more often than for each kind that came up later


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize("changed", [None, 0, 4, 6])
def test_it_names_the_same_batches_from_the_end_as_from_the_beginning(changed: int | None, is_sealed: bool) -> None:
    log = api.open_log()
    for number in range(7):
        bring(said(number))
    if is_sealed:
        log.close()
    [segment] = segments()
    if changed is not None:
        raw = bytearray(segment.index_path.read_bytes())
        raw[changed * RECORD.size + 3] ^= 0xFF
        segment.index_path.write_bytes(raw)
    every = batches_of(segment)
    assert len(every) == 7  # a changed record is made again from its lines
    for done in range(25):
        assert list(batches({segment.writer: done})) == [ref for ref in every if ref.to_seq > done]
    if not is_sealed:
        log.close()
