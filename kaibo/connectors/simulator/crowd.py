"""Who comes, from where, and for how long: visits from which online, stay and every rate follow."""

from dataclasses import dataclass

import numpy as np

from kaibo.connectors.simulator.acts import Acts
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import SOURCES, Draws, rng_for, source_index
from kaibo.connectors.simulator.lineup import MINUTE

STEP = 10_000
"""Resolution of the arrival rate, ms."""
MAX_PEAK = 3.2
"""Peak over mean that the planned shape may reach; chance and AR noise add to it."""


@dataclass
class Crowd:
    """Visits in order of entry, and the people who make them; times in ms since the start.

    Shape: `person` is a row of the `fan` and `viewer_no` arrays; a person's visits never overlap.
    """

    person: np.ndarray
    enter: np.ndarray
    leave: np.ndarray
    traffic_source: np.ndarray
    fan: np.ndarray
    viewer_no: np.ndarray

    @property
    def stay(self) -> np.ndarray:
        return np.asarray(self.leave - self.enter)

    def online(self, at_ms: np.ndarray) -> np.ndarray:
        """The exact number of people inside at each instant."""
        left = np.sort(self.leave)
        return np.asarray(np.searchsorted(self.enter, at_ms, "right") - np.searchsorted(left, at_ms, "right"))


def make_crowd(config: NightConfig, draws: Draws, acts: Acts, seed: int, *, first_no: int) -> Crowd:
    """Everybody who enters; numbers from `first_no` name people who are no fans."""
    rng = rng_for(seed, "crowd")
    span = config.minutes * MINUTE
    returning = 1 - 1 / draws.views_per_viewer
    rate = _arrival_rate(_level(config, acts, rng, span), draws, returning, span)
    count = round(draws.viewers)
    enter = np.minimum(_sample_times(rng, rate, count), span - 2000)
    source = _sources(rng, draws, acts, enter)
    kept = _thin(rng, acts, enter, source)
    enter, source = enter[kept], source[kept]
    fan = rng.random(len(enter)) < np.array(draws.fan_share)[source]
    first = (np.arange(len(enter)), enter, source)
    visits = _with_returns(rng, draws, acts, first=first, fan=fan, chance=returning * 1.17, span=span)
    person, enter, stay, source = visits
    leave = _exodus(rng, acts, enter, np.minimum(enter + stay, span - 1))
    order = np.lexsort((person, enter))
    viewer_no = np.arange(len(fan), dtype=np.int64) + first_no
    regulars = rng.choice(max(1, fan.sum() * 6), int(fan.sum()), replace=False)  # 6 evenings' worth of known faces
    viewer_no[fan] = regulars + 1
    return Crowd(person[order], enter[order], leave[order], source[order], fan, viewer_no)


def _level(config: NightConfig, acts: Acts, rng: np.random.Generator, span: int) -> np.ndarray:
    """Wanted number online as a multiple of the mean, one value per step."""
    knots: list[tuple[float, float]] = []
    for part in config.ranges["minute_shape_of_online"]:
        if "minutes" not in part:
            continue
        begin, end = part["minutes"]
        low, high = (float(bound) for bound in part["level"])
        drawn = float(rng.uniform(low, high)) if low < high else low
        knots += [(begin + 0.5, drawn), (end - 0.5, drawn)]
    at = np.arange(span // STEP) * STEP
    level = np.interp(at / span * 240, [knot[0] for knot in knots], [knot[1] for knot in knots])
    minutes = max(2, span // MINUTE + 1)
    noise, walk = np.zeros(minutes), 0.0
    for index, shock in enumerate(rng.normal(0, 1, minutes)):  # AR(1), 5-8 % in all
        walk = 0.75 * walk + 0.043 * shock
        noise[index] = walk
    level *= np.exp(np.interp(at, np.arange(minutes) * MINUTE, noise))
    for burst in acts.bursts:
        after = (at - burst.from_ms) / 1000
        length = (burst.to_ms - burst.from_ms) / 1000
        rise = np.clip(after / 40, 0, 1)
        fade = np.where(after <= length * 0.6, 1.0, np.exp(-(after - length * 0.6) / (length * 0.35)))
        level *= 1 + (burst.factor - 1) * np.where(after > 0, rise * fade, 0.0)
    return np.asarray(np.minimum(level, MAX_PEAK * level.mean()))


def _survival(draws: Draws, steps: int) -> np.ndarray:
    """Share of first visitors still inside per step after entry, fans and others mixed."""
    at = (np.arange(steps) + 0.5) * STEP / 1000
    fans = float(np.dot(draws.source_mix, draws.fan_share))
    grid = np.zeros(steps)
    for weight, median in ((1 - fans, draws.stay_median), (fans, draws.stay_median * draws.fan_factor)):
        grid += weight * 0.5 * _erfc((np.log(at) - np.log(median)) / (draws.stay_sigma * np.sqrt(2)))
    return grid


def _erfc(x: np.ndarray) -> np.ndarray:
    """Complementary error function. Source: Abramowitz & Stegun 7.1.26, error below 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail *= np.exp(-x * x)
    return np.asarray(np.where(x >= 0, tail, 2 - tail))


def _arrival_rate(level: np.ndarray, draws: Draws, returning: float, span: int) -> np.ndarray:
    """First arrivals per step whose stays add up to the wanted level (multiplicative deconvolution)."""
    steps = span // STEP
    kernel = _survival(draws, steps)
    gap = np.exp(-np.arange(steps) * STEP / 1_000_000)
    gap /= gap.sum()
    kernel = kernel + returning * np.convolve(gap, kernel)[:steps]
    rate = level.copy()
    for _ in range(40):
        reached = np.convolve(rate, kernel)[:steps]
        reached *= level.mean() / reached.mean()
        rate *= np.clip(level / np.maximum(reached, 1e-9), 0.4, 2.5) ** 0.6
        rate = np.maximum(rate, 0.12 * rate.mean())
    return rate


def _sample_times(rng: np.random.Generator, rate: np.ndarray, count: int) -> np.ndarray:
    cumulated = np.concatenate([[0.0], np.cumsum(rate)])
    drawn = np.sort(rng.uniform(0, cumulated[-1], count))
    return np.rint(np.interp(drawn, cumulated, np.arange(len(rate) + 1) * STEP)).astype(np.int64)


def _sources(rng: np.random.Generator, draws: Draws, acts: Acts, enter: np.ndarray) -> np.ndarray:
    """Each entry's traffic source; a burst is made of the source that caused it."""
    source = rng.choice(len(SOURCES), len(enter), p=draws.source_mix)
    for burst in acts.bursts:
        inside = (enter >= burst.from_ms) & (enter < burst.to_ms)
        source[inside & (rng.random(len(enter)) < 1 - 1 / burst.factor)] = source_index(burst.sources[0])
    return np.asarray(source)


def _thin(rng: np.random.Generator, acts: Acts, enter: np.ndarray, source: np.ndarray) -> np.ndarray:
    chance = np.ones(len(enter))
    for change in acts.traffic:
        inside = (enter >= change.from_ms) & (enter < change.to_ms)
        if change.sources:
            inside &= np.isin(source, [source_index(name) for name in change.sources])
        chance[inside] *= change.factor
    return np.asarray(rng.random(len(enter)) < chance)


def _stays(rng: np.random.Generator, draws: Draws, acts: Acts, enter: np.ndarray, fan: np.ndarray) -> np.ndarray:
    """How long each visit lasts, ms: log-normal with a heavy tail; a tired host keeps people less long."""
    stay = np.exp(rng.normal(np.log(draws.stay_median), draws.stay_sigma, len(enter)))
    stay[fan] *= draws.fan_factor
    tired = ((enter > 100 * MINUTE) & (enter < acts.handover_ms)) | (enter > acts.handover_ms + 100 * MINUTE)
    stay[tired] *= 1 - draws.tired_drop
    return np.asarray(np.maximum(800, np.rint(stay * 1000)).astype(np.int64))


def _with_returns(
    rng: np.random.Generator,
    draws: Draws,
    acts: Acts,
    *,
    first: tuple[np.ndarray, np.ndarray, np.ndarray],
    fan: np.ndarray,
    chance: float,
    span: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """First visits and the visits that follow: whoever leaves comes back by chance, minutes later."""
    person, enter, source = first
    rounds: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    while len(person):
        stay = _stays(rng, draws, acts, enter, fan[person])
        rounds.append((person, enter, stay, source))
        back = enter + stay + np.rint(rng.exponential(900_000, len(enter)) + 20_000).astype(np.int64)
        comes = (rng.random(len(enter)) < chance) & (back < span - 2000) & ~acts.is_silent(back)
        person, enter = person[comes], back[comes]
        same = rng.random(len(person)) < 0.6
        source = np.where(same, source[comes], rng.choice(len(SOURCES), len(person), p=draws.source_mix))
    parts = [np.concatenate(column) for column in zip(*rounds, strict=True)]
    return parts[0], parts[1], parts[2], parts[3]


def _exodus(rng: np.random.Generator, acts: Acts, enter: np.ndarray, leave: np.ndarray) -> np.ndarray:
    for event in acts.exodus:
        inside = (enter < event.at_ms) & (leave > event.at_ms + event.over_ms)
        going = np.flatnonzero(inside & (rng.random(len(enter)) < event.share))
        leave[going] = event.at_ms + rng.integers(1, event.over_ms, len(going))
    return leave
