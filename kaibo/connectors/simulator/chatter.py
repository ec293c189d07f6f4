"""What visitors say and give: comments, slogans, likes, follows, fan-club joins, shares, gifts."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.acts import Acts, Bag
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.crowd import Crowd
from kaibo.connectors.simulator.draws import Draws, rng_for
from kaibo.connectors.simulator.lineup import Lineup

BANK = 120
"""Different wordings kept per kind of comment."""


@dataclass
class Talk:
    """Rows (visit, at[, …]); times in ms since the start, unordered. `text` indexes `texts`."""

    texts: list[str]
    visit: np.ndarray
    at: np.ndarray
    text: np.ndarray
    is_slogan: np.ndarray
    likes: tuple[np.ndarray, np.ndarray, np.ndarray]  # visit, at, count
    follows: tuple[np.ndarray, np.ndarray]
    clubs: tuple[np.ndarray, np.ndarray]
    shares: tuple[np.ndarray, np.ndarray]
    gifts: tuple[np.ndarray, np.ndarray, np.ndarray]  # visit, at, minor


def make_talk(config: NightConfig, draws: Draws, *, lineup: Lineup, acts: Acts, crowd: Crowd, seed: int) -> Talk:
    """Everything the room's visitors do besides looking and buying."""
    rng = rng_for(seed, "talk")
    texts, spans = _bank(rng, lineup.count)
    active = _active(rng, draws, crowd)
    parts = [_usual(rng, config, draws, crowd=crowd, active=active, spans=spans)]
    for bag in acts.bags:
        texts.append(bag.slogan)
        parts.append(_bag(rng, bag, crowd, len(texts) - 1, spans["greeting_praise"]))
    for more in acts.chatter:
        first = len(texts)
        texts.extend(more.texts)
        count = rng.poisson(more.per_minute * config.scale * (more.to_ms - more.from_ms) / 60_000)
        visit, at = _inside(rng, crowd, (more.from_ms, more.to_ms), count=count)
        parts.append((visit, at, rng.integers(first, len(texts), len(visit)), np.zeros(len(visit), bool)))
    visit, at, text, slogan = (np.concatenate(column) for column in zip(*parts, strict=True))
    said = ~acts.is_silent(at)
    likes, rest = _gestures(rng, draws, crowd, active)
    likes = _flood(rng, acts, crowd, likes)
    return Talk(texts, visit[said], at[said], text[said], slogan[said], likes, *rest)


def _bank(rng: np.random.Generator, links: int) -> tuple[list[str], dict[str, tuple[int, int]]]:
    texts: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    for name, templates in words.COMMENTS.items():
        begin = len(texts)
        for template in rng.choice(templates, BANK):
            height, weight, link = rng.integers(150, 176), rng.integers(86, 152), rng.integers(1, links + 1)
            texts.append(str(template).format(h=height, w=weight, n=link))
        spans[name] = (begin, len(texts))
    return texts, spans


def _active(rng: np.random.Generator, draws: Draws, crowd: Crowd) -> np.ndarray:
    """People who do anything at all: a few percent, more of them among fans and those who stay."""
    watched = np.bincount(crowd.person, weights=crowd.stay / 1000, minlength=len(crowd.fan))
    weight = np.minimum(watched, 900) ** 0.45 * np.where(crowd.fan, 1.8, 1.0)
    chance = np.minimum(0.9, weight / weight.mean() * draws.active_ratio)
    return np.asarray(rng.random(len(chance)) < chance)


def _moment_in(rng: np.random.Generator, crowd: Crowd, visit: np.ndarray) -> np.ndarray:
    stay = np.maximum(crowd.stay[visit] - 1, 1)
    return np.asarray(crowd.enter[visit] + (rng.random(len(visit)) * stay).astype(np.int64))


def _pick(rng: np.random.Generator, rows: np.ndarray, weight: np.ndarray, count: int) -> np.ndarray:
    if not len(rows) or count <= 0 or weight.sum() <= 0:
        return np.zeros(0, dtype=np.int64)
    cumulated = np.cumsum(weight)
    return np.asarray(rows[np.searchsorted(cumulated, rng.uniform(0, cumulated[-1], count), side="right")])


def _usual(
    rng: np.random.Generator,
    config: NightConfig,
    draws: Draws,
    *,
    crowd: Crowd,
    active: np.ndarray,
    spans: dict[str, tuple[int, int]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    talkers = active & (rng.random(len(active)) < 0.68)
    rows = np.flatnonzero(talkers[crowd.person])
    count = rng.poisson(draws.comments_per_view * len(crowd.enter))
    visit = _pick(rng, rows, (np.minimum(crowd.stay[rows], 1_200_000) / 1000) ** 0.5, count)
    mix = config.ranges["comment_mix"]
    names = list(words.COMMENTS)
    shares = np.array([mix[name] for name in names], dtype=float)
    kind = rng.choice(len(names), len(visit), p=shares / shares.sum())
    begin = np.array([spans[name][0] for name in names])
    text = begin[kind] + (rng.random(len(visit)) ** 1.7 * BANK).astype(np.int64)
    return visit, _moment_in(rng, crowd, visit), text, np.zeros(len(visit), bool)


def _inside(
    rng: np.random.Generator,
    crowd: Crowd,
    span: tuple[int, int],
    *,
    count: int,
    least_ms: int = 0,
    share: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Visits and instants uniform over the people inside between two instants."""
    begin, end = span
    start = np.maximum(crowd.enter, begin)
    overlap = np.minimum(crowd.leave, end) - start
    rows = np.flatnonzero((overlap > max(1, least_ms)) & (rng.random(len(overlap)) < share))
    visit = _pick(rng, rows, overlap[rows].astype(float), count)
    return visit, start[visit] + (rng.random(len(visit)) * (overlap[visit] - 1)).astype(np.int64)


def _bag(
    rng: np.random.Generator, bag: Bag, crowd: Crowd, slogan: int, other: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    count = rng.poisson(bag.per_minute * (bag.to_ms - bag.from_ms) / 60_000)
    visit, at = _inside(rng, crowd, (bag.from_ms, bag.to_ms), count=count, least_ms=8_000, share=0.85)
    same = rng.random(len(visit)) < bag.identical
    return visit, at, np.where(same, slogan, rng.integers(other[0], other[1], len(visit))), same


Rows = tuple[np.ndarray, np.ndarray]


def _gestures(
    rng: np.random.Generator, draws: Draws, crowd: Crowd, active: np.ndarray
) -> tuple[
    tuple[np.ndarray, np.ndarray, np.ndarray], tuple[Rows, Rows, Rows, tuple[np.ndarray, np.ndarray, np.ndarray]]
]:
    """Likes in taps; follows by non-fans, clubs by fans; all by people who are active."""
    people = len(crowd.fan)
    first_visit = np.full(people, -1, dtype=np.int64)
    first_visit[crowd.person[::-1]] = np.arange(len(crowd.person))[::-1]

    def some(wanted: float, allowed: np.ndarray) -> np.ndarray:
        pool = np.flatnonzero(allowed & active)
        return np.asarray(first_visit[pool[rng.random(len(pool)) < min(1.0, wanted / max(1, len(pool)))]])

    def rows(visit: np.ndarray) -> Rows:
        return visit, _moment_in(rng, crowd, visit)

    likers = first_visit[np.flatnonzero(active & (rng.random(people) < 0.55))]
    liked = np.repeat(likers, rng.geometric(0.35, len(likers)))
    likes = (liked, _moment_in(rng, crowd, liked), rng.geometric(0.12, len(liked)))
    gifts = rows(some(0.002 * people, np.ones(people, bool)))
    prices = np.array([10, 10, 90, 520, 2990])
    everyone = np.ones(people, bool)
    return likes, (
        rows(some(draws.follow_ratio * people, ~crowd.fan)),
        rows(some(draws.club_ratio * people, everyone)),
        rows(some(0.002 * people, everyone)),
        (*gifts, prices[rng.integers(0, len(prices), len(gifts[0]))]),
    )


def _flood(
    rng: np.random.Generator, acts: Acts, crowd: Crowd, likes: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A handful of visitors whose phones tap by script."""
    for begin, end, per_second in acts.likes:
        inside = np.flatnonzero((crowd.enter < begin) & (crowd.leave > begin + 1000))[:6]
        if not len(inside):
            continue
        at = np.arange(begin, end, 500)
        visit = inside[rng.integers(0, len(inside), len(at))]
        likes = (
            np.concatenate([likes[0], visit]),
            np.concatenate([likes[1], at]),
            np.concatenate([likes[2], rng.poisson(per_second / 2, len(at)) + 1]),
        )
    return likes
