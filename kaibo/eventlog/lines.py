"""The form a line must have to be taken at full speed, and the limits both ways of reading share."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from kaibo.eventlog.kinds import KINDS
from kaibo.kit.clock import DAY_US

ID_LENGTH = 200
TEXT_LENGTH = 4000  # the longest comment any platform allows is far below; speech segments reach about 2,000
ATTRS_BYTES = 32 * 1024
ATTRS_KEYS = 100
LARGEST = 10**12  # ten billion yuan in one line; nine million lines of this size still sum inside 64 bits
LARGEST_ATTR = {"value": 10**15, "balance_minor": 10**15}  # never summed; one host's night had 10^12 fen
WHOLE_ATTRS = frozenset(
    (
        *("amount_with_subsidy_minor", "receivable_minor", "attributed_gmv_minor", "balance_minor", "value"),
        *("ad_impressions", "ad_clicks", "price_minor", "list_price_minor", "stock", "planned_minutes"),
    )
)
"""Names inside `attrs` whose values are counted with: a value that is no whole number would turn into unknown there."""
EARLIEST_US = 10**15  # 2001-09-09, the first instant whose epoch in µs has 16 digits
FUTURE_US = DAY_US

_Name = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH)]
_Short = Annotated[str, Meta(min_length=1, max_length=60)]
_Amount = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
_Count = Annotated[int, Meta(ge=0, le=LARGEST)]
_Instant = Annotated[int, Meta(ge=10**9, lt=10**16)] | Annotated[datetime, Meta(tz=True)]


class Line(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """An event on its way into a segment: the event's own fields, and two places where the envelope is put in.

    Shape: whatever a sender supplies for the envelope is skipped or overwritten. The appender sets `seq`, and
    `received_at` to raw JSON that carries the rest of the envelope behind it: the same bytes for every line of a
    hand-over, written once instead of field by field. `occurred_at` is µs UTC once checked.
    """

    event_id: _Name
    kind: _Short
    platform: _Short
    room_id: _Name
    occurred_at: _Instant
    show_id: _Name | None = None
    viewer_id: _Name | None = None
    traffic_source: _Name | None = None
    product_id: _Name | None = None
    sku_id: _Name | None = None
    link_no: _Name | None = None
    order_id: _Name | None = None
    host_id: _Name | None = None
    quantity: _Count | None = None
    amount_minor: _Amount | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    count: _Count | None = None
    text: Annotated[str, Meta(max_length=TEXT_LENGTH)] | None = None
    duration_ms: _Count | None = None
    attrs: Annotated[dict[str, Any], Meta(max_length=ATTRS_KEYS)] | None = None
    seq: Any = None
    received_at: Any = None


@lru_cache(256)
def decoder_of(platform: str, room_id: str) -> msgspec.json.Decoder[Any]:
    """Reads lines of one room that name no show, with known kinds and canonical times, and nothing else.

    What it reads is what `ONE` reads of the same bytes; values out of a known few cost no text and no second look.
    """
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        ("kind", Literal[*sorted(KINDS)]),
        ("platform", Literal[platform]),
        ("room_id", Literal[room_id]),
        ("occurred_at", Annotated[int, Meta(ge=EARLIEST_US, lt=10**16)]),
        ("show_id", None, None),
    ]
    return msgspec.json.Decoder(
        msgspec.defstruct("Line", fields, bases=(Line,), kw_only=True, omit_defaults=True, gc=False)
    )


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE = msgspec.json.Decoder(Line)
MANY = msgspec.json.Decoder(list[Line])
ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a line is held against besides its form. `platform` None: any (a trusted importer)."""

    now_us: int
    currency: str
    platform: str | None = None
    rooms: frozenset[str] = frozenset()
