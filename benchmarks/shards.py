"""(l) Rooms shared out between two servers, beside one of the two that takes what both are sent.

Two servers over PostgreSQL in every run, counting apart; a client per server sends batches to both in turn, each of one
room or of all rooms. On a machine with fewer cores than servers, clients and database the clock shows what they
take from each other; the processor time of the busiest server says what a core each would give.
`python -m benchmarks.shards [--events N] [--batch N] [--rounds N]`
"""

import argparse
import http.client
import multiprocessing
import sys
import tempfile
import threading
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks import events
from benchmarks.door import server_seconds
from benchmarks.machine import percentile, save
from kaibo.eventlog.shards import Shards
from tests.faults.postgres import postgres
from tests.journeys.server import Kaibo

SERVERS = 2
_NAMES = [f"room-{number}" for number in range(40)]
ROOMS = [
    room for n in range(4) for room in ([one for one in _NAMES if Shards(2).of("shop", one) == s][n] for s in (0, 1))
]
"""Eight, half of them of each shard and in turn."""


def bodies(count: int, batch: int, seed: int, *, is_mixed: bool) -> list[bytes]:
    """Batches of one room after the other, or of all rooms at once."""
    of_room = [list(events.lines(count // len(ROOMS), seed=seed * 100 + n, room=room)) for n, room in enumerate(ROOMS)]
    if is_mixed:
        lines = [line for together in zip(*of_room, strict=True) for line in together]
        return ["\n".join(lines[at : at + batch]).encode() for at in range(0, len(lines), batch)]
    cut = [["\n".join(lines[at : at + batch]).encode() for at in range(0, len(lines), batch)] for lines in of_room]
    return [body for together in zip(*cut, strict=True) for body in together]


def client(ports: list[int], token: str, sent: list[bytes], gate: Any, answers: Any) -> None:
    """Send every body to the servers in turn; hand back the seconds each answer took."""
    lines = [http.client.HTTPConnection("127.0.0.1", port, timeout=120) for port in ports]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    gate.wait()
    waits = []
    for body, line in zip(sent, cycle(lines)):
        began = time.perf_counter()
        while True:
            line.request("POST", "/api/v1/events", body, headers)
            answer = line.getresponse()
            said = answer.read()
            if answer.status == 200:
                break
            if answer.status not in {429, 503}:
                raise RuntimeError(f"{answer.status}: {said[:300]!r}")
            time.sleep(0.1)
        waits.append(time.perf_counter() - began)
    answers.put(waits)


_ALONE = """
from kaibo.operations.compliance.api import LogFollower
LogFollower.start = LogFollower.stop = lambda self: None
"""
"""Proctor, radar and opinion read along where shard 0 is; without them the appenders are seen alone."""


def settle(homes: list[Kaibo]) -> None:
    """Wait until shards are shared out, word lists are compiled and nothing else of a start goes on."""
    ends, quiet = time.monotonic() + 60, 0
    while quiet < 3 and time.monotonic() < ends:
        before = [server_seconds(home) for home in homes]
        time.sleep(1)
        is_quiet = max(server_seconds(home) - earlier for home, earlier in zip(homes, before, strict=True)) < 0.15
        quiet = quiet + 1 if is_quiet else 0


def measure(shards: int, count: int, batch: int, *, is_mixed: bool, prelude: str) -> dict[str, Any]:
    """One run against a fresh home and database."""
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(SERVERS + 1), context.Queue()
    share = count // SERVERS
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch, postgres() as database:
        told = {"KAIBO_DATABASE_URL": database.uri, "KAIBO_LOG_SHARDS": str(shards), "KAIBO_COUNT_APART": "1"}
        homes = [Kaibo(Path(scratch) / "home", **told) for _ in range(SERVERS)]
        token = homes[0].make_feed("shop")
        starting = [threading.Thread(target=home.start, args=(prelude,)) for home in homes]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        homes[1].post(list(events.lines(2000, seed=9)), token)
        settle(homes)
        ports = [home.port for home in homes]
        workers = [
            context.Process(
                target=client,
                args=(ports[n:] + ports[:n], token, bodies(share, batch, n + 1, is_mixed=is_mixed), gate, answers),
            )
            for n in range(SERVERS)
        ]
        try:
            for worker in workers:
                worker.start()
            gate.wait()
            began, before = time.perf_counter(), [server_seconds(home) for home in homes]
            waits = [wait for _ in workers for wait in answers.get(timeout=1800)]
            seconds = time.perf_counter() - began
            worked = [server_seconds(home) - earlier for home, earlier in zip(homes, before, strict=True)]
        finally:
            for worker in workers:
                worker.join(timeout=5)
                worker.kill()
            for home in homes:
                home.stop()
    return {
        "per_second": round(count / seconds),
        "answer_p50_ms": round(percentile(waits, 0.5) * 1000, 1),
        "busiest_us_per_event": round(max(worked) / count * 1e6, 2),
        "all_us_per_event": round(sum(worked) / count * 1e6, 2),
    }


def best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The least disturbed of several runs, figure by figure."""
    return {name: (max if name == "per_second" else min)(run[name] for run in runs) for name in runs[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    result: dict[str, Any] = {"events": given.events, "batch": given.batch, "servers": SERVERS}
    for name, is_mixed, prelude in (
        ("one_room_a_body", False, _ALONE),
        ("all_rooms_a_body", True, _ALONE),
        ("one_room_a_body_and_followers", False, ""),
    ):
        runs: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
        for _ in range(given.rounds):
            for shards, found in runs.items():
                found.append(measure(shards, given.events, given.batch, is_mixed=is_mixed, prelude=prelude))
        one, two = best(runs[1]), best(runs[2])
        result[name] = {
            "one_shard": one,
            "two_shards": two,
            "ratio_per_second": round(two["per_second"] / one["per_second"], 2),
            "ratio_busiest": round(one["busiest_us_per_event"] / two["busiest_us_per_event"], 2),
        }
    save("shards", result)


if __name__ == "__main__":
    sys.exit(main())
