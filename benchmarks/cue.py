"""(g) Forbidden word → alert on the live page, while viewers talk and one watcher reads the page's stream.

The time runs from the moment a word is handed to the door until the watcher has the first frame whose alert holds it:
through door, fsync, proctor, case, chain and push. `python -m benchmarks.cue [--rate N] [--seconds N]`
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import live
from benchmarks.machine import percentile, save
from benchmarks.push import delays
from tests.journeys.server import Kaibo

WORDS_PER_SECOND = 3.0
TALK = (
    "这件有M码吗",
    "已拍",
    "多久发货",
    "666",
    "颜色好看",
    "能便宜点吗",
    "想要",
    "第一次来",
    "女装有大码吗",
    "起球吗",
)
SPAM = "加薇信 abc{:06d} 领券"


def line(name: str, text: str, kind: str = "comment.posted") -> str:
    """One event that happens now."""
    at = time.time_ns() // 1000
    told = {"event_id": name, "platform": "shop", "room_id": "100", "occurred_at": at, "viewer_id": name}
    return json.dumps({**told, "kind": kind, "text": text}, ensure_ascii=False)


async def talk(home: Kaibo, token: str, *, rate: int, seconds: float) -> None:
    """Viewers who say nothing wrong."""
    began = time.perf_counter()
    for number in range(int(seconds * 10)):
        await asyncio.sleep(max(0.0, began + number / 10 - time.perf_counter()))
        body = [line(f"t{number}-{i}", TALK[(number + i) % len(TALK)]) for i in range(rate // 10)]
        await asyncio.to_thread(home.post, body, token)


async def offend(home: Kaibo, token: str, *, seconds: float, sent: list[tuple[float, int]]) -> None:
    """Words that must reach the desk, at random moments; note (when, how many so far)."""
    chance, ends = random.Random(7), time.perf_counter() + seconds
    while time.perf_counter() < ends:
        await asyncio.sleep(chance.expovariate(WORDS_PER_SECOND))
        sent.append((time.perf_counter(), len(sent) + 1))
        body = [line(f"w{len(sent)}", SPAM.format(len(sent)))]
        while await asyncio.to_thread(home.post, body, token) is None:
            await asyncio.sleep(0.02)


async def watch(home: Kaibo, cookie: str, seen: list[tuple[float, int]]) -> None:
    """Note (when, findings) for every frame that tells of them."""
    found: dict[str, int] = {}
    async for at, kind, body in live.frames(home.port, cookie):
        told = body.get("all" if kind == "snapshot" else "set", {})
        alerts = {path: value["hits"] for path, value in told.items() if path.startswith("alert/")}
        if alerts:
            found |= alerts
            seen.append((at, sum(found.values())))


async def run(home: Kaibo, token: str, *, rate: int, seconds: float) -> dict[str, Any]:
    sent: list[tuple[float, int]] = []
    seen: list[tuple[float, int]] = []
    watching = asyncio.create_task(watch(home, live.ticket(home), seen))
    await asyncio.sleep(2)
    await asyncio.gather(talk(home, token, rate=rate, seconds=seconds), offend(home, token, seconds=seconds, sent=sent))
    ends = time.perf_counter() + 20
    while time.perf_counter() < ends and not (seen and seen[-1][1] >= len(sent)) and not watching.done():
        await asyncio.sleep(0.1)
    if watching.done():
        watching.result()  # a stream that broke must say why, not look like alerts that never came
        raise RuntimeError("the page's stream ended before the last alert came")
    watching.cancel()
    found = delays(sent, seen)
    if not found:
        raise RuntimeError(f"none of {len(sent)} words reached the page within 20 s")
    return {
        "rate": rate,
        "seconds": seconds,
        "words": len(sent),
        "p50_ms": round(percentile(found, 0.5) * 1000),
        "p99_ms": round(percentile(found, 0.99) * 1000),
        "max_ms": round(max(found) * 1000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    sys.stderr.write(f"cue: viewers talk for {given.seconds:g} s, then the last alerts are waited for …\n")
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        token = live.open_show(home)
        home.start()
        try:
            save("cue", asyncio.run(run(home, token, rate=given.rate, seconds=given.seconds)))
        finally:
            home.stop()


if __name__ == "__main__":
    main()
