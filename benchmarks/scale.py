"""(g) The same log counted by DuckDB, by Spark on this machine and by a Spark cluster; what merging costs in SQLite and
PostgreSQL; how the cost grows with the number of events.

`python -m benchmarks.scale [--max N] [--spark-max N] [--only engines|merge|growth] [--write]`. The long curve is by
hand and takes half an hour and 20 GB of disk to 30 million events: `--only growth --max 30000000 --spark-max 0` (or
100000000). What is left out keeps the figures of the last run. `--write` draws the page of docs/reference, with the
figures of `python -m benchmarks.restore`.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psutil

from benchmarks import events
from benchmarks.curve import write_page
from benchmarks.machine import ROOT, describe, kept, save
from tests.journeys.server import Kaibo
from tests.parity.cluster import SETTINGS, cluster
from tests.postgres import server

STEPS = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
MERGE_EVENTS = 100_000
PARTS = ["engines", "merge", "growth"]
_IMPORT = 1_000_000  # lines of one import: a larger night is brought in several


class Watch:
    """Processor time of processes and all that they start, those that end meanwhile included."""

    def __init__(self, *roots: int) -> None:
        self._roots = [psutil.Process(root) for root in roots]
        self._before = {process.pid: _spent(process) for process in self._every()}
        self._after: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def add(self, root: int) -> None:
        self._roots.append(psutil.Process(root))

    def seconds(self) -> float:
        self._over.set()
        self._thread.join()
        return round(sum(spent - self._before.get(pid, 0.0) for pid, spent in self._after.items()), 2)

    def _look(self) -> None:
        while True:
            for process in self._every():
                self._after[process.pid] = _spent(process)
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


def bring(folder: Path, count: int) -> Kaibo:
    """A home whose log holds this many lines (one in 200 is a duplicate), none of them counted."""
    home = Kaibo(folder / "log")
    home.python("")
    for number, start in enumerate(range(0, count, _IMPORT)):
        path = events.write(folder / f"{number}.ndjson", min(_IMPORT, count - start), seed=number + 1)
        home.run("import", "ndjson", str(path), "--json", seconds=3600)
        path.unlink()
    return home


def count_with(
    home: Kaibo, folder: Path, *options: str, beside: tuple[int, ...] = (), **environment: str
) -> dict[str, Any]:
    """Count a copy of the home from the beginning, the start of the process included."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home.home, copy, ignore=shutil.ignore_patterns("lake"))
    command = [sys.executable, "-m", "kaibo", "count", "--once", "--json", *options]
    began = time.perf_counter()
    watch = Watch(*beside) if beside else Watch()
    with (folder / "count.log").open("wb") as log:
        child = subprocess.Popen(
            command,
            env={**home.environment, "KAIBO_HOME": str(copy), **environment},
            stdout=subprocess.PIPE,
            stderr=log,
        )
        watch.add(child.pid)
        said, _ = child.communicate()
    if child.returncode:
        raise RuntimeError((folder / "count.log").read_text()[-2000:])
    told = json.loads(said.splitlines()[-1])
    seconds = time.perf_counter() - began
    return {"events": told["events"], "seconds": round(seconds, 2), "processor_seconds": watch.seconds()}


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


def growth(most: int, spark_most: int) -> list[dict[str, Any]]:
    """What counting costs for each number of events up to `most`, on Spark up to `spark_most`."""
    found = []
    for count in (step for step in STEPS if step <= most):
        with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
            home = bring(Path(scratch), count)
            row = {"asked": count, "duckdb": rated(count_with(home, Path(scratch)))}
            if count <= spark_most:
                row["spark_local"] = rated(count_with(home, Path(scratch), *spark_options("local[2]")))
            found.append(row)
            sys.stdout.write(json.dumps(row) + "\n")
            sys.stdout.flush()
    return found


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--max", type=int, default=3_000_000)
    parser.add_argument("--spark-max", type=int, default=1_000_000)
    parser.add_argument("--without-cluster", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    wanted = given.only or PARTS
    result: dict[str, Any] = {**kept("scale"), "machine": None} if given.only else {}
    loads = result.setdefault("loads", {})
    if "engines" in wanted:
        with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
            result["engines"] = three(given.events, Path(scratch), with_cluster=not given.without_cluster)
        loads["engines"] = describe()["load_1m"]
    if "merge" in wanted:
        result["merge"] = merge_cost(MERGE_EVENTS)
        loads["merge"] = describe()["load_1m"]
    if "growth" in wanted:
        before = {row["asked"]: row for row in result.get("growth", [])}
        now = {row["asked"]: row for row in growth(given.max, given.spark_max)}
        rows = [before.get(asked, {}) | now.get(asked, {}) for asked in sorted({*before, *now})]
        result["growth"] = rows
        loads["growth"] = describe()["load_1m"]
    save("scale", result)
    if given.write:
        write_page({**result, "restore": kept("restore")}, describe())


if __name__ == "__main__":
    main()
