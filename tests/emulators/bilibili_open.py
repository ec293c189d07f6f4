"""Bilibili's open live platform as documented: signed start, heartbeat and end; a WebSocket of three packet forms."""

import hashlib
import hmac
import json
import struct
import threading
import time
import zlib
from typing import Any

import brotli
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.emulators.base import Asked, Platform, Told, VirtualClock

KEY, SECRET, CODE, ROOM = "ak-1", "bili-secret", "host-code", 910


def pack(body: bytes, operation: int, version: int = 0) -> bytes:
    return struct.pack(">IHHII", 16 + len(body), 16, version, operation, 1) + body


class BilibiliOpen(Platform):
    """`say` sends messages down the line: plain, or several compressed into one packet."""

    def __init__(self, clock: VirtualClock | None = None) -> None:
        super().__init__(clock)
        self.games: dict[str, bool] = {}
        self.beats = self.pings = 0
        self.lines: list[ServerConnection] = []
        self._said: set[str] = set()
        self.truth: dict[str, int] = {"DM": 0, "SEND_GIFT": 0}
        self.script: list[list[list[dict[str, Any]]]] | None = None  # lines to come: packets of messages, then the end

    def __enter__(self) -> "BilibiliOpen":
        super().__enter__()
        self._socket = serve(self._line, "127.0.0.1", 0, ping_interval=None)
        self._port = self._socket.socket.getsockname()[1]
        threading.Thread(target=self._socket.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.hang_up()
        self._socket.shutdown()
        super().__exit__(*error)

    # -- calls ------------------------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        if not self._is_signed(asked):
            return Told({"code": 4002, "message": "sign error"})
        form = asked.json()
        if asked.path == "/v2/app/start":
            if form.get("code") != CODE:
                return Told({"code": 7000, "message": "bad code"})
            game = f"game-{len(self.games) + 1}"
            self.games[game] = True
            return Told({"code": 0, "message": "0", "data": {
                "game_info": {"game_id": game},
                "websocket_info": {"auth_body": json.dumps({"key": game}), "wss_link": [f"ws://127.0.0.1:{self._port}/sub"]},
                "anchor_info": {"room_id": ROOM, "uname": "x", "open_id": "o"},
            }})  # fmt: skip
        game = form.get("game_id", "")
        if not self.games.get(game):
            return Told({"code": 7003, "message": "no game"})
        if asked.path == "/v2/app/heartbeat":
            self.beats += 1
        else:
            self.games[game] = False
        return Told({"code": 0, "message": "0", "data": {}})

    def _is_signed(self, asked: Asked) -> bool:
        head = {name: value for name, value in asked.headers.items() if name.startswith("x-bili-")}
        plain = "\n".join(f"{name}:{head[name]}" for name in sorted(head))
        wanted = hmac.new(SECRET.encode(), plain.encode(), hashlib.sha256).hexdigest()
        digest = hashlib.md5(asked.body).hexdigest()
        return asked.headers.get("authorization") == wanted and head["x-bili-content-md5"] == digest

    # -- the line ---------------------------------------------------------------------------------------------

    def _line(self, socket: ServerConnection) -> None:
        try:
            first = socket.recv(timeout=5)
            assert isinstance(first, bytes)
            if struct.unpack_from(">IHHII", first)[3] != 7 or not self.games.get(json.loads(first[16:])["key"]):
                return
            socket.send(pack(b'{"code":0}', 8))
            self.lines.append(socket)
            if self.script is not None:
                for number, messages in enumerate(self.script.pop(0) if self.script else ()):
                    self.say(socket, messages, form=("plain", "zlib", "brotli")[number % 3])
                return
            for data in socket:
                assert isinstance(data, bytes)
                if struct.unpack_from(">IHHII", data)[3] == 2:
                    self.pings += 1
                    socket.send(pack(struct.pack(">I", 7), 3))
        except (ConnectionClosed, TimeoutError):
            return

    def wait_for_line(self, number: int = 1) -> ServerConnection:
        ends = time.monotonic() + 10
        while len(self.lines) < number:
            assert time.monotonic() < ends, "nobody opened a line"
            time.sleep(0.005)
        return self.lines[number - 1]

    def hang_up(self) -> None:
        for socket in self.lines:
            socket.socket.close()

    def say(self, socket: ServerConnection, messages: list[dict[str, Any]], *, form: str = "plain") -> None:
        """Messages over the line, each counted once in the truth however often it is said."""
        bodies = [json.dumps(one, ensure_ascii=False).encode() for one in messages]
        packets = b"".join(pack(body, 5) for body in bodies)
        if form == "zlib":
            packets = pack(zlib.compress(packets), 5, 2)
        elif form == "brotli":
            packets = pack(brotli.compress(packets), 5, 3)
        socket.send(packets)
        for one in messages:
            if one["data"]["msg_id"] not in self._said:
                self._said.add(one["data"]["msg_id"])
                name = one["cmd"].removeprefix("LIVE_OPEN_PLATFORM_")
                self.truth[name] += one["data"].get("r_price", 1) * one["data"].get("gift_num", 1)


def comment(number: int, at: int) -> dict[str, Any]:
    return {"cmd": "LIVE_OPEN_PLATFORM_DM", "data": {
        "room_id": ROOM, "open_id": f"p{number % 7}", "msg": f"好看 {number}", "msg_id": f"dm-{number}",
        "timestamp": at,
    }}  # fmt: skip


def gift(number: int, at: int, price: int) -> dict[str, Any]:
    return {"cmd": "LIVE_OPEN_PLATFORM_SEND_GIFT", "data": {
        "room_id": ROOM, "open_id": f"p{number % 7}", "gift_id": 1, "gift_name": "花", "gift_num": 2, "r_price": price,
        "paid": True, "msg_id": f"gift-{number}", "timestamp": at,
    }}  # fmt: skip
