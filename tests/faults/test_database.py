"""The records go away in the middle of a show and come back: senders are told, nothing is lost, nobody is needed."""

import http.client
import threading
import time
from pathlib import Path

import pytest

from tests.faults import night
from tests.faults.postgres import postgres
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
BATCH = 50


def status_of(kaibo: Kaibo, token: str, batch: list[str]) -> tuple[int, str | None]:
    """What a sender is answered at this moment, and when it should come back."""
    connection = http.client.HTTPConnection("127.0.0.1", kaibo.port, timeout=30)
    try:
        connection.request(
            "POST", "/api/v1/events", "\n".join(batch).encode(), {"Authorization": f"Bearer {token}"}
        )  # fmt: skip
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Retry-After")
    finally:
        connection.close()


class Sender(threading.Thread):
    """Sends one batch after the other until told to stop, each until it is acknowledged."""

    def __init__(self, kaibo: Kaibo, token: str) -> None:
        super().__init__(daemon=True)
        self.kaibo, self.token = kaibo, token
        self.sent = 0
        self.accepted = 0
        self.is_over = threading.Event()
        self.problem: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.is_over.is_set():
                receipt = night.send(self.kaibo, self.token, night.lines(self.sent, BATCH), seconds=120)
                self.sent += BATCH
                self.accepted += receipt["accepted"]
                time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails with it
            self.problem = error

    def finish(self) -> None:
        self.is_over.set()
        self.join(timeout=150)
        assert not self.is_alive()
        if self.problem is not None:
            raise self.problem


def outage(folder: Path, *, seconds: float) -> None:
    with postgres() as database:
        kaibo = Kaibo(folder / "home", KAIBO_DATABASE_URL=database.uri)
        token = night.prepare(kaibo)
        kaibo.start()
        sender = Sender(kaibo, token)
        try:
            sender.start()
            night.until(lambda: sender.sent >= 10 * BATCH, "the sender did not begin", kaibo)
            database.stop()
            time.sleep(seconds / 2)
            assert status_of(kaibo, token, night.lines(0, 1)) == (503, "2")
            status, told = night.get(kaibo, "/healthz")
            assert status == 503
            assert '"records": "unavailable' in told
            status, told = night.get(kaibo, "/invitation/anything/")
            assert status == 503
            assert "kaibo doctor" in told, "the page says what to do, and loads itself again"
            assert night.get(kaibo, "/healthz?live")[0] == 200, "a supervisor must not end a server that will heal"
            finding = night.doctor(kaibo)["records"]
            assert "does not answer" in finding["says"]
            assert "KAIBO_DATABASE_URL" in finding["fix"]
            time.sleep(seconds / 2)
            before = sender.sent
            database.start()
            night.until(lambda: sender.sent > before + 5 * BATCH, "senders did not get on", kaibo)
            sender.finish()
            night.until_counted(kaibo)
            assert night.get(kaibo, "/healthz")[0] == 200
            assert night.totals(kaibo) == night.expected(sender.sent)
            assert sender.accepted <= len(night.lines(0, sender.sent)), "something was taken twice"
            assert not night.doctor(kaibo).keys() & {"records", "log", "counter"}
        finally:
            sender.is_over.set()
            kaibo.stop()


def test_it_outlives_a_database_that_is_away_for_seconds(tmp_path: Path) -> None:
    outage(tmp_path, seconds=3)


@pytest.mark.soak
def test_it_outlives_a_database_that_is_away_for_half_a_minute(tmp_path: Path) -> None:
    outage(tmp_path, seconds=30)
