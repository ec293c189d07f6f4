"""Backups in a bucket: what is broken off, refused, missing or changed there is said by name, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.kit import storage
from kaibo.kit.storage import BadAddress, Storage, StorageAway, StorageRefuses
from kaibo.operations.backups import api, tasks
from kaibo.operations.backups.errors import DamagedBackup, NoBackup
from kaibo.operations.backups.store import Store
from kaibo.warehouse.counter import Counter
from tests.emulators.bucket import Bucket, bucket

pytestmark = pytest.mark.django_db(transaction=True)
START = 1_790_000_000_000_000
BACKUP = "user:director"


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with bucket(tmp_path / "bucket") as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


def show(room: str, *, entries: int = 30) -> None:
    """A counted show: entries and one paid order."""
    lines = [_line(room, f"v{n}", "viewer.entered", n, viewer_id=f"p{n}") for n in range(entries)]
    lines.append(_line(room, "o", "order.paid", 40, order_id=f"{room}-1", amount_minor=12_345, viewer_id="p1"))
    log = eventlog.open_log()
    receipt = log.append_lines("\n".join(map(json.dumps, lines)).encode(), provenance=Provenance("feed_test"))
    log.close()
    assert receipt.rejected == 0, receipt.details
    counting = Counter()
    counting.run_once()
    counting.close()


def _line(room: str, name: str, kind: str, second: int, **more: object) -> dict[str, object]:
    where = {"platform": "shop", "room_id": room, "show_id": f"night-{room}"}
    return {"event_id": f"{room}-{name}", "kind": kind, "occurred_at": START + second * 1_000_000, **where, **more}


def picture(home: Path, size: int) -> None:
    (home / "pictures").mkdir(exist_ok=True)
    (home / "pictures" / "host.png").write_bytes(os.urandom(size))


def test_it_backs_up_rehearses_restores_and_prunes_in_a_bucket(
    home: Path, away: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show("1")
    show("2")
    picture(home, 9_000_000)
    first = api.back_up(away.address, actor=BACKUP)
    assert first.added > 9_000_000
    show("3")
    monkeypatch.setenv("KAIBO_BACKUP_TO", away.address)
    assert "bytes more" in tasks.back_up_daily(tasks.Run(1, 1, "system:schedule"))
    assert api.runs()[0].report["added"] < 3_000_000
    told = api.rehearse(actor=BACKUP)
    assert (told.is_equal, told.shows, told.gmv_paid_minor) == (True, 3, 3 * 12_345)
    api.restore(away.address, snapshot=first.snapshot, into=tmp_path / "back")
    name = "pictures/host.png"
    assert (tmp_path / "back" / name).read_bytes() == (home / name).read_bytes()
    picture(home, 5_000_000)
    for _ in range(4):
        api.back_up(away.address, actor=BACKUP)
    assert len(api.snapshots(away.address)) == 3
    held = sum(path.stat().st_size for path in away.objects())
    assert held < 9_000_000, "what only pruned snapshots needed is gone"


def test_it_moves_several_pieces_at_a_time(home: Path, away: Bucket, tmp_path: Path) -> None:
    picture(home, 40_000_000)
    away.hold = 0.2  # a bucket far away
    for work in (
        lambda: api.back_up(away.address, actor=BACKUP),
        lambda: api.restore(away.address, into=tmp_path / "back"),
    ):
        away.most_under_way = 0
        work()
        assert 2 <= away.most_under_way <= 4
    assert (tmp_path / "back" / "pictures" / "host.png").read_bytes() == (home / "pictures" / "host.png").read_bytes()


def test_it_goes_on_where_the_storage_was_busy_for_a_moment(home: Path, away: Bucket, tmp_path: Path) -> None:
    picture(home, 1_000_000)
    away.busy = 2
    api.back_up(away.address, actor=BACKUP)
    away.busy = 2
    api.restore(away.address, into=tmp_path / "back")
    assert (tmp_path / "back" / "pictures" / "host.png").read_bytes() == (home / "pictures" / "host.png").read_bytes()


def test_it_keeps_nothing_of_an_upload_that_is_broken_off(home: Path, away: Bucket, tmp_path: Path) -> None:
    show("1")
    good = api.back_up(away.address, actor=BACKUP)
    picture(home, 5_000_000)
    away.lose = {"PUT": 1000}
    with pytest.raises(StorageAway, match="bucket kaibo-test does not answer"):
        api.back_up(away.address, actor=BACKUP)
    assert api.runs()[0].is_good is False
    assert "does not answer" in api.runs()[0].says
    away.lose = {}
    assert [one.id for one in api.snapshots(away.address)] == [good.snapshot]
    api.back_up(away.address, actor=BACKUP)
    api.restore(away.address, into=tmp_path / "back")
    assert (tmp_path / "back" / "pictures" / "host.png").read_bytes() == (home / "pictures" / "host.png").read_bytes()


def test_it_survives_being_killed_in_the_middle_of_an_upload(home: Path, away: Bucket, tmp_path: Path) -> None:
    show("1")
    picture(home, 30_000_000)
    away.hold = 0.2
    process = subprocess.Popen([sys.executable, "-m", "kaibo", "backup", "--to", away.address], env=dict(os.environ))
    ends = time.monotonic() + 60
    while sum(one.startswith("PUT") for one in away.asked) < 3 and time.monotonic() < ends:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert away.objects()
    assert api.snapshots(away.address) == []
    away.hold = 0.0
    api.back_up(away.address, actor=BACKUP)
    api.restore(away.address, into=tmp_path / "back")
    name = "pictures/host.png"
    assert (tmp_path / "back" / name).read_bytes() == (home / name).read_bytes()


def test_it_reads_again_what_a_lost_connection_cut_and_puts_nothing_half_in_place(
    home: Path, away: Bucket, tmp_path: Path
) -> None:
    show("1")
    picture(home, 5_000_000)
    api.back_up(away.address, actor=BACKUP)
    away.lose = {"GET": 1000}
    with pytest.raises(StorageAway, match="does not answer"):
        api.restore(away.address, into=tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "back.restoring").exists()
    away.lose = {"GET": 1}
    api.restore(away.address, into=tmp_path / "back")
    name = "pictures/host.png"
    assert (tmp_path / "back" / name).read_bytes() == (home / name).read_bytes()


def test_it_says_that_a_key_is_wrong_and_never_what_it_is(
    home: Path, away: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(StorageRefuses, match="refuses our key") as refused:
        api.back_up(away.address, actor=BACKUP)
    assert "AWS_SECRET_ACCESS_KEY" in refused.value.fix
    assert "another-secret" not in refused.value.sentence + refused.value.fix
    with pytest.raises(StorageRefuses, match="refuses our key"):
        api.snapshots(away.address)


def test_it_says_that_a_bucket_is_missing(home: Path, away: Bucket, tmp_path: Path) -> None:
    for ask in (api.snapshots, lambda where: api.back_up(where, actor=BACKUP)):
        with pytest.raises(StorageRefuses, match="there is no bucket nobody-made-it"):
            ask("s3://nobody-made-it/home")
    with pytest.raises(NoBackup, match="there is no backup in"):
        api.restore(away.address, into=tmp_path / "back")


def test_it_says_that_nobody_answers(home: Path, away: Bucket) -> None:
    away.stop()
    began = time.monotonic()
    with pytest.raises(StorageAway, match="does not answer"):
        api.back_up(away.address, actor=BACKUP)
    assert time.monotonic() - began < 30
    away.start()
    api.back_up(away.address, actor=BACKUP)


def test_it_refuses_an_object_that_changed_there_by_name(home: Path, away: Bucket, tmp_path: Path) -> None:
    show("1")
    api.back_up(away.address, actor=BACKUP)
    held = Store(away.address)
    (listed,) = [file for file in held.load(held.snapshots()[0])["files"] if file["name"].endswith(".ndjson")]
    (piece,) = [path for path in away.objects() if path.name == listed["pieces"][0]]
    piece.write_bytes(piece.read_bytes()[:-2] + b"xx")
    with pytest.raises(
        DamagedBackup, match=r"log/segments/w\w+-0+1\.ndjson cannot be restored: kaibo-test/home/pieces"
    ):
        api.restore(away.address, into=tmp_path / "back")
    piece.write_bytes(b"99999999999999\n" + piece.read_bytes().partition(b"\n")[2])
    with pytest.raises(DamagedBackup, match="cannot be read"):
        api.restore(away.address, into=tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("s3://key:secret@bucket/kaibo", "holds a key"),
        ("s3://", "is no place for files"),
        ("ftp://host/kaibo", "is no place for files"),
        ("s3://bucket/kaibo?region=x", "is no place for files"),
    ],
)
def test_it_refuses_an_address_that_names_no_place_and_writes_no_key_down(home: Path, address: str, says: str) -> None:
    with pytest.raises(BadAddress, match=says) as refused:
        api.back_up(address, actor=BACKUP)
    assert "secret" not in refused.value.sentence
    assert api.runs() == []


def test_it_finds_out_when_a_storage_keeps_other_bytes_than_were_sent(
    away: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_supported")  # this server keeps their frames
    with pytest.raises(StorageRefuses, match="has 56 bytes there where 7 were sent"):
        Storage(away.address).write("x", b"content")


def test_it_tells_no_and_not_now_apart() -> None:
    for said, kind in {
        "AWS Error NETWORK_CONNECTION during PutObject operation: curlCode: 28, Timeout": StorageAway,
        "AWS Error SLOW_DOWN during PutObject operation: (HTTP status 503)": StorageAway,
        "AWS Error ACCESS_DENIED during HeadObject operation: No response body.": StorageRefuses,
        "AWS Error UNKNOWN (HTTP status 400) during PutObject operation: no": StorageRefuses,
    }.items():
        assert type(storage._fault(said, "bucket/kaibo")) is kind
