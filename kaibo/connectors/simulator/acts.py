"""Why things happen: bursts, bags, hand-over, prices, and the faults that can be planted."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import Draws, rng_for
from kaibo.connectors.simulator.lineup import MINUTE, Lineup


@dataclass(frozen=True)
class Traffic:
    """Entries of some sources (all when empty) multiplied in a span."""

    from_ms: int
    to_ms: int
    factor: float
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exodus:
    """A share of the people inside leaves within `over_ms`."""

    at_ms: int
    over_ms: int
    share: float


@dataclass(frozen=True)
class Buying:
    """Willingness to pay multiplied in a span; one product, or all when None."""

    from_ms: int
    to_ms: int
    factor: float
    product: int | None = None


@dataclass(frozen=True)
class Bag:
    """A lucky bag: whoever wants it posts the slogan."""

    from_ms: int
    to_ms: int
    slogan: str
    per_minute: float
    identical: float


@dataclass(frozen=True)
class Price:
    """The live price becomes `ratio` of the listed one until the next change."""

    at_ms: int
    product: int
    ratio: float


@dataclass(frozen=True)
class Chatter:
    """Comments beside the usual ones, from people who are inside."""

    from_ms: int
    to_ms: int
    per_minute: float
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """What was done and when; the truth file lists them. Times in ms since the start."""

    name: str
    from_ms: int
    to_ms: int
    is_planted: bool = False
    about: dict[str, Any] = field(default_factory=dict)


@dataclass
class Acts:
    """All causes of a night, gathered before anything is generated from them."""

    handover_ms: int
    bursts: list[Traffic] = field(default_factory=list)
    traffic: list[Traffic] = field(default_factory=list)
    exodus: list[Exodus] = field(default_factory=list)
    buying: list[Buying] = field(default_factory=list)
    bags: list[Bag] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    chatter: list[Chatter] = field(default_factory=list)
    silent: list[tuple[int, int]] = field(default_factory=list)
    sold_out: list[tuple[int, int, str | None]] = field(default_factory=list)  # at, product, size or None for all
    restock: list[tuple[int, int, int]] = field(default_factory=list)  # at, product, pieces found again
    likes: list[tuple[int, int, int]] = field(default_factory=list)  # from, to, likes per second
    moments: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)  # at, kind, fields
    speech: list[tuple[int, str]] = field(default_factory=list)
    spend_stops: tuple[int, int] | None = None
    cost_growth: tuple[int, float] | None = None  # from, cost per entry multiplied by the end
    broken_sizes: int = 0
    said_wrong: list[tuple[int, str]] = field(default_factory=list)  # forbidden sentences of the host: at, words
    written_wrong: tuple[str, ...] = ()  # forbidden comments: their wordings
    causes: list[Cause] = field(default_factory=list)

    def price_ratio(self, product: np.ndarray, at_ms: np.ndarray) -> np.ndarray:
        """The live price as a ratio of the listed one, for each (product, instant)."""
        ratio = np.ones(len(product))
        for change in sorted(self.prices, key=lambda each: each.at_ms):
            ratio[(product == change.product) & (at_ms >= change.at_ms)] = change.ratio
        return ratio

    def is_silent(self, at_ms: np.ndarray) -> np.ndarray:
        """True where the room's own connection is down and nothing is said or done."""
        hidden = np.zeros(len(at_ms), dtype=bool)
        for begin, end in self.silent:
            hidden |= (at_ms >= begin) & (at_ms < end)
        return hidden


def plan_acts(config: NightConfig, draws: Draws, lineup: Lineup, seed: int) -> Acts:
    """The causes every evening has: bursts, lucky bags, hand-over, price steps, a push at the end."""
    rng = rng_for(seed, "acts")
    span, share = config.minutes * MINUTE, config.minutes / 240
    acts = Acts(handover_ms=span // 2 // 1000 * 1000)
    _bursts(acts, rng, span, share)
    _bags(acts, config, rng, span, share)
    _price_steps(acts, config, rng, lineup, share)
    acts.exodus.append(
        Exodus(acts.handover_ms, round(draws.host_drop_minutes * MINUTE * min(1, share * 2)), draws.host_drop)
    )
    back = acts.handover_ms + round(draws.host_back_minutes * MINUTE * min(1, share * 2))
    acts.traffic.append(Traffic(acts.handover_ms, back, 1 - draws.host_drop))
    acts.causes.append(Cause("host_change", acts.handover_ms, back, about={"online_drop": round(draws.host_drop, 3)}))
    last = span - round(10 * MINUTE * min(1, share * 4))
    acts.buying.append(Buying(last, span, 1.3))
    for host, (begin, end) in enumerate(((0, acts.handover_ms), (acts.handover_ms, span))):
        acts.buying.append(Buying(begin, end, float(np.exp(draws.host_log_values[host]))))
    broken = config.ranges["acts"]["broken_sizes"]
    acts.broken_sizes = max(1, round(int(rng.integers(broken[0], broken[1] + 1)) * min(1, share)))
    return acts


def _bursts(acts: Acts, rng: np.random.Generator, span: int, share: float) -> None:
    """Four to seven recommendations or ad pushes of 3 to 6 minutes, the first two on the main plateau."""
    count = max(1, round(int(rng.integers(4, 8)) * share))
    starts = np.concatenate([rng.uniform(0.22, 0.34, 1), rng.uniform(0.02, 0.92, max(0, count - 1))]) * span
    for index, start in enumerate(starts.tolist()):
        length = rng.uniform(3, 6) * MINUTE
        factor = float(rng.uniform(1.5, 1.9) if index == 0 else rng.uniform(1.5, 2.1))
        source = "feed" if index == 0 or rng.random() < 0.6 else "paid"
        acts.bursts.append(Traffic(round(start), round(start + length), factor, (source,)))
        acts.causes.append(
            Cause(
                "traffic_burst",
                round(start),
                round(start + length),
                about={"source": source, "times": round(factor, 2)},
            )
        )


def _bags(acts: Acts, config: NightConfig, rng: np.random.Generator, span: int, share: float) -> None:
    bounds, talk = config.ranges["acts"]["lucky_bags"], config.ranges["comments"]
    count = max(1, round(int(rng.integers(bounds[0], bounds[1] + 1)) * share))
    for index in range(count):
        begin = round((index + rng.uniform(0.25, 0.7)) * span / count)
        end = min(begin + round(rng.uniform(4, 6) * MINUTE), span - 1000)
        identical = float(rng.uniform(talk["lucky_bag_identical"][0] + 0.11, talk["lucky_bag_identical"][1] - 0.02))
        low, high = talk["lucky_bag_per_minute"]
        acts.bags.append(
            Bag(
                begin,
                end,
                str(rng.choice(words.SLOGANS)),
                float(rng.uniform(low * 1.15, high * 0.85)) * config.scale,
                identical,
            )
        )
        acts.causes.append(Cause("lucky_bag", begin, end, about={"slogan": acts.bags[-1].slogan}))


def _price_steps(acts: Acts, config: NightConfig, rng: np.random.Generator, lineup: Lineup, share: float) -> None:
    """Price drops inside laps; some are taken back when the lap ends."""
    bounds = config.ranges["acts"]["price_changes"]
    count = max(2, round(int(rng.integers(bounds[0], bounds[1])) * share))
    laps = rng.permutation(len(lineup.lap_product))
    for lap in laps.tolist():
        if len(acts.prices) >= count:
            break
        begin, end, product = int(lineup.lap_from[lap]), int(lineup.lap_to[lap]), int(lineup.lap_product[lap])
        if any(change.product == product for change in acts.prices):
            continue
        at = begin + int(rng.uniform(0.2, 0.5) * (end - begin))
        acts.prices.append(Price(at, product, float(rng.choice([0.85, 0.9, 0.95]))))
        if rng.random() < 0.5 and len(acts.prices) < count:
            acts.prices.append(Price(end, product, 1.0))
