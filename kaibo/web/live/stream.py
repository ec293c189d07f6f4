"""`GET /live/<show>/stream?after=<version>`: server-sent events as a plain ASGI coroutine.

No database and no session: a Django view would pin a thread and a connection per watcher. A ticket of 60 s admits;
no stream lives longer than ten minutes, so a person who lost access is out by then.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.web.live.hub import LAG_FRAMES, RING_FRAMES, Board, Hub
from kaibo.web.live.state import Watch, live_state, live_version
from kaibo.web.live.tickets import ticket_of
from kaibo.web.plain import Receive, Scope, Send

PING_SECONDS = 15.0
LIFE_SECONDS = (540.0, 600.0)  # spread, so that a thousand streams do not come back in the same second
RETRY_MS = 2000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_hub: Hub[Watch] | None = None


def _nothing() -> None:
    """There is nothing to take back."""


_unlisten: Callable[[], None] = _nothing
_is_ended = False


def hub() -> Hub[Watch]:
    """The hub of this process, made at the first watcher."""
    global _hub, _unlisten  # noqa: PLW0603 - one per process by nature: it owns tasks of the one event loop
    if _hub is None:
        _hub = Hub(
            version_of=live_version,
            state_of=live_state,
            is_told=eventlog.notices.is_listening,
            name_of=lambda watch: watch.show_id,
        )
        loop, ring = asyncio.get_running_loop(), _hub.ring
        _unlisten = eventlog.notices.listen("show", lambda show_id: loop.call_soon_threadsafe(ring, show_id))
    return _hub


def watchers() -> int:
    """How many streams are open in this process."""
    boards = list(_hub.boards.values()) if _hub is not None else []
    return sum(len(board.watchers) for board in boards)


async def end_streams() -> None:
    """Let every browser go; the server calls it when it is told to stop, before it waits for connections.

    From then on there are no new ones: a browser comes back at once over the connection it still has.
    """
    global _hub, _is_ended, _unlisten  # noqa: PLW0603 - one per process, as the hub
    _is_ended = True
    unlisten, _unlisten = _unlisten, _nothing
    unlisten()
    if _hub is not None:
        closing, _hub = _hub, None
        await closing.close()


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one watcher until it leaves, the life is over or the server stops."""
    show_id = _show_of(scope["raw_path"] if scope.get("raw_path") else scope["path"].encode())
    if show_id is None:
        await _refuse(send, 404, "there is no such stream")
        return
    if scope["method"] != "GET":
        await _refuse(send, 405, "a stream is read with GET")
        return
    headers = {name: value for name, value in scope["headers"] if name in {b"cookie", b"last-event-id"}}
    ticket = ticket_of(headers.get(b"cookie", b"").decode("latin-1"), show_id=show_id)
    if ticket is None:
        await _refuse(send, 403, "the ticket is missing or over; ask /shows/<id>/live/ticket for a new one")
        return
    if _is_ended:
        await _refuse(send, 503, "the server is stopping; come back in a moment")
        return
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    after = query.get("after", [""])[0] or headers.get(b"last-event-id", b"").decode("latin-1")
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    board = hub().board(Watch(show_id, ticket.sees_comments))
    await _serve(board, board.number_after(after), receive, send)


async def _serve(board: Board[Watch], number: int, receive: Receive, send: Send) -> None:
    wake = asyncio.Event()
    board.watchers.add(wake)
    gone = asyncio.get_running_loop().create_task(_until_gone(receive, wake))
    try:
        await _send(send, f"retry: {RETRY_MS}\n\n".encode() + _hello(board, number))
        ends_at = time.monotonic() + random.uniform(*LIFE_SECONDS)
        at_most = RING_FRAMES  # one that returns may catch up through the whole ring; afterwards it has to keep up
        while not (gone.done() or board.is_closed or time.monotonic() >= ends_at):
            wake.clear()
            frames = board.frames_after(number, at_most=at_most)
            if frames:
                number, at_most = board.number, LAG_FRAMES
                await _send(send, b"".join(frames))
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await wake.wait()
                    continue
            await _send(send, _ping())
        if not gone.done():
            await send({"type": "http.response.body", "body": b"event: bye\ndata: {}\n\n", "more_body": False})
    finally:
        board.watchers.discard(wake)
        gone.cancel()


async def _until_gone(receive: Receive, wake: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    wake.set()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _ping() -> bytes:
    """A real event, not a comment: the page sees that the line is alive and what time it is here."""
    return f'event: ping\ndata: {{"now_us":{now_us()}}}\n\n'.encode()


def _hello(board: Board[Watch], number: int) -> bytes:
    """Tells a returning watcher that it is up to date even when no patch is due."""
    is_current = board.state is not None and number == board.number
    body = f'{{"now_us":{now_us()},"is_current":{"true" if is_current else "false"}}}'
    return f"event: hello\ndata: {body}\n\n".encode()


def _show_of(raw_path: bytes) -> str | None:
    """The show id in the path, unquoted after splitting, so that an id may hold a slash."""
    parts = raw_path.split(b"?")[0].decode("latin-1").strip("/").split("/")
    if len(parts) == 3 and parts[0] == "live" and parts[2] == "stream" and parts[1]:
        return unquote(parts[1])
    return None


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode(), "more_body": False})
