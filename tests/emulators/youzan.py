"""A Youzan shop as documented: numbered pages of what changed, seen late, yuan as text, errors with status 200."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.emulators.base import Asked, Platform, Told, VirtualClock, pages

ORDERS, REFUNDS, TOKEN = (
    "/api/youzan.trades.sold.get/4.0.4", "/api/youzan.trade.refund.search/3.0.1", "/auth/token",
)  # fmt: skip
CLIENT, SECRET, SHOP = "yz-client", "yz-secret", "4001"
EAST = timezone(timedelta(hours=8))


@dataclass
class Order:
    tid: str
    fen: int
    created: int
    updated: int
    status: str = "WAIT_SELLER_SEND_GOODS"
    sent: int = 0
    refund: int = 0
    refund_status: str = ""
    modified: int = 0
    demand: int = 1


def local(seconds: int) -> str | None:
    return datetime.fromtimestamp(seconds, EAST).strftime("%Y-%m-%d %H:%M:%S") if seconds else None


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


class Youzan(Platform):
    def __init__(self, clock: VirtualClock | None = None, *, size: int = 4, token_seconds: int = 604_800) -> None:
        super().__init__(clock)
        self.orders: list[Order] = []
        self.size, self.token_seconds, self.grants = size, token_seconds, 0
        self.token, self.ends = "", 0
        self.lag = 0  # seconds until a change is seen
        self.is_newest_first = False
        self.after_reply: Callable[[Asked], None] = lambda _asked: None
        self.most = 10_000

    # -- what happens in the shop -------------------------------------------------------------------------------

    def place(self, fen: int) -> Order:
        now = self.clock.seconds
        order = Order(f"E20260601{len(self.orders):015}", fen, now, now)
        self.orders.append(order)
        return order

    def send(self, order: Order) -> None:
        order.status, order.sent = "WAIT_BUYER_CONFIRM_GOODS", self.clock.seconds
        self.touch(order)

    def close(self, order: Order) -> None:
        order.status = "TRADE_CLOSED"
        self.touch(order)

    def touch(self, order: Order) -> None:
        order.updated = self.clock.seconds

    def ask_back(self, order: Order, fen: int, *, demand: int = 1) -> None:
        order.refund, order.refund_status, order.demand = fen, "WAIT_SELLER_AGREE", demand
        order.modified = self.clock.seconds

    def pay_back(self, order: Order) -> None:
        order.refund_status, order.modified = "SUCCESS", self.clock.seconds

    @property
    def paid(self) -> int:
        return sum(one.fen for one in self.orders)

    @property
    def refunded(self) -> int:
        return sum(one.refund for one in self.orders if one.refund_status == "SUCCESS" and one.demand != 3)

    # -- what the platform says ---------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        if asked.path == TOKEN:
            return self._grant(asked.json())
        if asked.query.get("access_token") != self.token:
            return self._gateway(4203, "Token 不存在")
        if self.clock.seconds >= self.ends:
            return self._gateway(4202, "请求凭证过期")
        form, seen = asked.json(), self.clock.seconds - self.lag
        if form["page_size"] > 100 or form["page_no"] > 100:
            return Told({"code": 5000, "success": False, "message": "每页最多显示100条数据", "data": None})
        if asked.path == ORDERS:
            low, high = form["start_update"], form["end_update"]
            found = [
                (one.updated, one.tid, self._order(one))
                for one in self.orders
                if low <= str(local(one.updated)) <= high and one.updated <= seen
            ]
            name, total = "full_order_info_list", "total_results"
        else:
            low, high = form["update_time_start"], form["update_time_end"]
            found = [
                (one.modified, one.tid, self._refund(one))
                for one in self.orders
                if one.refund_status and low <= one.modified <= high and one.modified <= seen
            ]
            name, total = "refunds", "total"
        rows = [row for _at, _tid, row in sorted(found, key=lambda one: one[:2], reverse=self.is_newest_first)]
        page = pages(rows, form["page_no"], form["page_size"])
        if (form["page_no"] - 1) * form["page_size"] >= self.most:
            page = []
        self.after_reply(asked)
        data = {name: page, total: len(rows)}
        return Told({"trace_id": "yz7", "code": 200, "success": True, "message": "successful", "data": data})

    @staticmethod
    def _order(one: Order) -> dict[str, Any]:
        order = {
            "tid": one.tid, "status": one.status, "created": local(one.created), "update_time": local(one.updated),
            "pay_time": local(one.created), "consign_time": local(one.sent), "success_time": None,
        }  # fmt: skip
        paid = {"payment": yuan(one.fen), "total_fee": yuan(one.fen + 500), "post_fee": "0.00", "deduction_pay": 100}
        lines = [{"oid": "1", "item_id": 9_007_199_254_740_993, "sku_id": 5, "num": 2, "title": "茶"}]
        buyer = {"yz_open_id": "buyer-1", "buyer_phone": "13800000000"}
        address = {"receiver_name": "张三", "receiver_tel": "13800000000"}
        full = {"order_info": order, "pay_info": paid, "orders": lines, "buyer_info": buyer, "address_info": address}
        return {"full_order_info": full}

    @staticmethod
    def _refund(one: Order) -> dict[str, Any]:
        return {
            "refund_id": f"2026{one.tid[1:]}", "status": one.refund_status, "tid": one.tid, "kdt_id": int(SHOP),
            "refund_fee": yuan(one.refund), "created": local(one.created), "modified": local(one.modified),
            "demand": one.demand, "reason": 1, "return_goods": one.demand == 2,
        }  # fmt: skip

    @staticmethod
    def _gateway(code: int, message: str) -> Told:
        return Told({"gw_err_resp": {"trace_id": "yz7", "err_msg": message, "err_code": code}})

    def _grant(self, form: dict[str, Any]) -> Told:
        if form.get("client_id") != CLIENT:
            return Told({"success": False, "code": 1103, "data": None, "message": "Client 不存在"})
        if form.get("client_secret") != SECRET:
            return Told({"success": False, "code": 1000, "data": None, "message": "应用信息错误"})
        if (form.get("authorize_type"), form.get("grant_id")) != ("silent", SHOP):
            return Told({"success": False, "code": 1103, "data": None, "message": "授权关系不存在"})
        if self.clock.seconds >= self.ends or form.get("refresh") is True:
            self.grants += 1
            self.token, self.ends = f"token-{self.grants}", self.clock.seconds + self.token_seconds
        data = {"expires": self.ends * 1000, "access_token": self.token, "authority_id": SHOP, "scope": "trade"}
        return Told({"success": True, "code": 200, "data": data, "message": None})
