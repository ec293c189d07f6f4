"""What a sum lacks: columns beside it that say how much of it no event states.

Unknown is not zero, and half known is not known: a sum (or a count of people) of which more than `TOLERANCE` is not
stated is missing with the reason; up to it the value stands, marked as partly stated.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kaibo.metrics.words import COLUMN_WORDS

TOLERANCE = 0.02
"""Two in a hundred: what a night of real exports leaves out by accident, and less than any decision here turns on."""

# Sums that say that something happened, beside the distinct people (or orders) behind it: people 0 while the
# sum is above 0 means that the feed names nobody, not that nobody was there.
NAMELESS: dict[str, tuple[str, ...]] = {
    "viewers": ("views",),
    "impression_viewers": ("impressions",),
    "commenters": ("comments",),
    "likers": ("likes",),
    "sharers": ("shares",),
    "followers_gained": ("follows",),
    "club_joiners": ("fanclub_joins",),
    "interactors": ("comments", "likes", "gifts", "follows", "fanclub_joins", "shares"),
    "product_exposed_viewers": ("product_exposures",),
    "product_click_viewers": ("product_clicks",),
    "carters": ("cart_adds",),
    "buyers_placed": ("gmv_placed_minor",),
    "orders_placed": ("gmv_placed_minor",),
    "payers": ("paid_lines",),
    "orders_paid": ("paid_lines",),
    "watch_ms": ("leaves",),
}

_REFUND_AMOUNTS = ("", "_1h", "_24h", "_d7", "_d15")
# Columns that hold something only where an event states it, beside what says that such events came: nothing at all
# in them means that the feed leaves the field out, not that it was zero. Refunds are asked by their own count,
# because the refund of an earlier night arrives during this one.
UNSTATED: dict[str, str] = {
    "gift_minor": "gifts",
    "effective_views": "leaves",
    "gmv_placed_minor": "orders_placed",
    **dict.fromkeys(("gmv_paid_minor", "fan_gmv_paid_minor", "presale_units"), "paid_lines"),
    "refunds_cash_minor": "refunds_cash_count",
    **{f"refund_minor{suffix}": "refund_orders" for suffix in _REFUND_AMOUNTS},
    **dict.fromkeys(
        (
            *("refund_before_shipping_minor", "refund_after_shipping_minor"),
            *("refund_return_minor", "refund_quality_minor"),
        ),
        "refund_orders",
    ),
}
UNSTATED_BY_KIND = frozenset(
    ("spend_minor", "attributed_gmv_minor", "whole_room_spend_minor", "ad_impressions", "ad_clicks")
)
"""The same where no column counts the events: what the log saw of their kinds says it."""


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a column is stated: `whole` less what leaves it out, or what states it."""

    whole: tuple[str, ...]
    zh: str
    en: str
    unstated: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()

    def told_of(self, total: Callable[[str], int]) -> tuple[int, int]:
        """(stated, whole) over what `total` sums; equal where nothing is left out."""
        whole = sum(map(total, self.whole))
        left_out = sum(map(total, self.unstated)) if self.unstated else whole - sum(map(total, self.stated))
        if left_out <= 0:
            return whole, whole
        whole = max(whole, left_out)
        return whole - left_out, whole

    def says(self, told: int, whole: int) -> tuple[str, str]:
        """The share in words, in both languages."""
        zh, en = COLUMN_WORDS[self.whole[0]]
        if len(self.whole) > 1:
            zh, en = "互动", "interactions"
        if self.whole[0].endswith("_minor"):
            share = f"{100 * told / whole:.0f} %"
            return f"{zh}的 {share} 写明{self.zh}", f"{share} of {en} states {self.en}"
        return f"{zh} {whole} 中 {told} 写明{self.zh}", f"{told} of {whole} {en} state {self.en}"


def _who(*whole: str) -> Part:
    return Part(whole, "是谁", "who it was", unstated=tuple(f"nameless_{name}" for name in whole))


def _paid(stated: str, zh: str, en: str) -> Part:
    return Part(("paid_lines",), zh, en, stated=(stated,))


def _refund(unstated: str, zh: str, en: str) -> Part:
    return Part(("refund_lines",), zh, en, unstated=(unstated,))


_PEOPLE = (
    *("viewers", "impression_viewers", "commenters", "likers", "sharers", "followers_gained", "club_joiners"),
    *("interactors", "product_exposed_viewers", "product_click_viewers", "carters"),
)
_AMOUNT = ("金额", "the amount")
_STAY = Part(("leaves",), "停留多久", "how long the visit was", unstated=("leaves_untimed",))


def is_too_little(told: int, whole: int) -> bool:
    """Whether what is stated is too little to stand for the whole."""
    return whole > 0 and (whole - told) / whole > TOLERANCE


PARTS: dict[str, Part] = {
    **{column: _who(*NAMELESS[column]) for column in _PEOPLE},
    "buyers_placed": Part(("placed_lines",), "是谁", "who it was", unstated=("nameless_placed_lines",)),
    "payers": Part(("paid_lines",), "是谁", "who it was", unstated=("nameless_paid_lines",)),
    **dict.fromkeys(("watch_ms", "effective_views", "left_in_60s"), _STAY),
    "gmv_placed_minor": Part(("placed_lines",), *_AMOUNT, unstated=("unpriced_placed_lines",)),
    "gmv_paid_minor": Part(("paid_lines",), *_AMOUNT, unstated=("unpriced_paid_lines",)),
    "gmv_paid_subsidy_minor": _paid("subsidy_lines", "含平台补贴的金额", "the amount with platform subsidy"),
    "receivable_minor": _paid("receivable_lines", "商家应收金额", "the amount receivable"),
    "fan_gmv_paid_minor": _paid("fan_known_lines", "是否老粉", "whether the buyer was a fan"),
    "presale_units": _paid("presale_known_lines", "是否预售", "whether it was a presale"),
    "refunds_cash_minor": Part(("refunds_cash_count",), *_AMOUNT, unstated=("unpriced_refunds_cash",)),
    **{f"refund_minor{suffix}": _refund(f"unpriced_refunds{suffix}", *_AMOUNT) for suffix in _REFUND_AMOUNTS},
    **dict.fromkeys(
        ("refund_before_shipping_minor", "refund_after_shipping_minor"),
        _refund("stageless_refunds", "在发货前还是发货后", "whether it was before or after shipping"),
    ),
    "refund_return_minor": _refund("kindless_refunds", "是否退货", "whether the goods came back"),
    "refund_quality_minor": _refund("causeless_refunds", "是否品质原因", "whether the goods were at fault"),
    "attributed_gmv_minor": Part(
        ("spend_minor",), "归因成交", "the GMV attributed to it", unstated=("unattributed_spend_minor",)
    ),
    "whole_room_spend_minor": Part(
        ("spend_minor",), "是否全域推广", "whether it is whole-room delivery", unstated=("undivided_spend_minor",)
    ),
    "ad_impressions": Part(("spend_minor",), "展示次数", "times shown", unstated=("unseen_spend_minor",)),
    "ad_clicks": Part(("spend_minor",), "点击次数", "clicks", unstated=("unclicked_spend_minor",)),
}
"""Column -> how much of it is stated. A gift without a value is a free one and not in doubt."""
