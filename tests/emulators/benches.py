"""Each client beside its emulator, in one shape: what happens there, what is true, what the log says."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kaibo.connectors.doudian import client as doudian_client
from kaibo.connectors.douyin_push import client as push_client
from kaibo.connectors.douyin_room.translate import FIGURES
from kaibo.connectors.wechat_channels import client as wechat_client
from kaibo.connectors.youzan import client as youzan_client
from kaibo.eventlog.events import StoredEvent
from tests.emulators import (
    bilibili_open,
    doudian,
    douyin_push,
    douyin_room,
    kuaishou_shop,
    oceanengine,
    tiktok_shop,
    wechat_channels,
    wecom,
    youzan,
)
from tests.emulators.base import Platform
from tests.emulators.rig import Rig

Sums = dict[str, int]


def sum_of(events: list[StoredEvent], kind: str) -> int:
    return sum(one.amount_minor or 0 for one in events if one.kind == kind)


def money(events: list[StoredEvent]) -> Sums:
    return {"paid": sum_of(events, "order.paid"), "refunded": sum_of(events, "order.refunded")}


class Bench(ABC):
    """Shape: `path` is what a page is asked for with, `after` the place within a round at which harm is done."""

    connector = ""
    polls: tuple[str, ...] = ("orders", "after_sales")
    path = ""
    after = 1
    rows: tuple[str, ...] = ()
    settle_seconds = 120.0
    bound: tuple[str, ...] = ()
    may_forget = True  # asking again from the beginning tells the same events

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.draw, self.number = patch, random.Random(8), 0
        self.platform: Any = self.make()

    @abstractmethod
    def make(self) -> Platform:
        """The platform, its pages small."""

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """What its feed is given."""

    @abstractmethod
    def happen(self) -> None:
        """A lot, so that several pages tell it."""

    def truth(self) -> Sums:
        return {"paid": self.platform.paid, "refunded": self.platform.refunded}

    def told(self, events: list[StoredEvent]) -> Sums:
        return money(events)

    def end_token(self) -> None:
        self.platform.access.clear()

    def rig(self) -> Rig:
        return Rig(self.connector, self.platform, self.settings(), rooms=self.bound)

    def next(self) -> int:
        self.number += 1
        return self.number


class Oceanengine(Bench):
    connector, polls, path, rows = "oceanengine", ("rooms",), oceanengine.ROOMS, ("room_list",)
    may_forget = False

    def make(self) -> Platform:
        platform = oceanengine.Oceanengine()
        platform.rooms = {number: oceanengine.RoomTotals(number) for number in range(1, 6)}
        return platform

    def settings(self) -> dict[str, str]:
        return {"app_id": "5", "secret": "s", "refresh_token": "first-refresh", "advertiser_id": "77"}

    def happen(self) -> None:
        for room in self.platform.rooms.values():
            room.cost += self.draw.randrange(1, 9_999)
            room.gmv += self.draw.randrange(1, 50_000)
            room.watched += self.draw.randrange(1, 90)

    def truth(self) -> Sums:
        rooms = self.platform.rooms.values()
        spent = {f"spend {one.room_id}": one.cost for one in rooms}
        watched = {f"views {one.room_id}": one.watched for one in rooms}
        return {**spent, **watched, "gmv": sum(one.gmv for one in rooms)}

    def told(self, events: list[StoredEvent]) -> Sums:
        found: Counter[str] = Counter()
        latest: Sums = {}
        for one in sorted(events, key=lambda one: one.occurred_at):
            attrs = one.attrs or {}
            if one.kind == "spend.reported":
                found[f"spend {one.room_id}"] += one.amount_minor or 0
                found["gmv"] += attrs.get("attributed_gmv_minor", 0)
            elif attrs.get("figure") == "views":
                latest[f"views {one.room_id}"] = attrs["value"]
        return {**found, **latest}


class Doudian(Bench):
    connector, path, rows = "doudian", doudian.SEARCH, ("shop_order_list", "items")

    def make(self) -> Platform:
        self.patch.setattr(doudian_client, "PAGE_SIZE", 3)
        return doudian.Doudian()

    def settings(self) -> dict[str, str]:
        return {"app_key": doudian.KEY, "secret": doudian.SECRET, "shop_id": doudian.SHOP}

    def happen(self) -> None:
        for _place in range(9):
            amounts = [self.draw.randrange(1, 99_999) for _ in range(self.draw.randrange(1, 4))]
            order = self.platform.place(1_000 + self.next(), *amounts)
            if self.number % 3 == 0:
                self.platform.refund(order, 5_000 + self.number, self.draw.randrange(1, order.amount + 1))
        self.platform.touch(self.draw.choice(list(self.platform.orders.values())))


class TiktokShop(Bench):
    connector, path, rows = "tiktok_shop", tiktok_shop.ORDERS, ("orders", "return_orders")

    def make(self) -> Platform:
        return tiktok_shop.TiktokShop()

    def settings(self) -> dict[str, str]:
        return {
            "app_key": tiktok_shop.KEY, "secret": tiktok_shop.SECRET, "refresh_token": "first-refresh",
            "shop_cipher": tiktok_shop.CIPHER,
        }  # fmt: skip

    def happen(self) -> None:
        for _place in range(10):
            order = self.platform.place(1_000 + self.next(), self.draw.randrange(1, 99_999))
            if self.number % 3 == 0:
                self.platform.give_back(order, self.draw.randrange(1, order.cents + 1))


class KuaishouShop(Bench):
    connector, path, rows = "kuaishou_shop", kuaishou_shop.ORDERS, ("orderList", "refundOrderInfoList")

    def make(self) -> Platform:
        return kuaishou_shop.KuaishouShop()

    def settings(self) -> dict[str, str]:
        return {
            "app_key": kuaishou_shop.KEY, "app_secret": kuaishou_shop.SECRET,
            "sign_secret": kuaishou_shop.SIGN_SECRET, "refresh_token": "first-refresh",
        }  # fmt: skip

    def happen(self) -> None:
        for _place in range(10):
            order = self.platform.place(self.draw.randrange(1, 99_999))
            if self.next() % 3 == 0:
                self.platform.ask_back(order, self.draw.randrange(1, order.fen + 1))
                self.platform.pay_back(order)
        self.platform.send(self.draw.choice(self.platform.orders))


class Youzan(Bench):
    connector, path, rows = "youzan", youzan.ORDERS, ("full_order_info_list", "refunds")

    def make(self) -> Platform:
        self.patch.setattr(youzan_client, "PAGE_SIZE", {"orders": 3, "after_sales": 2})
        return youzan.Youzan()

    def settings(self) -> dict[str, str]:
        return {"client_id": youzan.CLIENT, "secret": youzan.SECRET, "kdt_id": youzan.SHOP}

    def happen(self) -> None:
        for _place in range(10):
            order = self.platform.place(self.draw.randrange(1, 99_999))
            if self.next() % 3 == 0:
                self.platform.ask_back(order, self.draw.randrange(1, order.fen + 1))
                self.platform.pay_back(order)
        self.platform.send(self.draw.choice(self.platform.orders))

    def end_token(self) -> None:
        self.platform.token = "voided by somebody else"


class WechatChannels(Bench):
    connector, path = "wechat_channels", wechat_channels.GET
    rows = ("order_id_list", "after_sale_order_id_list")

    def make(self) -> Platform:
        self.patch.setattr(wechat_client, "DETAILS_AT_ONCE", 2)
        return wechat_channels.WechatChannels(size=3)

    def settings(self) -> dict[str, str]:
        return {"receiver": wechat_channels.APP, "app_secret": wechat_channels.SECRET}

    def happen(self) -> None:
        for _place in range(8):
            order = self.platform.place(37_000 + self.next(), self.draw.randrange(1, 99_999))
            if self.number % 3 == 0:
                self.platform.agree(self.platform.apply(order, 5_000 + self.number, order.amount))


class Wecom(Bench):
    connector, polls, path = "wecom", ("groups", "contacts", "messages"), wecom.ROOT + "batch/get_by_user"
    rows = ("external_contact_list", "task_list", "group_msg_list", "group_chat_list")

    def make(self) -> Platform:
        return wecom.Wecom()

    def settings(self) -> dict[str, str]:
        return {"receiver": wecom.CORP, "contact_secret": wecom.SECRET}

    def happen(self) -> None:
        for _place in range(7):
            self.platform.add(f"wm-{self.next()}", self.draw.choice(self.platform.members), state=f"s{self.number % 3}")
        self.platform.ask_to_send(f"msg-{self.number}", self.draw.choice(("single", "group")))
        self.platform.confirm(f"msg-{self.number}", self.draw.choice(self.platform.members))
        self.platform.open_group(f"wr-{self.number}", customers=self.number)

    def truth(self) -> Sums:
        states = Counter(f"customers {state}" for _customer, _member, _at, state in self.platform.contacts)
        rows = [status for task in self.platform.tasks.values() for status, _at in task["rows"].values()]
        groups = {f"group {chat}": len(people) for chat, people in self.platform.groups.items()}
        return {**states, **groups, "sent": rows.count(2)}

    def told(self, events: list[StoredEvent]) -> Sums:
        found, latest = Counter[str](), Sums()
        for one in sorted(events, key=lambda one: one.occurred_at):
            attrs = one.attrs or {}
            if attrs.get("their_kind") == "external_contact":
                found[f"customers {attrs['state']}"] += 1
            elif attrs.get("their_kind") == "message_task" and attrs["state"] == "sent":
                found["sent"] += 1
            elif attrs.get("figure") == "group_members":
                latest[f"group {one.room_id}"] = attrs["value"]
        return {**found, **latest}


class DouyinPush(Bench):
    connector, polls, path = "douyin_push", ("tasks", "lost"), douyin_push.LOST
    rows, bound = ("data_list",), ("771",)

    def make(self) -> Platform:
        self.patch.setattr(push_client, "PAGE_SIZE", 4)
        self.gifts: list[int] = []
        platform = douyin_push.DouyinPush()
        platform.on_air.add("771")
        return platform

    def settings(self) -> dict[str, str]:
        return {"app_id": douyin_push.APP, "app_secret": douyin_push.SECRET, "secret": "x"}

    def happen(self) -> None:
        for _place in range(11):
            value = self.draw.randrange(1, 9_999)
            self.gifts.append(value)
            row = {
                "msg_id": f"g{self.next()}", "sec_openid": "p", "sec_gift_id": "1", "gift_num": 1,
                "gift_value": value, "timestamp": self.platform.clock.seconds,
            }  # fmt: skip
            self.platform.lose("771", "live_gift", row)

    def truth(self) -> Sums:
        return {"gifts": sum(self.gifts), "tasks": len(self.platform.running)}

    def told(self, events: list[StoredEvent]) -> Sums:
        return {"gifts": sum_of(events, "gift.sent"), "tasks": len(push_client.PUSHED)}


class DouyinRoom(Bench):
    connector, polls, path, rows = "douyin_room", ("totals",), douyin_room.INTERACTIVE, ("stats", "room_ids")
    settle_seconds = 2_000.0

    def make(self) -> Platform:
        return douyin_room.DouyinRoom(token_seconds=100_000)

    def settings(self) -> dict[str, str]:
        return {"client_key": douyin_room.KEY, "refresh_token": douyin_room.SECRET, "open_id": douyin_room.OPEN_ID}

    def happen(self) -> None:
        for _place in range(4):
            self.platform.show(7_300 + self.next(), seconds=300, first=100 * self.number)

    def truth(self) -> Sums:
        shows = self.platform.shows.values()
        return {f"{one.room} {FIGURES[name]}": value for one in shows for name, value in one.totals.items()}

    def told(self, events: list[StoredEvent]) -> Sums:
        found: Counter[str] = Counter()
        for one in events:
            found[f"{one.room_id} {(one.attrs or {})['figure']}"] += (one.attrs or {})["value"]
        return dict(found)


class BilibiliOpen(Bench):
    """The platform says a line's worth of messages and hangs up; what it says while nobody listens is lost for good."""

    connector, polls, path, after = "bilibili_open", ("room",), "/v2/app/start", 0

    def make(self) -> Platform:
        self.said: list[dict[str, Any]] = []
        platform = bilibili_open.BilibiliOpen()
        platform.script = []
        return platform

    def settings(self) -> dict[str, str]:
        return {
            "access_key": bilibili_open.KEY, "access_secret": bilibili_open.SECRET, "app_id": "12",
            "code": bilibili_open.CODE,
        }  # fmt: skip

    def happen(self) -> None:
        at = self.platform.clock.seconds
        fresh = [bilibili_open.comment(self.next(), at) for _place in range(9)]
        fresh += [bilibili_open.gift(self.next(), at, self.draw.randrange(1, 99_999)) for _place in range(9)]
        self.said += fresh
        self.platform.script.append([fresh[:9], fresh[6:12], [*fresh[12:], fresh[0]][::-1]])

    def truth(self) -> Sums:
        gifts = [one["data"] for one in self.said if "r_price" in one["data"]]
        fen = sum((one["r_price"] * one["gift_num"] + 5) // 10 for one in gifts)
        return {"comments": len(self.said) - len(gifts), "gifts": fen}

    def told(self, events: list[StoredEvent]) -> Sums:
        said = sum(one.kind == "comment.posted" for one in events)
        return {"comments": said, "gifts": sum_of(events, "gift.sent")}

    def rig(self) -> Rig:
        rig = super().rig()
        rig.options = {"timeout": httpx.Timeout(2)}
        return rig


EVERY: dict[str, Callable[[pytest.MonkeyPatch], Bench]] = {
    one.connector: one
    for one in (
        BilibiliOpen, Doudian, DouyinPush, DouyinRoom, KuaishouShop, Oceanengine, TiktokShop, WechatChannels, Wecom,
        Youzan,
    )
}  # fmt: skip
