"""A log in memory with the signatures of the event log, and random nights."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kaibo.eventlog.contracts import BatchRef, FeedView, Sources
from kaibo.eventlog.errors import DamagedSegment
from kaibo.warehouse import models
from kaibo.warehouse.columns import COLUMNS

START = 1_763_812_800_000_000  # 2025-11-22T12:00:00Z
Event = dict[str, Any]
NAMES = [column.name for column in COLUMNS]
BOUND = {"f0": ("r0",), "f1": ("r1",), "f01": ("r0", "r1")}
"""Feeds that may speak for these rooms only; every other feed speaks for its platform."""


@dataclass
class FakeLog:
    """Batches in memory; `lake` remembers what the counter said is counted."""

    bodies: list[bytes] = field(default_factory=list)
    refs: list[BatchRef] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)
    lake: list[dict[str, int]] = field(default_factory=list)
    seq: int = 0

    def add(self, events: Iterable[Event], *, sign: int = 1) -> None:
        lines, first = [], self.seq + 1
        for event in events:
            self.seq += 1
            lines.append(
                json.dumps(
                    {**event, "seq": self.seq, "received_at": START, "sign": sign, "feed_id": event.get("feed_id", "f")}
                )
            )
        body = ("\n".join(lines) + "\n").encode()
        self.bodies.append(body)
        self.refs.append(BatchRef("w", first, self.seq, Path("w.ndjson"), len(self.bodies) - 1, len(body), 0, START))

    def batches(self, after: Mapping[str, int]) -> Iterator[BatchRef]:
        return iter([ref for ref in self.refs if ref.to_seq > after.get("w", 0)])

    def read_batch(self, ref: BatchRef) -> bytes:
        if ref.offset in self.damaged:
            raise DamagedSegment("batch does not match its checksum")
        return self.bodies[ref.offset]

    def sources_of(self, show_id: str) -> Sources:
        return Sources((), tuple(self.refs))

    def lake_sealed(self, counted: Mapping[str, int]) -> list[Path]:
        self.lake.append(dict(counted))
        return []

    def feeds(self) -> list[FeedView]:
        return [FeedView(name, name, "ndjson", "douyin", rooms, ()) for name, rooms in BOUND.items()]

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "FakeLog":
        from kaibo.eventlog import api

        for name in ("batches", "read_batch", "sources_of", "lake_sealed", "feeds"):
            monkeypatch.setattr(api, name, getattr(self, name), raising=False)
        return self


def rows() -> dict[tuple[str, str, str, int], dict[str, int]]:
    """Every minute row as it is stored."""
    found = {}
    for row in models.MinuteRow.objects.values_list("show_id", "grain", "key", "minute_us", *NAMES):
        found[row[:4]] = {name: value for name, value in zip(NAMES, row[4:], strict=True) if value is not None}
    return found


def clear() -> None:
    """Empty every table of the room."""
    from django.apps import apps

    for table in apps.get_app_config("warehouse").get_models():
        table._default_manager.all().delete()


KINDS = (
    *("viewer.entered", "viewer.left", "online.sampled", "room.exposed", "comment.posted", "like.given", "gift.sent"),
    *("follow.gained", "fanclub.joined", "share.made", "product.exposed", "product.clicked", "cart.added"),
    *("coupon.claimed", "spend.reported", "figure.reported", "unknown", "order.placed", "order.paid"),
)
ORDERS = (
    *("order.placed", "order.paid", "order.paid", "order.refunded", "order.refunded", "order.canceled"),
    *("order.shipped", "order.delivered"),
)
STAGE = ("lap.started", "lap.ended", "host.on", "host.off", "show.ended", "lap.started", "host.on")
PROFILES: dict[str, tuple[str, ...]] = {
    "all": (*KINDS, *ORDERS, *STAGE),
    "firsts": ("viewer.entered", "like.given", "comment.posted", "product.clicked", "lap.started"),
    "orders": (*ORDERS, "viewer.entered", "host.on"),
    # few boundaries: where there are many, every lap is shorter than the second it is floored to
    "laps": ("lap.started", "lap.ended", "host.on", *["viewer.entered", "online.sampled", "order.paid"] * 5),
    "intervals": (*STAGE, *STAGE, "viewer.entered", "viewer.left", "online.sampled", "order.paid", "order.refunded"),
}
DAY = 86_400_000_000


def night(seed: int, *, profile: str = "all", size: int = 60) -> list[Event]:
    """Random events that clash: few viewers, orders and instants, many ties, refunds days later.

    Shape: (room, id) is distinct, and the order of ids says nothing about time.
    """
    chance = random.Random(f"{seed}-{profile}")
    # almost every clash needs several events of one kind, one thing and one instant: keep the choices few
    instants = [START + place * 20_000_000 for place in range(chance.choice([2, 6, 12]))]
    hour = 3_600_000_000  # exact delays too: whether "within" holds its end
    instants += [START + late for late in chance.sample([hour, hour + 7, DAY, 3 * DAY, 7 * DAY, 15 * DAY, 20 * DAY], 3)]
    kinds = PROFILES[profile]
    numbers = chance.sample(range(size), size)
    return [_event(chance, number, kinds, instants) for number in numbers]


def _event(chance: random.Random, number: int, kinds: tuple[str, ...], instants: list[int]) -> Event:
    event: Event = {
        "event_id": f"e{number // 2:03d}",  # ids are unique within a room: two rooms share each
        "kind": chance.choice(kinds),
        "platform": chance.choice(["douyin"] * 7 + ["taobao"]),
        "room_id": f"r{number % 2}",
        "occurred_at": chance.choice(instants) + chance.choice([0, 0, 0, 1, 999_999]),
        "show_id": chance.choice(["A"] * 5 + ["B", None]),
        "viewer_id": chance.choice(["v1", "v1", "v2", None]),
        "traffic_source": chance.choice(["feed", "paid", None]),
        "product_id": chance.choice(["p1", "p2", None]),
        "link_no": chance.choice(["1", None]),
        "order_id": chance.choice(["o1", "o2", "o3", None]),
        "host_id": chance.choice(["h1", "h1", "h2", None]),
        "quantity": chance.choice([None, 0, 1, 3]),
        "amount_minor": chance.choice([None, 0, 100, 250]),
        "count": chance.choice([None, 0, 1, 5]),
        "text": chance.choice([None, "多少钱"]),
        "duration_ms": chance.choice([None, 0, 9_999, 10_000, 59_999, 60_000, 400_000]),
        "attrs": chance.choice([None, _attrs(chance)]),
        "feed_id": chance.choice(("f", "f", "f01", f"f{number % 2}")),
    }
    return {name: value for name, value in event.items() if value is not None}


def _attrs(chance: random.Random) -> Event:
    stated: Event = {
        "is_fan": chance.choice([True, False]),
        "is_presale": chance.choice([True, False]),
        "amount_with_subsidy_minor": chance.randrange(500),
        "receivable_minor": chance.randrange(500),
        "refund_stage": chance.choice(["before_shipping", "after_shipping"]),
        "refund_kind": chance.choice(["refund_only", "return"]),
        "is_quality": chance.choice([True, False]),
        "is_whole_room": chance.choice([True, False]),
        "attributed_gmv_minor": chance.randrange(500),
        "ad_impressions": chance.randrange(9),
        "ad_clicks": chance.randrange(9),
        "figure": "views",
        "value": 7,
        "something_else": "kept",
    }
    return {name: value for name, value in stated.items() if chance.random() < 0.5}
