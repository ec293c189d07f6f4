"""(g) The same log counted by DuckDB, by Spark on this machine and by a Spark cluster; what merging costs in SQLite and
PostgreSQL; how the cost grows with the number of events, in one show and over many nights.

`python -m benchmarks.scale [--max N] [--from N] [--spark-max N] [--only engines|merge|growth|nights] [--write]`. The
long curves are by hand and take up to an hour and 45 GB of disk to 100 million events: `--only growth --max 30000000
--spark-max 0`, `--only growth --shape nights --max 100000000` (the same as `--only nights`: one log, counted once, a
row whenever a step is passed). What is left out keeps the figures of the last run, each step as soon as it is measured;
`--from` leaves out the steps below. `--write` draws the page of docs/reference, with the figures of `python -m
benchmarks.restore`.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import psutil

from benchmarks import events
from benchmarks.curve import write_page
from benchmarks.machine import ROOT, describe, keep, kept, save
from tests.journeys.server import Kaibo
from tests.parity.cluster import SETTINGS, cluster
from tests.postgres import server

STEPS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
MERGE_EVENTS = 100_000
PARTS = ["engines", "merge", "growth", "nights"]
_IMPORT = 1_000_000  # lines of one import: a larger night is brought in several
NIGHT = 1_000_000  # lines of a night of its own, in a room of its own
# Bytes per event, measured at a million: the line and its id in the log (417), its row in the lake (20), and of records
# and counting a little; the file of one import lies there too (240 per line).
_LOG_BYTES, _COUNTED_BYTES, _FILE_BYTES = 420, 40, 240
_NEARLY = 0.995  # of the lines asked for are events, the others are copies of them
_SPARE = 2 * 2**30  # what a machine in use wants to keep free


class NoRoom(Exception):
    """A step needs more disk than is free; the message says how much and where."""


class Watch:
    """Processor time and memory of processes and all that they start, those that end meanwhile included."""

    def __init__(self, *roots: int) -> None:
        self._roots = [psutil.Process(root) for root in roots]
        self._before = {process.pid: _spent(process) for process in self._every()}
        self._after: dict[int, float] = {}
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def add(self, root: int) -> None:
        self._roots.append(psutil.Process(root))

    def seconds(self) -> float:
        """Processor time of all of them, and the end of looking."""
        self._over.set()
        self._thread.join()
        return self.so_far()

    def so_far(self) -> float:
        """Processor time of all of them until a moment ago."""
        return round(sum(spent - self._before.get(pid, 0.0) for pid, spent in self._after.copy().items()), 2)

    def peak_mb(self) -> int:
        """Resident memory of all of them together when it was the most; processes may share some of it."""
        return round(self._peak / 1e6)

    def _look(self) -> None:
        while True:
            held = 0
            for process in self._every():
                self._after[process.pid] = _spent(process)
                held += _held(process)
            self._peak = max(self._peak, held)
            if self._over.wait(0.05):
                return

    def _every(self) -> Iterator[psutil.Process]:
        for root in self._roots:
            try:
                yield root
                yield from root.children(recursive=True)
            except psutil.NoSuchProcess:
                continue


def _spent(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def bring(folder: Path, count: int, *, night: int | None = None) -> Kaibo:
    """A home whose log holds this many lines (one in 200 is a duplicate), none of them counted.

    All of one show; with `night`, a show in a room and on a day of its own for each so many lines.
    """
    home = Kaibo(folder / "log")
    home.python("")
    for number, start in enumerate(range(0, count, night or _IMPORT)):
        size = min(night or _IMPORT, count - start)
        path = events.write(folder / f"{number}.ndjson", size, seed=number + 1, night=number if night else 0)
        home.run("import", "ndjson", str(path), "--json", seconds=3600)
        path.unlink()
    return home


def count_with(
    home: Kaibo,
    folder: Path,
    *options: str,
    beside: tuple[int, ...] = (),
    is_last: bool = False,
    **environment: str,
) -> dict[str, Any]:
    """Count a copy of the home from the beginning, the start of the process included.

    Who counts last counts the home itself, which spares a copy of the log.
    """
    place = home.home
    if not is_last:
        place = folder / "copy"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(home.home, place, ignore=shutil.ignore_patterns("lake"))
    command = [sys.executable, "-m", "kaibo", "count", "--once", "--json", *options]
    began = time.perf_counter()
    watch = Watch(*beside) if beside else Watch()
    with (folder / "count.log").open("wb") as log:
        child = subprocess.Popen(
            command,
            env={**home.environment, "KAIBO_HOME": str(place), **environment},
            stdout=subprocess.PIPE,
            stderr=log,
        )
        watch.add(child.pid)
        said, _ = child.communicate()
    if child.returncode:
        raise RuntimeError((folder / "count.log").read_text()[-2000:])
    told = json.loads(said.splitlines()[-1])
    seconds = time.perf_counter() - began
    return {
        "events": told["events"],
        "seconds": round(seconds, 2),
        "processor_seconds": watch.seconds(),
        "peak_mb": watch.peak_mb(),
    }


def rated(result: dict[str, Any]) -> dict[str, Any]:
    """With events per second and processor time per event."""
    count = result["events"]
    return {
        **result,
        "per_second": round(count / result["seconds"]),
        "processor_us_per_event": round(result["processor_seconds"] / count * 1e6, 2),
    }


def spark_options(master: str, **settings: str) -> list[str]:
    """The arguments that count on this master."""
    pairs = [part for name, value in (SETTINGS | settings).items() for part in ("--set", f"{name}={value}")]
    return ["--engine", "spark", "--master", master, *pairs]


def three(count: int, folder: Path, *, with_cluster: bool) -> dict[str, Any]:
    """One log, three engines."""
    home = bring(folder, count)
    found = {"duckdb": rated(count_with(home, folder))}
    found["spark_local"] = rated(count_with(home, folder, *spark_options("local[2]")))
    if with_cluster:
        with cluster(folder / "cluster") as running:
            workers = tuple(worker.process.pid for worker in running.workers)
            found["spark_cluster"] = rated(count_with(home, folder, *spark_options(running.url), beside=workers))
    return found


def need_room(folder: Path, count: int, *, copies: int) -> None:
    """Whether the disk takes a log of this many lines, counted, with so many copies beside it.

    Raises: NoRoom.
    """
    needed = count * (_LOG_BYTES + _COUNTED_BYTES) * (1 + copies) + min(count, _IMPORT) * _FILE_BYTES + _SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        message = f"{count:,} events need {needed / 1e9:.1f} GB in {folder}, {free / 1e9:.1f} GB are free;"
        raise NoRoom(f"{message} free some, or let TMPDIR name a larger disk")


def growth(steps: list[int], spark_most: int) -> Iterator[dict[str, Any]]:
    """What counting one show of each number of events costs, on Spark up to `spark_most`.

    Raises: NoRoom before a step that the disk does not hold.
    """
    for count in steps:
        with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
            folder, with_spark = Path(scratch), count <= spark_most
            need_room(folder, count, copies=int(with_spark))
            home = bring(folder, count)
            row: dict[str, Any] = {"asked": count}
            if with_spark:
                row["spark_local"] = rated(count_with(home, folder, *spark_options("local[2]")))
                shutil.rmtree(folder / "copy")
            row["duckdb"] = rated(count_with(home, folder, is_last=True))
            yield row


def nights(steps: list[int], night: int) -> Iterator[dict[str, Any]]:
    """What counting a show for each `night` events has cost when each step is passed, all of them in one log.

    Raises: NoRoom.
    """
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        folder = Path(scratch)
        need_room(folder, steps[-1], copies=0)
        home = bring(folder, steps[-1], night=night)
        for step, counted in zip(steps, passed(home, folder, steps), strict=True):
            yield {"asked": step, "duckdb": rated(counted), "shows": -(-step // night)}


def passed(home: Kaibo, folder: Path, steps: list[int]) -> Iterator[dict[str, Any]]:
    """Count the home; events, seconds, processor time and memory when the ledger passes a step, the last at the end."""
    began, watch = time.perf_counter(), Watch()
    with (folder / "count.log").open("wb") as log:
        command = [sys.executable, "-m", "kaibo", "count", "--once"]
        child = subprocess.Popen(command, env=home.environment, stdout=log, stderr=log)
    watch.add(child.pid)
    left = list(steps)
    while left:
        is_over = child.poll() is not None
        if child.returncode:
            raise RuntimeError((folder / "count.log").read_text()[-2000:])
        counted = in_ledger(home.home)
        while left and (is_over or (len(left) > 1 and counted >= left[0] * _NEARLY)):
            left.pop(0)
            yield {
                "events": counted,
                "seconds": round(time.perf_counter() - began, 2),
                "processor_seconds": watch.so_far() if left else watch.seconds(),
                "peak_mb": watch.peak_mb(),
            }
        time.sleep(0.2)


def in_ledger(home: Path) -> int:
    """Events that the records of this home hold."""
    with closing(sqlite3.connect(f"file:{home / 'records.sqlite3'}?mode=ro", uri=True, timeout=10)) as records:
        (found,) = records.execute(
            "select coalesce(sum(to_seq - from_seq + 1), 0) from warehouse_ledgerentry"
        ).fetchone()
    return int(found)


def curve(part: str, given: argparse.Namespace, result: dict[str, Any]) -> None:
    """Measure the steps of one curve and keep each as soon as it is there: the next may find no room or be ended."""
    is_nights = part == "nights"
    lowest = max(given.lowest, given.night if is_nights else 0)
    steps = [step for step in STEPS if lowest <= step <= given.max]
    spark_most = 0 if is_nights else given.spark_max
    if not steps:
        return
    rows = {row["asked"]: row for row in result.get(part, [])}
    for row in nights(steps, given.night) if is_nights else growth(steps, spark_most):
        rows[row["asked"]] = rows.get(row["asked"], {}) | row
        result[part] = [rows[asked] for asked in sorted(rows)]
        result["loads"][part] = describe()["load_1m"]
        save("scale", result)


def merge_cost(count: int) -> dict[str, Any]:
    """Milliseconds of one merging transaction, rows and ledger, of batches of a thousand events."""
    found = {}
    for name, database in (("sqlite", nullcontext("")), ("postgresql", server())):
        with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch, database as address:
            home = Kaibo(Path(scratch) / "home", **({"KAIBO_DATABASE_URL": address} if address else {}))
            path = events.write(Path(scratch) / "events.ndjson", count)
            command = [sys.executable, "-m", "benchmarks.merging", str(path)]
            done = subprocess.run(command, env=home.environment, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr[-2000:])
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """1 when a step found no room on the disk; what was measured before is kept and drawn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--max", type=int, default=3_000_000)
    parser.add_argument("--from", type=int, default=0, dest="lowest", help="leave out smaller steps of the curves")
    parser.add_argument("--spark-max", type=int, default=1_000_000)
    parser.add_argument("--without-cluster", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--shape", choices=["room", "nights"], default="room", help="what `--only growth` measures")
    parser.add_argument("--night", type=int, default=NIGHT, help="events of one night")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    wanted = given.only or PARTS
    if given.only and given.shape == "nights":
        wanted = ["nights" if part == "growth" else part for part in wanted]
    result: dict[str, Any] = kept("scale") if given.only else {}
    before = result.pop("machine", {})
    result.setdefault("loads", {})
    if "engines" in wanted:
        with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
            result["engines"] = three(given.events, Path(scratch), with_cluster=not given.without_cluster)
        result["loads"]["engines"] = describe()["load_1m"]
    if "merge" in wanted:
        result["merge"] = merge_cost(MERGE_EVENTS)
        result["loads"]["merge"] = describe()["load_1m"]
    ended = 0
    try:
        for part in [part for part in ("growth", "nights") if part in wanted]:
            curve(part, given, result)
    except NoRoom as full:
        sys.stderr.write(f"{full}\n")
        ended = 1
    save("scale", result)
    if given.write:
        machine, restored = describe(), kept("restore")
        known = before.get("packages", {})  # a part that was not measured anew may have needed more
        machine["packages"] |= {
            name: known[name]
            for name, is_there in machine["packages"].items()
            if is_there == "absent" and name in known
        }
        keep("scale", {**result, "machine": machine})
        keep("restore", restored)
        write_page({**result, "restore": restored}, machine)
    return ended


if __name__ == "__main__":
    sys.exit(main())
