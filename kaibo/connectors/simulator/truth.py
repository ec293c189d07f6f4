"""What really happened, counted straight from the night's rows, never from the lines written of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.chatter import Talk
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import SOURCES
from kaibo.connectors.simulator.events import product_ids
from kaibo.connectors.simulator.funnel import Funnel
from kaibo.connectors.simulator.lineup import Lineup
from kaibo.connectors.simulator.orders import DAY, HOUR, Orders
from kaibo.connectors.simulator.traffic import Impressions, Spend
from kaibo.connectors.simulator.words import HOSTS


@dataclass
class World:
    """Everything generated for one night; times in ms since the start."""

    span: int
    lineup: Lineup
    acts: Acts
    crowd: Crowd
    impressions: Impressions
    funnel: Funnel
    talk: Talk
    orders: Orders
    spend: Spend
    samples: tuple[np.ndarray, np.ndarray]
    settings: dict[str, Any] = field(default_factory=dict)


def totals(world: World, until: int) -> dict[str, int]:
    """Sums of the show over all events before `until`, under the names of the minute-row columns."""
    crowd, funnel = world.crowd, world.funnel

    def people(visit: np.ndarray) -> int:
        return len(np.unique(crowd.person[visit]))

    shown = world.impressions.at < until
    numbers = world.impressions.viewer_no[shown]
    entered, left = crowd.enter < until, crowd.leave < until
    stay = crowd.stay[left]
    seen = world.samples[0] < until
    exposed, clicked, carted = (steps.at < until for steps in (funnel.exposed, funnel.clicked, funnel.carted))
    online = world.samples[1][seen]
    result = {
        "impressions": world.impressions.count[shown].sum(),
        "impression_viewers": len(np.unique(numbers[numbers >= 0])),
        "views": entered.sum(),
        "viewers": people(np.flatnonzero(entered)),
        "leaves": left.sum(),
        "watch_ms": stay.sum(),
        "effective_views": (stay >= 10_000).sum(),
        "left_in_60s": (stay < 60_000).sum(),
        "online_max": online.max(initial=0),
        "online_last": online[-1] if len(online) else 0,
        "product_exposures": funnel.times_shown[exposed].sum(),
        "product_exposed_viewers": people(funnel.exposed.visit[exposed]),
        "product_clicks": clicked.sum(),
        "product_click_viewers": people(funnel.clicked.visit[clicked]),
        "cart_adds": carted.sum(),
        "carters": people(funnel.carted.visit[carted]),
        "coupons": (funnel.coupons.at < until).sum(),
        **_interaction(world, until),
        **_orders(world, until, np.ones(len(world.orders.placed), bool)),
        **_spend(world, until),
    }
    return {name: int(value) for name, value in result.items()}


def _interaction(world: World, until: int) -> dict[str, Any]:
    crowd, talk = world.crowd, world.talk
    pairs = {
        "comments": (talk.visit, talk.at),
        "likes": talk.likes[:2],
        "follows": talk.follows,
        "fanclub_joins": talk.clubs,
        "shares": talk.shares,
        "gifts": talk.gifts[:2],
    }
    rows = {name: visit[at < until] for name, (visit, at) in pairs.items()}
    counts: dict[str, Any] = {name: len(visits) for name, visits in rows.items()}
    people = {name: np.unique(crowd.person[visits]) for name, visits in rows.items()}
    counts["likes"] = talk.likes[2][talk.likes[1] < until].sum()
    counts["gift_minor"] = talk.gifts[2][talk.gifts[1] < until].sum()
    for column, name in (
        ("commenters", "comments"),
        ("likers", "likes"),
        ("sharers", "shares"),
        ("followers_gained", "follows"),
        ("club_joiners", "fanclub_joins"),
    ):
        counts[column] = len(people[name])
    counts["interactors"] = len(np.unique(np.concatenate(list(people.values()))))
    return counts


def _orders(world: World, until: int, rows: np.ndarray) -> dict[str, Any]:
    """Order columns over some orders; refunds stand with the orders they belong to."""
    book, person = world.orders, world.crowd.person[world.orders.visit]
    placed = rows & (book.placed < until)
    paid = rows & (book.paid < until)
    back = rows & (book.refunded < until)
    delay = np.where(back, book.refunded - np.where(back, book.paid, 0), 0)
    fan = world.crowd.fan[person]
    result: dict[str, Any] = {
        "orders_placed": placed.sum(),
        "gmv_placed_minor": book.amount[placed].sum(),
        "buyers_placed": len(np.unique(person[placed])),
        "orders_paid": paid.sum(),
        "units_paid": book.quantity[paid].sum(),
        "gmv_paid_minor": book.amount[paid].sum(),
        "gmv_paid_subsidy_minor": (book.amount + book.subsidy)[paid].sum(),
        "receivable_minor": book.receivable[paid].sum(),
        "subsidy_lines": paid.sum(),
        "receivable_lines": paid.sum(),
        "paid_lines": paid.sum(),
        "payers": len(np.unique(person[paid])),
        "fan_gmv_paid_minor": book.amount[paid & fan].sum(),
        "fan_known_lines": paid.sum(),
        "orders_canceled": (rows & (book.canceled < until)).sum(),
        "refunds_cash_minor": book.refund_amount[back].sum(),
        "refunds_cash_count": back.sum(),
        "orders_shipped": (rows & (book.shipped < until)).sum(),
        "orders_delivered": (rows & (book.delivered < until)).sum(),
        "refund_minor": book.refund_amount[back].sum(),
        "refund_orders": back.sum(),
        "refund_before_shipping_minor": book.refund_amount[back & (book.refund_stage == 0)].sum(),
        "refund_after_shipping_minor": book.refund_amount[back & (book.refund_stage == 1)].sum(),
        "refund_return_minor": book.refund_amount[back & (book.refund_kind == 1)].sum(),
        "refund_quality_minor": book.refund_amount[back & book.is_quality].sum(),
    }
    for name, limit in (("1h", HOUR), ("24h", DAY), ("d7", 7 * DAY), ("d15", 15 * DAY)):
        within = back & (delay <= limit)
        result[f"refund_minor_{name}"] = book.refund_amount[within].sum()
        result[f"refund_orders_{name}"] = within.sum()
    return result


def _spend(world: World, until: int) -> dict[str, Any]:
    spend = world.spend
    rows = spend.at < until
    return {
        "spend_minor": spend.amount[rows].sum(),
        "attributed_gmv_minor": spend.attributed[rows].sum(),
        "whole_room_spend_minor": spend.amount[rows & (spend.plan == 0)].sum(),
        "ad_impressions": spend.impressions[rows].sum(),
        "ad_clicks": spend.clicks[rows].sum(),
    }


def wrong_words(world: World, until: int) -> dict[str, Any]:
    """What was planted for the proctor to find: forbidden sentences of the host, and how often each was written."""
    acts, talk = world.acts, world.talk
    said = [{"at_ms": at, "text": text} for at, text in sorted(acts.said_wrong) if at < until]
    wanted = set(acts.written_wrong)
    written = dict.fromkeys(acts.written_wrong, 0)
    for at, text in zip(talk.at.tolist(), talk.text.tolist(), strict=True):
        if talk.texts[text] in wanted and at < until:
            written[talk.texts[text]] += 1
    return {"said": said, "written": written}


def by_product(world: World, until: int) -> dict[str, dict[str, int]]:
    """Product columns per product id; distinct viewers are distinct per product."""
    person, funnel, book = world.crowd.person, world.funnel, world.orders
    result: dict[str, dict[str, int]] = {}
    for row, name in enumerate(product_ids(world.lineup)):
        exposed = (funnel.exposed.product == row) & (funnel.exposed.at < until)
        clicked = (funnel.clicked.product == row) & (funnel.clicked.at < until)
        laps = world.lineup.lap_product == row
        values: dict[str, Any] = {
            "product_exposures": funnel.times_shown[exposed].sum(),
            "product_exposed_viewers": len(np.unique(person[funnel.exposed.visit[exposed]])),
            "product_clicks": clicked.sum(),
            "product_click_viewers": len(np.unique(person[funnel.clicked.visit[clicked]])),
            **_orders(world, until, book.product == row),
            "laps": laps.sum(),
            "explained_ms": (world.lineup.lap_to - world.lineup.lap_from)[laps].sum(),
        }
        result[name] = {key: int(value) for key, value in values.items()}
    return result


def by_source(world: World, until: int) -> dict[str, dict[str, int]]:
    """Additive columns per traffic source."""
    crowd, book = world.crowd, world.orders
    result = {}
    for code, name in enumerate(SOURCES):
        entered = (crowd.traffic_source == code) & (crowd.enter < until)
        left = (crowd.traffic_source == code) & (crowd.leave < until)
        paid = (crowd.traffic_source[book.visit] == code) & (book.paid < until)
        shown = (world.impressions.traffic_source == code) & (world.impressions.at < until)
        result[name] = {
            "impressions": int(world.impressions.count[shown].sum()),
            "views": int(entered.sum()),
            "watch_ms": int(crowd.stay[left].sum()),
            "gmv_paid_minor": int(book.amount[paid].sum()),
            "paid_lines": int(paid.sum()),
        }
    return result


def by_host(world: World, until: int) -> dict[str, dict[str, int]]:
    """Additive columns per host on duty at the time of the event."""
    change, book, crowd = world.acts.handover_ms, world.orders, world.crowd
    result = {}
    for host, begin, off in ((HOSTS[0], 0, change), (HOSTS[1], change, world.span - 1)):
        end = min(off, until)
        paid = (book.paid >= begin) & (book.paid < end)
        result[host] = {
            "from_ms": begin,
            "to_ms": end,
            "views": int(((crowd.enter >= begin) & (crowd.enter < end)).sum()),
            "comments": int(((world.talk.at >= begin) & (world.talk.at < end)).sum()),
            "gmv_paid_minor": int(book.amount[paid].sum()),
            "paid_lines": int(paid.sum()),
        }
    return result
