"""The HTTP door, against a real server on the loopback."""

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from django.db import connections

from kaibo.eventlog import api, shards
from kaibo.eventlog import log as eventlog
from kaibo.kit.clock import iso, now_us
from kaibo.web import door as door_module
from kaibo.web.plain import PlainRoutes

pytestmark = pytest.mark.django_db(transaction=True)


async def _nothing_here(scope: dict, receive: object, send: object) -> None:
    raise AssertionError(f"{scope['path']} was not meant for Django")


@dataclass
class Server:
    url: str
    port: int
    token: str
    feed_id: str

    def post(self, body: bytes | str, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"}
        sent = {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.post(f"{self.url}/api/v1/events", content=body, headers=sent, timeout=20)


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    feed, token = api.create_feed("test", connector="ndjson", platform="douyin", rooms=["771"], actor="user:1")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = uvicorn.Config(PlainRoutes(_nothing_here), lifespan="off", log_level="error", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield Server(f"http://127.0.0.1:{port}", port, token, feed.id)
    running.should_exit = True
    thread.join()
    door_module.door.close()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(connections.close_all).result()
    api.withdraw_server()


def lines(count: int, *, prefix: str = "e", room: str = "771") -> str:
    at = now_us()
    return "".join(
        json.dumps(
            {
                "event_id": f"{prefix}{number}",
                "kind": "like.given",
                "platform": "douyin",
                "room_id": room,
                "occurred_at": iso(at + number),
            }
        )
        + "\n"
        for number in range(count)
    )


def test_it_takes_ndjson_an_array_and_gzip(server: Server) -> None:
    body = lines(3)
    assert server.post(body).json() == {"accepted": 3, "duplicates": 0, "rejected": 0, "details": []}
    array = "[" + ",".join(body.splitlines()) + "]"
    assert server.post(array, Content_Type="application/json").json()["duplicates"] == 3
    packed = gzip.compress(lines(2, prefix="z").encode())
    assert server.post(packed, Content_Encoding="gzip").json()["accepted"] == 2
    assert sum(ref.to_seq - ref.from_seq + 1 for ref in api.batches({})) == 5


def test_it_keeps_good_lines_and_names_the_bad_ones(server: Server) -> None:
    body = lines(2) + '{"event_id":"x"}\n' + lines(1, prefix="o", room="other")
    answer = server.post(body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], told["rejected"]) == (2, 2)
    assert [(one["line"], one["field"]) for one in told["details"]] == [(3, "kind"), (4, "room_id")]
    assert all(one["problem"] and one["fix"] for one in told["details"])
    assert len(api.quarantined()) == 2


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (401, b"{}", {"Authorization": "Bearer kbf_wrong"}),
        (401, b"{}", {"Authorization": "Basic abc"}),
        (415, b"{}", {"Content_Type": "application/xml"}),
        (415, b"{}", {"Content_Encoding": "br"}),
        (422, b"not gzip", {"Content_Encoding": "gzip"}),
        (422, gzip.compress(b"{}" * 100, mtime=0)[:-9], {"Content_Encoding": "gzip"}),
        (422, b"  \n", {}),
        (422, b"nonsense", {}),
    ],
)
def test_it_refuses_with_a_sentence(server: Server, status: int, body: bytes, headers: dict[str, str]) -> None:
    answer = server.post(body, **headers)
    assert answer.status_code == status
    told = answer.json()
    told = told["details"][0] if "details" in told else told
    assert told["problem"]
    assert told["fix"]


def test_it_bounds_what_it_reads_and_unpacks(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b" " * 40_000_000)
    assert len(bomb) < 100_000
    assert server.post(bomb, Content_Encoding="gzip").status_code == 413
    monkeypatch.setattr(door_module, "BODY_LIMIT", 1000)
    assert server.post(b"x" * 2000).status_code == 413
    assert httpx.get(f"{server.url}/api/v1/events").status_code == 405


def begin(server: Server, token: str, *, told: int, sent: bytes = b"") -> socket.socket:
    """A sender that told its size and sent only a part."""
    sender = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {told}\r\n\r\n"
    sender.sendall(head.encode() + sent)
    return sender


def test_it_never_waits_for_the_body_of_a_stranger(server: Server) -> None:
    with begin(server, "kbf_wrong", told=30_000_000) as sender:
        assert sender.recv(200).startswith(b"HTTP/1.1 401")


def test_it_bounds_the_memory_of_bodies_on_their_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "IN_FLIGHT_LIMIT", 100_000)
    with begin(server, server.token, told=1_000_000, sent=b" " * 200_000) as sender:
        assert sender.recv(200).startswith(b"HTTP/1.1 429")
    assert server.post(lines(1)).status_code == 200  # what it held is free again


def test_it_lets_a_sender_go_that_is_too_slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "READ_SECONDS", 0.2)
    with begin(server, server.token, told=1000, sent=b"{") as sender:
        assert sender.recv(200).startswith(b"HTTP/1.1 408")


def test_it_does_not_name_millions_of_crumbs_one_by_one(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MOST_LINES", 1000)
    for body in (b"0\n" * 2000, b"[" + b"0," * 2000 + b"0]"):
        answer = server.post(gzip.compress(body), Content_Encoding="gzip")
        assert (answer.status_code, "lines" in answer.json()["problem"]) == (413, True)
    array = "[" + ",".join(lines(900).splitlines()) + "]"
    assert server.post(array).json()["accepted"] == 900


def test_it_refuses_a_feed_that_is_off_and_a_token_that_was_changed(server: Server) -> None:
    api.set_feed_enabled(server.feed_id, False, actor="user:1")
    assert server.post(lines(1)).status_code == 403
    api.set_feed_enabled(server.feed_id, True, actor="user:1")
    fresh = api.rotate_token(server.feed_id, actor="user:1")
    assert server.post(lines(1)).status_code == 401
    server.token = fresh
    assert server.post(lines(1)).status_code == 200


def test_it_asks_to_come_back_when_the_disk_is_nearly_full(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.eventlog.appender.MIN_FREE_BYTES", 2**60)
    answer = server.post(lines(1))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "nearly full" in answer.json()["problem"]


def test_it_loses_and_doubles_nothing_under_many_senders(server: Server) -> None:
    bodies = [lines(200, prefix=f"p{number % 8}-") for number in range(24)]  # each of eight bodies three times
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(server.post, bodies))
    assert {answer.status_code for answer in answers} == {200}
    told = [answer.json() for answer in answers]
    assert sum(one["accepted"] for one in told) == 1600
    assert sum(one["duplicates"] for one in told) == 3200
    assert sum(ref.to_seq - ref.from_seq + 1 for ref in api.batches({})) == 1600


_OTHER_PROCESS = """
import os, sys
import django
django.setup()
from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import now_us
log = api.open_log()
at = now_us()
told = {"kind": "like.given", "platform": "p", "room_id": "r", "occurred_at": at}
events = [PlatformEvent(event_id=f"h{n}", **told) for n in range(50)]
first = log.append_events(events, provenance=Provenance("feed_other", ingest_id="i9"))
again = log.append_events(events, provenance=Provenance("feed_other", ingest_id="i9"))
bad = log.append_lines(b'{"kind":1}', provenance=Provenance("feed_other"))
print(type(log).__name__, first.accepted, again.duplicates, bad.rejected, bad.details[0].field)
log.close()
"""


def test_it_takes_events_that_another_process_hands_over(server: Server, home: Path) -> None:
    assert server.post(lines(1)).status_code == 200  # the server holds the log from here on
    api.announce_server("127.0.0.1", server.port)
    assert (home / "run" / "server.json").stat().st_mode & 0o777 == 0o600
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "kaibo.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _OTHER_PROCESS], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["RemoteLog", "50", "50", "1", "event_id"], done.stderr
    assert sum(ref.to_seq - ref.from_seq + 1 for ref in api.batches({})) == 51
    answer = httpx.post(f"{server.url}/api/v1/handover/append", headers={"Authorization": "Bearer x"}, content=b"")
    assert answer.status_code == 401


_OTHER_PROCESS_OF_THREE = """
import json, django
django.setup()
from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance
from kaibo.kit.clock import now_us
def line(name, room):
    return json.dumps({"event_id": name, "kind": "like.given", "platform": "p", "room_id": room, "occurred_at": at})
at, log = now_us(), api.open_log(wait_seconds=0)
rooms = [f"r{n}" for n in range(9)]
bodies = [[line(f"{room}-{n}", room) for room in rooms] + ["no JSON"] for n in range(60)]
answers = [log.append_soon("\\n".join(body).encode(), provenance=Provenance("feed_a", raw_ref=f"inbox:{n}"))
           for n, body in enumerate(bodies)]
told = [answer() for answer in answers]
sent = api.forwarded()
again = log.append_lines("\\n".join(line for body in bodies for line in body).encode(), provenance=Provenance("feed_a"))
print(type(log).__name__, sum(one.accepted for one in told), {one.details[0].line for one in told}, sent < 120,
      again.duplicates, again.rejected, [one.line for one in again.details][:3])
log.close()
"""


def test_it_takes_the_shards_that_it_holds_and_no_other(
    server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIBO_DATABASE_URL", "postgresql://not/asked")
    monkeypatch.setenv("KAIBO_LOG_SHARDS", "3")
    shards.change_to(3)
    held = []
    for shard in range(3):
        lock = eventlog.log_lock(shard)
        assert lock.take()
        held.append(eventlog.take_log(lock, shard))
        api.announce_server("127.0.0.1", server.port, shard=shard)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "kaibo.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _OTHER_PROCESS_OF_THREE],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "SharedLog 540 {10} True 540 60 [10, 20, 30]\n", done.stderr
    refs = {line["raw_ref"] for ref in api.batches({}) for line in map(json.loads, api.read_batch(ref).splitlines())}
    assert refs == {f"inbox:{number}" for number in range(60)}
    address = api.server_address(2)
    assert address is not None
    held[2].leave()
    headers = {"Authorization": f"Bearer {address.token}", "X-Kaibo-Shard": "2"}
    answer = httpx.post(f"{server.url}/api/v1/handover/append", headers=headers, content=lines(1))
    assert (answer.status_code, answer.json()["code"]) == (503, "log_busy")
    assert answer.headers["Retry-After"] == "2"
    named = {**headers, "X-Kaibo-Shard": "1"}
    assert httpx.post(f"{server.url}/api/v1/handover/append", headers=named, content=b"").status_code == 401
    for one in held[:2]:
        one.close()
    for shard in range(3):
        api.withdraw_server(shard=shard)
