"""What leaves the rooms module: frozen dataclasses, no Django."""

from dataclasses import dataclass, field

PLATFORMS = (
    "douyin",
    "kuaishou",
    "taobao",
    "weixin_channels",
    "xiaohongshu",
    "bilibili",
    "tiktok",
    "simulated",
    "other",
)
"""Platforms offered when a room is made; an id outside the list is kept as given."""


@dataclass(frozen=True, slots=True)
class Economics:
    """What one sale of a room costs; feeds break-even, net ROI and contribution. Every field may be None (unknown).

    Units: ratios 0-1 of the amount paid; `_minor` minor units of `currency` per order.
    """

    margin_ratio: float | None = None
    platform_fee_ratio: float | None = None
    commission_ratio: float | None = None
    refund_before_shipping_ratio: float | None = None
    refund_after_shipping_ratio: float | None = None
    freight_minor: int | None = None
    insurance_minor: int | None = None
    handling_minor: int | None = None
    currency: str = "CNY"


RATIO_FIELDS = (
    "margin_ratio",
    "platform_fee_ratio",
    "commission_ratio",
    "refund_before_shipping_ratio",
    "refund_after_shipping_ratio",
)
MONEY_FIELDS = ("freight_minor", "insurance_minor", "handling_minor")


@dataclass(frozen=True, slots=True)
class RoomView:
    """A platform's place where shows are on air. Identity is (platform, room_id)."""

    platform: str
    room_id: str
    name: str
    currency: str = "CNY"
    note: str = ""
    economics: Economics = field(default_factory=Economics)

    @property
    def title(self) -> str:
        """The name people gave it, else its id."""
        return self.name or self.room_id
