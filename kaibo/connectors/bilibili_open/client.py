"""Bilibili's open live platform: start a game, keep its line open and alive, end it. Messages are kept as received."""

import contextlib
import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import ClientConnection, connect

from kaibo.connectors import signing
from kaibo.connectors.bilibili_open.packets import HEADER, MESSAGE
from kaibo.connectors.calling import (
    ATTEMPTS,
    LOOPBACK,
    TIMEOUT_SECONDS,
    Call,
    Caller,
    PlatformFault,
    closing,
    needed_settings,
)
from kaibo.connectors.contracts import Checked
from kaibo.connectors.pacing import Stopped
from kaibo.connectors.payloads import text, whole
from kaibo.connectors.polling import Line, Page, Poll
from kaibo.connectors.settling import BY, FETCH
from kaibo.eventlog.polls import Fetched
from kaibo.kit.clock import MICROS

BASE = "https://live-open.biliapi.com"
NEEDS = ("access_key", "access_secret", "app_id", "code")
POLLS = (Poll("room", 10, keeps_gap=True, is_endless=True),)
HEARTBEAT_SECONDS, PING_SECONDS = 20.0, 30.0
BEAT_AGAIN_SECONDS, BEAT_WAIT_SECONDS = 5.0, 5.0
"""A beat is asked for once and not long, since meanwhile nobody reads the line; the next try comes soon."""
SILENT_SECONDS = 70.0
"""The platform answers a ping; after two without an answer the line is dead, whatever TCP says."""
GATHER_SECONDS, GATHER_PACKETS = 1.0, 200
JOIN, JOINED, PING, PONG = 7, 8, 2, 3
OPEN_SECONDS = 5.0
"""The platform closes a line that has not said who it is within five seconds."""


def poll(name: str, cursor: dict[str, Any], line: Line) -> Iterator[Page]:  # noqa: ARG001 - there is one poll
    """Messages as they come, for as long as the line stays open; what is said while it is down is lost for good."""
    with closing(_caller(line)) as caller, closing(_caller(line, attempts=1, seconds=BEAT_WAIT_SECONDS)) as beats:
        game = _start(caller, line)
        try:
            with _opened(game) as socket:
                yield from _talk(socket, game, beats, line, cursor)
        except (ConnectionClosed, InvalidHandshake, InvalidURI, OSError) as error:
            fault = PlatformFault(f"the line to the room broke: {type(error).__name__}")
            fault.code = "line_broken"
            raise fault from None
        finally:
            with contextlib.suppress(PlatformFault):
                _post(caller, line, "/v2/app/end", {"app_id": whole(line.settings["app_id"]), "game_id": game.game_id})


def check(line: Line) -> Checked:
    """Whose room the code opens; the game is ended at once."""
    needed_settings(line.settings, *NEEDS)
    with closing(_caller(line)) as caller:
        game = _start(caller, line)
        _post(caller, line, "/v2/app/end", {"app_id": whole(line.settings["app_id"]), "game_id": game.game_id})
        return Checked("room", game.room_id)


class _Game:
    """What the platform says when a game starts."""

    def __init__(self, said: dict[str, Any]) -> None:
        data = _inner(said, "data")
        socket, info = _inner(data, "websocket_info"), _inner(data, "game_info")
        links = socket.get("wss_link")
        self.game_id = text(info.get("game_id")) or ""
        self.room_id = text(_inner(data, "anchor_info").get("room_id")) or ""
        self.auth = str(socket.get("auth_body") or "")
        self.link = str(links[0]) if isinstance(links, list) and links else ""
        parts = urlsplit(self.link)
        if parts.scheme != "wss" and not (parts.scheme == "ws" and parts.hostname in LOOPBACK):
            raise PlatformFault("Bilibili names no line to open")


def _start(caller: Caller, line: Line) -> _Game:
    wanted = {"code": line.settings["code"], "app_id": whole(line.settings["app_id"])}
    return _Game(_post(caller, line, "/v2/app/start", wanted))


@contextlib.contextmanager
def _opened(game: _Game) -> Iterator[ClientConnection]:
    with connect(
        game.link, open_timeout=OPEN_SECONDS, close_timeout=1, ping_interval=None, max_size=8 * 1024**2, proxy=None
    ) as socket:
        socket.send(_packet(game.auth.encode(), JOIN))
        try:
            answer = socket.recv(timeout=OPEN_SECONDS)
        except TimeoutError:
            raise PlatformFault("Bilibili does not let us into the room") from None
        if not isinstance(answer, bytes) or len(answer) < HEADER.size or HEADER.unpack_from(answer)[3] != JOINED:
            raise PlatformFault("Bilibili does not let us into the room")
        yield socket


def _talk(socket: ClientConnection, game: _Game, beats: Caller, line: Line, cursor: dict[str, Any]) -> Iterator[Page]:
    """Pages of about a second's packets, an empty one now and then as a sign of life; the last one when it ends."""
    held: list[bytes] = []
    number = int(cursor.get("number") or 0)
    try:
        for is_due in _heard(socket, game, beats, line, held):
            if len(held) >= GATHER_PACKETS or is_due:
                number += 1
                yield Page({"number": number}, (_kept(held, game, line, number),) if held else ())
                held.clear()
    except (ConnectionClosed, PlatformFault, Stopped):
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while True:  # what was said before the line broke was said
                _hold(socket.recv(timeout=0), held)
        if held:
            yield Page({"number": number + 1}, (_kept(held, game, line, number + 1),))
        raise


def _heard(socket: ClientConnection, game: _Game, beats: Caller, line: Line, held: list[bytes]) -> Iterator[bool]:
    """Fills `held` and keeps game and line alive; whether what is held, or a sign of life, is due."""
    beat = float(line.options.get("heartbeat_seconds", HEARTBEAT_SECONDS))
    now = _seconds(line)
    beat_at, ping_at, heard_at, told_at = now, now, now, now
    while True:
        now = _seconds(line)
        if now >= beat_at:
            beat_at = now + (beat if _beat(beats, line, game) else min(beat, BEAT_AGAIN_SECONDS))
        if now >= ping_at:
            socket.send(_packet(b"", PING))
            ping_at = now + min(PING_SECONDS, beat * 1.5)
        if now - heard_at > SILENT_SECONDS:
            raise PlatformFault("the room's line is dead: no answer to our pings")
        with contextlib.suppress(TimeoutError):
            data = socket.recv(timeout=min(GATHER_SECONDS, beat) / 4)
            heard_at = now
            _hold(data, held)
        line.clock.sleep(0)
        is_quiet_long = now - told_at >= min(10 * GATHER_SECONDS, beat)
        is_due = is_quiet_long or bool(held and now - told_at >= min(GATHER_SECONDS, beat))
        yield is_due
        told_at = now if is_due else told_at


def _beat(beats: Caller, line: Line, game: _Game) -> bool:
    """Whether the platform took the beat. Raises PlatformFault where it refuses.

    While it does not answer at all the line still brings what is said: it is left when the line itself ends.
    """
    try:
        _post(beats, line, "/v2/app/heartbeat", {"game_id": game.game_id})
    except PlatformFault as fault:
        if fault.is_permanent or fault.is_for_later:
            raise
        return False
    return True


def _kept(packets: list[bytes], game: _Game, line: Line, number: int) -> Fetched:
    at = line.clock.now_us()
    told = {BY: FETCH, "room": game.room_id}
    return Fetched(b"".join(packets), told, delivery_id=f"room:{game.game_id}:{number}", received_at=at)


def _hold(data: str | bytes, held: list[bytes]) -> None:
    if isinstance(data, bytes) and len(data) >= HEADER.size and HEADER.unpack_from(data)[3] == MESSAGE:
        held.append(data)


def _packet(body: bytes, operation: int) -> bytes:
    return HEADER.pack(HEADER.size + len(body), HEADER.size, 0, operation, 1) + body


def _seconds(line: Line) -> float:
    return line.clock.now_us() / MICROS


def _post(caller: Caller, line: Line, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(wanted).encode()

    def make(_token: str) -> Call:
        headers = {
            "x-bili-accesskeyid": line.settings["access_key"],
            "x-bili-content-md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
            "x-bili-signature-method": "HMAC-SHA256",
            "x-bili-signature-nonce": uuid.uuid4().hex,
            "x-bili-signature-version": "1.0",
            "x-bili-timestamp": str(line.clock.now_us() // MICROS),
        }
        sign = signing.bilibili_request(headers, line.settings["access_secret"])
        rest = {"authorization": sign, "content-type": "application/json", "accept": "application/json"}
        return Call("POST", path, {}, body, {**headers, **rest})

    return caller.ask(make).said


def _caller(line: Line, *, attempts: int = ATTEMPTS, seconds: float = TIMEOUT_SECONDS) -> Caller:
    known = {name: value for name, value in line.options.items() if name != "heartbeat_seconds"}
    return Caller(
        "bilibili_open",
        base=line.settings.get("base_url") or BASE,
        clock=line.clock,
        code_of=lambda said: str(whole(said.get("code")) or ""),
        **{"attempts": attempts, "timeout": seconds, **known},
    )


def _inner(given: dict[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}
