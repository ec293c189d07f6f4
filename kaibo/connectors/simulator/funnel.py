"""What visitors see and click: the explained offer's card, then clicks, carts, coupons."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import Draws, rng_for
from kaibo.connectors.simulator.lineup import Lineup


@dataclass
class Steps:
    """One step of the funnel: rows (visit, product, at); times in ms since the start, unordered."""

    visit: np.ndarray
    product: np.ndarray
    at: np.ndarray

    def take(self, rows: np.ndarray) -> "Steps":
        return Steps(self.visit[rows], self.product[rows], self.at[rows])

    def plus(self, other: "Steps") -> "Steps":
        return Steps(
            np.concatenate([self.visit, other.visit]),
            np.concatenate([self.product, other.product]),
            np.concatenate([self.at, other.at]),
        )


@dataclass
class Funnel:
    """Clicks are a subset of exposures by (visit, product); carts and coupons follow from both."""

    exposed: Steps
    times_shown: np.ndarray
    clicked: Steps
    carted: Steps
    coupons: Steps


def chance_to_reach(weight: np.ndarray, person: np.ndarray, people: int, wanted: float) -> np.ndarray:
    """Chances per row, proportional to `weight`, with `wanted` distinct people expected to succeed.

    Rows of one person are independent tries; the factor is found by bisection on the expected number.
    """
    low, high = 0.0, 1.0
    while high < 1e6 and _expected(np.minimum(weight * high, 0.97), person, people) < wanted:
        high *= 4
    for _ in range(40):
        middle = (low + high) / 2
        if _expected(np.minimum(weight * middle, 0.97), person, people) < wanted:
            low = middle
        else:
            high = middle
    return np.asarray(np.minimum(weight * high, 0.97))


def _expected(chance: np.ndarray, person: np.ndarray, people: int) -> float:
    missed = np.bincount(person, weights=np.log1p(-chance), minlength=people)
    return float((1 - np.exp(missed)).sum())


def since_pin(lineup: Lineup, at: np.ndarray) -> np.ndarray:
    """How much the card just pinned draws: rises to a peak near 150 s, then halves about every 150 s."""
    last = np.searchsorted(lineup.pin_at, at, side="right") - 1
    seconds = np.where(last >= 0, (at - lineup.pin_at[np.maximum(last, 0)]) / 1000, 400.0)
    rise = np.clip(seconds / 130, 0, 1)
    return np.asarray(0.22 + rise * np.where(seconds < 165, 1.0, 0.5 ** ((seconds - 165) / 150)))


def make_funnel(draws: Draws, lineup: Lineup, acts: Acts, crowd: Crowd, seed: int) -> Funnel:
    """Exposures and clicks of the night."""
    rng = rng_for(seed, "funnel")
    exposed = _exposures(rng, draws, lineup, crowd)
    exposed = exposed.take(np.flatnonzero(~acts.is_silent(exposed.at)))
    person = crowd.person[exposed.visit]
    remaining = (crowd.leave[exposed.visit] - exposed.at) / 1000
    weight = (
        lineup.click_pull[exposed.product] * since_pin(lineup, exposed.at) * np.minimum(1 + remaining / 25, 9) ** 0.7
    )
    people = len(crowd.fan)
    wanted = draws.click_ratio * len(np.unique(person))
    click = np.flatnonzero(rng.random(len(weight)) < chance_to_reach(weight, person, people, wanted))
    clicked = exposed.take(click)
    wait = np.rint(rng.exponential(9_000, len(click))).astype(np.int64) + 300
    clicked.at = clicked.at + np.minimum(wait, (crowd.leave[clicked.visit] - clicked.at) * 8 // 10)
    browsed = _browsing(rng, lineup, crowd, clicked)
    seen = _listed(rng_for(seed, "listed"), lineup, crowd, browsed)
    exposed, clicked = exposed.plus(seen), clicked.plus(browsed)
    carted = clicked.take(np.flatnonzero(rng.random(len(clicked.at)) < 0.18))
    carted.at = np.minimum(carted.at + rng.integers(500, 6000, len(carted.at)), crowd.leave[carted.visit])
    coupons = exposed.take(np.flatnonzero(rng.random(len(exposed.at)) < 0.02))
    return Funnel(exposed, 1 + rng.poisson(0.4, len(exposed.at)), clicked, carted, coupons)


def _exposures(rng: np.random.Generator, draws: Draws, lineup: Lineup, crowd: Crowd) -> Steps:
    """The card on screen at entry, and the card of every lap that begins while the visitor is inside."""
    sees = rng.random(len(crowd.fan)) < min(0.99, draws.exposed_ratio + 0.004)
    visits = np.flatnonzero(sees[crowd.person])
    wait = np.minimum(rng.integers(200, 3500, len(visits)), crowd.stay[visits] * 7 // 10)
    at = crowd.enter[visits] + wait
    lap = lineup.lap_at(at)
    known = lap >= 0
    first = Steps(visits[known], lineup.lap_product[lap[known]], at[known])
    begin = np.searchsorted(lineup.lap_from, crowd.enter[visits], side="right")
    end = np.searchsorted(lineup.lap_from, crowd.leave[visits], side="left")
    number = np.maximum(0, end - begin)
    row = np.repeat(np.arange(len(visits)), number)
    ordinal = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    lap = begin[row] + ordinal
    at = lineup.lap_from[lap] + rng.integers(2_000, 40_000, len(row))
    kept = (at < crowd.leave[visits[row]]) & (rng.random(len(row)) < 0.9)
    return first.plus(Steps(visits[row][kept], lineup.lap_product[lap[kept]], at[kept]))


def _browsing(rng: np.random.Generator, lineup: Lineup, crowd: Crowd, clicked: Steps) -> Steps:
    """Some who click open the list too and look at links that nobody is explaining."""
    rows = np.flatnonzero(rng.random(len(clicked.at)) < 0.24)
    at = clicked.at[rows] + rng.integers(1500, 20_000, len(rows))
    kept = at < crowd.leave[clicked.visit[rows]]
    pull = lineup.click_pull * np.exp(rng.normal(0, 0.2, lineup.count))
    pull[lineup.heroes] *= 0.15
    product = rng.choice(lineup.count, len(rows), p=pull / pull.sum())
    return Steps(clicked.visit[rows][kept], product[kept], at[kept])


def _listed(rng: np.random.Generator, lineup: Lineup, crowd: Crowd, browsed: Steps) -> Steps:
    """What an opened list shows: the link that will be clicked and its neighbours on the screen, before the click."""
    shown = rng.integers(6, 15, len(browsed.at))  # a phone shows five or six links, people scroll a screen or two
    above = rng.integers(0, shown)
    row = np.repeat(np.arange(len(shown)), shown)
    place = np.arange(len(row)) - np.repeat(np.cumsum(shown) - shown, shown)
    product = browsed.product[row] + place - above[row]
    on_list = (product >= 0) & (product < lineup.count)
    row, product = row[on_list], product[on_list]
    at = np.maximum(browsed.at[row] - 400, crowd.enter[browsed.visit[row]])
    return Steps(browsed.visit[row], product, at)
