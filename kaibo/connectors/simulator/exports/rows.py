"""The night's rows as the tables that a team would download, from the same truth as its events. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kaibo.connectors.simulator import truth
from kaibo.connectors.simulator.events import product_ids, sku_ids
from kaibo.connectors.simulator.night import Night
from kaibo.connectors.simulator.orders import NEVER
from kaibo.connectors.simulator.traffic import PLANS
from kaibo.kit import clock, env
from kaibo.kit.clock import HOUR_US

type Row = list[Any]
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Page:
    """A table: headings and rows of texts and numbers, as the platform writes them."""

    headings: tuple[str, ...]
    rows: Iterator[Row]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def money(minor: int) -> str:
    """Yuan with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}" if minor >= 0 else f"-{money(-minor)}"


class Telling:
    """What a night's tables share: its clock, its end of knowledge and its names."""

    def __init__(self, night: Night, author: str) -> None:
        self.night, self.author = night, author or night.config.room_id
        self.book, self.lineup = night.world.orders, night.world.lineup
        self.until = night.until_ms
        self.prefix = night.prefix
        self.products, self.skus = product_ids(self.lineup), sku_ids(self.lineup)
        self._zone = env.zone()

    def when(self, ms: int) -> str:
        """An instant as platforms write it: local, whole seconds, a space."""
        return f"{clock.to_datetime(self.night.started_us + ms * 1000).astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def at(self, ms: np.ndarray, row: int, empty: str = "-") -> str:
        """When something happened to an order; `-` where it had not happened."""
        value = int(ms[row])
        return self.when(value) if value != NEVER and value < self.until else empty

    def order_id(self, row: int) -> str:
        return f"{self.prefix}o{row}"

    def has(self, ms: np.ndarray, row: int) -> bool:
        """Whether it had happened by the end of knowledge."""
        return bool(ms[row] != NEVER and ms[row] < self.until)


ORDER_HEADINGS = _names(
    """
    主订单编号 子订单编号 选购商品 商品规格 商品数量 商家编码 商品ID 订单应付金额 运费 收件人
    收件人手机号 详细地址 订单提交时间 商家备注 支付完成时间 订单完成时间 订单状态 售后状态
    取消原因 发货时间 平台实际承担优惠金额 商家实际承担优惠金额 达人实际承担优惠金额 商家收入金额
    达人ID 达人昵称 退款完成时间 退款金额
    """
)


def orders(told: Telling) -> Page:
    """The order table: ids behind a tab, `-` for empty, ciphertext for people, times in whole seconds."""
    book = told.book

    def rows() -> Iterator[Row]:
        for row in np.flatnonzero(book.placed < told.until).tolist():
            back = told.has(book.refunded, row)
            sku = int(book.sku[row])
            yield [
                f"\t{told.order_id(row)}", f"\t{told.order_id(row)}A", told.lineup.title[int(book.product[row])],
                told.skus[sku].partition("-")[2], int(book.quantity[row]), told.skus[sku],
                f"\t{told.products[int(book.product[row])]}", money(int(book.amount[row])), "0.00", "##Yk9x##",
                "$$13aZ$$", "##c2hhbmdoYWk##", told.at(book.placed, row), "-", told.at(book.paid, row),
                _finished(told, row),
                _state(told, row), "退款成功" if back else "-", "超时未支付" if told.has(book.canceled, row) else "-",
                told.at(book.shipped, row), money(int(book.subsidy[row])), "0.00", "0.00",
                money(int(book.receivable[row])), "-", told.author, told.at(book.refunded, row),
                money(int(book.refund_amount[row])) if back else "-",
            ]  # fmt: skip

    return Page(ORDER_HEADINGS, rows())


def _state(told: Telling, row: int) -> str:
    book = told.book
    is_whole = told.has(book.refunded, row) and int(book.refund_amount[row]) == int(book.amount[row])
    if told.has(book.canceled, row) or is_whole:
        return "已关闭"
    if told.has(book.delivered, row):
        return "已完成"
    if told.has(book.shipped, row):
        return "已发货"
    return "待发货" if told.has(book.paid, row) else "待支付"


def _finished(told: Telling, row: int) -> str:
    book = told.book
    if told.has(book.canceled, row):
        return told.at(book.canceled, row)
    return told.at(book.delivered, row)


SETTLEMENT_HEADINGS = _names(
    """
    结算时间 订单号 子订单号 结算金额 结算账户 结算单类型 有结算前退款 下单时间 收入合计 支出合计
    平台服务费 达人佣金
    """
)


def settlement(told: Telling) -> Page:
    """Delivered orders that kept some money; below the headings the formula row of the original."""
    book = told.book

    def rows() -> Iterator[Row]:
        yield ["", "", "", "收入+支出", "", "", "", "", "订单实付+平台补贴", "服务费+佣金", "", ""]
        for row in np.flatnonzero((book.delivered != NEVER) & (book.delivered < told.until)).tolist():
            back = int(book.refund_amount[row]) if told.has(book.refunded, row) else 0
            income = int(book.amount[row]) + int(book.subsidy[row]) - back
            fee = income - int(book.receivable[row]) if not back else round(income * 0.05)
            yield [
                told.at(book.delivered, row), f"'{told.order_id(row)}", f"'{told.order_id(row)}A", money(income - fee),
                "聚合账户", "已结算", "是" if back else "否", told.at(book.placed, row), money(income), money(-fee),
                money(-fee), "0.00",
            ]  # fmt: skip

    return Page(SETTLEMENT_HEADINGS, rows())


SHOW_HEADINGS = _names(
    """
    开播时间 下播时间 主播昵称 直播标题 直播间曝光次数 直播间观看次数 直播间观看人数 最高在线人数
    评论次数 点赞次数 分享次数 新增粉丝数 新加团人数 商品曝光次数 商品点击次数 成交订单数 成交件数
    成交人数 用户支付金额 退款金额 退款订单数 千次观看成交金额
    """
)


def show_report(told: Telling) -> Page:
    """The dashboard's row of the show, with a group row above the headings and a row of totals below."""
    totals = told.night.truth()["totals"]
    per_thousand = totals["gmv_paid_minor"] * 1000 // max(1, totals["views"])
    names = (
        *("impressions", "views", "viewers", "online_max", "comments", "likes", "shares", "follows", "fanclub_joins"),
        *("product_exposures", "product_clicks", "orders_paid", "units_paid", "payers"),
    )
    values = [
        *(f"{totals[name]:,}" for name in names),
        *(f"¥{money(totals[name])}" for name in ("gmv_paid_minor", "refund_minor")),
        totals["refund_orders"],
        f"¥{money(per_thousand)}",
    ]
    begins, ends = told.when(0), told.when(told.night.span_ms)
    show = [begins, ends, told.author, told.night.config.title, *values]
    return Page(SHOW_HEADINGS, iter([show, ["合计", "--", "--", "--", *values]]))


PRODUCT_HEADINGS = _names(
    """
    商品ID 商品名称 链接号 开播时间 商品曝光次数 商品曝光人数 商品点击次数 商品点击人数 成交订单数
    成交件数 用户支付金额 退款金额 退款订单数 曝光点击率
    """
)


def product_report(told: Telling) -> Page:
    """A row per product; `--` for the ratio of a product that nobody was shown; totals at the end."""
    names = (
        *("product_exposures", "product_exposed_viewers", "product_clicks", "product_click_viewers", "orders_paid"),
        "units_paid",
    )
    by_product = truth.by_product(told.night.world, told.until)

    def rows() -> Iterator[Row]:
        for row, (product, values) in enumerate(by_product.items()):
            ratio = (
                f"{values['product_clicks'] / values['product_exposures']:.2%}" if values["product_exposures"] else "--"
            )
            yield [
                f"\t{product}", told.lineup.title[row], row + 1, told.when(0), *(values[name] for name in names),
                money(values["gmv_paid_minor"]), money(values["refund_minor"]), values["refund_orders"], ratio,
            ]  # fmt: skip
        total = sum(values["gmv_paid_minor"] for values in by_product.values())
        yield ["总计", "", "", "", *([""] * len(names)), money(total), "", "", ""]

    return Page(PRODUCT_HEADINGS, rows())


AD_HEADINGS = ("消耗(元)", "展示次数", "点击次数", "整体成交金额(元)", "整体支付ROI")


def _ads(told: Telling, chosen: np.ndarray) -> Row:
    steps = told.night.world.spend
    cost, sold = int(steps.amount[chosen].sum()), int(steps.attributed[chosen].sum())
    ratio = f"{sold / cost:.2f}" if cost else "-"
    return [money(cost), int(steps.impressions[chosen].sum()), int(steps.clicks[chosen].sum()), money(sold), ratio]


def plan_report(told: Telling) -> Page:
    """A row per plan, and their sum."""
    steps = told.night.world.spend
    day = told.when(0)[:10]

    def rows() -> Iterator[Row]:
        seen = steps.at < told.until
        for number, plan in enumerate(PLANS):
            yield [day, f"\t{plan}", plan, told.author, *_ads(told, seen & (steps.plan == number))]
        yield ["合计", "-", "-", "-", *_ads(told, seen)]

    return Page(("日期", "计划ID", "计划名称", "抖音号名称", *AD_HEADINGS), rows())


def hourly_report(told: Telling) -> Page:
    """A row per hour of the clock, and their sum."""
    steps = told.night.world.spend
    start = told.night.started_us

    def rows() -> Iterator[Row]:
        first = start // HOUR_US
        hours = (start + steps.at * 1000) // HOUR_US
        seen = steps.at < told.until
        for hour in range(int(first), int(hours.max(initial=first)) + 1):
            begins = (hour * HOUR_US - start) // 1000
            span = f"{told.when(begins)[:16]}-{told.when(begins + HOUR_MS)[11:16]}"
            yield [span, told.author, *_ads(told, seen & (hours == hour))]
        yield ["总计", "-", *_ads(told, seen)]

    return Page(("小时", "抖音号名称", *AD_HEADINGS), rows())


STOCK_HEADINGS = ("商品编码", "款式编码", "商品名称", "颜色规格", "实际库存数", "订单占有数", "可用数", "仓库")


def stock(told: Telling) -> Page:
    """What is left of each SKU after the paid orders."""
    book, lineup = told.book, told.lineup
    paid = book.paid < told.until
    sold = np.bincount(book.sku[paid], weights=book.quantity[paid], minlength=len(told.skus)).astype(np.int64)

    def rows() -> Iterator[Row]:
        for row, sku in enumerate(told.skus):
            product = int(lineup.sku_product[row])
            left = max(0, int(book.initial_stock[row]) - int(sold[row]))
            name = sku.partition("-")[2]
            yield [sku, told.products[product], lineup.title[product], name, left, 0, left, "主仓"]

    return Page(STOCK_HEADINGS, rows())
