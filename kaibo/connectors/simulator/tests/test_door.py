"""Sending: patience with a door that refuses, drops, or answers late; pace; repeats."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kaibo.connectors.simulator.client import Door, DoorRefused, DoorSilent
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.connectors.simulator.pace import at_pace, delivered, show_clock, throttled

START = 1_773_316_800_000_000
TOKEN = "secret-token"


class FakeDoor:
    """Answers in turn with the planned replies, then takes everything; keeps what it took by id."""

    def __init__(self) -> None:
        self.plan: list[tuple[int, dict, dict]] = []
        self.taken: dict[str, str] = {}
        self.requests = 0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fake.answer(self)

            def log_message(self, *arguments: object) -> None:
                """Tests print nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        body = gzip.decompress(request.rfile.read(int(request.headers["Content-Length"]))).decode()
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send(request, 401, {"problem": "this token belongs to no feed", "fix": "copy the feed's token"})
            return
        status, headers, answer = self.plan.pop(0) if self.plan else (200, {}, {})
        if status == 200:
            rows = [json.loads(line) for line in body.splitlines()]
            known = sum(row["event_id"] in self.taken for row in rows)
            self.taken.update({row["event_id"]: "" for row in rows})
            answer = {"accepted": len(rows) - known, "duplicates": known, "rejected": 0, "details": []} | answer
        if status == 0:  # took it, and the answer got lost
            self.taken.update({json.loads(line)["event_id"]: "" for line in body.splitlines()})
            request.connection.close()
            return
        self._send(request, status, answer, headers)

    def _send(self, request: BaseHTTPRequestHandler, status: int, answer: dict, headers: dict | None = None) -> None:
        body = json.dumps(answer).encode()
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture
def fake() -> Iterator[FakeDoor]:
    door = FakeDoor()
    yield door
    door.server.shutdown()
    door.server.server_close()


@pytest.fixture(scope="module")
def night() -> Night:
    return simulate(NightConfig(minutes=10, scale=0.1, impressions="counts"), seed=4, started_us=START)


LINES = [json.dumps({"event_id": f"e{number}"}) for number in range(50)]


def test_it_comes_back_when_the_door_says_when(fake: FakeDoor) -> None:
    fake.plan = [(429, {"Retry-After": "3"}, {"problem": "the log is behind"}), (503, {}, {})]
    pauses: list[float] = []
    door = Door(fake.url, TOKEN, sleep=pauses.append)
    door.send(LINES)
    assert pauses[0] == 3
    assert (door.tally.accepted, door.tally.retries, len(fake.taken)) == (50, 2, 50)


def test_it_sends_again_what_was_not_acknowledged(fake: FakeDoor) -> None:
    fake.plan = [(0, {}, {})]
    door = Door(fake.url, TOKEN, sleep=lambda _pause: None)
    door.send(LINES)
    assert (door.tally.accepted, door.tally.duplicates) == (0, 50)
    assert len(fake.taken) == 50


def test_it_stops_at_a_refusal_that_time_does_not_heal(fake: FakeDoor) -> None:
    with pytest.raises(DoorRefused, match="belongs to no feed"):
        Door(fake.url, "another").send(LINES)
    assert fake.requests == 1
    with pytest.raises(DoorRefused, match="no address"):
        Door("ftp://somewhere", TOKEN)


def test_it_gives_up_after_its_patience(fake: FakeDoor) -> None:
    fake.plan = [(503, {}, {"problem": "not now"})] * 1000
    with pytest.raises(DoorSilent, match="not now"):
        Door(fake.url, TOKEN, patience=0.0, sleep=lambda _pause: None).send(LINES)


def test_it_never_says_its_secret(fake: FakeDoor) -> None:
    with pytest.raises(DoorRefused) as refused:
        Door(fake.url, "another-secret").send(LINES)
    assert "another-secret" not in f"{refused.value}{refused.value.as_dict()}"


def ids(batches: Iterator[list[str]]) -> list[str]:
    return [json.loads(line)["event_id"] for batch in batches for line in batch]


def test_it_shuffles_and_repeats_the_same_way_every_time(night: Night) -> None:
    plain = ids(delivered(night))
    mixed = ids(delivered(night, is_shuffled=True, duplicates=0.1, size=100))
    assert mixed == ids(delivered(night, is_shuffled=True, duplicates=0.1, size=100))
    assert set(mixed) == set(plain)
    assert len(mixed) == pytest.approx(1.1 * len(plain), abs=2)
    assert mixed[0] == plain[0]
    assert mixed[1 : len(plain)] != plain[1:]
    late = ids(delivered(night, duplicates=0.1))
    assert set(late) == set(plain)
    assert len(late) > 1.05 * len(plain)


def test_it_holds_a_rate(night: Night) -> None:
    slept: list[float] = []
    parts = list(throttled(delivered(night), 1000, sleep=slept.append))
    assert sum(len(part) for part in parts) == len(ids(delivered(night)))
    # nothing really sleeps here, so every pause asks for all the time that should have passed
    assert max(slept) == pytest.approx((sum(len(part) for part in parts) - len(parts[-1])) / 1000, rel=0.1)


def test_it_follows_the_clock(night: Night) -> None:
    now = [0.0]

    def sleep(pause: float) -> None:
        now[0] += pause

    begun = show_clock(60, clock=lambda: now[0])
    seen = ids(at_pace(night, lambda: 120_000 + begun(), from_ms=120_000, sleep=sleep))
    expected = ids(night.chunks(from_ms=120_000, to_ms=night.span_ms + 1))
    assert seen == expected
    assert now[0] == pytest.approx((night.span_ms - 120_000) / 1000 / 60, abs=1)
