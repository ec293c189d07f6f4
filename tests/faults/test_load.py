"""More than the server takes, and watchers who do not read: all are told, memory stays bounded, nothing is lost."""

import http.client
import json
import socket
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.faults import night
from tests.faults.test_database import Sender
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
LINES = 2_000  # of one body: about 300 kB
BUSY = frozenset({429, 503})
_TICKET = f"""
from kaibo.web.live.tickets import Ticket, sign_ticket
print(sign_ticket(Ticket("user:1", {night.SHOW!r}, True)))
"""


class Flood(threading.Thread):
    """A sender who never waits: sends its bodies, keeps what was refused, and sends that again at the end."""

    def __init__(self, kaibo: Kaibo, token: str, firsts: list[int], lines: int) -> None:
        super().__init__(daemon=True)
        self.kaibo, self.token, self.firsts, self.lines = kaibo, token, firsts, lines
        self.refused: list[int] = []
        self.untold: list[str] = []
        self.accepted = 0

    def run(self) -> None:
        for first in self.firsts:
            if not self.ask(first):
                self.refused.append(first)

    def ask(self, first: int) -> bool:
        """Whether it was taken; a refusal without a time to come back is written down."""
        body = "\n".join(night.lines(first, self.lines)).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.kaibo.port, timeout=120)
        try:
            connection.request("POST", "/api/v1/events", body, {"Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except OSError as error:
            self.untold.append(f"{type(error).__name__}: {error}")
            return False
        finally:
            connection.close()
        if answer.status in BUSY:
            if not answer.headers.get("Retry-After", "").isdigit() or not told["fix"]:
                self.untold.append(f"{answer.status} without Retry-After: {told}")
            return False
        assert answer.status == 200, told
        self.accepted += told["accepted"]
        return True


def overload(folder: Path, *, senders: int, bodies: int, lines: int = LINES, prelude: str = "") -> tuple[int, int]:
    """All bodies from all senders at once; (sent, refused). At the end everything is there once."""
    kaibo = Kaibo(folder / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start(prelude)
    try:
        assert kaibo.server is not None
        process = psutil.Process(kaibo.server.pid)
        before = process.memory_info().rss
        floods = [
            Flood(kaibo, token, [(sender * bodies + number) * lines for number in range(bodies)], lines)
            for sender in range(senders)
        ]
        for flood in floods:
            flood.start()
        most = before
        while any(flood.is_alive() for flood in floods):
            most = max(most, process.memory_info().rss)
            time.sleep(0.05)
        assert [told for flood in floods for told in flood.untold] == [], "a sender was not told to come back"
        refused = [(flood, first) for flood in floods for first in flood.refused]
        for flood, first in refused:
            ends = time.monotonic() + 120
            while not flood.ask(first):
                assert time.monotonic() < ends, "what was refused is not taken later either"
                time.sleep(0.5)
        total = senders * bodies * lines
        night.until_counted(kaibo, seconds=300)
        assert sum(flood.accepted for flood in floods) == len(night.lines(0, total))
        assert night.totals(kaibo) == night.expected(total)
        assert most - before < 900 * 1024 * 1024, f"memory grew by {(most - before) >> 20} MB"
        return senders * bodies, len(refused)
    finally:
        kaibo.stop()


def test_it_tells_who_is_refused_under_five_times_the_load_and_takes_it_later(tmp_path: Path) -> None:
    size = len("\n".join(night.lines(0, LINES)))
    prelude = f"from kaibo.web import door\ndoor.IN_FLIGHT_LIMIT = {4 * size}"
    sent, refused = overload(tmp_path, senders=20, bodies=2, prelude=prelude)
    assert 0 < refused < sent


@pytest.mark.soak
def test_it_stands_a_minute_of_five_times_what_it_takes(tmp_path: Path) -> None:
    sent, refused = overload(tmp_path, senders=150, bodies=2, lines=20_000)
    sys.stdout.write(f"{sent} bodies of 20,000 entries, {refused} refused and sent again\n")


def test_it_lets_no_watcher_who_does_not_read_hold_up_the_others(tmp_path: Path) -> None:
    kaibo = Kaibo(tmp_path / "home", KAIBO_DATABASE_URL="")
    token = night.prepare(kaibo)
    kaibo.start()
    try:
        assert kaibo.server is not None
        ticket = kaibo.python(_TICKET).splitlines()[-1]
        deaf = [watch(kaibo, ticket, room=1024) for _ in range(40)]
        reader = watch(kaibo, ticket)
        before = psutil.Process(kaibo.server.pid).memory_info().rss
        sender = Sender(kaibo, token)
        sender.start()
        seen = read_until(reader, sender, kaibo)
        sender.finish()
        assert seen, "the watcher who reads saw nothing while the others did not read"
        assert psutil.Process(kaibo.server.pid).memory_info().rss - before < 200 * 1024 * 1024
        night.until_counted(kaibo)
        assert night.totals(kaibo) == night.expected(sender.sent)
        kaibo.server.terminate()
        assert kaibo.server.wait(60) == 0, "watchers who do not read hold up the end"  # a stream lives 540 s, a line 75
        for one in (*deaf, reader):
            one.close()
    finally:
        kaibo.stop()


def watch(kaibo: Kaibo, ticket: str, *, room: int = 0) -> socket.socket:
    """A stream that was asked for; `room` is how little the system keeps for who does not read."""
    line = socket.socket()
    if room:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    line.settimeout(30)
    line.connect(("127.0.0.1", kaibo.port))
    asked = f"GET /live/{night.SHOW}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: kaibo_live={ticket}\r\n\r\n"
    line.sendall(asked.encode())
    return line


def read_until(line: socket.socket, sender: Sender, kaibo: Kaibo, *, patches: int = 8) -> bool:
    """Whether so many changes came to who reads, while events go on."""
    ends, heard = time.monotonic() + 60, b""
    while time.monotonic() < ends and sender.is_alive():
        heard += line.recv(65536)
        if heard.count(b"event: patch") + heard.count(b"event: snapshot") >= patches:
            return True
    return False
