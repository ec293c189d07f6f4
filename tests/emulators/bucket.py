"""A storage that speaks S3 on a free port of this machine: objects are files of a folder, and it can fail as planned.

The server checks signatures and joins parts; an ASGI layer before it loses connections, answers 503 and waits.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings

KEY, SECRET, NAME = "kaibo-test-key", "kaibo-test-secret", "kaibo-test"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ConnectionLost(Exception):
    """Raised inside the server, which then closes the connection without another byte."""


@dataclass
class Bucket:
    """A running storage with one bucket."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    lose: dict[str, int] = field(default_factory=dict)
    """Method -> how many more of its requests lose their connection in the middle of the body."""
    busy: int = 0
    """How many more requests are answered with 503."""
    hold: float = 0.0
    """Seconds that each PUT and GET waits before it is looked at."""
    under_way: int = 0
    most_under_way: int = 0
    """How many requests were under way at the same time, at most."""
    port: int = 0

    @property
    def address(self) -> str:
        return f"s3://{NAME}/home"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def objects(self) -> list[Path]:
        """What it holds, as files."""
        return sorted(path for path in (self.folder / NAME / "home").rglob("*") if path.is_file())

    def start(self) -> None:
        """Listen, on the port of before when it was stopped."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        (self.folder / NAME).mkdir(parents=True, exist_ok=True)
        inner = build_app(Settings(data_dir=self.folder, credentials=StaticCredentialResolver({KEY: SECRET})))
        config = uvicorn.Config(_Faulty(self, inner), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """Go away; what is held stays."""
        self._server.should_exit = True
        self._thread.join()


@dataclass
class _Faulty:
    bucket: Bucket
    inner: Any

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        self.bucket.asked.append(f"{method} {path}")
        if method == "PUT" and path.endswith("/"):
            await _answer(send, 200)  # the mark of an empty folder, which this server cannot keep and nobody reads
        elif self.bucket.busy > 0:
            self.bucket.busy -= 1
            await _answer(send, 503)
        elif self.bucket.lose.get(method, 0) > 0:
            self.bucket.lose[method] -= 1
            await self._lose(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"PUT", "GET"} and self.bucket.hold:
            self.bucket.under_way += 1  # of these none can have been answered
            self.bucket.most_under_way = max(self.bucket.most_under_way, self.bucket.under_way)
            try:
                await asyncio.sleep(self.bucket.hold)
            finally:
                self.bucket.under_way -= 1
        await self.inner(scope, receive, send)

    async def _lose(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "PUT":
            await receive()
            raise ConnectionLost

        async def half(message: MutableMapping[str, Any]) -> None:
            body = message.get("body", b"")
            if body:
                await send({**message, "body": body[: len(body) // 2], "more_body": True})
                raise ConnectionLost
            await send(message)

        await self.inner(scope, receive, half)


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """A storage that is gone afterwards; `environment` is how it is reached."""
    found = Bucket(folder)
    found.start()
    try:
        yield found
    finally:
        found.stop()
