"""What leaves the shows module: frozen dataclasses, no Django."""

from dataclasses import dataclass, field
from enum import StrEnum


class ShowStatus(StrEnum):
    """Derived from the room window: before it, inside it, after it."""

    PLANNED = "planned"
    ON_AIR = "on_air"
    ENDED = "ended"


TARGETS = ("gmv_paid_minor", "net_sales_minor", "orders_paid", "views", "viewers", "spend_minor", "roas")
"""What a show may be measured against; money in minor units, roas a multiple, the rest counts."""


@dataclass(frozen=True, slots=True)
class ShowView:
    """One planned live sale, from rehearsal to close.

    Shape: `started_at` and `ended_at` come from the room window and are None before they are reached;
    `targets` holds only what was set. Units: µs UTC.
    """

    show_id: str
    platform: str
    room_id: str
    title: str
    status: ShowStatus
    planned_at: int | None = None
    planned_end_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    targets: dict[str, float] = field(default_factory=dict)
    created_by: str = ""
    is_deleted: bool = False
    merged_into: str | None = None

    @property
    def begins_at(self) -> int | None:
        """When it began, else when it is planned to begin."""
        return self.started_at if self.started_at is not None else self.planned_at
