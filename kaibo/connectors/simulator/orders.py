"""Who buys: orders placed, paid, canceled, shipped, refunded, and the stock they take."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import Draws, rng_for
from kaibo.connectors.simulator.funnel import Funnel, Steps, chance_to_reach, since_pin
from kaibo.connectors.simulator.lineup import MINUTE, Lineup

HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
NEVER = np.iinfo(np.int64).max
PLATFORM_FEE = 0.05


@dataclass
class Orders:
    """Orders in order of placing; times ms since the start, NEVER where it did not happen; money minor.

    Shape: `sku` is a row of the line-up's SKUs. `refund_stage` 0 before, 1 after shipping; `refund_kind`
    0 refund only, 1 return; `amount` of unpaid orders is what they would have paid.
    """

    visit: np.ndarray
    product: np.ndarray
    sku: np.ndarray
    quantity: np.ndarray
    amount: np.ndarray
    subsidy: np.ndarray
    receivable: np.ndarray
    placed: np.ndarray
    paid: np.ndarray
    canceled: np.ndarray
    shipped: np.ndarray
    delivered: np.ndarray
    refunded: np.ndarray
    refund_amount: np.ndarray
    refund_stage: np.ndarray
    refund_kind: np.ndarray
    is_quality: np.ndarray
    reason: np.ndarray
    initial_stock: np.ndarray  # per SKU

    @property
    def is_paid(self) -> np.ndarray:
        return np.asarray(self.paid != NEVER)


def make_orders(draws: Draws, *, lineup: Lineup, acts: Acts, crowd: Crowd, funnel: Funnel, seed: int) -> Orders:
    """The orders of the night. Sets the line-up's prices in minor units, from what its buyers spend."""
    rng = rng_for(seed, "orders")
    bought, paying = _buyers(rng, draws, lineup=lineup, acts=acts, crowd=crowd, funnel=funnel)
    order = np.lexsort((bought.visit, bought.at))
    bought, paying = bought.take(order), paying[order]
    count = len(order)
    quantity = rng.choice([1, 2, 3], count, p=[0.79, 0.16, 0.05])
    payers = max(1, len(np.unique(crowd.person[bought.visit[paying]])))
    _set_prices(lineup, acts, bought, quantity=quantity * paying, spent=draws.value_per_payer * payers)
    sku = _skus(rng, lineup, bought.product)
    sku, initial = _stock(rng, lineup, acts, sku=sku, at=bought.at, quantity=quantity, paying=paying)
    unit = np.rint(lineup.price[bought.product] * acts.price_ratio(bought.product, bought.at)).astype(np.int64)
    coupon = np.where(rng.random(count) < 0.2, rng.choice([500, 1000, 2000], count), 0)
    amount = np.maximum(unit * quantity - np.where(unit >= 5000, coupon, 0), 100)
    subsidy = np.where(rng.random(count) < 0.12, rng.integers(3, 16, count) * 100, 0)
    delay = np.exp(rng.normal(np.log(draws.pay_delay_median), draws.pay_delay_sigma, count))
    paid = bought.at + np.maximum(1500, np.rint(delay * 1000)).astype(np.int64)
    for begin, end in acts.silent:  # the shop's own till went on, buyers' phones did not
        paid = np.where((paid >= begin) & (paid < end), end + (paid - begin) // 4, paid)
    timeout = bought.at + rng.integers(15, 31, count) * MINUTE
    return Orders(
        visit=bought.visit,
        product=bought.product,
        sku=sku,
        quantity=quantity,
        amount=amount,
        subsidy=subsidy,
        receivable=np.rint((amount + subsidy) * (1 - PLATFORM_FEE)).astype(np.int64),
        placed=bought.at,
        paid=np.where(paying, paid, NEVER),
        canceled=np.where(paying, NEVER, timeout),
        initial_stock=initial,
        **_afterwards(rng, draws, np.where(paying, paid, NEVER), amount),
    )


def _buyers(
    rng: np.random.Generator, draws: Draws, *, lineup: Lineup, acts: Acts, crowd: Crowd, funnel: Funnel
) -> tuple[Steps, np.ndarray]:
    """Clicks that become orders, and which of these get paid."""
    clicked = funnel.clicked
    person = crowd.person[clicked.visit]
    weight = lineup.pay_pull[clicked.product] * since_pin(lineup, clicked.at)
    weight = weight * np.where(crowd.fan[person], 1.8, 1.0)
    for span in acts.buying:
        inside = (clicked.at >= span.from_ms) & (clicked.at < span.to_ms)
        if span.product is not None:
            inside &= clicked.product == span.product
        weight[inside] *= span.factor
    weight[acts.is_silent(clicked.at)] = 0.0
    for at, product, size in acts.sold_out:
        if size is None:
            weight[(clicked.product == product) & (clicked.at >= at)] = 0.0
    wanted = draws.pay_ratio * len(np.unique(person))
    chance = chance_to_reach(weight, person, len(crowd.fan), wanted)
    pays = rng.random(len(chance)) < chance
    again = np.flatnonzero(pays & (rng.random(len(chance)) < 0.15))  # a second colour or size, a minute later
    tries = ~pays & (rng.random(len(chance)) < chance * (1 / draws.paid_of_placed - 1) * 1.17)
    rows = np.concatenate([np.flatnonzero(pays), again, np.flatnonzero(tries)])
    paying = np.concatenate([np.ones(int(pays.sum()) + len(again), bool), np.zeros(int(tries.sum()), bool)])
    bought = clicked.take(rows)
    wait = np.rint(rng.gamma(2.0, 11_000, len(rows))).astype(np.int64) + 1000
    wait[int(pays.sum()) : int(pays.sum()) + len(again)] += 45_000
    close = int(lineup.lap_to[-1]) - 100
    bought.at = np.minimum(bought.at + wait, close)
    return bought, paying


def _set_prices(lineup: Lineup, acts: Acts, bought: Steps, *, quantity: np.ndarray, spent: float) -> None:
    """Price level such that the average payer spends what this room's payers spend; prices end in 9."""
    relative = lineup.price[bought.product] * acts.price_ratio(bought.product, bought.at) * quantity
    level = 1.02 * spent / max(1e-9, float(relative.sum()))  # coupons take 2 % off again
    lineup.price = np.maximum(1, np.rint(lineup.price * level / 10)).astype(np.int64) * 1000 - 100


def _skus(rng: np.random.Generator, lineup: Lineup, product: np.ndarray) -> np.ndarray:
    """A size and colour for each order, by the product's own weights."""
    starts = np.searchsorted(lineup.sku_product, np.arange(lineup.count))
    ends = np.searchsorted(lineup.sku_product, np.arange(lineup.count), side="right")
    cumulated = np.concatenate([[0.0], np.cumsum(lineup.sku_weight)])
    drawn = rng.uniform(cumulated[starts[product]], cumulated[ends[product]])
    return np.asarray(np.clip(np.searchsorted(cumulated, drawn, side="right") - 1, starts[product], ends[product] - 1))


def _stock(
    rng: np.random.Generator,
    lineup: Lineup,
    acts: Acts,
    *,
    sku: np.ndarray,
    at: np.ndarray,
    quantity: np.ndarray,
    paying: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Pieces at the start; broken sizes run out and their later buyers take another size of the same colour."""
    for since, product, size in acts.sold_out:
        if size is None:
            continue
        gone = (lineup.sku_product == product) & (lineup.sku_size == "SML".find(size))
        moved = np.flatnonzero(gone[sku] & (at >= since))
        sku[moved] += np.where(lineup.sku_size[sku[moved]] < 3, 1, -1)
    sold = np.bincount(sku[paying], weights=quantity[paying], minlength=len(lineup.sku_product))
    often = np.argsort(-sold, kind="stable")
    broken = [int(each) for each in often[: acts.broken_sizes * 3 : 3] if sold[each] >= 3][: acts.broken_sizes]
    initial = np.maximum(np.rint(sold * rng.uniform(1.3, 3.0, len(sold))), rng.integers(8, 60, len(sold))).astype(
        np.int64
    )
    for each in broken:
        mine = np.flatnonzero((sku == each) & paying)
        initial[each] = max(1, int(sold[each] * 0.6))
        over = mine[np.cumsum(quantity[mine]) > initial[each]]
        other = each + (1 if lineup.sku_size[each] < 3 else -1)
        sku[over] = other
        initial[each] = int(quantity[mine].sum() - quantity[over].sum())
        initial[other] += int(quantity[over].sum())
    return sku, np.asarray(initial)


def _afterwards(rng: np.random.Generator, draws: Draws, paid: np.ndarray, amount: np.ndarray) -> dict[str, np.ndarray]:
    """Shipping, delivery and refunds of paid orders, minutes to weeks later."""
    count, is_paid = len(paid), paid != NEVER
    fate = rng.random(count)
    hour1, before, total = draws.refund_1h, draws.refund_before, draws.refund_total
    total = before + (total - before) / 0.97  # part refunds take back half
    quick = np.minimum(np.rint(rng.exponential(14 * MINUTE, count)), 58 * MINUTE) + 20_000
    slow = rng.uniform(HOUR + 1000, 30 * HOUR, count)
    late = np.maximum(2.2, rng.gamma(4.6, 1.75, count)) * DAY  # peak near day 6, 95 % by day 16
    shipped = np.where(is_paid, paid, 0) + np.rint(rng.uniform(31 * HOUR, 46 * HOUR, count)).astype(np.int64)
    stage = (fate >= before).astype(np.int64)
    delay = np.where(fate < hour1, quick, np.where(fate < before, slow, late))
    is_refund = is_paid & (fate < total)
    goes = is_paid & (fate >= before)
    part = (stage == 1) & (rng.random(count) < 0.06)
    quality = is_refund & (stage == 1) & (rng.random(count) < draws.quality / max(0.01, total - before))
    kind = np.where((stage == 1) & ~part, 1, 0)
    return {
        "shipped": np.where(goes, shipped, NEVER),
        "delivered": np.where(
            goes, np.minimum(shipped + np.rint(rng.uniform(1.2, 4.5, count) * DAY).astype(np.int64), NEVER), NEVER
        ),
        "refunded": np.where(is_refund, np.where(is_paid, paid, 0) + np.rint(delay).astype(np.int64), NEVER),
        "refund_amount": np.where(part, amount // 2, amount),
        "refund_stage": stage,
        "refund_kind": kind,
        "is_quality": quality,
        "reason": rng.integers(0, 1 << 16, count),
    }
