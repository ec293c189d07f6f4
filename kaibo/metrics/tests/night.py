"""One night with round numbers: sixty minutes, two busy minutes, three laps; every formula has its example on it."""

from kaibo.commerce.registers.contracts import WordCheck
from kaibo.commerce.rooms.contracts import Economics
from kaibo.eventlog.kinds import KINDS
from kaibo.metrics.tests.fakes import FakeDoors, minute
from kaibo.warehouse.contracts import Duty, Figure, Lap, Moment, Offer

EARLY = {
    "impressions": 800,
    "impression_viewers": 500,
    "views": 300,
    "viewers": 200,
    "leaves": 250,
    "watch_ms": 12_000_000,
    "effective_views": 120,
    "left_in_60s": 90,
    "online_max": 80,
    "online_last": 60,
    "comments": 40,
    "likes": 100,
    "gifts": 5,
    "gift_minor": 1_000,
    "follows": 8,
    "fanclub_joins": 3,
    "shares": 4,
    "commenters": 20,
    "likers": 30,
    "sharers": 4,
    "followers_gained": 7,
    "club_joiners": 2,
    "interactors": 40,
    "product_exposures": 400,
    "product_clicks": 60,
    "cart_adds": 15,
    "coupons": 10,
    "product_exposed_viewers": 150,
    "product_click_viewers": 45,
    "carters": 12,
    "orders_placed": 25,
    "gmv_placed_minor": 250_000,
    "buyers_placed": 20,
    "orders_paid": 16,
    "units_paid": 24,
    "gmv_paid_minor": 160_000,
    "gmv_paid_subsidy_minor": 170_000,
    "receivable_minor": 150_000,
    "subsidy_lines": 16,
    "receivable_lines": 16,
    "paid_lines": 16,
    "payers": 12,
    "fan_gmv_paid_minor": 50_000,
    "fan_known_lines": 16,
    "presale_units": 6,
    "presale_known_lines": 16,
    "orders_canceled": 2,
    "refunds_cash_minor": 5_000,
    "refunds_cash_count": 1,
    "orders_shipped": 10,
    "orders_delivered": 5,
    "refund_minor_1h": 8_000,
    "refund_minor_24h": 16_000,
    "refund_minor_d7": 40_000,
    "refund_minor_d15": 48_000,
    "refund_minor": 56_000,
    "refund_before_shipping_minor": 20_000,
    "refund_after_shipping_minor": 36_000,
    "refund_return_minor": 30_000,
    "refund_quality_minor": 4_000,
    "refund_orders_1h": 1,
    "refund_orders_24h": 2,
    "refund_orders_d7": 4,
    "refund_orders_d15": 5,
    "refund_orders": 6,
    "spend_minor": 32_000,
    "attributed_gmv_minor": 96_000,
    "ad_impressions": 4_000,
    "ad_clicks": 80,
    "unmatched": 1,
}
LATE = {
    "impressions": 200,
    "impression_viewers": 125,
    "views": 100,
    "viewers": 50,
    "leaves": 60,
    "watch_ms": 3_000_000,
    "left_in_60s": 30,
    "online_max": 30,
    "comments": 10,
    "commenters": 5,
    "interactors": 10,
    "product_exposed_viewers": 50,
    "product_click_viewers": 5,
    "orders_placed": 5,
    "gmv_placed_minor": 50_000,
    "orders_paid": 4,
    "units_paid": 6,
    "gmv_paid_minor": 40_000,
    "gmv_paid_subsidy_minor": 42_000,
    "receivable_minor": 38_000,
    "subsidy_lines": 4,
    "receivable_lines": 4,
    "paid_lines": 4,
    "payers": 3,
    "fan_known_lines": 4,
    "presale_known_lines": 4,
    "refund_minor_1h": 2_000,
    "refund_minor_24h": 2_000,
    "refund_minor_d7": 2_000,
    "refund_minor_d15": 2_000,
    "refund_minor": 4_000,
    "spend_minor": 8_000,
    "attributed_gmv_minor": 24_000,
}
COSTS = Economics(
    margin_ratio=0.65,
    platform_fee_ratio=0.05,
    commission_ratio=0.0,
    refund_before_shipping_ratio=0.22,
    refund_after_shipping_ratio=0.36,
    freight_minor=500,
    insurance_minor=150,
    handling_minor=300,
)
KEYED = {
    "source": {
        "paid": {10: {"views": 60}, 57: {"views": 30}},
        "feed": {10: {"views": 240}, 57: {"views": 70}},
    },
    "product": {
        "p1": {
            10: {"gmv_paid_minor": 120_000, "paid_lines": 10, "payers": 6, "units_paid": 12},
            57: {
                "gmv_paid_minor": 40_000,
                "paid_lines": 4,
                "payers": 3,
                "units_paid": 6,
                "product_exposed_viewers": 100,
                "product_click_viewers": 30,
            },
        },
        "p2": {10: {"gmv_paid_minor": 38_000, "paid_lines": 6, "units_paid": 12}},
    },
    "lap_product": {
        "l1": {10: {"gmv_paid_minor": 60_000}},
        "l2": {16: {"gmv_paid_minor": 20_000}},
        "l3": {57: {"gmv_paid_minor": 40_000}},
    },
    "lap": {"l1": {10: {"gmv_paid_minor": 150_000}}, "l3": {57: {"gmv_paid_minor": 40_000}}},
    "host": {
        "h1": {10: {"gmv_paid_minor": 160_000, "refund_minor": 56_000, "orders_paid": 16}},
        "h2": {57: {"gmv_paid_minor": 40_000, "refund_minor": 4_000, "orders_paid": 4}},
    },
}


def offer(key: str, **more: object) -> Offer:
    """An offer on the list."""
    plain = {"title": None, "price_minor": None, "stock": None, "is_listed": True, "is_pinned": False, "link_no": None}
    return Offer(key=key, product_id=key, **{**plain, **more})  # type: ignore[arg-type]


def stated(figure: str, value: int, at: float, *, basis: str = "cumulative", origin: str = "typed") -> Figure:
    """A number somebody states, so many minutes after the start."""
    return Figure(figure, value, minute(at), basis, origin, "f1", False, f"{figure}@{at}")


def night(*, ended: float | None = 60, without: tuple[str, ...] = (), **more: object) -> FakeDoors:
    """The night; `without` are kinds that no feed reports."""
    before = {
        f"e{index}": FakeDoors(
            rows={0: {"gmv_paid_minor": 100 * index}, 30: {"gmv_paid_minor": 900 - 100 * index}},
            ended=60,
            began=-1440 * index,
        )
        for index in (1, 2, 3, 4)
    }
    plain: dict[str, object] = {
        "rows": {0: {"events": 1}, 10: EARLY, 57: LATE},
        "keyed": KEYED,
        "kinds": tuple(sorted(KINDS - set(without))),
        "online": ((0, 60), (5, 120), (7.5, 40), (58, 30)),
        "stated": (stated("ad_balance_minor", 50_000, 55, basis="point", origin="pushed"),),
        "moment_list": (
            Moment("m1", "violation.received", minute(20)),
            Moment("m2", "interaction.opened", minute(46), attrs={"interaction": "lucky_bag"}),
            Moment("m3", "interaction.closed", minute(56), attrs={"interaction": "lucky_bag"}),
        ),
        "lap_list": (
            Lap("l1", "p1", "7", minute(10), minute(16)),
            Lap("l2", "p2", "8", minute(16), minute(20)),
            Lap("l3", "p1", "7", minute(50), None),
        ),
        "duty_list": (Duty("h1", minute(0), minute(40)), Duty("h2", minute(40), None)),
        "offer_list": (
            offer("p1", stock=60, role="主推", planned_minutes=10, stock_by_sku={"M": 0, "L": 60}),
            offer("p2", stock=10, role="福利", planned_minutes=6, stock_by_sku={"M": 5, "L": 5}),
            offer("p3"),
        ),
        "checked": {
            "speech": WordCheck("speech", 400, 3, 0, minute(59)),
            "comment": WordCheck("comment", 1000, 0, 0, minute(59)),
        },
        "costs": COSTS,
        "targets": {
            "gmv_paid_minor": 400_000,
            "net_sales_minor": 200_000,
            "orders_paid": 40,
            "views": 500,
            "viewers": 1_000,
            "spend_minor": 50_000,
            "roas": 4,
        },
        "before": before,
    }
    return FakeDoors(ended=ended, **{**plain, **more})  # type: ignore[arg-type]
