"""A server that holds the log lives and answers nobody: the others say who it is, end it, and go on without a loss."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from kaibo.config import hungwatch
from kaibo.eventlog.locks import machine
from kaibo.eventlog.presence import Present, mark_of
from tests.faults import night
from tests.journeys.test_replicas import BATCH, Site, site

pytestmark = pytest.mark.journey
_AUDIT = """
import json
from kaibo.eventlog import api
print(json.dumps([[one.actor, one.thing, one.after] for one in api.audit_entries(act="server.ended")]))
"""


def hang(shop: Site) -> psutil.Process:
    """Stop the holder as a debugger or a frozen machine would; its process."""
    holder, _ = shop.both()
    assert holder.server is not None
    holder.server.send_signal(signal.SIGSTOP)
    return psutil.Process(holder.server.pid)


def test_it_ends_a_holder_that_hangs_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_END_HUNG_HOLDER_SECONDS", "8")
    with site(tmp_path, 2) as shop:
        night.until(lambda: shop.holder is not None, "nobody holds the log", shop.servers[0])
        first, replica = shop.both()
        shop.send(6)
        children = first.children()
        shop.servers = [replica, first]  # the proxy has noticed already
        shop._next = lambda _turn: replica  # type: ignore[method-assign]
        hung = hang(shop)
        sending = threading.Thread(target=shop.send, args=(20,))
        sending.start()
        named = f"process {hung.pid} on {machine()} holds the log and has not answered"
        night.until(lambda: named in night.get(replica, "/healthz")[1], "nobody says who hangs", replica)
        status, told = night.get(replica, "/healthz")
        assert (status, "it is ended after 8 s and another server takes over" in told) == (503, True)
        assert first.server is not None
        assert first.server.wait(60) == -signal.SIGKILL
        first.server = None
        night.until(lambda: night.gauge(replica, "server_holds_log") == 1, "nobody took over", replica)
        sending.join()
        assert shop.sent == 26 * BATCH, "the sender gave up"
        shop.assert_true()
        ((actor, thing, after),) = json.loads(replica.python(_AUDIT).splitlines()[-1])
        assert (actor, thing) == ("system:replica", f"process:{hung.pid}")
        assert after["seconds"] >= 8
        assert not [one for one in children if one.is_running()], "its counter went with it"
        assert night.get(replica, "/healthz")[0] == 200


def test_it_only_says_it_where_nobody_may_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_END_HUNG_HOLDER_SECONDS", "0")
    with site(tmp_path, 2, prelude="from kaibo.config import hungwatch\nhungwatch.TOLD_SECONDS = 5") as shop:
        night.until(lambda: shop.holder is not None, "nobody holds the log", shop.servers[0])
        first, replica = shop.both()
        shop.send(2)
        hung = hang(shop)
        night.until(lambda: "KAIBO_END_HUNG_HOLDER_SECONDS is 0" in replica.log(), "nobody says it", replica)
        assert f"end it: `kill -9 {hung.pid}`" in night.get(replica, "/healthz")[1]
        finding = night.doctor(replica)["processes"]
        assert "holds the log and does not answer" in finding["says"]
        assert f"kill -9 {hung.pid}" in finding["fix"]
        assert hung.status() == psutil.STATUS_STOPPED
        hung.send_signal(signal.SIGCONT)
        night.until(lambda: night.get(replica, "/healthz")[0] == 200, "it does not go on", replica)
        assert shop.holder is first
        shop.send(2)
        shop.assert_true()


def test_it_ends_only_the_process_that_wrote_itself_down() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        began = mark_of(other.pid)
        for wrong in ("", mark_of(1), began + "0"):
            assert not hungwatch.end(Present("other", other.pid, machine(), "serve", "", 0, wrong))
        assert other.poll() is None
        assert hungwatch.end(Present("other", other.pid, machine(), "serve", "", 0, began))
        assert other.wait(10) == -signal.SIGKILL
    assert not hungwatch.end(Present("other", other.pid, machine(), "serve", "", 0, began)), "it is gone"
