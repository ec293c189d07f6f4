"""From another process to the server that holds the log: loopback HTTP with a token in a file of mode 600."""

import http.client
import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kaibo.eventlog.contracts import FeedView, Problem, Provenance, Receipt
from kaibo.eventlog.errors import LogBusy, LogFailed, LogRefuses
from kaibo.eventlog.events import PlatformEvent, StoredEvent
from kaibo.eventlog.lines import ENCODER
from kaibo.kit import env
from kaibo.kit.errors import KaiboError

ROUTE = "/api/v1/handover"
TIMEOUT_SECONDS = 120
REQUEST_BYTES = 4 * 1024 * 1024
"""Each request is answered after an fsync of its own, so it is large; the appender takes it in smaller pieces."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server that holds the log listens, and the token that it expects."""

    host: str
    port: int
    token: str
    pid: int


def _path() -> Path:
    return env.home() / "run" / "server.json"


def announce_server(host: str, port: int) -> Address:
    """Tell other processes of this home where to hand over; called once the server listens."""
    path = _path()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    here = "127.0.0.1" if host in {"0.0.0.0", "", "::"} else host  # noqa: S104 - compared, not bound
    address = Address(here, port, secrets.token_urlsafe(32), os.getpid())
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(address), file)
    temporary.replace(path)
    return address


def withdraw_server() -> None:
    """The server stops: nobody should hand over to it."""
    address = server_address()
    if address is not None and address.pid == os.getpid():
        _path().unlink(missing_ok=True)


def server_address() -> Address | None:
    """The announced server, or None. It may be gone without having said so; then the caller meets LogBusy."""
    try:
        return Address(**json.loads(_path().read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


class RemoteLog:
    """Hands every call over to the server of this home; the receipt comes after its fsync."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None

    def append_lines(self, body: bytes, *, provenance: Provenance, feed: FeedView | None = None) -> Receipt:
        """As LocalLog.append_lines. A lost answer is asked again: the ids make that harmless."""
        from kaibo.eventlog.log import add, pieces

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

    def append_events(self, events: Iterable[PlatformEvent], *, provenance: Provenance) -> Receipt:
        from kaibo.eventlog.log import add, encoded

        total, read = Receipt(), 0
        for body, count in encoded(events):
            total = add(total, self.append_lines(body, provenance=provenance), offset=read)
            read += count
        return total

    def append_signed(self, events: list[StoredEvent]) -> None:
        self.call("signed", ENCODER.encode_lines(events))

    def tick(self) -> None:
        self.call("tick", b"")

    def start_housekeeping(self) -> None:
        """The server that holds the log keeps its house."""

    def call(self, act: str, body: bytes, *, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; a connection that the server closed meanwhile is opened again once."""
        headers = {
            "Authorization": f"Bearer {self._address.token}",
            "Content-Type": "application/x-ndjson",
            "X-Kaibo-Told": json.dumps(told or {}),
        }
        for is_last in (False, True):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    self._address.host, self._address.port, timeout=TIMEOUT_SECONDS
                )
            try:
                self._connection.request("POST", f"{ROUTE}/{act}", body=body, headers=headers)
                response = self._connection.getresponse()
                answer = json.loads(response.read() or b"{}")
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.close()
                if is_last:
                    raise LogBusy(
                        f"the server at {self._address.host}:{self._address.port} does not answer: {error}",
                        fix="look at the server, or stop it and try again",
                    ) from error
                continue
            if response.status == 200:
                return dict(answer)
            raise _refusal(response.status, answer, response.getheader("Retry-After"))
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _receipt(answer: dict[str, Any]) -> Receipt:
    details = tuple(Problem(**problem) for problem in answer["details"])
    return Receipt(answer["accepted"], answer["duplicates"], answer["rejected"], details)


def _refusal(status: int, answer: dict[str, Any], retry_after: str | None) -> KaiboError:
    sentence, fix = str(answer.get("problem", f"the server answered {status}")), str(answer.get("fix", ""))
    if status == 429:
        return LogRefuses(sentence, fix=fix, retry_after=int(retry_after or 2))
    return LogFailed(sentence, fix=fix)
