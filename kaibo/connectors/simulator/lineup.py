"""What is sold: links, sizes, colours, stock, and the run of laps in which hosts explain them."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import rng_for

MINUTE = 60_000
ROLE_PRICE = {"引流": 0.35, "福利": 0.60, "主推": 1.00, "利润": 1.60}
_HERO_PULL = (1.45, 1.2, 1.05, 0.95)
_HERO_FIRST_MINUTE = (52.0, 3.0, 98.0, 128.0)
"""Of a 240-minute show; the strongest hero meets the highest plateau of the evening."""


@dataclass
class Lineup:
    """Products are rows 0..n-1, SKUs rows of their own; times are ms since the start of the show.

    Shape: `lap_*` in time order without overlap; `pin_*` in time order; `price` stays relative until the night
    knows how much its buyers spend.
    """

    title: list[str]
    role: list[str]
    price: np.ndarray
    click_pull: np.ndarray
    pay_pull: np.ndarray
    planned_minutes: np.ndarray
    heroes: list[int]
    sku_product: np.ndarray
    sku_size: np.ndarray
    sku_colour: list[str]
    sku_weight: np.ndarray
    lap_product: np.ndarray
    lap_from: np.ndarray
    lap_to: np.ndarray
    pin_lap: np.ndarray
    pin_at: np.ndarray

    @property
    def count(self) -> int:
        return len(self.title)

    def lap_at(self, at_ms: np.ndarray) -> np.ndarray:
        """The last lap begun at each instant, -1 before the first."""
        return np.asarray(np.searchsorted(self.lap_from, at_ms, side="right") - 1)


def list_price(price: int) -> int:
    """What stands on the tag, minor units: nearly double, ending in nine."""
    return round(price * 1.8 / 1000) * 1000 - 100 + (1000 if price < 1000 else 0)


def make_lineup(config: NightConfig, seed: int) -> Lineup:
    """The list of links and the laps of the night."""
    rng = rng_for(seed, "lineup")
    share = config.minutes / 240
    laps = config.ranges["laps"]
    count = max(10, round(rng.integers(laps["links"][0] + 3, laps["links"][1] - 2) * share))
    explained = min(count, max(4, round(rng.integers(laps["explained"][0] + 2, laps["explained"][1] - 1) * share)))
    heroes = list(range(min(4, max(1, explained // 4))))
    order = _laps(rng, config.minutes, explained, heroes, laps)
    lap_product, lap_from, lap_to = (np.array(column, dtype=np.int64) for column in zip(*order, strict=True))
    click_pull, pay_pull = _pull(rng, count, explained, heroes)
    role = ["主推"] * len(heroes) + list(rng.choice(["引流", "福利", "利润"], count - len(heroes), p=[0.25, 0.4, 0.35]))
    price = np.array([ROLE_PRICE[name] for name in role]) * np.exp(rng.normal(0, 0.12, count))
    skus = _skus(rng, count)
    pin_lap, pin_at = _pins(rng, lap_from, lap_to)
    return Lineup(
        title=[_title(rng) for _ in range(count)],
        role=[str(name) for name in role],
        price=price,
        click_pull=click_pull,
        pay_pull=pay_pull,
        planned_minutes=np.array(
            [
                12 if product in heroes else int(rng.integers(3, 7)) if product < explained else 0
                for product in range(count)
            ]
        ),
        heroes=heroes,
        sku_product=skus[0],
        sku_size=skus[1],
        sku_colour=skus[2],
        sku_weight=skus[3],
        lap_product=lap_product,
        lap_from=lap_from,
        lap_to=lap_to,
        pin_lap=pin_lap,
        pin_at=pin_at,
    )


def _title(rng: np.random.Generator) -> str:
    return "".join(str(rng.choice(part)) for part in (words.STYLES, words.MATERIALS, words.GARMENTS))


def _pull(rng: np.random.Generator, count: int, explained: int, heroes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """How much each product draws clicks and payment; links that nobody explains fall off steeply."""
    click = np.exp(rng.normal(-0.15, 0.30, count))
    pay = np.exp(rng.normal(-0.1, 0.35, count))
    click[heroes] = np.array(_HERO_PULL[: len(heroes)]) ** 0.5
    pay[heroes] = np.array(_HERO_PULL[: len(heroes)])
    hidden = count - explained
    click[explained:] = 1.0 / np.arange(1, hidden + 1) ** 0.35
    pay[explained:] = 1.1 / np.arange(1, hidden + 1) ** 0.1
    return click, pay


def _laps(
    rng: np.random.Generator, minutes: int, explained: int, heroes: list[int], ranges: dict[str, list[float]]
) -> list[tuple[int, int, int]]:
    """(product, from, to) in ms: others one by one, heroes at their hour and again and again."""
    share, close = minutes / 240, minutes * MINUTE - 1
    first = {hero: _HERO_FIRST_MINUTE[hero] * share for hero in heroes}
    returns = {
        hero: int(rng.integers(int(ranges["hero_returns"][0]), int(ranges["hero_returns"][1]))) for hero in heroes
    }
    due: dict[int, float] = {}
    others = [int(product) for product in rng.permutation(np.arange(len(heroes), explained))]
    run: list[tuple[int, int, int]] = []
    at = rng.uniform(0.15, 0.5)
    while at < minutes - 0.5:
        product, length = _next_lap(rng, at, first, due, returns=returns, others=others, ranges=ranges, minutes=minutes)
        until = min(at + length, minutes - 0.02)
        if minutes - until < 1.5:
            until = minutes - 0.02
        run.append((product, round(at * MINUTE), min(round(until * MINUTE), close)))
        if product in heroes:
            due[product] = until + rng.uniform(16, 30) * share
        at = until + rng.uniform(0.05, 0.2)
    return run


def _next_lap(
    rng: np.random.Generator,
    at: float,
    first: dict[int, float],
    due: dict[int, float],
    *,
    returns: dict[int, int],
    others: list[int],
    ranges: dict[str, list[float]],
    minutes: int,
) -> tuple[int, float]:
    waiting = [hero for hero in first if first[hero] <= at]
    if waiting:
        hero = min(waiting, key=lambda each: first[each])
        del first[hero]
        return hero, float(
            rng.uniform(ranges["hero_minutes"][0], ranges["hero_minutes"][1]) * (1.0 if minutes > 60 else 0.5)
        )
    ready = [hero for hero, instant in due.items() if instant <= at and returns[hero] > 0]
    if ready or not others or at > minutes * 0.955:
        hero = ready[0] if ready else min(due, key=lambda each: due[each])
        returns[hero] -= 1
        return hero, float(rng.uniform(4, 7))
    return others.pop(0), float(rng.uniform(ranges["minutes_each"][0], ranges["minutes_each"][1]))


def _pins(rng: np.random.Generator, lap_from: np.ndarray, lap_to: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The card is pinned within the first half minute of a lap and again about every five minutes."""
    lap, instant = [], []
    for index, (begin, end) in enumerate(zip(lap_from.tolist(), lap_to.tolist(), strict=True)):
        at = begin + int(rng.uniform(8_000, 35_000))
        while at < end - 30_000:
            lap.append(index)
            instant.append(at)
            at += int(rng.uniform(240_000, 330_000))
    return np.array(lap, dtype=np.int64), np.array(instant, dtype=np.int64)


def _skus(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    product, size, colour, weight = [], [], [], []
    for index in range(count):
        chosen = rng.choice(words.COLOURS, int(rng.integers(2, 5)), replace=False)
        for rank, name in enumerate(chosen):
            for number, size_weight in enumerate(words.SIZE_WEIGHTS):
                product.append(index)
                size.append(number)
                colour.append(str(name))
                weight.append(size_weight / (rank + 1))
    return np.array(product), np.array(size), colour, np.array(weight)
