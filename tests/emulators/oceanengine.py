"""Qianchuan as its documents describe it: one-time refresh tokens, paged rooms, totals in yuan that only grow."""

import json
from dataclasses import dataclass
from typing import Any

from tests.emulators.base import Asked, Platform, Told, VirtualClock, pages

ROOMS = "/open_api/v1.0/qianchuan/today_live/room/get/"
HOURS = "/open_api/v1.0/qianchuan/report/advertiser/get/"
PLANS = "/open_api/v1.0/qianchuan/report/ad/get/"
UNI = "/open_api/v1.0/qianchuan/report/uni_promotion/get/"
TOKEN = "/open_api/oauth2/refresh_token/"


@dataclass
class RoomTotals:
    """What one room has cost and brought so far, in fen."""

    room_id: int
    cost: int = 0
    gmv: int = 0
    shown: int = 0
    watched: int = 0

    def row(self) -> dict[str, Any]:
        return {
            "room_id": self.room_id,
            "stat_cost": self.cost / 100,
            "luban_live_pay_order_gmv": self.gmv / 100,
            "show_cnt": self.shown,
            "total_live_watch_cnt": self.watched,
        }


class Oceanengine(Platform):
    """One account. `token_seconds` is the life of an access token."""

    def __init__(self, clock: VirtualClock | None = None, *, token_seconds: int = 86400, page_size: int = 2) -> None:
        super().__init__(clock)
        self.rooms: dict[int, RoomTotals] = {}
        self.hours: dict[str, int] = {}
        self.plans: dict[str, int] = {}
        self.slow_seconds = 0.0
        self.refresh, self.number = "first-refresh", 0
        self.access: dict[str, int] = {}
        self.token_seconds, self.page_size = token_seconds, page_size
        self.grants = 0

    def reply(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self._grant(asked.json())
        ends = self.access.get(asked.headers.get("access-token", ""))
        if ends is None:
            return Told({"code": 40105, "message": "access_token invalid"})
        if self.clock.seconds >= ends:
            return Told({"code": 40102, "message": "access_token expired"})
        if asked.query.get("advertiser_id") != "77":
            return Told({"code": 40002, "message": "no permission"})
        json.loads(asked.query["fields"])
        if asked.path == ROOMS:
            return self._page([self.rooms[key].row() for key in sorted(self.rooms)], "room_list", asked)
        if asked.path == HOURS:
            hours = [
                (hour, cost) for hour, cost in sorted(self.hours.items()) if hour[:10] == asked.query["start_date"]
            ]
            return self._page([{"stat_datetime": hour, "stat_cost": cost / 100} for hour, cost in hours], "list", asked)
        if asked.path == PLANS:
            self.clock.sleep(self.slow_seconds)
            cost = self.plans.get(asked.query["start_date"])
            return self._page([] if cost is None else [{"ad_id": 7, "stat_cost": cost / 100}], "list", asked)
        return Told({"code": 40000, "message": "unknown path"})

    def _page(self, rows: list[dict[str, Any]], name: str, asked: Asked) -> Told:
        page, size = int(asked.query["page"]), min(self.page_size, int(asked.query["page_size"]))
        last = max(1, -(-len(rows) // size))
        info = {"page": page, "page_size": size, "total_number": len(rows), "total_page": last}
        return Told({"code": 0, "message": "OK", "data": {name: pages(rows, page, size), "page_info": info}})

    def _grant(self, form: dict[str, Any]) -> Told:
        self.grants += 1
        if form.get("refresh_token") != self.refresh or form.get("secret") != "s":
            return Told({"code": 40107, "message": "refresh_token invalid"})
        self.number += 1
        self.refresh, access = f"refresh-{self.number}", f"access-{self.number}"
        self.access[access] = self.clock.seconds + self.token_seconds
        return Told({"code": 0, "message": "OK", "data": {
            "access_token": access, "expires_in": self.token_seconds, "refresh_token": self.refresh,
            "refresh_token_expires_in": 604800,
        }})  # fmt: skip

    def void_tokens(self) -> None:
        self.access.clear()

    @property
    def cost(self) -> int:
        """The truth, in fen."""
        return sum(room.cost for room in self.rooms.values())
