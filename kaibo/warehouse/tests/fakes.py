"""A log in memory with the signatures of the event log, and random nights."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from kaibo.eventlog.contracts import BatchRef, Sources
from kaibo.eventlog.errors import DamagedSegment
from kaibo.warehouse import models
from kaibo.warehouse.columns import COLUMNS

START = 1_763_812_800_000_000  # 2025-11-22T12:00:00Z
Event = dict[str, Any]
NAMES = [column.name for column in COLUMNS]


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
            lines.append(json.dumps({**event, "seq": self.seq, "received_at": START, "feed_id": "f", "sign": sign}))
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

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "FakeLog":
        from kaibo.eventlog import api

        for name in ("batches", "read_batch", "sources_of", "lake_sealed"):
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
    *("coupon.claimed", "order.placed", "order.paid", "order.paid", "order.refunded", "order.refunded"),
    *("order.canceled", "order.shipped", "order.delivered", "spend.reported", "lap.started", "lap.ended", "host.on"),
    *("host.off", "show.ended", "figure.reported", "unknown"),
)
_maybe_small = st.one_of(st.none(), st.integers(0, 3))
_attrs = st.fixed_dictionaries(
    {},
    optional={
        "is_fan": st.booleans(),
        "is_presale": st.booleans(),
        "amount_with_subsidy_minor": st.integers(0, 500),
        "receivable_minor": st.integers(0, 500),
        "refund_stage": st.sampled_from(["before_shipping", "after_shipping"]),
        "refund_kind": st.sampled_from(["refund_only", "return"]),
        "is_quality": st.booleans(),
        "is_whole_room": st.booleans(),
        "attributed_gmv_minor": st.integers(0, 500),
        "ad_impressions": st.integers(0, 9),
        "ad_clicks": st.integers(0, 9),
        "figure": st.just("views"),
        "value": st.integers(0, 9),
        "something_else": st.just("kept"),
    },
)
_event = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "platform": st.sampled_from(["douyin", "douyin", "taobao"]),
        "room_id": st.just("r1"),
        # few distinct instants, so that ties are common; refunds may come days later
        "occurred_at": st.one_of(
            st.integers(0, 12).map(lambda each: START + each * 20_000_000),
            st.integers(0, 3).map(lambda each: START + each * 3_600_000_000 + 7),
            st.sampled_from([START + 3 * 86_400_000_000, START + 20 * 86_400_000_000]),
        ),
        "show_id": st.sampled_from(["A", "A", "A", "B", None]),
        "viewer_id": st.sampled_from(["v1", "v2", "v3", None]),
        "traffic_source": st.sampled_from(["feed", "paid", None]),
        "product_id": st.sampled_from(["p1", "p2", None, None]),
        "link_no": st.sampled_from(["1", None]),
        "order_id": st.sampled_from(["o1", "o2", "o3", "o4", None]),
        "host_id": st.sampled_from(["h1", "h2", None]),
        "quantity": _maybe_small,
        "amount_minor": st.one_of(st.none(), st.integers(0, 300)),
        "count": _maybe_small,
        "text": st.sampled_from(["多少钱", None]),
        "duration_ms": st.sampled_from([None, 0, 9_999, 10_000, 59_999, 60_000, 400_000]),
        "attrs": st.one_of(st.none(), _attrs),
    }
)


def nights(most: int = 40) -> st.SearchStrategy[list[Event]]:
    """Lists of random events with distinct ids whose order says nothing about time."""

    def number(events: list[Event], order: list[int]) -> list[Event]:
        return [
            {name: value for name, value in {**event, "event_id": f"e{place:03d}"}.items() if value is not None}
            for event, place in zip(events, order, strict=True)
        ]

    return st.lists(_event, min_size=1, max_size=most).flatmap(
        lambda events: st.permutations(range(len(events))).map(lambda order: number(events, order))
    )
