"""From another process to the server that holds the log: HTTP with a token in a file of mode 600.

On one machine the way is the loopback; servers of other machines that share the home take its name instead.
"""

import http.client
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kaibo.eventlog.bodies import add, append_all, pieces
from kaibo.eventlog.contracts import FeedView, Problem, Provenance, Receipt
from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.lanes import Parcel
from kaibo.eventlog.lines import ENCODER
from kaibo.eventlog.locks import instance, machine
from kaibo.kit import env
from kaibo.kit.errors import KaiboError
from kaibo.kit.requests import current_request

ROUTE = "/api/v1/handover"
CONNECT_SECONDS = 3
"""A machine without power answers nothing; whoever connects to it must not wait as for an fsync."""
TIMEOUT_SECONDS = 120
GONE_MS = 15_000
"""So long a machine may answer no packet in the middle of a hand-over."""
AGAIN_SECONDS = 0.2
REQUEST_BYTES = 4 * 1024 * 1024
"""Each request is answered after an fsync of its own, so it is large; the appender takes it in smaller pieces."""
IDLE_LINES = 8
_EVERYWHERE = frozenset(("0.0.0.0", "", "::"))  # noqa: S104 - compared, not bound


_forwarded = 0
_counting = threading.Lock()


def forwarded() -> int:
    """How often this process has handed something over since it began."""
    return _forwarded


def _count_one() -> None:
    global _forwarded  # noqa: PLW0603 - a counter of this process
    with _counting:
        _forwarded += 1


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server that holds the log listens, and the token that it expects.

    Shape: `host` and `port` for its own machine, `far` as host:port for others; `instance` names the process.
    """

    host: str
    port: int
    token: str
    pid: int
    instance: str = ""
    machine: str = ""
    far: str = ""

    def where(self) -> tuple[str, int]:
        """Host and port as this process reaches them."""
        if self.machine in {"", machine()} or not self.far:
            return self.host, self.port
        host, _, port = self.far.rpartition(":")
        return host, int(port)

    @property
    def url(self) -> str:
        """The same, for people."""
        host, port = self.where()
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _path(shard: int) -> Path:
    return env.home() / "run" / (f"server-{shard}.json" if shard else "server.json")


def announce_server(host: str, port: int, *, shard: int = 0) -> Address:
    """Tell other processes of this home where to hand over; called once the server listens and holds the log, or
    this shard of it."""
    path = _path(shard)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    here = "127.0.0.1" if host in _EVERYWHERE else host
    told_host, told_port = env.served_as()
    far = f"{told_host or (machine() if host in _EVERYWHERE else host)}:{told_port or port}"
    address = Address(here, port, secrets.token_urlsafe(32), os.getpid(), instance(), machine(), far)
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(address), file)
    temporary.replace(path)
    return address


def withdraw_server(*, shard: int = 0) -> None:
    """The server stops, or gives a shard away: nobody should hand over to it."""
    address = server_address(shard)
    if address is not None and address.instance == instance():
        _path(shard).unlink(missing_ok=True)


def server_address(shard: int = 0) -> Address | None:
    """The announced server, or None. It may be gone without having said so; then the caller meets LogBusy."""
    try:
        return Address(**json.loads(_path(shard).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def answers(address: Address) -> bool:
    """Whether somebody lives at an address. Cost: one request, at most so long as connecting may take."""
    host, port = address.where()
    line = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    try:
        line.request("GET", "/healthz?live", headers={"Host": "127.0.0.1"})
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


class RemoteLog:
    """Hands every call over to the server of this home, or of one shard; the receipt comes after its fsync."""

    def __init__(self, address: Address, *, patience_seconds: float = 0.0, shard: int = 0) -> None:
        self._address = address
        self._shard = shard
        self._patience_seconds = patience_seconds
        self._guard = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def append_lines(self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None) -> Receipt:
        """As LocalLog.append_lines. A lost answer is asked again: the ids make that harmless."""
        total = Receipt()
        told = {**asdict(provenance), "feed": feed.id if feed else None}
        for piece, line_offset in pieces(body, size=REQUEST_BYTES):
            total = add(total, _receipt(self.call("append", piece, told=told)), offset=line_offset)
        return total

    def append_soon(
        self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None
    ) -> Callable[[], Receipt]:
        """As LocalLog.append_soon, but the server has answered already: its fsync is not ours to overlap."""
        receipt = self.append_lines(body, provenance=provenance, feed=feed)
        return lambda: receipt

    def append_many(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """A receipt for each body, taken in their order by one request and behind one fsync."""
        told = [
            {**asdict(one.provenance), "feed": one.feed.id if one.feed else None, "size": len(one.body)}
            for one in parcels
        ]
        body = b"".join([json.dumps(told).encode(), b"\n", *(one.body for one in parcels)])
        return [_receipt(answer) for answer in self.call("many", body)["receipts"]]

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt:
        return append_all(events, lambda body: self.append_lines(body, provenance=provenance))

    def append_signed(self, events: list[StoredEvent]) -> None:
        self.call("signed", ENCODER.encode_lines(events))

    def tick(self) -> None:
        self.call("tick", b"")

    def start_housekeeping(self) -> None:
        """The server that holds the log keeps its house."""

    def leads_to(self, address: Address) -> bool:
        """Whether this is the way to that server."""
        return address == self._address

    def call(self, act: str, body: bytes, *, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """One hand-over; for so long as there is patience it is tried again, with whoever holds the log by then.

        Shape: repeating is harmless, what is known already is not taken again. Raises: LogBusy, LogRefuses, LogFailed.
        """
        ends = time.monotonic() + self._patience_seconds
        while True:
            try:
                return self._ask(act, body, told or {})
            except LogBusy:
                if time.monotonic() >= ends:
                    raise
            time.sleep(AGAIN_SECONDS)
            self._look_again()

    def _look_again(self) -> None:
        found = server_address(self._shard)
        if found is not None and found != self._address:
            self.close()
            self._address = found

    def _ask(self, act: str, body: bytes, told: dict[str, Any]) -> dict[str, Any]:
        """One request; over a line that the server closed meanwhile it is asked again over a new one."""
        address = self._address
        headers = {
            "Authorization": f"Bearer {address.token}",
            "Content-Type": "application/x-ndjson",
            "X-Kaibo-Told": json.dumps(told),
        }
        if self._shard:
            headers["X-Kaibo-Shard"] = str(self._shard)
        if name := current_request.get():
            headers["X-Request-ID"] = name
        while True:
            line = self._taken(address)
            is_new = line is None
            try:
                line = line or _connected(address)
                line.request("POST", f"{ROUTE}/{act}", body=body, headers=headers)
                response = line.getresponse()
                answer = json.loads(response.read() or b"{}")
            except (OSError, http.client.HTTPException, ValueError) as error:
                if line is not None:
                    line.close()
                if not is_new:
                    continue
                raise LogBusy(
                    f"the server at {address.url} does not answer: {error}",
                    fix="look at the server, or stop it and try again",
                ) from error
            self._give_back(address, line)
            if response.status == 200:
                _count_one()
                return dict(answer)
            raise _refusal(response.status, answer, response.getheader("Retry-After"))

    def _taken(self, address: Address) -> http.client.HTTPConnection | None:
        with self._guard:
            if address != self._address or not self._idle:
                return None
            return self._idle.pop()

    def _give_back(self, address: Address, line: http.client.HTTPConnection) -> None:
        with self._guard:
            if address == self._address and len(self._idle) < IDLE_LINES and line.sock is not None:
                self._idle.append(line)
                return
        line.close()

    def close(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()


def _connected(address: Address) -> http.client.HTTPConnection:
    """A line that waits long for an answer, but not for a machine that is gone."""
    line = http.client.HTTPConnection(*address.where(), timeout=CONNECT_SECONDS)
    line.connect()
    if line.sock is not None:
        line.sock.settimeout(TIMEOUT_SECONDS)
        line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3),
                              ("TCP_USER_TIMEOUT", GONE_MS)):  # fmt: skip
            if hasattr(socket, option):  # what a system lacks, TIMEOUT_SECONDS bounds
                line.sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return line


def _receipt(answer: dict[str, Any]) -> Receipt:
    details = tuple(Problem(**problem) for problem in answer["details"])
    return Receipt(answer["accepted"], answer["duplicates"], answer["rejected"], details)


def _refusal(status: int, answer: dict[str, Any], retry_after: str | None) -> KaiboError:
    sentence, fix = str(answer.get("problem", f"the server answered {status}")), str(answer.get("fix", ""))
    if status == 429:
        return LogRefuses(sentence, fix=fix, retry_after=int(retry_after or 2))
    if status in {401, 503} and answer.get("code") != LogFailed.code:  # it is no longer, or not yet, who takes events
        return LogBusy(sentence, fix=fix or "try again in a moment")
    return LogFailed(sentence, fix=fix)
