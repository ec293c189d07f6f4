"""A small local platform: HTTP on a free port, virtual time, and faults that are planned before they happen."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

START = 1_780_315_200_000_000  # 2026-06-01 20:00 in China


class VirtualClock:
    """Time that passes only when somebody sleeps or a test turns it; client and platform share one."""

    def __init__(self, at_us: int = START) -> None:
        self._at, self._lock = at_us, threading.Lock()
        self.slept: list[float] = []

    def now_us(self) -> int:
        with self._lock:
            self._at += 1  # no two instants are equal
            return self._at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._at += round(max(0.0, seconds) * 1_000_000)
            self.slept.append(seconds)

    @property
    def seconds(self) -> int:
        return self.now_us() // 1_000_000


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass
class Told:
    """What the platform answers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    is_cut: bool = False
    wait_seconds: float = 0.0

    def bytes(self) -> bytes:
        return self.raw if self.raw is not None else json.dumps(self.body, ensure_ascii=False).encode()


Fault = Callable[[Asked], Told | None]
Twist = Callable[[Asked, Told], None]


class Platform:
    """What every emulator is: subclasses answer `reply(asked)`."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.asked: list[Asked] = []
        self.told: Counter[int] = Counter()
        self._faults: list[Fault] = []
        self.twist: Twist = lambda _asked, _told: None  # changes a good answer before it leaves
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None

    # -- to be said by a platform -----------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        return Told({}, 404)

    # -- faults -----------------------------------------------------------------------------------------------

    def fail_once(self, told: Told, *, path: str = "", after: int = 0) -> None:
        """The answer to one request whose path contains `path`, after so many others."""
        left = [after]

        def fault(asked: Asked) -> Told | None:
            if path not in asked.path:
                return None
            left[0] -= 1
            return told if left[0] == -1 else None

        self._faults.append(fault)

    def fail_for(self, seconds: float, *, status: int = 503) -> None:
        """Nothing but this status until so much virtual time has passed."""
        until = self.clock.now_us() + round(seconds * 1_000_000)
        self._faults.append(lambda _asked: Told({}, status) if self.clock.now_us() < until else None)

    def before(self, act: Callable[[], None], *, path: str, after: int) -> None:
        """Something happens at the platform just before it answers the request for `path` that follows so many."""
        left = [after]

        def turn(asked: Asked) -> None:
            if path in asked.path:
                left[0] -= 1
                if left[0] == -1:
                    act()

        self._faults.append(turn)

    # -- serving ----------------------------------------------------------------------------------------------

    def __enter__(self) -> "Platform":
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else head and body in two pieces cost 40 ms with every answer

            def log_message(self, *_arguments: object) -> None:
                return

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                told = platform.handle(Asked(self.command, parts.path, query, headers, body))
                if told.wait_seconds:
                    threading.Event().wait(told.wait_seconds)
                data = told.bytes()
                self.send_response(told.status)
                self.send_header("content-length", str(len(data)))
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(data[: len(data) // 2] if told.is_cut else data)
                except (BrokenPipeError, ConnectionResetError):
                    return
                if told.is_cut:
                    self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def base(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def handle(self, asked: Asked) -> Told:
        with self._lock:
            self.asked.append(asked)
            for fault in list(self._faults):
                told = fault(asked)
                if told is not None:
                    self.told[told.status] += 1
                    return told
            told = self.reply(asked)
            self.twist(asked, told)
            self.told[told.status] += 1
            return told

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


def pages(rows: list[Any], page: int, size: int) -> list[Any]:
    """One page, counted from 1."""
    return rows[(page - 1) * size : page * size]


def ticks(clock: VirtualClock, *, every: float, times: int) -> Iterator[int]:
    """Let virtual time pass in steps."""
    for number in range(times):
        yield number
        clock.sleep(every)
