"""Rows of order tables as the states each line has reached. Pure.

Shape: an event stands under `line:<kind>:<line>`, the id that the shop's interface gives the same state, so that both
count once; in `shop:files` until the join gives it the room of its show. `attrs.join` says what leads it there.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kaibo.connectors.exports.cells import CellProblem, Cells, Told
from kaibo.connectors.exports.forms import Form
from kaibo.connectors.payloads import some
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.speech import gettext as _
from kaibo.kit.tables.texts import BadCell
from kaibo.kit.tables.values import read_count

ROOM = "shop:files"
PLATFORMS = {"抖": "douyin", "头条": "douyin", "快手": "kuaishou", "视频号": "weixin_channels",
             "微信": "weixin_channels",
             "tiktok": "tiktok", "小红书": "xiaohongshu", "淘宝": "taobao", "天猫": "taobao"}  # fmt: skip
_STATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("closed", ("已关闭", "已取消", "交易关闭", "交易失败", "取消", "关闭", "作废", "canceled", "cancelled")),
    ("unpaid", ("待支付", "待付款", "未付款", "未支付", "等待买家付款", "unpaid")),
    ("done", ("已完成", "交易成功", "交易完成", "已签收", "已收货", "completed", "delivered")),
    ("shipped", ("部分发货", "已发货", "待收货", "运输中", "待确认", "shipped", "in transit", "awaiting collection")),
    (
        "paid",
        ("待发货", "备货", "已支付", "已付款", "待处理", "审核", "配货", "to ship", "awaiting shipment", "on hold"),
    ),
)
_REFUND_DONE = ("退款成功", "退款完成", "已退款", "refunded", "refund complete")
_LIST = re.compile(r"[;；]")


def state_of(text: str | None) -> str:
    """Our state behind a platform's word: closed, unpaid, done, shipped, paid; "" for a word we do not know."""
    plain = (text or "").lower()
    return next((state for state, words in _STATES if any(word in plain for word in words)), "")


@dataclass(slots=True)
class Orders:
    """Reads one file. `later` are refunds whose time the file does not say: they happened before its last instant."""

    form: Form
    told: Told
    seen: Counter[str] = field(default_factory=Counter)
    pieces: dict[str, list[tuple[str | None, int | None]]] = field(default_factory=dict)
    given_back: set[tuple[str, int]] = field(default_factory=set)  # orders as a whole, and how much
    latest: int = 0
    later: list[tuple[int, PlatformEvent]] = field(default_factory=list)

    def events(self, row: Cells) -> Iterator[PlatformEvent]:
        """The states of the row's line. Raises nothing: refused cells are in `row.problems`."""
        order_id = row["order_id"]
        state = state_of(row["state"])
        is_back = any(word in (row["after_sale"] or "").lower() for word in _REFUND_DONE)
        is_back = is_back or bool(row["refund_amount"] or row["order_refund"])
        is_back = is_back or (state == "closed" and row["paid_at"] is not None)
        key = self._line(row, order_id)
        currency = row.currency
        paid_at, is_told = self._paid_at(row, state, is_back=is_back)
        for at in (row["placed_at"], paid_at, row["shipped_at"], row["finished_at"]):
            self.latest = max(self.latest, at or 0)
        steps: list[tuple[str, int | None]] = [
            ("order.placed", row["placed_at"]),
            ("order.paid", paid_at),
            ("order.shipped", row["shipped_at"]),
            ("order.delivered", row["finished_at"] if state != "closed" else None),
        ]
        if state == "closed" and paid_at is None:
            steps.append(("order.canceled", row["canceled_at"] or row["finished_at"] or row["placed_at"]))
        for kind, at in steps:
            if at is not None:
                yield self._event(kind, at, row, key=key, currency=currency, is_told=is_told or kind != "order.paid")
        if is_back and paid_at is not None:
            yield from self._refund(row, key, currency, is_whole=state == "closed", paid_at=paid_at)

    def _paid_at(self, row: Cells, state: str, *, is_back: bool) -> tuple[int | None, bool]:
        """When it was paid, and whether the file says so; a file without that column says it by the state alone."""
        if row["paid_at"] is not None:
            return row["paid_at"], True
        was_paid = state in {"paid", "shipped", "done"} or (is_back and state != "unpaid") or bool(row["shipped_at"])
        return (row["placed_at"], False) if was_paid else (None, True)

    def _line(self, row: Cells, order_id: str) -> str:
        part = row["sku_id"] or row["sku_code"] or row["product_id"]
        if row["line_id"] is None:
            own = f"{order_id}/{part}" if part else str(order_id)
            self.seen[own] += 1
            number = self.seen[own]
        else:  # the platform's own: what stands twice with the same piece at the same price is one line
            own = str(row["line_id"])
            pieces = self.pieces.setdefault(own, [])
            if (piece := (part, row["amount"])) not in pieces:
                pieces.append(piece)
            number = pieces.index(piece) + 1
        return own if number == 1 else f"{own}#{number}"

    def next_sheet(self) -> None:
        """What stands in another sheet too is a copy."""
        self.seen.clear()
        self.pieces.clear()

    def _event(self, kind: str, at: int, row: Cells, *, key: str, currency: str, is_told: bool = True) -> PlatformEvent:
        event = PlatformEvent(
            event_id=f"{self.form.witness}:{kind}:{key}",
            kind=kind,
            platform=platform_of(row, self.form, self.told),
            room_id=ROOM,
            occurred_at=at,
        )
        event.order_id = row["order_id"]
        products = _LIST.split(row["product_id"] or "")
        event.product_id = products[0].strip() or None if len(products) == 1 else None
        event.sku_id = row["sku_id"] or row["sku_code"] or None
        attrs = some(
            sku_order_id=row["line_id"],
            author_id=row["author_id"],
            business=row["campaign"],
            reason=row["cancel_reason"] if kind == "order.canceled" else None,
            is_time_estimated=True if not is_told else None,
        )
        if kind in {"order.placed", "order.paid"}:
            event.quantity = pieces_of(row)
            amount = row["amount"]
            if amount is not None and amount >= 0:
                event.amount_minor, event.currency = amount, currency
                if kind == "order.paid":
                    attrs = {**(attrs or {}), **_three_amounts(row, amount)}
        event.attrs = {**(attrs or {}), "join": join_of(row)}
        return event

    def _refund(self, row: Cells, key: str, currency: str, *, is_whole: bool, paid_at: int) -> Iterator[PlatformEvent]:
        """Money back. A closed line gave back all of it; the time is that of the closing when no column says it."""
        at = row["refunded_at"] or row["canceled_at"] or (row["finished_at"] if is_whole else None)
        stated = row["refund_amount"]
        if not stated and row["order_refund"]:  # stands in every row of the order, and is one
            stated, key = row["order_refund"], str(row["order_id"])
            if (key, stated) in self.given_back:
                return
            self.given_back.add((key, stated))
        amount = stated or (row["amount"] if is_whole else None)
        event = self._event("order.refunded", at or paid_at, row, key=key, currency=currency)
        event.event_id = f"state:order.refunded:{key}" + (f"@{amount}" if stated else "")
        event.product_id = event.sku_id = None
        if amount is not None:
            event.amount_minor, event.currency = abs(amount), currency
        stage = "after_shipping" if row["shipped_at"] else "before_shipping"
        extra = some(
            refund_stage=stage,
            is_time_estimated=True if at is None else None,
            is_amount_derived=True if not stated else None,
            reason=row["cancel_reason"],
        )
        event.attrs = {**(event.attrs or {}), **(extra or {})}
        if at is None:
            self.later.append((row.number, event))
        else:
            yield event

    def rest(self) -> Iterator[tuple[int, PlatformEvent]]:
        """Refunds without a time, at the last instant that the file knows of."""
        for number, event in self.later:
            event.occurred_at = max(event.occurred_at, self.latest)
            yield number, event


def platform_of(row: Cells, form: Form, told: Told) -> str:
    """The platform a row was sold on: of the export, else as the row names it, else as told."""
    named = f"{row['platform_name'] or ''} {row['shop'] or ''}".lower()
    found = next((ours for word, ours in PLATFORMS.items() if word in named), "")
    return form.platform or found or told.platform or "other"


def pieces_of(row: Cells) -> int | None:
    """Pieces of the line; several numbers of one row are added. A cell that is no number is a problem of the row."""
    text = row["quantity"]
    if text is None:
        return None
    try:
        return sum(read_count(part) or 0 for part in _LIST.split(text))
    except BadCell as error:
        row.problems.append(
            CellProblem(row.number, "quantity", error.problem, error.fix, value=text[:80], name="quantity")
        )
        return None


def _three_amounts(row: Cells, amount: int) -> dict[str, Any]:
    """Beside what the buyer paid: with the platform's subsidy, and what the merchant receives, where given."""
    subsidy, receivable = row["platform_discount"], row["receivable"]
    found: dict[str, Any] = {}
    if subsidy is not None:
        found["amount_with_subsidy_minor"] = amount + abs(subsidy)
    if receivable is not None:
        found["receivable_minor"] = receivable
    return found


def join_of(row: Cells) -> dict[str, Any]:
    """What leads a row to its show."""
    return (
        some(
            at=row["placed_at"] or row["paid_at"] or row["begins_at"],
            until=row["ends_at"],
            author_id=row["author_id"],
            author=row["author"],
            room=row["live_room"],
            campaign=row["campaign"],
            product=row["product_id"],
        )
        or {}
    )


def missing_problem(row: Cells, name: str, header: str) -> CellProblem:
    """A needed cell that is empty."""
    fix = _("Fill the cell, or take the row out.")
    return CellProblem(row.number, header, _("The cell is empty."), fix, name=name)
