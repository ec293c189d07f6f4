"""(b) The HTTP door: client processes, batches of 5,000, acknowledged events per second.

`python -m benchmarks.door [--events N] [--clients N] [--batch N] [--known N]`; `--known` first puts that many ids on
disk (100,000,000 is the size the aim speaks of; a smaller number says so in the result).
"""

import argparse
import http.client
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import events
from benchmarks.known import plant
from benchmarks.machine import percentile, save
from tests.journeys.server import Kaibo


def client(port: int, token: str, bodies: list[bytes], gate: Any, answers: Any) -> None:
    """Send every body over one connection; hand back the seconds each answer took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    gate.wait()
    waits, refused = [], 0
    for body in bodies:
        began = time.perf_counter()
        while True:
            connection.request("POST", "/api/v1/events", body, headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status == 200:
                break
            if answer.status != 429:
                raise RuntimeError(f"{answer.status}: {said[:300]!r}")
            refused += 1
            time.sleep(0.1)
        waits.append(time.perf_counter() - began)
    answers.put((waits, refused))


def bodies(count: int, batch: int, seed: int) -> list[bytes]:
    """Ready-made request bodies, so that the clients cost as little as they can."""
    lines = list(events.lines(count, seed=seed))
    return [("\n".join(lines[at : at + batch]) + "\n").encode() for at in range(0, count, batch)]


def server_seconds(home: Kaibo) -> float:
    """Processor time of the server so far, without the counter beside it."""
    if home.server is None:
        raise RuntimeError("the server does not run")
    spent = psutil.Process(home.server.pid).cpu_times()
    return spent.user + spent.system


def measure(count: int, clients: int, batch: int, known: int) -> dict[str, Any]:
    """One run against a fresh home."""
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        token = home.make_feed("shop")
        planted = plant(home, known, began_us=events.BEGAN_US) if known else 0
        home.start()
        context = multiprocessing.get_context("fork")
        gate, answers = context.Barrier(clients + 1), context.Queue()
        share = count // clients
        workers = [
            context.Process(target=client, args=(home.port, token, bodies(share, batch, seed), gate, answers))
            for seed in range(1, clients + 1)
        ]
        try:
            for worker in workers:
                worker.start()
            gate.wait()
            began, worked = time.perf_counter(), server_seconds(home)
            results = [answers.get(timeout=1800) for _ in workers]
            seconds, worked = time.perf_counter() - began, server_seconds(home) - worked
        finally:
            for worker in workers:
                worker.join(timeout=5)
                worker.kill()
            home.stop()
    waits = [wait for worker_waits, _ in results for wait in worker_waits]
    return {
        "events": share * clients,
        "clients": clients,
        "batch": batch,
        "known_ids": planted,
        "seconds": round(seconds, 3),
        "per_second": round(share * clients / seconds),
        "answer_p50_ms": round(percentile(waits, 0.5) * 1000, 1),
        "answer_p99_ms": round(percentile(waits, 0.99) * 1000, 1),
        "server_us_per_event": round(worked / (share * clients) * 1e6, 2),
        "refused_for_now": sum(refused for _, refused in results),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--known", type=int, default=0)
    given = parser.parse_args()
    name = "door" if not given.known else "door_known"
    save(name, measure(given.events, given.clients, given.batch, given.known))


if __name__ == "__main__":
    sys.exit(main())
