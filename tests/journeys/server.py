"""A Kaibo of its own for one test or measurement: a home, its server, ways to kill it."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil

from tests.forking import HELPER
from tests.records import UP_TO_DATE, give_records

START_SECONDS = 240
MAKE_FEED = """
from kaibo.eventlog import api
feed, token = api.create_feed("journey", connector="ndjson", platform={platform!r}, actor="system:journey")
print(token)
"""


_kept: list[socket.socket] = []


def free_port() -> int:
    """A port that stays ours: kept bound, so that the system gives it to nobody; who names it may listen on it."""
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    _kept.append(keeper)
    return int(keeper.getsockname()[1])


class Kaibo:
    """One home and at most one running server. Everything happens through the command line and HTTP."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "KAIBO_HOME": str(home), "KAIBO_VIEWER_KEY": "one-key-for-all", **settings}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.port = free_port()
        self.server: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str, seconds: float = 600) -> dict[str, Any]:
        """Run `kaibo …`; the JSON object of its last line, {} when it printed none. Fails loudly."""
        if arguments[0] != "restore":  # which wants to find nothing
            self._give_records()
        command = [sys.executable, "-m", "kaibo", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=seconds
        )
        assert done.returncode == 0, f"kaibo {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        last = done.stdout.strip().splitlines()[-1:]
        return json.loads(last[0]) if last and last[0].startswith("{") else {}

    def python(self, code: str) -> str:
        """Run a few lines inside this home, with Django set up and the records up to date; what they print."""
        self._give_records()
        command = [sys.executable, "-c", UP_TO_DATE + textwrap.dedent(code)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout.strip()

    def _give_records(self) -> None:
        if not self.environment.get("KAIBO_DATABASE_URL"):
            give_records(self.home)

    def make_feed(self, platform: str) -> str:
        """A new feed's token."""
        return self.python(MAKE_FEED.format(platform=platform)).splitlines()[-1]

    def start(self, prelude: str = "") -> None:
        """Start the server and wait until it answers; the prelude is Python that runs in its process before."""
        self._give_records()
        log = (self.home / "server.log").open("ab")
        command = [sys.executable, "-m", "kaibo", "serve", "--port", str(self.port)]
        if prelude:
            code = f"from kaibo.config.cli import main, start_django\nstart_django()\n{prelude}\nmain()\n"
            command = [sys.executable, "-c", code, *command[3:]]
        self.server = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends:
            assert self.server.poll() is None, f"the server ended:\n{self.log()[-4000:]}"
            if self.answers():
                return
            time.sleep(0.05)
        raise TimeoutError(f"no answer after {START_SECONDS} s:\n{self.log()[-4000:]}")

    def answers(self) -> bool:
        """Whether the server speaks HTTP by now; it listens a little earlier."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/login/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def log(self) -> str:
        """What the server wrote so far."""
        return (self.home / "server.log").read_text(errors="replace")

    def children(self) -> list[psutil.Process]:
        """Processes that the server started: the counter."""
        if self.server is None:
            return []
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in psutil.Process(self.server.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):  # it may end while we look
                    found += [one] if one.name() != HELPER else []
        return found

    def kill(self) -> None:
        """End the server as a power cut would; its children notice by themselves."""
        if self.server is not None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()
            self.server = None

    def kill_counter(self) -> bool:
        """End one child of the server as a power cut would; False when there is none at the moment."""
        for child in self.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
                return True
        return False

    def stop(self) -> None:
        """End the server as an operator does, children included."""
        if self.server is None:
            return
        family = self.children()
        self.server.terminate()
        try:
            self.server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self.server = None

    def post(self, lines: list[str], token: str, *, seconds: float = 30) -> dict[str, Any] | None:
        """Hand over one batch. The receipt, or None when no answer came: then nothing is known about it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        try:
            connection.request("POST", "/api/v1/events", "\n".join(lines).encode() + b"\n", headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        if answer.status in {429, 502, 503}:
            time.sleep(min(float(answer.headers.get("Retry-After", "1")), 2))
            return None
        assert answer.status == 200, f"{answer.status}: {body[:500]!r}"
        return dict(json.loads(body))
