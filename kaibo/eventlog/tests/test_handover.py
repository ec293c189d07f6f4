"""Handing over to whoever holds the log: patient through a change of holders, quick to say what will not change."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kaibo.eventlog import handover
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.errors import LogBusy, LogFailed
from kaibo.eventlog.handover import Address, RemoteLog
from kaibo.kit.errors import BadConfiguration
from kaibo.kit.requests import current_request

RECEIPT = {"accepted": 1, "duplicates": 0, "rejected": 0, "details": []}


class Holder(ThreadingHTTPServer):
    """A server that answers every hand-over alike and remembers who asked."""

    daemon_threads = True

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.asked: list[tuple[str, str]] = []
        holder = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                holder.asked.append((self.headers["Authorization"], self.headers.get("X-Request-ID", "")))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@pytest.fixture
def gone(home: Path) -> Address:
    """A holder that was killed: its address is announced, nobody listens there."""
    holder = Holder(200, RECEIPT)
    address = handover.announce_server("127.0.0.1", holder.port)
    holder.shutdown()
    holder.server_close()
    return address


@pytest.fixture
def refusing() -> Iterator[Holder]:
    holder = Holder(503, {"code": "log_failed", "problem": "the log could not be written", "fix": "look at the disk"})
    yield holder
    holder.shutdown()
    holder.server_close()


def test_it_says_at_once_that_nobody_is_there_unless_it_may_wait(gone: Address) -> None:
    with pytest.raises(LogBusy, match="does not answer"):
        RemoteLog(gone).append_lines(b"{}", provenance=Provenance("feed"))


def test_it_waits_for_the_next_holder_and_names_the_request(gone: Address) -> None:
    following = Holder(200, RECEIPT)
    threading.Timer(0.5, handover.announce_server, ("127.0.0.1", following.port)).start()
    token = current_request.set("req-7")
    log = RemoteLog(gone, patience_seconds=30)
    before = handover.forwarded()
    try:
        assert log.append_lines(b"{}", provenance=Provenance("feed")).accepted == 1
        assert log.append_lines(b"{}", provenance=Provenance("feed")).accepted == 1
    finally:
        current_request.reset(token)
        log.close()
        following.shutdown()
        following.server_close()
    found = handover.server_address()
    assert found is not None
    assert following.asked == [(f"Bearer {found.token}", "req-7")] * 2
    assert handover.forwarded() - before == 2


def test_it_does_not_ask_again_what_the_disk_refused(home: Path, refusing: Holder) -> None:
    address = handover.announce_server("127.0.0.1", refusing.port)
    began = time.monotonic()
    with pytest.raises(LogFailed, match="could not be written"):
        RemoteLog(address, patience_seconds=30).append_lines(b"{}", provenance=Provenance("feed"))
    assert len(refusing.asked) == 1
    assert time.monotonic() - began < 20


def test_it_goes_by_the_loopback_on_one_machine_and_by_name_from_another(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = handover.announce_server("0.0.0.0", 8000)
    assert address.where() == ("127.0.0.1", 8000)
    name = address.machine
    monkeypatch.setattr(handover, "machine", lambda: "elsewhere")
    assert address.where() == (name, 8000)
    monkeypatch.setenv("KAIBO_SERVED_AS", "10.0.0.7:18000")
    monkeypatch.setattr(handover, "machine", lambda: name)
    set_by_hand = handover.announce_server("0.0.0.0", 8000)
    monkeypatch.setattr(handover, "machine", lambda: "elsewhere")
    assert set_by_hand.where() == ("10.0.0.7", 18000)
    assert set_by_hand.url == "http://10.0.0.7:18000"
    monkeypatch.setenv("KAIBO_SERVED_AS", "10.0.0.7:")
    with pytest.raises(BadConfiguration, match="is no address"):
        handover.announce_server("0.0.0.0", 8000)
