"""(d) A thousand watchers of one show while events arrive: the time from an event to each watcher's frame.

Reported beside it: the spread, from the first watcher that has a frame to the others that get the same one.
`python -m benchmarks.watchers [--watchers N] [--rate N] [--seconds N]`
"""

import argparse
import asyncio
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import live
from benchmarks.machine import percentile, save
from benchmarks.push import delays, sender
from tests.journeys.server import Kaibo

OPENING_PER_SECOND = 200


async def watch(home: Kaibo, cookie: str, arrivals: list[tuple[float, str, int | None]]) -> None:
    """Note (when, frame, entries told) for every frame of one watcher."""
    async for at, kind, body in live.frames(home.port, cookie):
        if "v" in body:
            arrivals.append((at, body["v"], live.entries(kind, body)))


def spread(logs: list[list[tuple[float, str, int | None]]]) -> list[float]:
    """Per watcher and frame, seconds behind the first watcher that had it."""
    first: dict[str, float] = {}
    for log in logs:
        for at, name, _ in log:
            first[name] = min(at, first.get(name, at))
    return [at - first[name] for log in logs for at, name, _ in log]


async def run(home: Kaibo, token: str, *, watchers: int, rate: int, seconds: float) -> dict[str, Any]:
    logs: list[list[tuple[float, str, int | None]]] = [[] for _ in range(watchers)]
    cookie = live.ticket(home)
    tasks = []
    for log in logs:
        tasks.append(asyncio.create_task(watch(home, cookie, log)))
        await asyncio.sleep(1 / OPENING_PER_SECOND)
    await asyncio.sleep(3)
    opened = time.perf_counter()
    sent: list[tuple[float, int]] = []
    await sender(home, token, rate=rate, seconds=seconds, sent=sent)
    await asyncio.sleep(8)
    lost = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    late = [each for log in logs for each in (entry for entry in log if entry[0] >= opened)]
    found = []
    for log in logs:
        told = [(at, number) for at, _, number in log if number is not None]
        found += delays(sent, told)
    gaps = spread([[entry for entry in log if entry[0] >= opened] for log in logs])
    return {
        "watchers": watchers,
        "lost": lost,
        "rate": rate,
        "frames": len(late),
        "p50_ms": round(percentile(found, 0.5) * 1000),
        "p99_ms": round(percentile(found, 0.99) * 1000),
        "spread_p50_ms": round(percentile(gaps, 0.5) * 1000, 1),
        "spread_p99_ms": round(percentile(gaps, 0.99) * 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, given.watchers * 2 + 1000), hard))
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        token = live.open_show(home)
        home.start()
        try:
            result = run(home, token, watchers=given.watchers, rate=given.rate, seconds=given.seconds)
            save("watchers", asyncio.run(result))
        finally:
            home.stop()


if __name__ == "__main__":
    main()
