"""Douyin's live data tasks as documented: tokens, start, state, and what could not be pushed, kept page by page."""

import json
from typing import Any

from tests.emulators.base import Asked, Platform, Told, VirtualClock

APP, SECRET = "tt-app", "douyin-app-secret"
START, STATE, LOST = "/api/live_data/task/start", "/api/live_data/task/get", "/api/live_data/task/fail_data/get"


class DouyinPush(Platform):
    def __init__(self, clock: VirtualClock | None = None, *, token_seconds: int = 7200) -> None:
        super().__init__(clock)
        self.on_air: set[str] = set()
        self.running: set[tuple[str, str]] = set()
        self.lost: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.access: dict[str, int] = {}
        self.grants, self.token_seconds = 0, token_seconds

    def lose(self, room: str, kind: str, message: dict[str, Any]) -> None:
        """A push that nobody took."""
        self.lost.setdefault((room, kind), []).append(message)

    def reply(self, asked: Asked) -> Told:
        if asked.path == "/api/apps/v2/token":
            form = asked.json()
            if (form["appid"], form["secret"]) != (APP, SECRET):
                return Told({"err_no": 40017, "err_tips": "bad secret"})
            self.grants += 1
            self.access[f"token-{self.grants}"] = self.clock.seconds + self.token_seconds
            data = {"access_token": f"token-{self.grants}", "expires_in": self.token_seconds}
            return Told({"err_no": 0, "err_tips": "success", "data": data})
        ends = self.access.get(asked.headers.get("access-token", ""))
        if ends is None or self.clock.seconds >= ends:
            return Told({"err_no": 40022, "err_msg": "access_token invalid"})
        given = asked.json() if asked.method == "POST" else asked.query
        key = (given["roomid"], given["msg_type"])
        if asked.path == START:
            if key[0] not in self.on_air:
                return Told({"err_no": 5003019, "err_msg": "task not allowed"})
            self.running.add(key)
            return Told({"err_no": 0, "err_msg": "", "data": {"task_id": "t"}})
        if asked.path == STATE:
            return Told({"err_no": 0, "err_msg": "", "data": {"status": 3 if key in self.running else 1}})
        number, size = int(given["page_num"]), int(given["page_size"])
        rows = self.lost.get(key, [])[(number - 1) * size : number * size]
        listed = [{"roomid": key[0], "msg_type": key[1], "payload": json.dumps([row])} for row in rows]
        return Told({"err_no": 0, "err_msg": "", "data": {"page_num": number, "data_list": listed}})
