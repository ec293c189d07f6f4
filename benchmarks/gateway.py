"""(e) Push → answer: a steady rate of signed pushes at the gateway, a simulated night on air beside them.

Open loop: each push goes out at its own time whether the one before was answered or not. Afterwards every acknowledged
push must be translated and counted. Each tenth push has a twin that goes to a bare server in a process of its own,
which answers without doing anything: what a machine with other work costs anybody.
`python -m benchmarks.gateway [--rate N] [--seconds N] [--quiet]`
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.machine import percentile, save
from kaibo.connectors.tests import pushes
from kaibo.kit import env
from kaibo.kit.clock import now_us
from tests.journeys.server import Kaibo, free_port

ROOM, SHOW = "771", "bench-push"
WARM_SECONDS = 5.0
SETTLE_SECONDS = 120.0


def message(number: int) -> bytes:
    row = {"msg_id": str(number), "sec_openid": f"p{number % 50}", "content": "好看", "timestamp": now_us() // 1000}
    return json.dumps([row]).encode()


async def pushed(
    home: Kaibo, address: str, bare_port: int, *, rate: float, seconds: float, first: int
) -> tuple[list[float], list[float], int]:
    """Seconds of every answer, of every bare answer, and how many were acknowledged."""
    delays: list[float] = []
    bare: list[float] = []
    again: list[int] = []
    taken = 0
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{home.port}", timeout=30, limits=limits) as client:

        async def one(number: int) -> None:
            nonlocal taken
            sent = pushes.push("douyin_push", message(number), at_us=now_us(), room=ROOM).delivery
            began = time.perf_counter()
            while True:
                try:
                    answer = await client.post(address, content=sent.body, headers=dict(sent.headers))
                    break
                except (
                    httpx.TransportError
                ):  # a kept connection that the server has just closed: sent again, as they do
                    again.append(number)
            delays.append(time.perf_counter() - began)
            taken += answer.status_code == 200

        async def twin(number: int) -> None:
            body, began = message(number), time.perf_counter()
            await client.post(f"http://127.0.0.1:{bare_port}/", content=body)
            bare.append(time.perf_counter() - began)

        began, tasks = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(first + number)))
            if number % 10 == 0:
                tasks.append(asyncio.create_task(twin(number)))
        await asyncio.gather(*tasks)
    return delays, bare, taken


async def answer_barely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """HTTP without anything behind it."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
            await reader.readexactly(next(int(line[15:]) for line in head if line.startswith(b"content-length:")))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")


def serve_barely(port: int) -> None:
    async def serve() -> None:
        async with await asyncio.start_server(answer_barely, "127.0.0.1", port) as server:
            await server.serve_forever()

    asyncio.run(serve())


def settled(home: Kaibo, wanted: int) -> dict[str, int]:
    """States of the inbox once nothing waits, and the comments that were counted."""
    ends = time.monotonic() + SETTLE_SECONDS
    while True:
        states = home.run("inbox", "list", "--state", "any", "--limit", "1", "--json")["states"]
        counted = home.run("metrics", SHOW, "--json").get("comments", {}).get("value") or 0
        if counted >= wanted or time.monotonic() > ends:
            return {**states, "counted": counted}
        time.sleep(1)


def run(home: Kaibo, address: str, *, rate: float, seconds: float, is_quiet: bool) -> dict[str, Any]:
    night = None
    if not is_quiet:
        command = [sys.executable, "-m", "kaibo", "simulate", "--to", f"http://127.0.0.1:{home.port}", "--speed", "1"]
        environment = {**home.environment, "KAIBO_TOKEN": home.make_feed("simulated")}
        night = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(WARM_SECONDS)
    bare_port = free_port()
    bare_server = multiprocessing.get_context("spawn").Process(target=serve_barely, args=(bare_port,), daemon=True)
    bare_server.start()
    time.sleep(2)
    try:
        _, _, warm = asyncio.run(pushed(home, address, bare_port, rate=rate, seconds=WARM_SECONDS, first=10**6))
        assert home.server is not None
        process = psutil.Process(home.server.pid)
        before = sum(process.cpu_times()[:2])
        delays, bare, taken = asyncio.run(pushed(home, address, bare_port, rate=rate, seconds=seconds, first=0))
        spent = sum(process.cpu_times()[:2]) - before
    finally:
        bare_server.terminate()
        if night is not None:
            night.terminate()
            night.wait()
    states = settled(home, warm + taken)
    return {
        "rate": rate,
        "pushes": len(delays),
        "acknowledged": taken,
        "lost": warm + taken - states["counted"],
        "p50_ms": round(percentile(delays, 0.5) * 1000),
        "p99_ms": round(percentile(delays, 0.99) * 1000),
        "max_ms": round(max(delays) * 1000),
        "bare_p50_ms": round(percentile(bare, 0.5) * 1000),
        "bare_p99_ms": round(percentile(bare, 0.99) * 1000),
        "server_cpu_seconds": round(spent, 2),
        "is_beside_a_night": not is_quiet,
        "load_1m": round(os.getloadavg()[0], 1),
        "states": states,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--quiet", action="store_true", help="without a night beside it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as scratch:
        home = Kaibo(Path(scratch) / "home")
        hook = home.run("hook", "douyin_push", "--room", ROOM, "--json")
        home.environment[env.feed_variable(hook["feed"], "secret")] = pushes.SECRET
        home.python(
            "from kaibo.eventlog import api\n"
            f"api.open_window('douyin', '{ROOM}', '{SHOW}', from_us={now_us() - 3_600_000_000})\n"
        )
        home.start()
        try:
            found = run(home, hook["address"], rate=given.rate, seconds=given.seconds, is_quiet=given.quiet)
            save("gateway", found)
        finally:
            home.stop()


if __name__ == "__main__":
    main()
