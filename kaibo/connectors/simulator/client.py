"""The sender's side of the HTTP door: batches, receipts, patience. The only file here that touches the network."""

import gzip
import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kaibo.kit.errors import KaiboError

ROUTE = "/api/v1/events"
MAX_WAIT = 5.0
"""Longest pause between two tries; a server that restarts is back by then."""


class DoorRefused(KaiboError):
    """The door answered and will not take these lines, however often they come."""

    code = "door_refused"
    status = 422


class DoorSilent(KaiboError):
    """No answer for as long as we were willing to wait; nothing is known about the last batch."""

    code = "door_silent"
    status = 503


@dataclass(slots=True)
class Tally:
    """What the door acknowledged so far, and how often it had to be asked again."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    retries: int = 0
    first_problem: dict[str, Any] | None = None


class Door:
    """One keep-alive connection. A batch without a receipt is sent again: the ids make that harmless."""

    def __init__(self, url: str, token: str, *, patience: float = 120.0, sleep: Callable[[float], None] = time.sleep):
        parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise DoorRefused(f"'{url}' is no address of a server", fix="write http://127.0.0.1:8000")
        self._make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host, self._port = parts.hostname, parts.port
        self._token, self._patience, self._sleep = token, patience, sleep
        self._connection: http.client.HTTPConnection | None = None
        self.tally = Tally()

    def send(self, lines: Sequence[str]) -> None:
        """Return once the door has acknowledged the batch after its fsync.

        Raises: DoorRefused (token, size, no route), DoorSilent after `patience` seconds without a receipt.
        """
        body = gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=1)
        ends, pause = time.monotonic() + self._patience, 0.1
        while True:
            status, answer, wait = self._try(body)
            if status == 200:
                self._count(len(lines), answer)
                return
            if status not in {0, 429, 500, 502, 503, 504}:
                sentence = str(answer.get("problem") or f"the door answered {status}")
                raise DoorRefused(sentence, fix=str(answer.get("fix") or "look at the address and the token"))
            if time.monotonic() > ends:
                raise DoorSilent(
                    f"no receipt from {self._host} for {self._patience:.0f} s: {answer.get('problem', '')}",
                    fix="look at the server; sending the same file again is harmless",
                )
            self.tally.retries += 1
            self._sleep(min(wait if wait is not None else pause, MAX_WAIT))
            pause = min(pause * 2, MAX_WAIT)

    def _try(self, body: bytes) -> tuple[int, dict[str, Any], float | None]:
        """Status (0: no answer), the JSON answer, seconds after which to come back."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
        }
        if self._connection is None:
            self._connection = self._make(self._host, self._port, timeout=60)
        try:
            self._connection.request("POST", ROUTE, body, headers)
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return 0, {"problem": str(error)}, None
        try:
            answer = json.loads(raw or b"{}")
        except ValueError:
            answer = {"problem": raw[:200].decode(errors="replace")}
        retry_after = response.getheader("Retry-After") or ""
        wait = float(retry_after) if retry_after.replace(".", "", 1).isdigit() else None
        return response.status, answer if isinstance(answer, dict) else {}, wait

    def _count(self, sent: int, answer: dict[str, Any]) -> None:
        tally = self.tally
        tally.sent += sent
        tally.accepted += int(answer.get("accepted", 0))
        tally.duplicates += int(answer.get("duplicates", 0))
        tally.rejected += int(answer.get("rejected", 0))
        details = answer.get("details") or []
        if details and tally.first_problem is None:
            tally.first_problem = dict(details[0])

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
