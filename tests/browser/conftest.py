"""A real server with a real counter on a home of its own, a real Chromium, one login for all tests."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SHOTS = ROOT / "screenshots"
expect.set_options(timeout=20_000)  # a busy machine is no fault; what must be quick says its own time
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True)
class Site:
    """A running server and what lies in it."""

    url: str
    token: str
    password: str
    show: str
    bare: str
    silent_feed: str  # id and token
    records: Path

    def push(self, *events: dict[str, Any]) -> None:
        """Events of tonight's show through the public door; the answer comes after fsync."""
        base = {"platform": "simulated", "room_id": "r1", "show_id": self.show, "currency": "CNY"}
        body = "\n".join(
            json.dumps({**base, "event_id": uuid.uuid4().hex, "occurred_at": time.time_ns() // 1000, **each})
            for each in events
        )
        answer = httpx.post(
            f"{self.url}/api/v1/events", content=body, headers={"authorization": f"Bearer {self.token}"}, timeout=20
        )
        assert answer.json()["accepted"] == len(events), answer.text

    def sell(self, amount_minor: int) -> None:
        """One order placed and paid now."""
        order = {"order_id": uuid.uuid4().hex, "viewer_id": uuid.uuid4().hex, "amount_minor": amount_minor}
        self.push({**order, "kind": "order.placed"}, {**order, "kind": "order.paid"})


def _environment(home: Path) -> dict[str, str]:
    settings = {"KAIBO_ZONE": "Asia/Shanghai", "PYTHONUNBUFFERED": "1", "TESTS_FORK": "0"}
    return {**os.environ, "KAIBO_HOME": str(home), **settings}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("browser-home")
    environment = _environment(home)
    seed = [sys.executable, "-m", "tests.browser.seed"]
    seeded = subprocess.run(seed, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout
    serve = [sys.executable, "-m", "kaibo", "serve", "--port", "0", "--json"]
    server = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        told = json.loads(server.stdout.readline())
        drain = threading.Thread(target=server.stdout.read, daemon=True)  # a full pipe would stop the server
        drain.start()
        yield Site(url=told["url"], records=home / "records.sqlite3", **json.loads(seeded))
    finally:
        server.terminate()
        server.wait(timeout=60)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; install the package `chromium` or set CHROMIUM")
    quiet = "--no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-quic"
    sandbox = "--no-sandbox --disable-gpu --disable-dev-shm-usage"
    return {"executable_path": str(CHROMIUM), "args": [*sandbox.split(), *quiet.split()]}


@pytest.fixture(scope="session")
def login(browser: Browser, site: Site) -> Any:
    """The storage of a browser in which the director logged in by hand, once."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.url}/shows/{site.show}/live")
    assert "/login/" in page.url, "the page is behind the login"
    page.fill("input[name=username]", "director")
    page.fill("input[name=password]", site.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/live")
    state = context.storage_state()
    context.close()
    return state


Open = Callable[..., Page]


@pytest.fixture
def room(browser: Browser, site: Site, login: Any) -> Generator[Open]:
    """Opens a show's room as the director; at the end no console error, nothing refused or
    missing and no request elsewhere may have been, but for what holds a word of `allowed`."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page, allowed: tuple[str, ...]) -> None:
        def complain(text: str) -> None:
            if not any(each in text for each in allowed):
                complaints.append(text)

        page.on("console", lambda message: message.type == "error" and complain(f"console: {message.text}"))
        page.on("response", lambda answer: answer.status >= 400 and complain(f"{answer.status}: {answer.url}"))
        page.on("pageerror", lambda error: complain(f"script: {error}"))
        page.on(
            "request", lambda request: request.url.startswith((site.url, "data:", "blob:")) or complain(request.url)
        )

    def open_(
        path: str | None = None,
        *,
        language: str = "zh",
        size: tuple[int, int] = (1440, 900),
        allowed: tuple[str, ...] = (),
        storage: Any = None,
        is_touch: bool = False,
    ) -> Page:
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        context = browser.new_context(
            storage_state=login if storage is None else storage,
            viewport={"width": size[0], "height": size[1]},
            locale=locale,
            timezone_id="Asia/Shanghai",
            has_touch=is_touch,
            is_mobile=is_touch,
        )
        context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": site.url}])
        contexts.append(context)
        page = context.new_page()
        watch(page, allowed)
        page.goto(site.url + (path or f"/shows/{site.show}/live"))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def keep() -> Callable[[Page, str], None]:
    """Keep a screenshot in `screenshots/`."""
    SHOTS.mkdir(exist_ok=True)

    def shoot(page: Page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png")

    return shoot
