"""A Doudian shop as documented: signed calls, spans paged over what changes meanwhile, pushes of whole orders."""

import csv
import hashlib
import hmac
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.emulators.base import Asked, Platform, Told, VirtualClock

SEARCH, AFTER_SALES = "/order/searchList", "/afterSale/List"
ASK_FOR, ASK_WHERE, FILES = "/order/downloadSettleItemToShop", "/order/downloadToShop", "/data/download/item/"
KEY, SECRET, SHOP = "app-1", "doudian-secret", "95"


@dataclass
class Line:
    line_id: int
    amount: int
    room_id: str
    quantity: int = 1


@dataclass
class Settled:
    """A line of an order as the shop was paid for it; amounts in fen, time in seconds."""

    order_id: int
    line_id: int
    at: int
    placed: int
    income: int
    fee: int
    commission: int

    @property
    def amount(self) -> int:
        return self.income - self.fee - self.commission

    def cells(self) -> list[str]:
        spent = self.fee + self.commission
        return [
            clock_text(self.at), f"'{self.order_id}", f"'{self.line_id}", yuan(self.amount), "聚合账户", "已结算", "否",
            clock_text(self.placed), yuan(self.income), yuan(-spent), yuan(-self.fee), yuan(-self.commission),
        ]  # fmt: skip


HEADINGS = (
    "结算时间,订单号,子订单号,结算金额,结算账户,结算单类型,有结算前退款,下单时间,收入合计,支出合计,平台服务费,达人佣金"
)
FORMULAS = " , , ,收入+支出, , , , , , , , "


@dataclass
class Made:
    """A file that was asked for: what it holds, from when on it is ready, and until when its address is good."""

    rows: list[Settled]
    ready: int
    ends: int = 0


@dataclass
class Order:
    """An order of the shop; times in seconds."""

    order_id: int
    lines: list[Line]
    created: int
    updated: int
    paid: int = 0
    refunds: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # after-sale -> amount, success, updated

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    def json(self) -> dict[str, Any]:
        lines = [
            {
                "order_id": str(line.line_id),
                "parent_order_id": str(self.order_id),
                "order_status": 2 if self.paid else 1,
                "create_time": self.created,
                "pay_time": self.paid,
                "ship_time": 0,
                "finish_time": 0,
                "update_time": self.updated,
                "order_amount": line.amount,
                "pay_amount": line.amount,
                "item_num": line.quantity,
                "product_id": 900 + line.line_id,
                "room_id": int(line.room_id),
                "room_id_str": line.room_id,
                "author_id": 7,
                "theme_type_desc": "直播间",
            }
            for line in self.lines
        ]
        return {
            "order_id": str(self.order_id), "shop_id": int(SHOP), "order_status": 2 if self.paid else 1,
            "create_time": self.created, "pay_time": self.paid, "update_time": self.updated,
            "sku_order_list": lines,
        }  # fmt: skip


def clock_text(seconds: int) -> str:
    return (datetime.fromtimestamp(seconds, UTC) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")


def seconds_of(text: str) -> int:
    return int((datetime.fromisoformat(f"{text}+00:00") - timedelta(hours=8)).timestamp())


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


class Doudian(Platform):
    """`page_cap` is the most rows a page holds; a change moves an order out of a span that is being read.

    Shape: a settlement file is made within `make_seconds`, its address is good for `address_seconds`.
    """

    def __init__(self, clock: VirtualClock | None = None, *, page_cap: int = 100, token_seconds: int = 530808) -> None:
        super().__init__(clock)
        self.orders: dict[int, Order] = {}
        self.page_cap, self.token_seconds = page_cap, token_seconds
        self.access: dict[str, int] = {}
        self.refresh = ""
        self.grants = 0
        self.on_page: list[Any] = []
        self.settled: list[Settled] = []
        self.files: dict[str, Made] = {}
        self.make_seconds, self.address_seconds = 150, 300
        self.file_host = ""  # another one than our own

    # -- the shop ---------------------------------------------------------------------------------------------

    def place(self, order_id: int, *amounts: int, room: str = "7301", is_paid: bool = True) -> Order:
        now = self.clock.seconds
        lines = [Line(order_id * 10 + number, amount, room) for number, amount in enumerate(amounts)]
        order = Order(order_id, lines, now, now, now if is_paid else 0)
        self.orders[order_id] = order
        return order

    def touch(self, order: Order) -> None:
        order.updated = self.clock.seconds

    def refund(self, order: Order, after_sale: int, amount: int) -> None:
        now = self.clock.seconds
        order.refunds[after_sale] = (amount, now, now)

    def settle(self, order: Order, *, fee: int = 5, commission: int = 10) -> None:
        """Pay the shop for every line of an order: its amount without so many hundredths."""
        for line in order.lines:
            spent = line.amount * fee // 100, line.amount * commission // 100
            self.settled.append(
                Settled(order.order_id, line.line_id, self.clock.seconds, order.created, line.amount, *spent)
            )

    @property
    def paid(self) -> int:
        return sum(order.amount for order in self.orders.values() if order.paid)

    @property
    def refunded(self) -> int:
        return sum(amount for order in self.orders.values() for amount, _at, _updated in order.refunds.values())

    # -- pushes -----------------------------------------------------------------------------------------------

    def push(self, tag: int, order: Order, **data: Any) -> bytes:
        """The body of a push about a whole order."""
        told = {
            "p_id": order.order_id, "s_ids": [line.line_id for line in order.lines], "shop_id": int(SHOP),
            "order_status": 2, "order_type": 0, "biz": 2, **data,
        }  # fmt: skip
        stamp = self.clock.seconds
        message = {"tag": str(tag), "msg_id": f"{order.order_id}:0:{tag}:{stamp}:{order.order_id}", "data": told}
        return json.dumps([message]).encode()

    def push_paid(self, order: Order, tag: int = 101) -> bytes:
        return self.push(tag, order, pay_time=order.paid, pay_amount=order.amount, pay_type=1)

    # -- interfaces -------------------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Told:
        if FILES in asked.path:
            return self._download(asked)
        if not self._is_signed(asked):
            return Told({"err_no": 30006, "message": "sign invalid"})
        form = asked.json()
        if asked.path.startswith("/token/"):
            return self._grant(asked.path, form)
        ends = self.access.get(asked.query.get("access_token", ""))
        if ends is None or self.clock.seconds >= ends:
            return Told({"err_no": 30002, "message": "access_token已过期"})
        if asked.path in (ASK_FOR, ASK_WHERE):
            return self._bill(asked.path, form)
        for turn in self.on_page:
            turn(asked)
        rows = self._orders(form) if asked.path == SEARCH else self._after_sales(form)
        size, page = min(self.page_cap, form["size"]), form["page"]
        name = "shop_order_list" if asked.path == SEARCH else "items"
        data = {name: rows[page * size : (page + 1) * size], "total": len(rows), "page": page, "size": size}
        return Told({"data": data, "err_no": 0, "message": "success", "log_id": str(len(self.asked))})

    def _orders(self, form: dict[str, Any]) -> list[dict[str, Any]]:
        found = [
            one for one in self.orders.values() if form["update_time_start"] <= one.updated < form["update_time_end"]
        ]
        return [one.json() for one in sorted(found, key=lambda one: (one.updated, one.order_id))]

    def _after_sales(self, form: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for order in self.orders.values():
            for after_sale, (amount, success, updated) in order.refunds.items():
                if form["update_start_time"] <= updated < form["update_end_time"]:
                    info = {
                        "aftersale_id": str(after_sale), "aftersale_status": 12, "aftersale_type": 1,
                        "refund_amount": amount, "apply_time": success - 60, "update_time": updated,
                        "create_time": success - 60, "shop_id": int(SHOP),
                    }  # fmt: skip
                    rows.append({"aftersale_info": info, "order_info": {"shop_order_id": str(order.order_id)}})
        return sorted(rows, key=lambda row: row["aftersale_info"]["update_time"])

    # -- settlement files --------------------------------------------------------------------------------------

    def _bill(self, path: str, form: dict[str, Any]) -> Told:
        data: dict[str, Any] = {"code": "100000", "code_msg": "success"}
        if path == ASK_FOR:
            start, end = seconds_of(form["start_time"]), seconds_of(form["end_time"])
            assert form["time_type"] == 0
            number = f"DL2021{len(self.files):020d}"
            rows = [one for one in self.settled if start <= one.at <= end]
            self.files[number] = Made(rows, self.clock.seconds + self.make_seconds)
            data["download_id"] = number
        else:
            made = self.files[form["download_id"]]
            if self.clock.seconds >= made.ready:
                made.ends = self.clock.seconds + self.address_seconds
                sign = quote(hashlib.sha256(f"{form['download_id']}{made.ends}".encode()).hexdigest()[:20] + "/=", "")
                base = self.file_host or self.base
                name = f"{form['download_id']}.csv"
                data["url"] = f"{base}/ecom-paysettleinfo{FILES}{name}?x-expires={made.ends}&x-signature={sign}"
        return Told({"data": data, "err_no": 0, "message": "success"})

    def _download(self, asked: Asked) -> Told:
        number = asked.path.rpartition("/")[2].removesuffix(".csv")
        made = self.files[number]
        sign = hashlib.sha256(f"{number}{asked.query['x-expires']}".encode()).hexdigest()[:20] + "/="
        assert asked.query["x-signature"] == sign
        assert "access_token" not in asked.query
        if self.clock.seconds > int(asked.query["x-expires"]):
            return Told(raw=b"<Error><Code>AccessDenied</Code></Error>", status=403)
        return Told(raw=bill(made.rows))

    def _is_signed(self, asked: Asked) -> bool:
        query = asked.query
        plain = (
            f"{SECRET}app_key{query['app_key']}method{query['method']}param_json{asked.body.decode()}"
            f"timestamp{query['timestamp']}v{query['v']}{SECRET}"
        )
        wanted = hmac.new(SECRET.encode(), plain.encode(), hashlib.sha256).hexdigest()
        keys = list(asked.json())
        return query["sign"] == wanted and keys == sorted(keys) and b": " not in asked.body

    def _grant(self, path: str, form: dict[str, Any]) -> Told:
        self.grants += 1
        is_first = path == "/token/create" and form.get("shop_id") == SHOP
        if not is_first and form.get("refresh_token") != self.refresh:
            return Told({"err_no": 30003, "message": "refresh_token invalid"})
        access, self.refresh = f"access-{self.grants}", f"refresh-{self.grants}"
        self.access[access] = self.clock.seconds + self.token_seconds
        data = {"access_token": access, "expires_in": self.token_seconds, "refresh_token": self.refresh}
        return Told({"data": data, "err_no": 0, "message": "success"})


def bill(rows: list[Settled]) -> bytes:
    """The 结算单 as the shop's back office exports it."""
    out = io.StringIO(newline="")
    out.write(f"{HEADINGS}\n{FORMULAS}\n")
    csv.writer(out, lineterminator="\n").writerows(one.cells() for one in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
