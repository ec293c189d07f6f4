"""A disk that is really full: a small tmpfs, filled and freed again while the server runs."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.eventlog import api, appender
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import LogFailed
from tests.faults import night
from tests.faults.test_database import status_of
from tests.journeys.server import Kaibo

MEGABYTE = 1024 * 1024
DISK, LEAST_FREE = 96 * MEGABYTE, 24 * MEGABYTE
PRELUDE = f"from kaibo.eventlog import appender\nappender.MIN_FREE_BYTES = {LEAST_FREE}"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own. Where nobody may mount one, the test is skipped and says so."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "kaibo-test", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave: int) -> Path:
    """A file that takes everything but so many bytes, of a disk on which others write meanwhile."""
    path = folder / "filler"
    with path.open("ab") as file:
        for _ in range(100):
            told = os.statvfs(folder)
            wanted = told.f_bavail * told.f_frsize - leave
            if wanted <= 0:
                return path
            try:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), wanted)
            except OSError as error:  # somebody took a part of it between the look and the taking: look again
                if error.errno != errno.ENOSPC:
                    raise
    raise AssertionError(f"{folder} does not fill up")


@pytest.mark.journey
def test_it_asks_senders_to_come_back_and_takes_everything_once_there_is_room(disk: Path) -> None:
    kaibo = Kaibo(disk / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start(PRELUDE)
    try:
        night.send(kaibo, token, night.lines(0, 400))
        filler = fill(disk, leave=8 * MEGABYTE)
        night.until(
            lambda: status_of(kaibo, token, night.lines(400, 1)) == (429, "30"), "it takes what it cannot", kaibo
        )
        status, told = night.get(kaibo, "/healthz")
        assert status == 503
        assert "nearly full" in told
        assert night.gauge(kaibo, "log_is_refusing") == 1
        finding = night.doctor(kaibo)["disk"]
        assert finding["status"] == "fail"
        assert "free space" in finding["fix"]
        fill(disk, leave=0)
        assert status_of(kaibo, token, night.lines(400, 1)) == (429, "30")
        assert night.get(kaibo, "/healthz?live")[0] == 200
        filler.unlink()
        night.send(kaibo, token, night.lines(400, 400))
        night.until_counted(kaibo)
        assert night.totals(kaibo) == night.expected(800)
        assert night.get(kaibo, "/healthz")[0] == 200
    finally:
        kaibo.stop()


@pytest.mark.django_db(transaction=True)
def test_it_goes_back_to_what_the_disk_holds_when_it_fills_in_the_middle_of_a_batch(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIBO_HOME", str(disk))
    monkeypatch.setattr(appender, "MIN_FREE_BYTES", 0)  # as if it filled between the look and the write
    log = api.open_log()
    told = Provenance("feed_disk")
    bodies = ["\n".join(night.lines(first, 500)).encode() for first in range(0, 4000, 500)]
    log.append_lines(bodies[0], provenance=told)
    filler = fill(disk, leave=64 * 1024)
    acknowledged, refused = 1, []
    for body in bodies[1:]:
        try:
            log.append_lines(body, provenance=told)
            acknowledged += 1
        except LogFailed as error:
            refused.append((error.status, "No space left" in error.sentence))
    assert refused[-1] == (503, True)
    assert len(refused) >= len(bodies) - 2, "the disk was not full"
    filler.unlink()
    accepted = sum(log.append_lines(body, provenance=told).accepted for body in bodies)
    assert accepted == (len(bodies) - acknowledged) * 550, "what failed is taken now, what was acknowledged is not lost"
    log.close()
    held = [line for ref in api.batches({}) for line in api.read_batch(ref).splitlines()]
    assert len(held) == len(bodies) * 550
    assert len({line.split(b'"event_id":')[1].split(b",")[0] for line in held}) == len(held)
