"""A WeChat shop and its Channels account as documented: pushes without amounts, lists of ids, JSON texts."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kaibo.connectors.payloads import CHINA
from tests.emulators.base import Asked, Platform, Told, VirtualClock

LIST, GET = "/channels/ec/order/list/get", "/channels/ec/order/get"
AFTER_LIST, AFTER_GET = "/channels/ec/aftersale/getaftersalelist", "/channels/ec/aftersale/getaftersaleorder"
SHOWS, SHOW = "/channels/livedashboard/getlivelist", "/channels/livedashboard/getlivedata"
TOKEN = "/cgi-bin/stable_token"
APP, SECRET, LIVE = "wx95", "wx-secret", "export/live-1"
REFUNDED = "MERCHANT_REFUND_SUCCESS"


@dataclass
class AfterSale:
    order_id: str
    amount: int
    created: int
    updated: int
    status: str = "MERCHANT_PROCESSING"


@dataclass
class Order:
    order_id: str
    amount: int
    created: int
    updated: int
    paid: int = 0
    after_sales: dict[str, AfterSale] = field(default_factory=dict)


class WechatChannels(Platform):
    """`size` is the most ids of a list page."""

    def __init__(self, clock: VirtualClock | None = None, *, size: int = 100, token_seconds: int = 7200) -> None:
        super().__init__(clock)
        self.orders: dict[str, Order] = {}
        self.after_sales: dict[str, AfterSale] = {}
        self.size, self.token_seconds, self.grants = size, token_seconds, 0
        self.access: dict[str, int] = {}
        self.watched, self.began = 0, 0

    def place(self, order_id: int, amount: int) -> Order:
        now = self.clock.seconds
        order = Order(str(order_id), amount, now, now, now)
        self.orders[order.order_id] = order
        return order

    def apply(self, order: Order, after_sale: int, amount: int) -> AfterSale:
        now = self.clock.seconds
        found = AfterSale(order.order_id, amount, now, now)
        self.after_sales[str(after_sale)] = order.after_sales[str(after_sale)] = found
        return found

    def agree(self, after_sale: AfterSale) -> None:
        after_sale.status, after_sale.updated = REFUNDED, self.clock.seconds

    def push(self, event: str, order: Order) -> bytes:
        """The opened message of a push: ids as numbers in one, as text in another."""
        order_id: Any = int(order.order_id) if event.endswith("new") else order.order_id
        return json.dumps({
            "ToUserName": "gh_1", "FromUserName": "buyer-1", "CreateTime": self.clock.seconds, "MsgType": "event",
            "Event": event, "order_info": {"order_id": order_id, "pay_time": order.paid},
        }).encode()  # fmt: skip

    def reply(self, asked: Asked) -> Told:
        form = asked.json()
        if asked.path == TOKEN:
            if (form.get("appid"), form.get("secret")) != (APP, SECRET):
                return Told({"errcode": 40125, "errmsg": "invalid appsecret"})
            self.grants += 1
            self.access[f"access-{self.grants}"] = self.clock.seconds + self.token_seconds
            return Told({"access_token": f"access-{self.grants}", "expires_in": self.token_seconds})
        ends = self.access.get(asked.query.get("access_token", ""))
        if ends is None or self.clock.seconds >= ends:
            return Told({"errcode": 42001, "errmsg": "access_token expired"})
        told = self._told(asked.path, form)
        return Told({"errcode": 0, "errmsg": "ok", **told})

    def _told(self, path: str, form: dict[str, Any]) -> dict[str, Any]:
        if path == LIST:
            span = form["update_time_range"]
            assert span["end_time"] - span["start_time"] <= 7 * 86400
            found = [one for one in self.orders.values() if span["start_time"] <= one.updated < span["end_time"]]
            return self._listed("order_id_list", sorted(one.order_id for one in found), form)
        if path == AFTER_LIST:
            ids = [
                key for key, one in self.after_sales.items()
                if form["begin_create_time"] <= one.created < form["end_create_time"]
            ]  # fmt: skip
            return self._listed("after_sale_order_id_list", sorted(ids), form)
        if path == GET:
            order = self.orders[form["order_id"]]
            return {"order": {
                "order_id": order.order_id, "status": 20, "create_time": order.created, "update_time": order.updated,
                "openid": "buyer-1",
                "order_detail": {
                    "product_infos": [{"product_id": "9", "sku_id": "8", "sku_cnt": 1}],
                    "pay_info": {"pay_time": order.paid}, "price_info": {"order_price": order.amount},
                    "ext_info": {"live_id": LIVE, "finder_id": "sph1"},
                },
            }}  # fmt: skip
        if path == AFTER_GET:
            one = self.after_sales[form["after_sale_order_id"]]
            return {"after_sale_order": {
                "after_sale_order_id": form["after_sale_order_id"], "status": one.status, "order_id": one.order_id,
                "create_time": one.created, "update_time": one.updated, "refund_info": {"amount": one.amount},
            }}  # fmt: skip
        if path == SHOWS:
            began = self.began or self.clock.seconds - 600
            is_that_day = f"{datetime.fromtimestamp(began, CHINA):%Y%m%d}" == str(form["ds"])
            live = [{"export_id": LIVE, "create_time": began}] if is_that_day else []
            return {"live_items": live, "has_more": False}
        index = {"list": [{"key": "gmv", "percentile": 0.87}, {"key": "watch", "percentile": 1}]}
        return {
            "live_dashboard_data": json.dumps({"watch": {"total": self.watched}, "title": "夜场"}),
            "live_comparison_index": json.dumps(index), "live_ec_profile": "{broken",
        }  # fmt: skip

    def _listed(self, name: str, ids: list[str], form: dict[str, Any]) -> dict[str, Any]:
        start = int(form.get("next_key") or 0)
        has_more = start + self.size < len(ids)
        return {name: ids[start : start + self.size], "has_more": has_more, "next_key": str(start + self.size)}

    @property
    def paid(self) -> int:
        return sum(one.amount for one in self.orders.values())

    @property
    def refunded(self) -> int:
        return sum(one.amount for one in self.after_sales.values() if one.status == REFUNDED)
