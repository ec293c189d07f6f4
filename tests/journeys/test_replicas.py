"""Several servers and a worker of one home on PostgreSQL: whichever is asked, and whoever dies, the totals are true."""

import ast
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kaibo.config.tests.test_serving import Browser
from kaibo.connectors.tests import pushes
from kaibo.web.live.hub import apply
from tests.faults import night
from tests.faults.postgres import postgres
from tests.journeys import test_pushes as pushing
from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey
BATCH = 50
_PEOPLE = """
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
team.add_person("director", "three short words", role=Role.DIRECTOR, scope=RoomScope(is_all=True), actor="system:test")
"""
_TICKET = f"""
from kaibo.web.live.tickets import Ticket, sign_ticket
print(sign_ticket(Ticket("user:1", {night.SHOW!r}, True)))
"""
_LAPS = f"""
from kaibo.warehouse import api
print([lap.link_no for lap in api.laps({night.SHOW!r})])
"""
BLIND = """
from kaibo.eventlog import workers
from kaibo.web.live import hub
hub.NOTICED_SECONDS = hub.ROLL_SECONDS = workers.NOTICED_SECONDS = 600
"""
"""Nobody looks by himself: what arrives was told."""
ITS_TASK = """
from kaibo.eventlog import work
@work.task("told")
def told(run):
    pass
"""
LOCKS_FAIL = """
import threading
from kaibo.eventlog import log
from kaibo.eventlog.locks import LockFile
class Careless(LockFile):
    def take(self):
        return super().take() or threading.current_thread().name == "take-over"
log.log_lock = lambda shard=0: Careless(log.lock_path(shard))
"""
SLOW_TO_TAKE_OVER = "from kaibo.config import holding\nholding.LOOK_SECONDS = 1.5"


@dataclass
class Site:
    """A home, its servers and what sends to it; the servers stand in no order."""

    servers: list[Kaibo]
    token: str
    sent: int = 0
    accepted: int = 0
    seen: list[tuple[int, str | None]] = field(default_factory=list)

    @property
    def alive(self) -> list[Kaibo]:
        return [one for one in self.servers if one.server is not None]

    @property
    def holder(self) -> Kaibo | None:
        """The server that says that it holds the log; never two."""
        found = [one for one in self.alive if night.gauge(one, "server_holds_log") == 1]
        assert len(found) < 2, "two servers hold the log"
        return found[0] if found else None

    def both(self) -> tuple[Kaibo, Kaibo]:
        """The holder and its one replica."""
        holder = self.holder
        assert holder is not None
        (replica,) = (one for one in self.servers if one is not holder)
        return holder, replica

    def send(self, batches: int) -> None:
        """Each batch to the next server in turn, as a proxy would, until one has acknowledged it."""
        for _ in range(batches):
            lines = night.lines(self.sent, BATCH)
            ends = time.monotonic() + 90
            turn = self.sent // BATCH
            while (receipt := self._ask(self._next(turn), lines)) is None:
                assert time.monotonic() < ends, f"not taken:\n{self.servers[0].log()[-4000:]}"
                turn += 1
                time.sleep(0.02)
            self.sent += BATCH
            self.accepted += receipt["accepted"]

    def _next(self, turn: int) -> Kaibo:
        alive = self.alive
        return alive[turn % len(alive)]

    def _ask(self, server: Kaibo, lines: list[str]) -> dict[str, Any] | None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"}
            connection.request("POST", "/api/v1/events", "\n".join(lines).encode(), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return None  # nobody listens there any more: the proxy tries another
        finally:
            connection.close()
        self.seen.append((answer.status, answer.headers.get("Retry-After")))
        assert answer.status in {200, 429, 503}, told
        return dict(told) if answer.status == 200 else None

    def until_settled(self) -> None:
        """Wait until one server holds the log and everything is counted."""
        night.until(lambda: self.holder is not None, "nobody took the log over", self.servers[0])
        night.until_counted(self.alive[0])

    def assert_true(self) -> None:
        """Totals are the truth; sending everything again brings nothing."""
        self.until_settled()
        assert night.totals(self.alive[0]) == night.expected(self.sent)
        again = night.send(self.alive[-1], self.token, night.lines(0, self.sent))
        assert again["accepted"] == 0, "an acknowledged event was lost"
        assert self.accepted <= len(night.lines(0, self.sent)), "an event was taken twice"


@contextmanager
def site(folder: Path, number: int, *, prelude: str = "") -> Iterator[Site]:
    """So many servers of one home, started in the same moment over empty records."""
    with postgres() as database:
        servers = [Kaibo(folder / "home", KAIBO_DATABASE_URL=database.uri) for _ in range(number)]
        try:
            with ThreadPoolExecutor(number) as together:
                list(together.map(lambda one: one.start(prelude), servers))
            yield Site(servers, night.prepare(servers[0]))
        finally:
            for one in servers:
                one.stop()


class Watcher(threading.Thread):
    """A control room at one server: the state as its stream tells it."""

    def __init__(self, server: Kaibo, ticket: str) -> None:
        super().__init__(daemon=True)
        self.server, self.ticket = server, ticket
        self.state: dict[str, Any] = {}
        self.frames = 0
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def run(self) -> None:
        self.connection.request("GET", f"/live/{night.SHOW}/stream", headers={"Cookie": f"kaibo_live={self.ticket}"})
        answer = self.connection.getresponse()
        assert answer.status == 200
        event = ""
        while line := answer.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event in {"snapshot", "patch"}:
                frame = json.loads(value)
                self.state = dict(frame["all"]) if event == "snapshot" else apply(self.state, frame)
                self.frames += 1

    def entries(self) -> int:
        """Natural and paid entries of all minutes on the page."""
        told = [value for path, value in self.state.items() if path.startswith("minute/")]
        return sum((minute[1] or 0) + (minute[2] or 0) for minute in told)

    def gmv(self) -> int:
        """Money of all minutes on the page."""
        return sum(value[3] or 0 for path, value in self.state.items() if path.startswith("minute/"))


@contextmanager
def working(kaibo: Kaibo, prelude: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A `kaibo work` beside the servers."""
    begin = f"from kaibo.config.cli import main, start_django\nstart_django()\n{prelude}\n"
    code = f"{begin}import sys\nsys.argv = ['kaibo', 'work']\nmain()\n"
    log = (kaibo.home / "work.log").open("ab")
    process = subprocess.Popen([sys.executable, "-c", code], env=kaibo.environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def laps(kaibo: Kaibo) -> list[str]:
    """Link numbers of the laps that are counted."""
    return list(ast.literal_eval(kaibo.python(_LAPS).splitlines()[-1]))


def post(browser: Browser, base: str, path: str, body: dict[str, Any]) -> Any:
    """A JSON act of somebody who is logged in, at whichever server."""
    browser.base = base
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/account/"))[:1]
    headers = {"Content-Type": "application/json", "X-CSRFToken": token, "Referer": base + "/"}
    request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
    with browser.opener.open(request, timeout=60) as answer:
        return json.loads(answer.read())


def test_it_takes_the_log_over_when_its_holder_is_killed(tmp_path: Path) -> None:
    with site(tmp_path, 3, prelude=SLOW_TO_TAKE_OVER) as shop:
        night.until(lambda: shop.holder is not None, "nobody holds the log", shop.servers[0])
        first = shop.holder
        assert first is not None
        replicas = [one for one in shop.servers if one is not first]
        shop.send(9)
        watcher = Watcher(replicas[0], shop.servers[0].python(_TICKET).splitlines()[-1])
        watcher.start()
        assert sum(night.gauge(one, "server_forwarded_total") or 0 for one in replicas) >= 6, "replicas hand over"
        sending = threading.Thread(target=shop.send, args=(60,))
        sending.start()
        night.until(lambda: shop.sent > 15 * BATCH, "the senders did not begin", first)
        assert first.server is not None
        first.server.send_signal(signal.SIGSTOP)  # it answers nobody, and holds the log all the same
        night.until(
            lambda: night.get(replicas[0], "/healthz")[0] == 503, "a replica without holder is not ready", first
        )
        why = night.get(replicas[0], "/healthz")[1]  # after some seconds of silence it names the process too
        assert "does not answer" in why or "has not answered" in why
        assert night.get(replicas[0], "/healthz?live")[0] == 200
        first.kill()
        sending.join()
        assert shop.sent == 69 * BATCH, "the sender gave up"
        assert (503, "2") in shop.seen, "between two holders senders are told when to come back"
        shop.assert_true()
        assert shop.holder in replicas
        night.until(lambda: watcher.entries() == shop.sent, "the control room of a replica fell behind", first)
        assert watcher.frames > 1


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two servers and a worker who look at nothing by themselves, over a folder whose locks fail."""
    with site(tmp_path_factory.mktemp("pair"), 2, prelude=BLIND + LOCKS_FAIL) as shop:
        night.until(lambda: shop.holder is not None, "nobody holds the log", shop.servers[0])
        with working(shop.servers[0], BLIND + ITS_TASK):
            yield shop


def test_it_serves_people_the_same_at_every_server(pair: Site) -> None:
    holder, replica = pair.both()
    replica.python(_PEOPLE)
    here, there = (f"http://127.0.0.1:{one.port}" for one in (holder, replica))
    browser = Browser(here)
    browser.log_in("director", "three short words")
    browser.base = there
    assert "/login/" not in browser.get("/shows/"), "a login at one server is one at all"
    pair.send(2)
    pair.until_settled()
    night.until(lambda: night.SHOW in browser.get("/shows/"), "the show has no row", replica)
    acts, at_us = f"/api/v1/shows/{night.SHOW}/acts", night.START + 60_000_000
    explain = {"id": "act-1-at-the-replica", "kind": "start", "at_us": at_us, "link_no": "3"}
    assert post(browser, there, acts, {"acts": [explain]})[0]["state"] == "recorded"
    assert json.loads(browser.get(acts))[0]["link_no"] == "3"
    pair.until_settled()
    assert laps(holder) == ["3"]
    undo = {"id": "act-2-at-the-replica", "kind": "undo", "at_us": at_us + 1_000_000, "of": explain["id"]}
    assert post(browser, there, acts, {"acts": [undo]})[0]["state"] == "recorded"
    browser.base = here
    assert json.loads(browser.get(acts))[0]["is_undone"] is True
    pair.until_settled()
    assert laps(holder) == [], "what was undone at a replica is taken out of the log"


def test_it_is_woken_by_notices_long_before_it_would_look(pair: Site) -> None:
    _, replica = pair.both()
    night.until(lambda: night.gauge(replica, "server_is_told") == 1, "notices do not come", replica)
    watcher = Watcher(replica, replica.python(_TICKET).splitlines()[-1])
    watcher.start()
    night.until(lambda: watcher.frames, "the stream brings nothing", replica)
    before = watcher.frames
    pair.send(4)
    night.until(lambda: watcher.gmv() == night.expected(pair.sent)["gmv_paid_minor"], "nobody was told", replica)
    assert watcher.frames > before
    job = int(replica.python(ITS_TASK + "print(work.enqueue('told', actor='system:test'))").splitlines()[-1])
    done = f"from kaibo.eventlog import api\nprint(api.work.job({job}).state)"
    night.until(lambda: replica.python(done).endswith("done"), "no worker was told of its job", replica)


def test_it_stays_a_replica_while_the_database_knows_another_writer(pair: Site) -> None:
    """A shared folder whose locks fail lets two processes have the lock; the database lets one write."""
    holder, replica = pair.both()
    pair.send(6)
    assert pair.holder is holder
    pair.assert_true()
    told = [one["says"] for one in night.told_by_doctor(replica) if one["check"] == "processes"]
    of = {f":{holder.port}: holds the log", f":{replica.port}: a replica", ": background work", ": counts"}
    assert all(any(what in says for says in told) for what in of), told


def test_it_takes_pushes_at_a_replica_and_keeps_them_when_that_is_killed(pair: Site) -> None:
    holder, replica = pair.both()
    hook = holder.run("hook", "douyin_push", "--room", pushing.ROOM, "--json")
    holder.python(f"from kaibo.eventlog import api\napi.keep_setting({hook['feed']!r}, 'secret', {pushes.SECRET!r})")
    messages = {number: pushing.message(number) for number in range(40)}
    taken: set[int] = set()
    pushing.send(holder, hook["address"], dict(list(messages.items())[:20]), taken)
    pushing.send(replica, hook["address"], messages, taken)
    replica.kill()
    assert taken == set(messages), "both acknowledge; what comes to both is one"

    def states() -> dict[str, int]:
        told = holder.run("inbox", "list", "--state", "any", "--limit", "1", "--json")
        return dict(told["states"])

    night.until(lambda: states() == {"translated": len(messages)}, "pushes of the killed replica are missing", holder)


@pytest.mark.soak
def test_it_changes_holders_again_and_again(tmp_path: Path) -> None:
    with site(tmp_path, 3) as shop, working(shop.servers[0]):
        for turn in range(12):
            night.until(lambda: shop.holder is not None, "nobody holds the log", shop.servers[0])
            holder = shop.holder
            assert holder is not None
            sending = threading.Thread(target=shop.send, args=(60,))
            sending.start()
            time.sleep(0.2)
            if turn % 3 == 2:
                holder.stop()
            else:
                holder.kill()
            sending.join()
            assert shop.sent == (turn + 1) * 60 * BATCH, "the sender gave up"
            holder.start()  # it comes back, as a replica
        shop.assert_true()
