"""(a) A file of events → validated, deduplicated, fsynced, counted with first times, in Parquet.

Kaibo beside Spark Structured Streaming on the same two cores and beside a row-by-row loop.
`python -m benchmarks.file [--events N] [--loop N] [--without-spark]`
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import events
from benchmarks.machine import ROOT, save
from tests.journeys.server import Kaibo

PARTS = 8  # files that Spark may take four at a time
WARM_UP = 50_000


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run one baseline in a process of its own; the JSON object of its last line."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def children_seconds() -> float:
    """Processor time of the processes we started and that ended, their own children included."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def split(path: Path, folder: Path) -> Path:
    """The same lines in PARTS files, as a streaming source wants them."""
    folder.mkdir()
    lines = path.read_bytes().splitlines(keepends=True)
    size = -(-len(lines) // PARTS)
    for part in range(PARTS):
        (folder / f"{part}.json").write_bytes(b"".join(lines[part * size : (part + 1) * size]))
    return folder


def kaibo(path: Path, folder: Path) -> dict[str, Any]:
    """One command, its start included: it returns when all is on disk, counted and in Parquet."""
    home = Kaibo(folder / "home")
    home.python("")  # records up to date, outside the clock
    began, worked = time.perf_counter(), children_seconds()
    report = home.run("import", "ndjson", str(path), "--wait", "--json", seconds=3600)
    seconds, processor = time.perf_counter() - began, children_seconds() - worked
    return {
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor, 3),
        "accepted": report["accepted"],
        "in_lake": lake_lines(home.home),
    }


def lake_lines(home: Path) -> int:
    """Lines that the lake holds, read back from its files."""
    files = [str(path) for path in (home / "lake").glob("*/*/*.parquet")]
    found = duckdb.execute("select count(*) from read_parquet(?)", [files]).fetchone()
    return int(found[0]) if found else 0


def measure(count: int, loop_count: int, *, with_spark: bool) -> dict[str, Any]:
    """All three on the same lines."""
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        folder = Path(scratch)
        path = events.write(folder / "events.ndjson", count)
        result: dict[str, Any] = {"events": count, "bytes": path.stat().st_size}
        result["kaibo"] = kaibo(path, folder)
        result["kaibo"]["per_second"] = round(count / result["kaibo"]["seconds"])
        (folder / "loop").mkdir()
        result["loop"] = child("benchmarks.loop", str(path), str(loop_count), str(folder / "loop"))
        result["loop"]["says"] = f"measured on the first {loop_count} lines, its rate taken as constant"
        result["times_loop"] = round(result["kaibo"]["per_second"] / result["loop"]["per_second"], 1)
        if with_spark:
            warm = split(events.write(folder / "warm.ndjson", WARM_UP, seed=2), folder / "warm")
            (folder / "spark").mkdir()
            parts = split(path, folder / "parts")
            result["spark"] = child("benchmarks.spark", str(parts), str(folder / "spark"), str(warm))
            result["spark"]["per_second"] = round(count / result["spark"]["seconds"])
            result["times_spark"] = round(result["kaibo"]["per_second"] / result["spark"]["per_second"], 2)
    result["processor_us_per_event"] = processor_costs(result)
    return result


def processor_costs(result: dict[str, Any]) -> dict[str, float]:
    """Microseconds of processor time per event: what a machine that others use too says more truly than a clock."""
    counts = {"kaibo": result["events"], "loop": result["loop"]["events"], "spark": result["events"]}
    return {
        name: round(result[name]["processor_seconds"] / count * 1e6, 2)
        for name, count in counts.items()
        if name in result
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3_000_000)
    parser.add_argument("--loop", type=int, default=1_000)
    parser.add_argument("--without-spark", action="store_true")
    given = parser.parse_args()
    save("file", measure(given.events, given.loop, with_spark=not given.without_spark))


if __name__ == "__main__":
    main()
