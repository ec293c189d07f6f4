"""What brings people in: entrances shown, and the money spent on ads, step by step."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import SOURCES, Draws, rng_for, source_index
from kaibo.connectors.simulator.lineup import MINUTE
from kaibo.connectors.simulator.orders import Orders

PLANS = ("plan-whole-room", "plan-hero-video", "plan-new-viewers", "plan-fans")
PLAN_SHARE = (0.45, 0.25, 0.20, 0.10)
TICK = 10_000
"""Platforms that report no viewers state impressions per source about every 10 s."""


@dataclass
class Impressions:
    """Entrances shown: rows (viewer number or -1, source, count, at); times in ms since the start."""

    viewer_no: np.ndarray
    traffic_source: np.ndarray
    count: np.ndarray
    at: np.ndarray
    people: int


@dataclass
class Spend:
    """Additive steps of ad spend: one per plan and minute; money minor."""

    plan: np.ndarray
    at: np.ndarray
    amount: np.ndarray
    attributed: np.ndarray
    impressions: np.ndarray
    clicks: np.ndarray
    balance: np.ndarray


def make_impressions(config: NightConfig, draws: Draws, crowd: Crowd, seed: int, *, first_no: int) -> Impressions:
    """Everyone who entered was shown the entrance first; many more were shown it and went past."""
    rng = rng_for(seed, "impressions")
    entered_at = np.maximum(1, crowd.enter - rng.integers(300, 4000, len(crowd.enter)))
    per_source = np.bincount(crowd.traffic_source, minlength=len(SOURCES))
    passed = np.maximum(0, np.rint(per_source / np.array(draws.entry_ratio)) - per_source).astype(np.int64)
    people = (passed / 1.28).astype(np.int64)
    source = np.repeat(np.arange(len(SOURCES)), people)
    model = np.concatenate(
        [
            rng.choice(np.flatnonzero(crowd.traffic_source == each), people[each])
            for each in range(len(SOURCES))
            if people[each]
        ]
        or [np.zeros(0, np.int64)]
    )
    at = np.maximum(1, crowd.enter[model] + rng.integers(-30_000, 30_000, len(model)))
    at = np.minimum(at, config.minutes * MINUTE - 2)
    count = 1 + rng.poisson(0.28, len(model))
    all_at = np.concatenate([entered_at, at])
    all_source = np.concatenate([crowd.traffic_source, source])
    all_count = np.concatenate([np.ones(len(entered_at), np.int64), count])
    if config.impressions == "counts":
        return _as_counts(all_at, all_source, all_count)
    viewer_no = np.concatenate([crowd.viewer_no[crowd.person], first_no + np.arange(len(model))])
    return Impressions(viewer_no, all_source, all_count, all_at, len(np.unique(viewer_no)))


def _as_counts(at: np.ndarray, source: np.ndarray, count: np.ndarray) -> Impressions:
    cell, total = np.unique(at // TICK * len(SOURCES) + source, return_inverse=True)
    sums = np.bincount(total, weights=count).astype(np.int64)
    return Impressions(np.full(len(cell), -1), cell % len(SOURCES), sums, cell // len(SOURCES) * TICK + TICK - 1, 0)


def make_spend(config: NightConfig, draws: Draws, *, acts: Acts, crowd: Crowd, orders: Orders, seed: int) -> Spend:
    """Spend follows paid entries; the night's mean cost per entry follows from what the room sells."""
    rng = rng_for(seed, "spend")
    minutes = config.minutes
    paid_in = crowd.traffic_source == source_index("paid")
    entries = np.bincount(crowd.enter[paid_in] // MINUTE, minlength=minutes)[:minutes]
    bounds = config.ranges["ads"]["cost_per_entry"]
    sold = float(orders.amount[orders.is_paid].sum())
    per_entry = np.clip(
        draws.spend_share * sold / max(1, int(entries.sum())), bounds[0] * 100 * 1.05, bounds[1] * 100 * 0.95
    )
    cost = np.full(minutes, per_entry) * np.exp(rng.normal(0, 0.08, minutes))
    if acts.cost_growth:
        begin, times = acts.cost_growth
        cost *= np.interp(np.arange(minutes) * MINUTE, [begin, minutes * MINUTE], [1.0, times])
    spent = cost * entries
    if acts.spend_stops:
        begin, end = (instant // MINUTE for instant in acts.spend_stops)
        spent[begin:end] = 0
    share = np.array(PLAN_SHARE) * np.exp(rng.normal(0, 0.15, (minutes, len(PLANS))))
    share /= share.sum(axis=1, keepdims=True)
    amount = np.rint(spent[:, None] * share).astype(np.int64)
    at = (np.arange(1, minutes + 1) * MINUTE)[:, None] - 1 - rng.integers(0, 4, (minutes, len(PLANS))) * 100
    attributed = _attributed(crowd, orders, minutes)
    top_up = int(amount.sum() * 1.3) // 10000 * 10000 + 10000
    balance = top_up - np.cumsum(amount.ravel())
    if acts.spend_stops:  # the account is empty at the stop, and filled again when it ends
        stop, again = (instant // MINUTE * len(PLANS) for instant in acts.spend_stops)
        balance[:again] -= balance[max(0, stop - 1)]
    shown = entries / draws.entry_ratio[source_index("paid")]
    plan = np.tile(np.arange(len(PLANS)), minutes)
    return Spend(
        plan=plan,
        at=at.ravel(),
        amount=amount.ravel(),
        attributed=np.rint(attributed[:, None] * share).astype(np.int64).ravel(),
        impressions=np.rint(shown[:, None] * share).astype(np.int64).ravel(),
        clicks=np.rint(entries[:, None] * share * 1.06).astype(np.int64).ravel(),
        balance=balance,
    )


def _attributed(crowd: Crowd, orders: Orders, minutes: int) -> np.ndarray:
    """Paid orders of viewers who came through ads, and part of the others: whole-room delivery claims them too."""
    rows = np.flatnonzero(orders.is_paid)
    minute = np.minimum(orders.paid[rows] // MINUTE, minutes - 1)
    own = crowd.traffic_source[orders.visit[rows]] == source_index("paid")
    weight = orders.amount[rows] * np.where(own, 1.0, 0.35)
    return np.bincount(minute, weights=weight, minlength=minutes)
