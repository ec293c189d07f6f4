"""A Kuaishou shop as documented: signed queries, keyset cursors that end in `nomore`, refresh tokens used once."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.emulators.base import Asked, Platform, Told, VirtualClock

ORDERS, REFUNDS = "/open/order/cursor/list", "/open/seller/order/refund/pcursor/list"
REFRESH = "/oauth2/refresh_token"
KEY, SECRET, SIGN_SECRET = "ks-1", "ks-secret", "ks-sign-secret"
DAY_MS = 86_400_000
FIRST_ID = 2_400_100_000_000_000_000  # more than a float can hold


@dataclass
class Order:
    oid: int
    fen: int
    placed: int
    updated: int
    status: int = 30
    sent: int = 0
    refund: int = 0
    refund_status: int = 0
    refund_updated: int = 0
    way: int = 10


class KuaishouShop(Platform):
    def __init__(self, clock: VirtualClock | None = None, *, size: int = 4, token_seconds: int = 172_800) -> None:
        super().__init__(clock)
        self.orders: list[Order] = []
        self.size, self.token_seconds, self.grants = size, token_seconds, 0
        self.refresh = "first-refresh"
        self.access: dict[str, int] = {}
        self.is_repeating = False  # each page begins with the last row of the one before

    # -- what happens in the shop -------------------------------------------------------------------------------

    def place(self, fen: int) -> Order:
        order = Order(FIRST_ID + len(self.orders), fen, self.now, self.now)
        self.orders.append(order)
        return order

    def send(self, order: Order) -> None:
        order.status, order.sent, order.updated = 40, self.now, self.now

    def fail(self, order: Order) -> None:
        order.status, order.updated = 80, self.now

    def ask_back(self, order: Order, fen: int, *, way: int = 10) -> None:
        order.refund, order.refund_status, order.refund_updated, order.way = fen, 10, self.now, way

    def pay_back(self, order: Order) -> None:
        order.refund_status, order.refund_updated = 60, self.now

    @property
    def now(self) -> int:
        return self.clock.now_us() // 1000

    @property
    def paid(self) -> int:
        return sum(one.fen for one in self.orders)

    @property
    def refunded(self) -> int:
        return sum(one.refund for one in self.orders if one.refund_status == 60 and one.way != 3)

    # -- what the platform says ---------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        if asked.path == REFRESH:
            return self._grant(asked)
        query = asked.query
        if query.get("sign") != self.sign(query):
            return Told({"result": 16, "error_msg": "签名校验失败", "code": "16"})
        if self.clock.seconds >= self.access.get(query.get("access_token", ""), 0):
            return Told({"result": 100200102, "error": "access_denied", "error_msg": "invalid token"})
        wanted = json.loads(query["param"])
        begin, end = wanted["beginTime"], wanted["endTime"]
        if end - begin > (7 if asked.path == ORDERS else 1) * DAY_MS:
            return Told({"result": 300004, "error_msg": "SEARCH TIME RANGE EXPAND 7 DAYS"})
        assert wanted["queryType"] == 2, "this emulator knows no other order than by time of change"
        if asked.path == ORDERS:
            rows = [((one.updated, one.oid), self._order(one)) for one in self.orders]
            list_name, cursor_name = "orderList", "cursor"
        else:
            assert wanted["type"] == 9
            rows = [((one.refund_updated, one.oid), self._refund(one)) for one in self.orders if one.refund_status]
            list_name, cursor_name = "refundOrderInfoList", "pcursor"
        rows = sorted((row for row in rows if begin <= row[0][0] <= end), key=lambda row: row[0])
        page, cursor = self._page(rows, wanted[cursor_name], wanted["pageSize"])
        return Told({"result": 1, "code": "1", "msg": "SUCCESS", "data": {list_name: page, cursor_name: cursor}})

    def _page(self, rows: list[tuple[tuple[int, int], Any]], cursor: str, size: int) -> tuple[list[Any], str]:
        size = min(size, self.size)
        key = tuple(map(int, cursor.split("_"))) if cursor else (0, 0)
        found = [row for row in rows if row[0] > key]
        page = found[:size]
        more = f"{page[-1][0][0]}_{page[-1][0][1]}" if len(found) > size else "nomore"
        told = [row for _key, row in page]
        if self.is_repeating:
            told = [*told[::-1], *[row for at, row in rows if at == key]]
        return told, more

    @staticmethod
    def _order(one: Order) -> dict[str, Any]:
        base = {
            "oid": one.oid, "status": one.status, "totalFee": one.fen, "createTime": one.placed, "payTime": one.placed,
            "sendTime": one.sent, "recvTime": 0, "refundTime": 0, "updateTime": one.updated, "discountFee": 0,
            "buyerOpenId": "buyer-open-1", "buyerNick": "快手老铁", "sellerOpenId": "seller-open",
        }  # fmt: skip
        item = {"itemId": 9_007_199_254_740_993, "skuId": 12, "num": 2, "price": one.fen // 2}
        return {"orderBaseInfo": base, "orderItemInfo": item, "orderAddress": {"consignee": "张三"}}

    @staticmethod
    def _refund(one: Order) -> dict[str, Any]:
        return {
            "refundId": one.oid + 7, "oid": one.oid, "status": one.refund_status, "handlingWay": one.way,
            "refundFee": one.refund, "createTime": one.placed, "updateTime": one.refund_updated, "refundType": 1,
        }  # fmt: skip

    @staticmethod
    def sign(query: dict[str, str]) -> str:
        told = "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name != "sign")
        plain = f"{told}&signSecret={SIGN_SECRET}".encode()
        return base64.b64encode(hmac.digest(SIGN_SECRET.encode(), plain, hashlib.sha256)).decode()

    def _grant(self, asked: Asked) -> Told:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if (asked.method, form.get("grant_type")) != ("POST", "refresh_token"):
            return Told({"result": 100200104, "error": "unsupported_grant_type"})
        if (form.get("app_id"), form.get("app_secret")) != (KEY, SECRET):
            return Told({"result": 100200101, "error": "unauthorized_client"})
        if form.get("refresh_token") != self.refresh:
            return Told({"result": 100200102, "error": "access_denied", "error_msg": "refreshToken.discarded"})
        self.grants += 1
        access, self.refresh = f"access-{self.grants}", f"refresh-{self.grants}"
        self.access[access] = self.clock.seconds + self.token_seconds
        return Told({
            "result": 1, "access_token": access, "expires_in": self.token_seconds, "refresh_token": self.refresh,
            "refresh_token_expires_in": 15_552_000, "scopes": ["merchant_order", "merchant_refund"],
        })  # fmt: skip
