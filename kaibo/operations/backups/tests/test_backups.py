"""A copy of a home, restored and proved; what is damaged, taken or newer is refused by name."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.work import Run
from kaibo.kit.schema import NewerSchema
from kaibo.operations.backups import api, capture, tasks
from kaibo.operations.backups.errors import DamagedBackup, NoBackup, PlaceTaken
from kaibo.operations.backups.keeping import to_prune
from kaibo.operations.backups.restore import place
from kaibo.operations.backups.store import Store
from kaibo.warehouse.counter import Counter

pytestmark = pytest.mark.django_db(transaction=True)
START = 1_790_000_000_000_000
TOLD = Provenance("feed_test")


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    log = eventlog.open_log()
    yield
    log.close()


def night(room: str, *, entries: int = 30) -> None:
    """A show of a room: entries and one paid order, counted."""
    lines = [event(room, "start", "show.started", 0)]
    lines += [event(room, f"v{n}", "viewer.entered", n + 1, viewer_id=f"p{n}") for n in range(entries)]
    lines.append(event(room, "o", "order.paid", 40, order_id=f"{room}-1", amount_minor=12_345, viewer_id="p1"))
    lines.append(event(room, "end", "show.ended", 60))
    append(lines)


def event(room: str, name: str, kind: str, second: int, **more: object) -> dict[str, object]:
    at = START + second * 1_000_000
    return {
        "event_id": f"{room}-{name}", "kind": kind, "platform": "shop", "room_id": room, "occurred_at": at,
        "show_id": f"night-{room}", **more,
    }  # fmt: skip


def append(lines: list[dict[str, object]]) -> None:
    log = eventlog.open_log()
    try:
        body = "\n".join(json.dumps(line) for line in lines).encode()
        receipt = log.append_lines(body, provenance=TOLD)
        assert receipt.rejected == 0, receipt.details
    finally:
        log.close()


def count() -> None:
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()


@pytest.mark.postgres
def test_it_proves_that_three_shows_come_back_with_the_same_counts_and_money(tmp_path: Path) -> None:
    for room in ("1", "2", "3"):
        night(room)
    count()
    night("3", entries=0)  # the same lines again: nothing new
    append([event("2", "late", "order.refunded", 90, order_id="2-1", amount_minor=45)])  # waits uncounted in the copy
    report = api.back_up(str(tmp_path / "store"), actor="user:director")
    told = api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert (told.differences, told.is_equal, told.shows) == ((), True, 3)
    assert told.snapshot == report.snapshot
    assert told.gmv_paid_minor == 3 * 12_345
    (rehearsal, backup) = api.runs()
    assert (rehearsal.kind, rehearsal.is_good, backup.kind, backup.is_good) == ("rehearsal", True, "backup", True)
    assert not list((Path(os.environ["KAIBO_HOME"]) / "scratch").iterdir())
    assert [entry.act for entry in eventlog.audit_entries(limit=2)] == ["backup.rehearsal", "backup.backup"]


def test_it_says_which_numbers_a_rehearsal_finds_different(tmp_path: Path) -> None:
    night("1")
    count()
    from kaibo.warehouse.models import MinuteRow

    row = MinuteRow.objects.filter(grain="show", gmv_paid_minor__gt=0).get()
    MinuteRow.objects.filter(pk=row.pk).update(gmv_paid_minor=1)  # somebody edits a table by hand
    api.back_up(str(tmp_path / "store"), actor="user:director")
    told = api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert not told.is_equal
    found = {(one.show, one.column): (one.stage, one.expected, one.found) for one in told.differences}
    assert found["night-1", "gmv_paid_minor"] == ("recounted", 1, 12_345)
    assert api.runs()[0].is_good is False


def test_it_adds_only_what_changed_and_restores_an_earlier_snapshot(tmp_path: Path) -> None:
    night("1")
    picture = Path(os.environ["KAIBO_HOME"]) / "pictures" / "host.png"
    picture.parent.mkdir()
    picture.write_bytes(os.urandom(9_000_000))
    first = api.back_up(str(tmp_path / "store"), actor="user:director")
    with picture.open("ab") as file:
        file.write(b"more")
    second = api.back_up(str(tmp_path / "store"), actor="user:director")
    assert first.added > 9_000_000
    assert second.size >= first.size + 4
    assert second.added < 2_000_000  # the last piece of the picture and the records, nothing else
    assert [one.id for one in api.snapshots(str(tmp_path / "store"))] == [first.snapshot, second.snapshot]
    store, back = Store(str(tmp_path / "store")), tmp_path / "back"
    place(store, store.load(first.snapshot), back)
    assert (back / "pictures" / "host.png").read_bytes() == picture.read_bytes()[:-4]


def test_it_refuses_a_damaged_piece_with_the_name_of_the_file(tmp_path: Path) -> None:
    night("1")
    api.back_up(str(tmp_path / "store"), actor="user:director")
    store = Store(str(tmp_path / "store"))
    (listed,) = [file for file in store.load(store.snapshots()[0])["files"] if file["name"].endswith(".ndjson")]
    name = listed["pieces"][0]
    piece = tmp_path / "store" / "pieces" / name[:2] / name
    piece.write_bytes(piece.read_bytes()[:-2] + b"xx")
    target = tmp_path / "elsewhere"
    with pytest.raises(DamagedBackup, match=r"log/segments/w\w+-0+1\.ndjson cannot be restored") as refused:
        api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert "earlier snapshot" in refused.value.fix
    assert not target.exists()
    piece.unlink()
    with pytest.raises(DamagedBackup, match="is missing"):
        api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert api.runs()[0].is_good is False


def test_it_refuses_a_damaged_list(tmp_path: Path) -> None:
    api.back_up(str(tmp_path / "store"), actor="user:director")
    (path,) = (tmp_path / "store" / "snapshots").iterdir()
    path.write_bytes(path.read_bytes().replace(b'"pieces"', b'"pieceS"'))
    with pytest.raises(DamagedBackup, match=path.name):
        api.restore(str(tmp_path / "store"), into=tmp_path / "new")


def test_it_restores_only_into_an_empty_home_and_never_something_newer(tmp_path: Path) -> None:
    night("1")
    report = api.back_up(str(tmp_path / "store"), actor="user:director")
    taken = tmp_path / "taken"
    (taken / "log").mkdir(parents=True)
    with pytest.raises(PlaceTaken, match="not empty: it holds log"):
        api.restore(str(tmp_path / "store"), into=taken)
    store = Store(str(tmp_path / "store"))
    listed = store.load(report.snapshot)
    store.save({**listed, "id": "20991231T000000-000000", "migrations": [["eventlog", "9999_from_the_future"]]})
    with pytest.raises(NewerSchema, match="9999_from_the_future"):
        api.restore(str(tmp_path / "store"), into=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(NoBackup, match="no snapshot nowhere"):
        api.restore(str(tmp_path / "store"), snapshot="nowhere", into=tmp_path / "new")
    with pytest.raises(NoBackup, match="no backup in"):
        api.restore(str(tmp_path / "empty"), into=tmp_path / "new")


def test_it_brings_a_backup_of_an_earlier_version_up_to_date(tmp_path: Path) -> None:
    night("1")
    count()
    call_command("migrate", "warehouse", "0008", verbosity=0)
    try:
        report = api.back_up(str(tmp_path / "store"), actor="user:director")
    finally:
        call_command("migrate", verbosity=0)
    store = Store(str(tmp_path / "store"))
    went_through = {name for app, name in store.load(report.snapshot)["migrations"] if app == "warehouse"}
    assert max(went_through) < "0009"
    told = api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert (told.differences, told.shows, told.gmv_paid_minor) == ((), 1, 12_345)


def test_it_keeps_every_event_that_was_acknowledged_before_a_backup_under_load(tmp_path: Path) -> None:
    night("1")
    acknowledged: list[int] = []
    stopped = threading.Event()

    def write() -> None:
        from django.db import connections

        for number in range(10_000):
            if stopped.is_set():
                break
            append([event("1", f"more{number}", "viewer.entered", 50, viewer_id=f"q{number}")])
            acknowledged.append(number)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(acknowledged) < 20:
            pass
        before = len(acknowledged)
        api.back_up(str(tmp_path / "store"), actor="user:director")
    finally:
        stopped.set()
        writer.join()
    store = Store(str(tmp_path / "store"))
    files = store.load(store.snapshots()[0])["files"]
    kept = b"".join(
        b"".join(store.pieces(file["pieces"], file["name"])) for file in files if file["name"].endswith(".ndjson")
    )
    found = {line["event_id"] for line in map(json.loads, kept.splitlines())}
    assert {f"1-more{number}" for number in range(before)} <= found
    told = api.rehearse(str(tmp_path / "store"), actor="user:director")
    assert told.is_equal, told.differences


def test_it_never_copies_a_key(tmp_path: Path) -> None:
    from kaibo.kit import env

    secret = env.key("KAIBO_VIEWER_KEY")
    night("1")
    report = api.back_up(str(tmp_path / "store"), actor="user:director")
    store = Store(str(tmp_path / "store"))
    for file in store.load(report.snapshot)["files"]:
        assert not file["name"].startswith("keys/")
        assert secret not in b"".join(store.pieces(file["pieces"], file["name"]))
    assert any(name.endswith("keys/viewer") for name in capture.key_files())


def test_it_keeps_a_delivery_that_was_acknowledged_and_not_yet_brought_in(tmp_path: Path) -> None:
    from kaibo.eventlog.spool import Kept, Spool

    def stay(_deliveries: list[Kept], _is_recovery: bool) -> None:
        """The records are busy."""

    spool = Spool(stay)
    spool.keep(Kept("feed_1", "doudian", "delivery-7", START, b"paid", b"", None)).result(10)
    api.back_up(str(tmp_path / "store"), actor="user:director")
    spool.close()
    store = Store(str(tmp_path / "store"))
    files = store.load(store.snapshots()[0])["files"]
    kept = [b"".join(store.pieces(file["pieces"], file["name"])) for file in files if file["name"].startswith("inbox/")]
    assert len(kept) == 1
    assert b"delivery-7" in kept[0]


def test_it_keeps_days_weeks_and_months() -> None:
    names = [f"2026{month:02d}{day:02d}T010000-000000" for month in range(1, 13) for day in range(1, 29)]
    gone = to_prune(names)
    kept = [name for name in names if name not in gone]
    assert kept[-7:] == names[-7:]
    assert {name[4:6] for name in kept} == {f"{month:02d}" for month in range(1, 13)}
    assert len(kept) <= 7 + 4 + 12


def test_it_backs_up_by_itself_and_a_failed_rehearsal_is_a_failed_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night("1")
    count()
    run = Run(1, 1, "system:schedule")
    assert "nothing was copied" in tasks.back_up_daily(run)
    monkeypatch.setenv("KAIBO_BACKUP_TO", str(tmp_path / "store"))
    assert "bytes more" in tasks.back_up_daily(run)
    assert "1 shows equal" in tasks.rehearse_weekly(run)
    from kaibo.warehouse.models import MinuteRow

    MinuteRow.objects.filter(grain="show", views__gt=0).update(views=7)
    tasks.back_up_daily(run)
    with pytest.raises(tasks.NotEqual):
        tasks.rehearse_weekly(run)
    assert {"backup.daily", "backup.rehearsal"} <= set(eventlog.work.tasks())
