"""(h) A home of a million events backed up, backed up again after a little more, restored and rehearsed; beside it what
one would do without: copy the folder, or pack and unpack it. `python -m benchmarks.restore [--events N]`

A copy of a folder takes no notice of a server that runs in it, so it wants the server stopped; a backup does not.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import events
from benchmarks.machine import save
from benchmarks.scale import bring
from tests.journeys.server import Kaibo

MORE = 20_000  # events that came between two backups


def timed(work: Callable[[], Any], *, events_held: int, size: int) -> dict[str, Any]:
    """Seconds, and megabytes and events of the home per second."""
    began = time.perf_counter()
    told = work()
    seconds = time.perf_counter() - began
    found = {
        "seconds": round(seconds, 2),
        "mb_per_second": round(size / seconds / 1e6, 1),
        "events_per_second": round(events_held / seconds),
    }
    if isinstance(told, dict):
        found |= {key: told[key] for key in ("added", "is_equal", "shows") if key in told}
    return found


def size_of(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def shell(command: Sequence[str]) -> Callable[[], None]:
    def run() -> None:
        subprocess.run(command, check=True, capture_output=True)

    return run


def measure(count: int, folder: Path) -> dict[str, Any]:
    """Every way there and back."""
    home = bring(folder, count)
    home.run("count", "--once", "--json", seconds=3600)
    store, size = folder / "store", size_of(home.home)
    known: dict[str, Any] = {"events_held": count, "size": size}
    result: dict[str, Any] = {"events": count, "home_mb": round(size / 1e6, 1)}
    parts = {part: size_of(home.home / part) for part in ("log", "lake") if (home.home / part).is_dir()}
    result["parts_mb"] = {part: round(held / 1e6, 1) for part, held in parts.items()}
    result["backup"] = timed(lambda: home.run("backup", "--to", str(store), "--json", seconds=3600), **known)
    result["store_mb"] = round(size_of(store) / 1e6, 1)
    result["cp"] = timed(shell(["cp", "-r", str(home.home), str(folder / "copied")]), **known)
    packed = str(folder / "home.tar.gz")
    result["tar"] = timed(shell(["tar", "czf", packed, "-C", str(folder), "log"]), **known)
    result["tar_mb"] = round(Path(packed).stat().st_size / 1e6, 1)
    (folder / "unpacked").mkdir()
    result["untar"] = timed(shell(["tar", "xzf", packed, "-C", str(folder / "unpacked")]), **known)
    shutil.rmtree(folder / "copied")
    shutil.rmtree(folder / "unpacked")
    restored = Kaibo(folder / "restored")
    result["restore"] = timed(lambda: restored.run("restore", str(store), "--json", seconds=3600), **known)
    shutil.rmtree(folder / "restored")
    path = events.write(folder / "more.ndjson", MORE, seed=4711)
    home.run("import", "ndjson", str(path), "--wait", "--json", seconds=3600)
    result["again"] = timed(lambda: home.run("backup", "--to", str(store), "--json", seconds=3600), **known)
    result["rehearse"] = timed(
        lambda: home.run("backup", "rehearse", "--from", str(store), "--json", seconds=7200), **known
    )
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        save("restore", measure(given.events, Path(scratch)))


if __name__ == "__main__":
    main()
