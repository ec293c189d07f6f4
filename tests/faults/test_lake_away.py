"""The lake at its address: counting never waits for it, what waited is caught up, what changed there is refused."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.config.doctor import lake as examine
from kaibo.eventlog import api as eventlog
from kaibo.eventlog import lakeaway
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import DamagedLake
from kaibo.eventlog.lake import lake_folder, manifest
from kaibo.kit.storage import StorageAway, StorageRefuses
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter
from tests.emulators.bucket import Bucket, bucket

pytestmark = pytest.mark.django_db(transaction=True)
START = 1_790_000_000_000_000


@pytest.fixture
def away(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with bucket(tmp_path / "bucket") as found:
        for name, value in {**found.environment, "KAIBO_LAKE": found.address}.items():
            monkeypatch.setenv(name, value)
        yield found


def bring(show: str, *, count: int = 20) -> None:
    """A sealed segment of one show, and two lines without a show."""
    lines = [
        _line(f"{show}{n}", "comment.posted", n, show_id=show, text=f"secret {n}", viewer_id="v") for n in range(count)
    ]
    lines += [_line(f"{show}r{n}", "order.refunded", n, order_id=f"o{n}", amount_minor=5) for n in range(2)]
    log = eventlog.open_log()
    receipt = log.append_lines("\n".join(map(json.dumps, lines)).encode(), provenance=Provenance("feed_test"))
    log.close()  # seals
    assert receipt.rejected == 0, receipt.details


def _line(name: str, kind: str, second: int, **more: object) -> dict[str, object]:
    return {
        "event_id": name, "kind": kind, "platform": "shop", "room_id": "1", "occurred_at": START + second * 1_000_000,
        **more,
    }  # fmt: skip


def count() -> None:
    counting = Counter()
    counting.run_once()
    counting.close()


def listing(away: Bucket) -> lakeaway.Listing:
    (path,) = [one for one in away.objects() if one.name == lakeaway.LIST]
    return lakeaway.msgspec.json.decode(path.read_bytes(), type=lakeaway.Listing)


def test_it_sends_every_file_and_then_their_list(away: Bucket) -> None:
    assert eventlog.send_lake() == 0
    bring("A")
    count()
    assert eventlog.send_lake() == len(manifest().files) == 2
    assert eventlog.send_lake() == 0
    told = listing(away)
    assert {one.name for one in told.files} == {file.name for file in manifest().files}
    assert sum(one.rows for one in told.files) == 22
    assert set(told.segments) == manifest().segments
    puts = [one for one in away.asked if one.startswith("PUT") and one.endswith((".parquet", ".json"))]
    assert [one.endswith(".json") for one in puts] == [False, False, True]
    state = eventlog.lake_away()
    assert state is not None
    assert (state.files, state.waiting, state.trouble) == (2, 0, "")


def test_it_counts_on_while_the_storage_is_away_and_catches_up(away: Bucket) -> None:
    bring("A")
    count()
    eventlog.send_lake()
    away.stop()
    bring("B")
    count()
    assert warehouse.totals("B")["comments"] == 20
    with pytest.raises(StorageAway):
        eventlog.send_lake()
    state = eventlog.lake_away()
    assert state is not None
    assert (state.waiting, state.code, state.trouble_at is not None) == (2, "storage_away", True)
    (found,) = examine()
    assert found.status == "warn"
    assert "2 files" in found.says
    assert "counting goes on" in found.says
    assert "AWS_ENDPOINT_URL" in found.fix
    bring("C")
    count()
    away.start()
    assert eventlog.send_lake() == 4
    (found,) = examine()
    assert (found.status, found.says) == ("ok", f"6 files are at {away.address}")
    assert sum(one.rows for one in listing(away).files) == 66


def test_it_goes_on_where_a_try_broke_off(away: Bucket) -> None:
    bring("A")
    count()
    away.lose = {"PUT": 1000}
    with pytest.raises(StorageAway):
        eventlog.send_lake()
    assert away.objects() == []
    away.lose = {}
    bring("B")
    count()
    away.lose = {}
    away.asked.clear()
    assert eventlog.send_lake() == 4
    assert len(listing(away).files) == 4


def test_it_brings_back_what_this_home_has_lost(away: Bucket) -> None:
    bring("A")
    count()
    eventlog.send_lake()
    lost = [lake_folder() / file.name for file in manifest().files]
    before = {path: path.read_bytes() for path in lost}
    for path in lost:
        path.unlink()
    assert [event.text for event in eventlog.events_of("A")] == [f"secret {n}" for n in range(20)]
    warehouse.request_rebuild("A")
    count()
    assert warehouse.totals("A")["comments"] == 20
    assert {path: path.read_bytes() for path in lost} == before


def test_it_refuses_a_file_that_changed_there_by_name(away: Bucket) -> None:
    bring("A")
    count()
    eventlog.send_lake()
    (file,) = [file for file in manifest().files if file.form == "hour"]
    here = lake_folder() / file.name
    here.unlink()
    there = away.folder / "kaibo-test" / "home" / file.name
    content = bytearray(there.read_bytes())
    content[len(content) // 2] ^= 1
    there.write_bytes(content)
    with pytest.raises(
        DamagedLake, match=r"cannot be brought back: kaibo-test/home/\S+ is not what was sent"
    ) as refused:
        list(eventlog.events_of("A"))
    assert file.name in refused.value.sentence
    assert not here.exists()
    there.unlink()
    with pytest.raises(DamagedLake, match="is missing"):
        list(eventlog.events_of("A"))


def test_it_takes_words_away_there_too(away: Bucket) -> None:
    bring("A")
    count()
    eventlog.send_lake()
    eventlog.forget_comments(before_us=START + 3_600_000_000)
    assert eventlog.send_lake() == 1
    names = {file.name for file in manifest().files}
    assert {path.relative_to(away.folder / "kaibo-test" / "home").as_posix() for path in away.objects()} == {
        *names, lakeaway.LIST
    }  # fmt: skip


def test_it_leaves_the_lake_of_another_home_alone(away: Bucket) -> None:
    bring("A")
    count()
    eventlog.send_lake()
    (path,) = [one for one in away.objects() if one.name == lakeaway.LIST]
    path.write_bytes(path.read_bytes().replace(listing(away).writer.encode(), b"wfeedbeef"))
    (lake_folder() / "away.json").unlink()
    with pytest.raises(lakeaway.OthersLake, match="another home, wfeedbeef"):
        eventlog.send_lake()
    state = eventlog.lake_away()
    assert state is not None
    assert state.code == "others_lake"


def test_it_says_that_a_key_is_wrong(away: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bring("A")
    count()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    with pytest.raises(StorageRefuses, match="refuses our key"):
        eventlog.send_lake()
    (found,) = examine()
    assert "refuses our key" in found.says
    assert "another-secret" not in found.says + found.fix


def test_it_sends_by_itself_while_a_server_runs(away: Bucket) -> None:
    bring("A")
    count()
    away.busy = 1000
    sender = eventlog.LakeSender(seconds=0.05)
    sender.start()
    try:
        _until(lambda: (eventlog.lake_away() or _NONE).trouble)
        away.busy = 0
        _until(lambda: (eventlog.lake_away() or _NONE).waiting == 0 and not (eventlog.lake_away() or _NONE).trouble)
    finally:
        sender.stop()
    assert len(listing(away).files) == 2


_NONE = eventlog.LakeAway("", 0, 0, 0)


def _until(is_so: object) -> None:
    import time

    ends = time.monotonic() + 60
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_it_keeps_nothing_elsewhere_unless_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAIBO_LAKE", raising=False)
    bring("A")
    count()
    assert (eventlog.send_lake(), eventlog.lake_away(), list(examine())) == (0, None, [])


def test_it_takes_a_folder_as_well(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_LAKE", str(tmp_path / "mounted"))
    bring("A")
    count()
    assert eventlog.send_lake() == 2
    assert len(list((tmp_path / "mounted").rglob("*.parquet"))) == 2
