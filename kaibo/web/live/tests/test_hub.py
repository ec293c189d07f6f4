"""The hub: snapshot plus patches is the state, whoever watches, however slowly."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.web.live import stream
from kaibo.web.live.hub import (
    LAG_FRAMES,
    PUSH_SECONDS,
    PUSH_SHARE,
    RING_FRAMES,
    ROLL_SECONDS,
    Board,
    Hub,
    apply,
    difference,
    pace_after,
)
from kaibo.web.live.state import Watch
from kaibo.web.live.tickets import COOKIE, Ticket, sign_ticket, stream_path

SHOW = "s/1 晚"  # an id may hold anything
paths = st.dictionaries(st.sampled_from("abcd"), st.sampled_from([None, 0, 1, "x", [1]]), max_size=4)
calm = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def frames_in(body: bytes) -> list[tuple[str, Any]]:
    """(event, data) of every frame, in order."""
    found = []
    for block in body.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def replay(frames: list[tuple[str, Any]], state: dict[str, Any] | None = None) -> dict[str, Any]:
    """The state a page holds after these frames."""
    now = dict(state or {})
    for event, body in frames:
        if event == "snapshot":
            now = body["all"]
        elif event == "patch":
            now = apply(now, body)
    return now


@calm
@given(states=st.lists(paths, min_size=2, max_size=8))
def test_it_reaches_every_state_by_patches(states: list[dict[str, Any]]) -> None:
    for old, new in pairwise(states):
        patch = difference(old, new)
        assert apply(old, {"set": patch.set, "del": patch.dropped}) == new
        assert bool(patch) == (old != new)


@calm
@given(states=st.lists(paths, min_size=1, max_size=12), joins=st.integers(0, 11))
def test_it_serves_one_who_returns_with_the_patches_missed(states: list[dict[str, Any]], joins: int) -> None:
    board: Board[str] = Board("s")
    held, number = {}, 0
    for at, state in enumerate(states):
        board.publish(state)
        if at <= joins:
            held = replay(frames_in(b"".join(board.frames_after(number))), held)
            number = board.number
    frames = board.frames_after(board.number_after(f"{board.epoch}.{number}"))
    assert replay(frames_in(b"".join(frames)), held) == states[-1]


def test_it_gives_a_snapshot_to_strangers_and_latecomers() -> None:
    board: Board[str] = Board("s")
    for value in range(RING_FRAMES + 20):
        board.publish({"a": value})
    assert board.number_after("") == board.number_after("otherprocess.5") == board.number_after(board.epoch) == 0
    for number in (0, 1, board.number + 7):
        frames = frames_in(b"".join(board.frames_after(number)))
        assert [event for event, _ in frames] == ["snapshot"]
        assert frames[0][1] == {"v": board.version, "all": {"a": RING_FRAMES + 19}}
    assert [event for event, _ in frames_in(b"".join(board.frames_after(board.number - 3)))] == ["patch"] * 3
    assert board.frames_after(board.number) == []


def test_it_encodes_a_frame_once_for_all() -> None:
    board: Board[str] = Board("s")
    board.publish({"a": 1})
    board.publish({"a": 2})
    assert board.frames_after(1)[0] is board.frames_after(1)[0]
    assert board.frames_after(0)[0] is board.frames_after(0)[0]
    assert not board.publish({"a": 2}), "nothing changed, nobody is woken"


class Browser:
    """An ASGI client that may be slow: `send` waits for `reading`."""

    def __init__(self) -> None:
        self.body, self.status, self.headers = b"", 0, {}
        self.reading, self.gone = asyncio.Event(), asyncio.Event()
        self.reading.set()

    async def send(self, message: Any) -> None:
        await self.reading.wait()
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        self.body += message.get("body", b"")

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def open(self, show_id: str, *, after: str = "", ticket: str | None = None) -> "asyncio.Task[None]":
        ticket = sign_ticket(Ticket("user:1", show_id, sees_comments=True)) if ticket is None else ticket
        path = stream_path(show_id)
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": f"after={after}".encode(),
            "headers": [(b"cookie", f"{COOKIE}={ticket}".encode())],
        }
        return asyncio.create_task(stream.stream(scope, self.receive, self.send))

    @property
    def frames(self) -> list[tuple[str, Any]]:
        return frames_in(self.body)

    @property
    def state(self) -> dict[str, Any]:
        return replay(self.frames)


class Source:
    """A state that the test moves by hand."""

    def __init__(self) -> None:
        self.value, self.reads = 0, 0

    def version(self, _key: Watch) -> int:
        return self.value

    def state(self, key: Watch) -> dict[str, Any]:
        self.reads += 1
        return {"show": key.show_id, "n": self.value, **({"comment/1": "hi"} if key.sees_comments else {})}


async def eventually(holds: Callable[[], bool], seconds: float = 3) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "did not happen in time"
        await asyncio.sleep(0.005)


def on_hub(monkeypatch: pytest.MonkeyPatch, test: Callable[[Hub[Watch], Source], Awaitable[None]]) -> None:
    """Run the test on a loop of its own with a quick hub in the route's place."""
    monkeypatch.setattr("kaibo.web.live.hub.PUSH_SECONDS", 0.01)

    async def run() -> None:
        source = Source()
        hub: Hub[Watch] = Hub(version_of=source.version, state_of=source.state, poll_seconds=0.01)
        monkeypatch.setattr(stream, "_hub", hub)
        monkeypatch.setattr(stream, "_is_ended", False)
        try:
            await test(hub, source)
        finally:
            await stream.end_streams()

    asyncio.run(run())


def test_it_fans_out_to_two_hundred_from_one_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(hub: Hub[Watch], source: Source) -> None:
        browsers = [Browser() for _ in range(200)]
        tasks = [browser.open(SHOW) for browser in browsers]
        await eventually(lambda: all(browser.state.get("n") == 0 for browser in browsers))
        reads = source.reads
        for value in range(1, 6):
            source.value = value
            await eventually(lambda value=value: all(browser.state.get("n") == value for browser in browsers))
        assert source.reads - reads <= 6, "computed once per change, not once per watcher"
        assert all(browser.state == {"show": SHOW, "n": 5, "comment/1": "hi"} for browser in browsers)
        assert browsers[0].headers[b"x-accel-buffering"] == b"no"
        for browser in browsers:
            browser.gone.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 3)
        assert not hub.boards[Watch(SHOW, sees_comments=True)].watchers, "who left is forgotten"

    on_hub(monkeypatch, test)


def test_it_lets_the_first_change_out_at_once_and_spaces_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(_hub: Hub[Watch], source: Source) -> None:
        monkeypatch.setattr("kaibo.web.live.hub.PUSH_SECONDS", 1.5)
        browser = Browser()
        browser.open(SHOW)
        await eventually(lambda: browser.state.get("n") == 0)
        await asyncio.sleep(1.6)  # a quiet moment
        began = time.monotonic()
        source.value = 1
        await eventually(lambda: browser.state.get("n") == 1)
        at_once = time.monotonic() - began
        source.value = 2
        await eventually(lambda: browser.state.get("n") == 2, seconds=20)
        assert at_once < 1.2 < time.monotonic() - began

    on_hub(monkeypatch, test)


def test_it_computes_a_costly_state_less_often() -> None:
    assert pace_after(0.01) == PUSH_SECONDS
    assert pace_after(0.4) == 0.4 / PUSH_SHARE
    assert pace_after(60.0) == ROLL_SECONDS


def test_it_lets_a_slow_watcher_skip_to_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(_hub: Hub[Watch], source: Source) -> None:
        slow, quick = Browser(), Browser()
        slow.open(SHOW)
        quick.open(SHOW)
        await eventually(lambda: slow.state.get("n") == quick.state.get("n") == 0)
        slow.reading.clear()
        for value in range(1, LAG_FRAMES + 12):
            source.value = value
            await eventually(lambda value=value: quick.state.get("n") == value)
        slow.body = b""
        slow.reading.set()
        await eventually(lambda: slow.state.get("n") == source.value)
        assert [event for event, _ in slow.frames if event != "hello"][-1] == "snapshot"
        assert len(slow.frames) <= 3, "the skipped frames are not sent"
        assert sum(event == "patch" for event, _ in quick.frames) >= LAG_FRAMES + 11

    on_hub(monkeypatch, test)


def test_it_resumes_after_the_version_a_browser_has(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(hub: Hub[Watch], source: Source) -> None:
        first = Browser()
        task = first.open(SHOW)
        await eventually(lambda: first.state.get("n") == 0)
        first.gone.set()
        await task
        board = hub.boards[Watch(SHOW, sees_comments=True)]
        version, held = board.version, first.state
        source.value = 7
        await eventually(lambda: board.version != version)
        again = Browser()
        again.open(SHOW, after=version)
        await eventually(lambda: replay(again.frames, held).get("n") == 7)
        assert "snapshot" not in [event for event, _ in again.frames]

    on_hub(monkeypatch, test)


def test_it_keeps_comments_from_who_may_not_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(_hub: Hub[Watch], _source: Source) -> None:
        quiet = Browser()
        quiet.open(SHOW, ticket=sign_ticket(Ticket("user:2", SHOW, sees_comments=False)))
        await eventually(lambda: quiet.state.get("n") == 0)
        assert b"comment" not in quiet.body

    on_hub(monkeypatch, test)


def test_it_ends_streams_when_the_server_stops_and_when_their_life_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(_hub: Hub[Watch], _source: Source) -> None:
        open_, short = Browser(), Browser()
        task = open_.open(SHOW)
        await eventually(lambda: "n" in open_.state)
        monkeypatch.setattr(stream, "LIFE_SECONDS", (0.0, 0.0))
        await asyncio.wait_for(short.open(SHOW), 2)
        assert short.frames[-1][0] == "bye"
        await stream.end_streams()
        await asyncio.wait_for(task, 2)
        assert open_.frames[-1][0] == "bye"
        late = Browser()
        await asyncio.wait_for(late.open(SHOW), 2)
        assert late.status == 503, "one that comes back at once holds up nothing"

    on_hub(monkeypatch, test)


def test_it_sends_a_ping_that_scripts_can_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PING_SECONDS", 0.05)

    async def test(_hub: Hub[Watch], _source: Source) -> None:
        browser = Browser()
        browser.open(SHOW)
        await eventually(lambda: "ping" in [event for event, _ in browser.frames])

    on_hub(monkeypatch, test)


def test_it_survives_a_state_that_fails(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def test(hub: Hub[Watch], source: Source) -> None:
        def broken(key: Watch) -> dict[str, Any]:
            if source.value == 1:
                raise RuntimeError("the records are gone")
            return Source.state(source, key)

        hub._state_of = broken
        browser = Browser()
        task = browser.open(SHOW)
        await eventually(lambda: "n" in browser.state)
        source.value = 1
        await asyncio.wait_for(task, 2)
        assert "the records are gone" in caplog.text
        source.value = 2
        back = Browser()
        back.open(SHOW, after="old.1")
        await eventually(lambda: back.state.get("n") == 2)

    on_hub(monkeypatch, test)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/live/s/stream", "POST", 405), ("/live/stream", "GET", 404), ("/live/s/other", "GET", 404)],
)
def test_it_refuses_what_is_no_stream(path: str, method: str, status: int) -> None:
    async def run() -> int:
        browser = Browser()
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": []}
        await stream.stream(scope, browser.receive, browser.send)
        return browser.status

    assert asyncio.run(run()) == status
