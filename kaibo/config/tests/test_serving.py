"""`kaibo serve` and `kaibo demo` as processes: they answer, count what arrives, and end in order."""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey
SECONDS = 60.0
STOP_SECONDS = 60.0  # it takes one or two; on a machine that is busy with other tests more


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**kept, "KAIBO_HOME": str(home), "KAIBO_DATABASE_URL": ""}


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[dict]:
    """A command that serves; what it printed as JSON. Afterwards it must end by itself when asked."""
    command = [sys.executable, "-m", "kaibo", *arguments, "--port", "0", "--json"]
    settings = {**environment(home), "TESTS_FORK": "0"}  # as in production it loads everything itself
    with (home.parent / "stderr").open("w+") as errors:
        process = subprocess.Popen(
            command, env=settings, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            errors.seek(0)
            assert line, errors.read()[-3000:]
            yield json.loads(line)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_SECONDS) == 0
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
    assert not (home / "run" / "server.json").exists()


class Browser:
    """Enough of one to log in and read."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        with self.opener.open(self.base + path, timeout=SECONDS) as answer:
            assert answer.status == 200
            return answer.read().decode()

    def log_in(self, username: str, password: str) -> None:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/login/"))
        assert found
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": found.group(1)}
        request = urllib.request.Request(
            self.base + "/login/", urllib.parse.urlencode(fields).encode(), {"Referer": self.base + "/login/"}
        )
        with self.opener.open(request, timeout=SECONDS) as answer:
            assert not answer.url.endswith("/login/")


def kaibo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kaibo", *arguments]
    return subprocess.run(
        command,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
    )


def in_home(home: Path, code: str) -> str:
    begin = "from kaibo.config.cli import start_django\nstart_django()\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + code], env=environment(home), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


_FEED = """
from kaibo.eventlog import api
print(api.create_feed("test", connector="simulator", platform="simulated", rooms=["room-1"], actor="system:test")[1])
"""
_RISING = """
import time
from kaibo.warehouse import api
from kaibo.commerce.shows import api as shows
seen, ends = [], time.monotonic() + 180
while time.monotonic() < ends and not (len(set(seen)) >= 3 and len(shows.shows()) > 1):
    views = api.totals({show_id!r}).get("views")
    seen += [views] if views else []
    time.sleep(0.2)
print(len(set(seen)) >= 3, seen == sorted(seen), len(shows.shows()))
"""
_TOTALS = """
import json
from kaibo.warehouse import api
from kaibo.commerce.shows import api as shows
shows.adopt_windows()
print(json.dumps([[one.show_id, api.totals(one.show_id), api.count_status().behind_events] for one in shows.shows()]))
"""


def test_it_serves_one_home_once_and_counts_what_is_sent(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home, "serve", "--admin", "lin") as told:
        assert told["director"] == "lin"
        browser = Browser(told["url"])
        browser.log_in("lin", told["password"])
        second = kaibo(home, "serve", "--port", "0")
        assert second.returncode == 2
        assert "already serves" in second.stderr
        token = in_home(home, _FEED)
        night = ("--seed", "4", "--minutes", "20", "--scale", "0.2")
        delivery = ("--to", told["url"], "--token", token, "--shuffle", "--duplicates", "0.02")
        sent = kaibo(home, "simulate", *night, *delivery, "--json")
        assert sent.returncode == 0, sent.stderr
        tally = json.loads(sent.stdout.splitlines()[-1])
        assert tally["duplicates"] > 0
        assert tally["accepted"] + tally["duplicates"] == tally["events"]
        kaibo(home, "simulate", *night, "--out", str(tmp_path / "same.ndjson"))
        truth = json.loads((tmp_path / "same.truth.json").read_text())["totals"]
        ends = time.monotonic() + SECONDS
        while True:
            ((_, totals, behind),) = json.loads(in_home(home, _TOTALS))
            if not behind and totals.get("gmv_paid_minor") == truth["gmv_paid_minor"]:
                break
            assert time.monotonic() < ends, (behind, totals, truth)
            time.sleep(0.3)
        assert {name: totals[name] for name in ("views", "payers", "watch_ms", "spend_minor")} == {
            name: truth[name] for name in ("views", "payers", "watch_ms", "spend_minor")
        }


def test_it_shows_a_night_on_air(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home, "demo", "--minutes", "60") as told:
        base, _, path = told["url"].partition("/shows/")
        show_id = path.split("/")[0]
        browser = Browser(base)
        browser.log_in("director", told["password"])
        assert show_id in browser.get(f"/shows/{path}")
        rises, is_sorted, shows = in_home(home, _RISING.format(show_id=show_id)).split()
        assert (rises, is_sorted) == ("True", "True"), "the numbers rise while we look"
        assert int(shows) > 1, "an earlier night to compare with is on its way"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KAIBO_ZONE", "Mars/Olympus", "is no time zone"),
        ("KAIBO_DATABASE_URL", "mysql://x", "starts with 'mysql:'"),
        ("KAIBO_DAY_CUT_HOUR", "25", "is no hour"),
        ("KAIBO_TLS", "perhaps", "neither 1 nor 0"),
    ],
)
def test_it_does_not_start_with_a_wrong_setting(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kaibo", "serve", "--port", "0"]
    done = subprocess.run(
        command,
        env={**environment(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
