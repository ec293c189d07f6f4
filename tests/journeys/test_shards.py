"""Three appenders share out the rooms of a home: whichever server is asked and whoever dies, the numbers are those of
one appender that was given the same."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kaibo.kit.clock import now_us
from tests.faults import night
from tests.faults.postgres import postgres
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
ROOMS = [f"r-{number}" for number in range(9)]
START = now_us() // 1_000_000 * 1_000_000 - 3_600_000_000
BATCH = 45
_PLAN = f"""
from kaibo.eventlog import api
for room in {ROOMS!r}:
    api.open_window("shop", room, "show-" + room, from_us={START}, to_us={START + 86_400_000_000})
feed, token = api.create_feed("door", connector="ndjson", platform="shop", actor="system:test")
print(token)
"""
_TOTALS = f"""
import json, time
from kaibo.warehouse import api as warehouse
def totals():
    while warehouse.count_status().behind_events:
        time.sleep(0.05)
    shows = ["show-" + room for room in {ROOMS!r}]
    return {{show: [warehouse.totals(show), warehouse.totals_by(show, "product")] for show in shows}}
"""
_TELL = _TOTALS + "print(json.dumps(totals(), sort_keys=True))"
_ONE_APPENDER = f"""
{_PLAN}
{_TOTALS}
from kaibo.eventlog.contracts import Provenance
from kaibo.warehouse.counter import Counter
log = api.open_log()
accepted = log.append_lines(open(%r, "rb").read(), provenance=Provenance("feed_door")).accepted
log.close()
counter = Counter()
while counter.run_once():
    pass
counter.close()
print(json.dumps([accepted, totals()], sort_keys=True))
"""
_IMPORT_AND_UNDO = f"""
{_TOTALS}
from kaibo.eventlog import api
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
before = totals()
log = api.open_log()
told = Provenance("feed_file", ingest_id="a-file")
events = [PlatformEvent(event_id=f"i{{n}}", kind="viewer.entered", platform="shop", room_id={ROOMS!r}[n % 9],
                        viewer_id=f"guest{{n}}", occurred_at={START} + n) for n in range(900)]
accepted = log.append_events(events, provenance=told).accepted
log.close()
grown = sum(after[0]["views"] - before[show][0]["views"] for show, after in totals().items())
undone = api.retract(ingest_id="a-file", actor="system:test", why="wrong file")
print(json.dumps([type(log).__name__, accepted, grown, undone, totals() == before]))
"""


def lines(first: int, count: int) -> list[str]:
    """Entries of viewers who walk through all rooms; every seventh buys one of three products."""
    found = []
    for number in range(first, first + count):
        at = START + number * 10_000
        told = {"platform": "shop", "room_id": ROOMS[number % 9], "occurred_at": at, "viewer_id": f"v{number // 2}"}
        found.append(json.dumps({**told, "event_id": f"e{number}", "kind": "viewer.entered"}))
        if number % 7 == 0:
            paid = {"order_id": f"o{number}", "amount_minor": 990, "currency": "CNY", "product_id": f"p{number % 3}"}
            found.append(json.dumps({**told, **paid, "event_id": f"p{number}", "kind": "order.paid"}))
        if number % 21 == 0:
            back = {"order_id": f"o{number}", "amount_minor": 990, "currency": "CNY"}
            found.append(json.dumps({**told, **back, "event_id": f"b{number}", "kind": "order.refunded"}))
    return found


def shards_of(kaibo: Kaibo) -> list[int] | None:
    """The shards that a server says it holds; None while it does not answer."""
    status, body = night.get(kaibo, "/ops/metrics")
    found = re.findall(r'^kaibo_server_holds_shard\{shard="(\d+)"\} 1$', body, re.MULTILINE)
    return [int(one) for one in found] if status == 200 else None


def spread(servers: list[Kaibo]) -> list[list[int]]:
    """What the living servers hold."""
    return [shards_of(one) or [] for one in servers if one.server is not None]


def refused(kaibo: Kaibo, *arguments: str, **settings: str) -> str:
    """What a command that must not succeed says."""
    done = subprocess.run(
        [sys.executable, "-m", "kaibo", *arguments], env={**kaibo.environment, **settings}, capture_output=True,
        text=True, check=False, timeout=90,
    )  # fmt: skip
    assert done.returncode, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


class Sender:
    """Sends batches of all rooms to every server in turn, each until one has acknowledged it."""

    def __init__(self, servers: list[Kaibo], token: str) -> None:
        self.servers, self.token = servers, token
        self.sent = self.accepted = 0

    def send(self, batches: int, *, first: int | None = None) -> None:
        for _ in range(batches):
            at = self.sent if first is None else first
            ends, turn = time.monotonic() + 90, at // BATCH
            while True:
                alive = [one for one in self.servers if one.server is not None]
                receipt = alive[turn % len(alive)].post(lines(at, BATCH), self.token)
                if receipt is not None:
                    break
                turn += 1
                assert time.monotonic() < ends, f"not taken:\n{self.servers[0].log()[-4000:]}"
            self.accepted += receipt["accepted"]
            if first is None:
                self.sent += BATCH
            else:
                first += BATCH


@contextmanager
def three_servers(folder: Path) -> Iterator[Sender]:
    """Three servers of one home with three shards, started in the same moment."""
    with postgres() as database:
        settings = {"KAIBO_DATABASE_URL": database.uri, "KAIBO_LOG_SHARDS": "3"}
        servers = [Kaibo(folder / "home", **settings) for _ in range(3)]
        starting = [threading.Thread(target=one.start) for one in servers]
        try:
            for thread in starting:
                thread.start()
            for thread in starting:
                thread.join()
            assert all(one.server is not None for one in servers), servers[0].log()[-4000:]
            yield Sender(servers, servers[0].python(_PLAN).splitlines()[-1])
        finally:
            for one in servers:
                one.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    with three_servers(tmp_path_factory.mktemp("shards")) as found:
        yield found


def told(kaibo: Kaibo, code: str) -> Any:
    """What a few lines inside the home print as JSON."""
    return json.loads(kaibo.python(code).splitlines()[-1])


def assert_as_one_appender(site: Sender, folder: Path) -> None:
    """Every number is that of one appender over SQLite that was given the same once."""
    (folder / "all.ndjson").write_text("\n".join(lines(0, site.sent)))
    alone = Kaibo(folder / "alone", KAIBO_DATABASE_URL="", KAIBO_LOG_SHARDS="")
    accepted, expected = told(alone, _ONE_APPENDER % str(folder / "all.ndjson"))
    assert site.accepted <= accepted, "an event was taken twice"
    assert told(site.servers[0], _TELL) == expected


def test_it_counts_as_one_appender_whoever_is_asked_and_whoever_dies(site: Sender, tmp_path: Path) -> None:
    servers = site.servers
    night.until(lambda: sorted(spread(servers)) == [[0], [1], [2]], "each server holds one shard", servers[0])
    found = [one["says"] for one in night.told_by_doctor(servers[0])]
    assert all(any(f"holds shard {shard} of the log" in says for says in found) for shard in range(3)), found
    assert json.loads(night.get(servers[0], "/healthz")[1])["shards"] == shards_of(servers[0])
    site.send(12)
    forwarded = [night.gauge(one, "server_forwarded_total") or 0 for one in servers]
    assert all(forwarded), "every server hands over what is not its own"
    dying = next(one for one in servers if shards_of(one) == [1])
    sending = threading.Thread(target=site.send, args=(40,))
    sending.start()
    night.until(lambda: site.sent > 20 * BATCH, "the sender did not begin", servers[0])
    dying.kill()
    began = time.monotonic()
    night.until(lambda: {one for held in spread(servers) for one in held} == {0, 1, 2}, "not taken over", servers[0])
    assert time.monotonic() - began < 45
    sending.join()
    assert site.sent == 52 * BATCH, "the sender gave up"
    assert_as_one_appender(site, tmp_path)
    site.accepted = 0
    site.send(52, first=0)
    assert site.accepted == 0, "an acknowledged event was lost, or a copy was taken at another server"
    dying.start()
    night.until(
        lambda: sorted(spread(servers)) == [[0], [1], [2]], "who came back was given none", servers[0], seconds=150
    )  # 60 s are kept first


def test_it_takes_back_an_import_over_rooms_of_all_shards(site: Sender) -> None:
    assert told(site.servers[0], _IMPORT_AND_UNDO) == ["SharedLog", 900, 900, 900, True]


def test_it_changes_the_number_only_when_nobody_lives(site: Sender) -> None:
    one, *others = site.servers
    said = refused(one, "serve", "--port", "0", KAIBO_LOG_SHARDS="2")
    assert "has 3 shards, KAIBO_LOG_SHARDS says 2" in said
    assert "stop every server and worker" in said
    for other in others:
        other.kill()
    one.stop()
    one.environment["KAIBO_LOG_SHARDS"] = "2"
    one.start()
    night.until(lambda: spread(site.servers) == [[0, 1]], "one server holds every shard", one)
    site.accepted = 0
    site.send(52, first=0)
    assert site.accepted == 0, "what came before the change is known"
    site.send(4)
    assert sum(show[0]["views"] for show in told(one, _TELL).values()) == site.sent


@pytest.mark.soak
def test_it_changes_holders_again_and_again(tmp_path: Path) -> None:
    with three_servers(tmp_path) as site:
        for turn in range(12):
            sending = threading.Thread(target=site.send, args=(60,))
            sending.start()
            time.sleep(0.3)
            one = next(one for one in site.servers if (turn // 3 % 3) in (shards_of(one) or []))
            if turn % 3 == 2:
                one.stop()
            else:
                one.kill()
            time.sleep(3 * (turn % 2))
            one.start()  # comes back while others send, and is given a shard
            sending.join()
            assert site.sent == (turn + 1) * 60 * BATCH, "the sender gave up"
            night.until(lambda: sorted(spread(site.servers)) == [[0], [1], [2]], "not shared out", one, seconds=150)
        assert_as_one_appender(site, tmp_path)
        site.accepted = 0
        site.send(site.sent // BATCH, first=0)
        assert site.accepted == 0, "an acknowledged event was lost"
