"""Watchers of a live page: read server-sent events as a browser does, without one."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

from tests.journeys.server import Kaibo

SHOW = "bench-night"
ENTRIES = "strip/entries"  # the path whose figure is the number of entries of the show

_SHOW = f"""
from kaibo.commerce.shows import api as shows
from kaibo.kit.clock import now_us
shows.ensure_show({SHOW!r}, platform="shop", room_id="100", title="Bench", started_at=now_us(), actor="system:bench")
"""
_TICKET = f"""
from kaibo.web.live.tickets import COOKIE, Ticket, sign_ticket
print(COOKIE + "=" + sign_ticket(Ticket("user:1", {SHOW!r}, True)))
"""


def open_show(home: Kaibo) -> str:
    """A show on air in room 100; the token of a feed for it."""
    home.python(_SHOW)
    return home.make_feed("shop")


def ticket(home: Kaibo) -> str:
    """A Cookie header that admits for the next minute."""
    return home.python(_TICKET).splitlines()[-1]


@lru_cache(64)
def _read(data: bytes) -> dict[str, Any]:
    """A thousand watchers get the same bytes: parsed once, or the client would be what is measured."""
    return dict(json.loads(data))


async def frames(port: int, cookie: str) -> AsyncIterator[tuple[float, str, dict[str, Any]]]:
    """(seconds on our clock, kind of frame, body) until the server says good-bye."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    head = f"GET /live/{SHOW}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    kind = ""
    try:
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"the stream was refused: {status!r}")
        while line := await reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:].strip().decode()
            elif line.startswith(b"data: "):
                yield time.perf_counter(), kind, _read(line[6:])
    finally:
        writer.close()


def entries(kind: str, body: dict[str, Any]) -> int | None:
    """The number of entries that a frame tells, None when it tells none."""
    told = body.get("all" if kind == "snapshot" else "set", {}).get(ENTRIES)
    return told["v"] if told else None
