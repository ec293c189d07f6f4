"""What leaves the warehouse: frozen dataclasses, no Django."""

from dataclasses import dataclass, field
from typing import Any

SHOP_DICTIONARY = "shop-dictionary"
"""The artifact that holds the shop's own words, one a line."""
OPINION_MODEL = "opinion-model"
"""The artifact that holds a model of opinions taught with the shop's own reviews."""


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One minute of one key of one grain. `minute_us` µs UTC; a column that nothing fed is absent, not 0."""

    show_id: str
    grain: str
    key: str
    minute_us: int
    values: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WordMinute:
    """How many comments of a minute stand under a key. `minute_us` µs UTC."""

    minute_us: int
    key: str
    comments: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Number of people online at an instant."""

    at_us: int
    value: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a platform or a person states, kept beside ours, never mixed in.

    Shape: `part` names what it is about, `product:<id>` or `plan:<id>`; empty for the whole show.
    """

    figure: str
    value: int
    as_of_us: int
    basis: str  # cumulative | point
    origin: str  # typed | imported | pushed
    feed_id: str
    is_final: bool
    event_id: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A rare event that the timeline shows by itself: lap, host change, price, mark, violation …"""

    event_id: str
    kind: str
    at_us: int
    product_id: str | None = None
    link_no: str | None = None
    host_id: str | None = None
    amount_minor: int | None = None
    text: str | None = None
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lap:
    """One interval in which an offer is explained. It ends at lap.ended, the next lap.started, or the show's end."""

    lap_id: str
    product_id: str | None
    link_no: str | None
    from_us: int
    to_us: int | None
    host_id: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """One interval in which a host is on duty."""

    host_id: str
    from_us: int
    to_us: int | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the control room lists it; the nickname is looked up, never stored here."""

    event_id: str
    at_us: int
    text: str
    viewer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What is on the list of the room now, from offer.*, price.changed, stock.changed events."""

    key: str  # the product key of the `product` grain
    product_id: str | None
    link_no: str | None
    title: str | None
    price_minor: int | None
    stock: int | None
    is_listed: bool
    is_pinned: bool
    role: str | None = None
    planned_minutes: int | None = None
    stock_by_sku: dict[str, int] = field(default_factory=dict)
    links: tuple[str, ...] = ()  # every number it has stood under in this show


@dataclass(frozen=True, slots=True)
class CountStatus:
    """How far counting is behind the log, for the page that shows it."""

    counted_seq: dict[str, int]  # writer -> last sequence number in the ledger
    behind_events: int
    behind_seconds: float | None
    last_batch_at: int | None
    quarantined_batches: int
    version: int  # rises with every committed count; the page refreshes when it moves


@dataclass(frozen=True, slots=True)
class SetAside:
    """A batch of the log that could not be counted, with the reason. Units: `at_us` µs UTC, when it failed first."""

    writer: str
    from_seq: int
    to_seq: int
    path: str
    reason: str
    at_us: int
    tries: int
    is_asked: bool  # the counter will try it again

    @property
    def events(self) -> int:
        """How many lines are in it."""
        return self.to_seq - self.from_seq + 1


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An event of an order that nobody has seen placed or paid; it counts only as unmatched until the order arrives."""

    event_id: str
    kind: str
    order_id: str
    at_us: int
    amount_minor: int | None
    reason: str = "unknown_order"  # or other_room: the order is of a room that the feed may not speak for


@dataclass(frozen=True, slots=True)
class Answer:
    """What an analysis found. Shape: `rows` as its contract says. Units: `as_of_us` µs UTC, when it was asked."""

    name: str
    params: dict[str, str]
    as_of_us: int
    rows: tuple[dict[str, Any], ...]
