"""A TikTok Shop as documented: signed searches with page tokens, amounts as decimal text, refresh tokens used once."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from tests.emulators.base import Asked, Platform, Told, VirtualClock

ORDERS, RETURNS, REFRESH = (
    "/order/202309/orders/search", "/return_refund/202309/returns/search", "/api/v2/token/refresh",
)  # fmt: skip
KEY, SECRET, CIPHER = "tt-1", "tt-secret", "cipher-1"


@dataclass
class Order:
    order_id: str
    cents: int
    created: int
    updated: int
    refund: int = 0
    refunded_at: int = 0


class TiktokShop(Platform):
    def __init__(self, clock: VirtualClock | None = None, *, size: int = 4, token_seconds: int = 3600) -> None:
        super().__init__(clock)
        self.orders: dict[str, Order] = {}
        self.size, self.token_seconds, self.grants = size, token_seconds, 0
        self.refresh = "first-refresh"
        self.access: dict[str, int] = {}

    def place(self, order_id: int, cents: int) -> Order:
        now = self.clock.seconds
        order = self.orders[str(order_id)] = Order(str(order_id), cents, now, now)
        return order

    def give_back(self, order: Order, cents: int) -> None:
        order.refund, order.refunded_at = cents, self.clock.seconds

    def reply(self, asked: Asked) -> Told:
        if asked.path == REFRESH:
            return self._grant(asked.query)
        if not self._is_signed(asked):
            return Told({"code": 106001, "message": "sign invalid"}, 401)
        ends = self.access.get(asked.headers.get("x-tts-access-token", ""))
        if ends is None or self.clock.seconds >= ends:
            return Told({"code": 105002, "message": "Expired credentials"}, 401)
        form, query = asked.json(), asked.query
        low, high = form["update_time_ge"], form["update_time_lt"]
        if asked.path == ORDERS:
            rows = [self._order(one) for one in self._sorted() if low <= one.updated < high]
            name = "orders"
        else:
            rows = [self._return(one) for one in self._sorted() if one.refund and low <= one.refunded_at < high]
            name = "return_orders"
        start, size = int(query.get("page_token") or 0), min(self.size, int(query["page_size"]))
        more = str(start + size) if start + size < len(rows) else ""
        data = {name: rows[start : start + size], "next_page_token": more, "total_count": len(rows)}
        return Told({"code": 0, "message": "Success", "data": data})

    def _sorted(self) -> list[Order]:
        return sorted(self.orders.values(), key=lambda one: (one.created, one.order_id))

    def _order(self, one: Order) -> dict[str, Any]:
        return {
            "id": one.order_id, "status": "AWAITING_SHIPMENT", "create_time": one.created, "paid_time": one.created,
            "update_time": one.updated, "user_id": "u-1", "line_items": [{"product_id": "9", "sku_id": "8"}],
            "payment": {"currency": "USD", "total_amount": f"{one.cents // 100}.{one.cents % 100:02}"},
        }  # fmt: skip

    def _return(self, one: Order) -> dict[str, Any]:
        return {
            "return_id": f"r{one.order_id}", "order_id": one.order_id, "create_time": one.refunded_at,
            "return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE", "update_time": one.refunded_at,
            "refund_amount": {"currency": "USD", "refund_total": f"{one.refund // 100}.{one.refund % 100:02}"},
        }  # fmt: skip

    def _is_signed(self, asked: Asked) -> bool:
        return asked.query.get("sign") == self.sign(asked.path, asked.query, asked.body.decode(), secret=SECRET)

    @staticmethod
    def sign(path: str, query: dict[str, str], body: str, *, secret: str) -> str:
        told = "".join(k + v for k, v in sorted(query.items()) if k not in ("sign", "access_token"))
        return hmac.new(secret.encode(), (secret + path + told + body + secret).encode(), hashlib.sha256).hexdigest()

    def _grant(self, query: dict[str, str]) -> Told:
        if (query.get("app_secret"), query.get("refresh_token")) != (SECRET, self.refresh):
            return Told({"code": 36004004, "message": "invalid refresh token"})
        self.grants += 1
        self.refresh, access = f"refresh-{self.grants}", f"access-{self.grants}"
        self.access[access] = self.clock.seconds + self.token_seconds
        return Told({"code": 0, "message": "success", "data": {
            "access_token": access, "access_token_expire_in": self.access[access], "refresh_token": self.refresh,
        }})  # fmt: skip

    @property
    def paid(self) -> int:
        return sum(one.cents for one in self.orders.values())

    @property
    def refunded(self) -> int:
        return sum(one.refund for one in self.orders.values())
