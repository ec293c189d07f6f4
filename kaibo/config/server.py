"""One process that serves: records up to date, the log open, the counter beside it, the web in front."""

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import uvicorn

from kaibo.kit import env
from kaibo.kit.errors import BadConfiguration
from kaibo.kit.loading import loading
from kaibo.kit.storage import Storage

if TYPE_CHECKING:
    from kaibo.config.holding import Home

GRACE_SECONDS = 3
"""An open page holds a stream for minutes; longer than this nobody is waited for."""
KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy keeps its connections (nginx: 60): who sends over one that closes just then meets an error."""
BACKLOG = 4096
SWITCH_SECONDS = 0.001
"""An answer waits for the thread that translates or counts: five milliseconds each time, as Python has it, add up."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server can be reached by people on this machine."""

    host: str
    port: int
    shards: tuple[int, ...] = (0,)
    """What of the log is held; nothing at a replica, which takes over what becomes free."""

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


class _Web(uvicorn.Server):
    """uvicorn that says when it listens, and lets streams go before it waits for connections."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None], on_stop: Callable[[], object]) -> None:
        super().__init__(config)
        self._when_ready, self._on_stop = when_ready, on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from kaibo.web.api import end_streams

        self._on_stop()
        await end_streams()
        await super().shutdown(sockets)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises BadConfiguration naming what is in the way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadConfiguration(
            f"nobody can listen on {host} port {port}: {error.strerror or error}",
            fix="stop what listens there, or choose another --port (0 takes a free one)",
        ) from error


def check_settings() -> None:
    """Raises BadConfiguration for a setting that would only be met in the middle of a night."""
    from kaibo.config.database import databases

    env.zone()
    env.day_cut_hour()
    env.effective_seconds()
    env.inbox_days()
    env.case_days()
    env.comment_days()
    env.two_step()
    env.served_as()
    env.log_shards()
    env.end_hung_holder_seconds()
    databases()
    for name in ("KAIBO_BACKUP_TO", "KAIBO_LAKE"):
        if address := env.read(name):
            Storage(address)
    for name in ("KAIBO_TLS", "KAIBO_COUNT_APART", "KAIBO_DEBUG", "KAIBO_REQUIRE_ALL"):
        env.read_flag(name)


def check_host(host: str) -> None:
    """Raises BadConfiguration when the server would be reachable under names that it refuses to answer to."""
    if host in LOOPBACK or os.environ.get("KAIBO_HOSTS"):
        return
    raise BadConfiguration(
        f"--host {host} is reachable from other machines, but KAIBO_HOSTS names only this one",
        fix="set KAIBO_HOSTS to the names people will type, for example KAIBO_HOSTS=kaibo.example.com,127.0.0.1",
    )


@contextlib.contextmanager
def open_home() -> "Iterator[Home]":
    """Hold the log and keep a counter running while the server lives, or stand by for the server that does.

    Raises: AlreadyServed when another process holds the log of this home and no replica can be.
    """
    from kaibo.config.holding import Home

    home = Home()
    try:
        home.begin()
        yield home
    finally:
        home.end()


def run_server(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    when_ready: Callable[[Listening], None] = lambda _listening: None,
    on_stop: Callable[[], object] = lambda: None,
    are_records_current: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; returns after the log is durable and the counter has stopped.

    Shape: `when_ready` runs once on the event loop's thread when the port answers, `on_stop` there when it is told
    to stop; neither may block. `are_records_current`: the caller has brought the records up to date.
    Raises: BadConfiguration (port taken, wrong settings), AlreadyServed.
    """
    check_settings()
    check_host(host)
    listener = bind(host, port)
    listening = Listening(host, int(listener.getsockname()[1]))
    from kaibo.config.cli import migrate, start_django

    start_django()
    if not are_records_current:
        migrate()
    (env.home() / "static").mkdir(exist_ok=True)  # where collected files would lie; its absence is warned about
    with closing_socket(listener), quiet_signals(), open_home() as home:

        def ready() -> None:
            home.tell(listening)
            when_ready(replace(listening, shards=tuple(home.shards)))

        _serve(listener, ready, on_stop)


def _serve(listener: socket.socket, ready: Callable[[], None], on_stop: Callable[[], object]) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    with loading():
        import_module("kaibo.config.urls")  # else the first page would wait for every view to be imported
    config = uvicorn.Config(
        "kaibo.config.asgi:application",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        backlog=BACKLOG,
        proxy_headers=env.read_flag("KAIBO_TLS"),
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    web = _Web(config, ready, on_stop)
    web.run(sockets=[listener])
    if not web.started:
        raise BadConfiguration("the web server did not start", fix="read the lines above")


def leave() -> NoReturn:
    """End this process at once, when all it had to keep is kept: taking its memory apart takes Python seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@contextlib.contextmanager
def closing_socket(listener: socket.socket) -> Iterator[None]:
    """Free the port whatever happens."""
    try:
        yield
    finally:
        listener.close()


@contextlib.contextmanager
def quiet_signals() -> Iterator[None]:
    """uvicorn raises the signal again after it stopped; then we still have a log to make durable."""

    def noted(_number: int, _frame: FrameType | None) -> Any:
        return None

    known = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, noted) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(*lines: str) -> None:
    """Lines for the person at the terminal, at once also through a pipe."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
