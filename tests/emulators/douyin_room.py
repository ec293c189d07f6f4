"""Douyin's room data as documented: shows by account, totals stated some time after the end, tokens that expire."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.base import Asked, Platform, Told, VirtualClock

KEY, SECRET, OPEN_ID = "aw-key", "rft.secret", "open-1"
LISTED, BASE, INTERACTIVE, AUDIENCE = (
    f"/room/data/{part}/get/" for part in ("room_id", "base", "interactive", "audience")
)
REFRESH = "/oauth/refresh_token/"
TOTALS = {
    INTERACTIVE: ("live_comment_cnt_td", "live_like_cnt_td", "live_share_cnt_td"),
    AUDIENCE: ("live_watch_cnt_td", "live_watch_ucnt_td"),
}


@dataclass
class Show:
    room: str
    start: int
    end: int
    totals: dict[str, int]


class DouyinRoom(Platform):
    """`ready` is how many seconds after the end base data are stated, twice that until the others are."""

    def __init__(self, clock: VirtualClock | None = None, *, ready: int = 600, token_seconds: int = 1_000) -> None:
        super().__init__(clock)
        self.shows: dict[str, Show] = {}
        self.ready, self.token_seconds, self.grants = ready, token_seconds, 0
        self.refresh = SECRET
        self.access: dict[str, int] = {}

    def show(self, room: int, *, seconds: int, first: int) -> Show:
        """A show that ended now; its totals are `first` and up."""
        now = self.clock.seconds
        names = ["live_follow_ucnt_td", *TOTALS[INTERACTIVE], *TOTALS[AUDIENCE]]
        found = Show(str(room), now - seconds, now, {name: first + n for n, name in enumerate(names)})
        self.shows[found.room] = found
        return found

    def reply(self, asked: Asked) -> Told:
        if asked.path == REFRESH:
            return self._grant(dict(parse_qsl(asked.body.decode())))
        ends = self.access.get(asked.headers.get("access-token", ""))
        if ends is None or self.clock.seconds >= ends:
            return Told({"err_no": 28001008, "err_msg": "access_token expired", "log_id": "1"})
        query = asked.query
        if query["open_id"] != OPEN_ID:
            return Told({"err_no": 28001018, "err_msg": "not authorised"})
        if asked.path == LISTED:
            low, high = int(query["start_time"]), int(query["end_time"])
            rooms = [one.room for one in self.shows.values() if low <= one.start < high]
            return Told({"err_no": 0, "err_msg": "", "room_ids": rooms, "log_id": "1"})
        assert query["live_id"] == "1"
        return Told({"err_no": 0, "err_msg": "", "log_id": "1", "data": self._data(asked.path, query["room_id"])})

    def _data(self, path: str, room: str) -> dict[str, Any]:
        show = self.shows[room]
        passed = self.clock.seconds - show.end
        if path == BASE:
            is_ready, rows = passed >= self.ready, {"live_start_ts": show.start, "live_end_ts": show.end}
            rows["live_follow_ucnt_td"] = show.totals["live_follow_ucnt_td"]
        else:
            is_ready, rows = passed >= 2 * self.ready, {name: show.totals[name] for name in TOTALS[path]}
        place = {"item_type": 3, "live_id": 1}
        states = [{**place, "name": name, "is_ready": is_ready, "time_slot": "2026-06-01"} for name in rows]
        stats = [
            {**place, "item": room, "name": name, "timeslot": "2026-06-01", "value": value if is_ready else 0}
            for name, value in rows.items()
        ]
        return {"stats": stats, "data_ready_status": states}

    def _grant(self, form: dict[str, str]) -> Told:
        if form != {"client_key": KEY, "grant_type": "refresh_token", "refresh_token": self.refresh}:
            return Told({"data": {"error_code": 10010, "description": "refresh_token expired"}, "message": "error"})
        self.grants += 1
        access = f"act.{self.grants}"
        self.access[access] = self.clock.seconds + self.token_seconds
        data = {"access_token": access, "expires_in": self.token_seconds, "refresh_token": self.refresh}
        return Told({"data": {**data, "error_code": 0, "open_id": OPEN_ID}, "message": "success"})
