"""(c) Event → pushed frame: a steady rate through the HTTP door, one watcher reading the live page's stream.

The time runs from the moment a batch is handed to the door until the watcher has the first frame whose number of
entries holds the batch. `python -m benchmarks.push [--rate N] [--seconds N]`
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import live
from benchmarks.machine import percentile, save
from tests.journeys.server import Kaibo

BATCHES_PER_SECOND = 20
ENTRY_EVERY = 5  # each fifth event is an entry, the others are likes


def lines(number: int, size: int) -> list[str]:
    """One batch of events that happen now."""
    at = time.time_ns() // 1000
    return [
        f'{{"event_id":"p{number}-{i}","platform":"shop","room_id":"100","occurred_at":{at},"viewer_id":"v{number}-{i}",'
        + ('"kind":"viewer.entered"}' if i % ENTRY_EVERY == 0 else '"kind":"like.given","count":1}')
        for i in range(size)
    ]


async def sender(home: Kaibo, token: str, *, rate: int, seconds: float, sent: list[tuple[float, int]]) -> float:
    """Keep the rate; note (when, entries so far) for every batch. The rate that was reached."""
    size = rate // BATCHES_PER_SECOND
    began, total = time.perf_counter(), 0
    for number in range(int(seconds * BATCHES_PER_SECOND)):
        await asyncio.sleep(max(0.0, began + number / BATCHES_PER_SECOND - time.perf_counter()))
        batch = lines(number, size)
        total += -(-size // ENTRY_EVERY)
        sent.append((time.perf_counter(), total))
        while await asyncio.to_thread(home.post, batch, token) is None:
            await asyncio.sleep(0.05)
    return len(sent) * size / (time.perf_counter() - began)


async def watcher(home: Kaibo, cookie: str, seen: list[tuple[float, int]]) -> None:
    """Note (when, entries) for every frame that tells entries."""
    async for at, kind, body in live.frames(home.port, cookie):
        number = live.entries(kind, body)
        if number is not None:
            seen.append((at, number))


def delays(sent: list[tuple[float, int]], seen: list[tuple[float, int]]) -> list[float]:
    """Seconds from each batch to the first frame that holds it."""
    found, place = [], 0
    for at, total in sent:
        while place < len(seen) and (seen[place][1] < total or seen[place][0] < at):
            place += 1
        if place == len(seen):
            raise RuntimeError(f"a batch never appeared: {total} entries sent, {seen[-1:]} seen")
        found.append(seen[place][0] - at)
    return found


async def run(home: Kaibo, token: str, *, rate: int, seconds: float) -> dict[str, Any]:
    sent: list[tuple[float, int]] = []
    seen: list[tuple[float, int]] = []
    watching = asyncio.create_task(watcher(home, live.ticket(home), seen))
    await asyncio.sleep(2)
    reached = await sender(home, token, rate=rate, seconds=seconds, sent=sent)
    ends = time.perf_counter() + 30
    while time.perf_counter() < ends and not (seen and seen[-1][1] >= sent[-1][1]) and not watching.done():
        await asyncio.sleep(0.1)
    watching.cancel()
    found = delays(sent, seen)
    return {
        "rate": round(reached),
        "seconds": seconds,
        "batches": len(sent),
        "frames": len(seen),
        "p50_ms": round(percentile(found, 0.5) * 1000),
        "p99_ms": round(percentile(found, 0.99) * 1000),
        "max_ms": round(max(found) * 1000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        token = live.open_show(home)
        home.start()
        try:
            save("push", asyncio.run(run(home, token, rate=given.rate, seconds=given.seconds)))
        finally:
            home.stop()


if __name__ == "__main__":
    main()
