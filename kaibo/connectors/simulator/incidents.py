"""The faults of an evening that can be planted by name; each leaves its causes in the truth file."""

from collections.abc import Callable

import numpy as np

from kaibo.connectors.simulator import words
from kaibo.connectors.simulator.acts import Acts, Buying, Cause, Chatter, Exodus, Price, Traffic
from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.draws import rng_for
from kaibo.connectors.simulator.lineup import MINUTE, Lineup

Plant = Callable[[Acts, Lineup, int, np.random.Generator], None]
"""Takes the causes so far, the line-up, the length of the show in ms, and chance of its own."""


def plant(config: NightConfig, lineup: Lineup, acts: Acts, seed: int) -> None:
    """Add the causes of every fault that the settings name."""
    for name in config.plant:
        PLANTS[name](acts, lineup, config.minutes * MINUTE, rng_for(seed, f"plant {name}"))
    if "forbidden_words" in config.plant:
        _say(acts, [round(minute * MINUTE) for minute in sorted(config.say_at)])


def _cause(acts: Acts, name: str, begin: int, end: int, **about: object) -> None:
    acts.causes.append(Cause(name, begin, end, is_planted=True, about=about))


def _hero_lap(lineup: Lineup) -> tuple[int, int, int]:
    """(product, from, to) of the longest lap of the strongest product."""
    laps = np.flatnonzero(lineup.lap_product == lineup.heroes[0])
    if not len(laps):
        laps = np.arange(len(lineup.lap_product))
    lap = laps[np.argmax((lineup.lap_to - lineup.lap_from)[laps])]
    return int(lineup.lap_product[lap]), int(lineup.lap_from[lap]), int(lineup.lap_to[lap])


def _source_mix_shift(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    begin = round(span * rng.uniform(0.40, 0.55))
    end = begin + min(15 * MINUTE, span // 5)
    acts.traffic += [Traffic(begin, end, 0.2, ("feed",)), Traffic(begin, end, 0.6, ("short_video",))]
    acts.causes.append(Cause("source_mix_shift", begin, end, is_planted=True, about={"source": "feed", "times": 0.2}))


def _network_stall(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    begin = round(span * rng.uniform(0.35, 0.75))
    end = begin + min(3 * MINUTE, span // 10)
    acts.traffic.append(Traffic(begin, end, 0.0))
    acts.exodus.append(Exodus(begin, end - begin, 0.55))
    acts.silent.append((begin, end))
    _cause(acts, "network_stall", begin, end)


def _size_question_burst(acts: Acts, lineup: Lineup, _span: int, rng: np.random.Generator) -> None:
    product, begin, end = _hero_lap(lineup)
    begin = begin + int((end - begin) * rng.uniform(0.1, 0.3))
    end = min(end, begin + 4 * MINUTE)
    acts.chatter.append(Chatter(begin, end, 40, words.SIZE_BURST))
    _cause(acts, "size_question_burst", begin, end, link_no=str(product + 1))


def _stock_out(acts: Acts, lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    product, begin, end = _hero_lap(lineup)
    at = begin + int((end - begin) * rng.uniform(0.3, 0.6))
    acts.sold_out.append((at, product, None))
    acts.chatter.append(Chatter(at, at + 4 * MINUTE, 14, ("没货了吗", "还补吗", "怎么拍不了", "显示售罄")))
    _cause(acts, "stock_out", at, span, link_no=str(product + 1))


def _broken_size_m(acts: Acts, lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    product, begin, end = _hero_lap(lineup)
    at = begin + int((end - begin) * rng.uniform(0.3, 0.6))
    acts.sold_out.append((at, product, "M"))
    acts.chatter.append(Chatter(at, at + 3 * MINUTE, 10, ("M码没了吗", "M还补货吗", "M码什么时候有")))
    _cause(acts, "broken_size_M", at, span, link_no=str(product + 1), size="M")


def _violation(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    at = round(span * rng.uniform(0.3, 0.7))
    end = min(span, at + 20 * MINUTE)
    reason = str(rng.choice(words.VIOLATIONS))
    said = max(0, at - 40_000), str(rng.choice(words.FORBIDDEN))  # the platform takes a while to notice
    acts.speech.append(said)
    acts.said_wrong.append(said)
    acts.moments.append((at, "violation.received", {"text": reason, "attrs": {"reason": reason}}))
    acts.traffic.append(Traffic(at, end, 0.55, ("feed",)))
    _cause(acts, "violation", at, end, reason=reason, said_ms=said[0], said=said[1])


def _like_flood(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    begin = round(span * rng.uniform(0.3, 0.7))
    end = begin + min(5 * MINUTE, span // 10)
    acts.likes.append((begin, end, 400))
    _cause(acts, "like_flood", begin, end, per_second=400)


def _holding_back_stock(acts: Acts, lineup: Lineup, _span: int, rng: np.random.Generator) -> None:
    product, begin, end = _hero_lap(lineup)
    at = begin + int((end - begin) * rng.uniform(0.4, 0.6))
    acts.speech += [(at, words.HOLDING_BACK[0]), (at + 20_000, words.HOLDING_BACK[1])]
    acts.restock += [(at + 60_000, product, 60), (at + 150_000, product, 80)]
    acts.buying.append(Buying(at, end, 1.4, product))
    _cause(acts, "holding_back_stock", at, end, link_no=str(product + 1))


def _dead_ad_balance(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    at = round(span * rng.uniform(0.45, 0.6))
    end = at + min(12 * MINUTE, span // 8)
    acts.spend_stops = (at, end)
    acts.traffic.append(Traffic(at, end, 0.03, ("paid",)))
    _cause(acts, "dead_ad_balance", at, end)


def _wrong_price_on_link(acts: Acts, lineup: Lineup, _span: int, rng: np.random.Generator) -> None:
    product, begin, end = _hero_lap(lineup)
    at = begin + int((end - begin) * rng.uniform(0.2, 0.4))
    fixed = min(end, at + 6 * MINUTE)
    acts.prices = [change for change in acts.prices if change.product != product]
    acts.prices += [Price(at, product, 0.1), Price(fixed, product, 1.0)]
    acts.buying.append(Buying(at, fixed, 4.0, product))
    _cause(acts, "wrong_price_on_link", at, fixed, link_no=str(product + 1))


def _creative_fatigue(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    begin = round(span * rng.uniform(0.4, 0.55))
    acts.cost_growth = (begin, 2.2)
    middle = (begin + span) // 2
    acts.traffic += [Traffic(begin, middle, 0.8, ("paid",)), Traffic(middle, span, 0.55, ("paid",))]
    _cause(acts, "creative_fatigue", begin, span, cost_times=2.2)


def _forbidden_words(acts: Acts, _lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    """The host slips five times in an evening; strangers write their address into the room three times."""
    slips = [round(span * (share + rng.uniform(-0.02, 0.02))) for share in (0.12, 0.32, 0.5, 0.68, 0.86)]
    visits = [round(span * (share + rng.uniform(-0.02, 0.02))) for share in (0.22, 0.45, 0.75)]
    acts.written_wrong = words.SPAM
    acts.chatter += [Chatter(at, min(span, at + 2 * MINUTE), 4, words.SPAM) for at in visits]
    about = {"said": [], "written": list(words.SPAM), "written_ms": visits}
    _cause(acts, "forbidden_words", min(*slips, *visits), span, **about)
    _say(acts, slips)


def _say(acts: Acts, at_ms: list[int]) -> None:
    """Forbidden sentences in turn; the cause names each with its instant."""
    cause = next(one for one in acts.causes if one.name == "forbidden_words")
    for at in at_ms:
        sentence = words.FORBIDDEN[len(cause.about["said"]) % len(words.FORBIDDEN)]
        acts.speech.append((at, sentence))
        acts.said_wrong.append((at, sentence))
        cause.about["said"].append({"at_ms": at, "text": sentence})


def _complaint_wave(acts: Acts, lineup: Lineup, span: int, rng: np.random.Generator) -> None:
    """Buyers of an earlier show come back and say what they got."""
    product, begin, end = _hero_lap(lineup)
    at = begin + int((end - begin) * rng.uniform(0.2, 0.4))
    end = min(span, at + 6 * MINUTE)
    acts.chatter.append(Chatter(at, end, 7, words.COMPLAINTS))
    acts.buying.append(Buying(at, end, 0.7, product))
    _cause(acts, "complaint_wave", at, end, link_no=str(product + 1), concern="fault", written=list(words.COMPLAINTS))


PLANTS: dict[str, Plant] = {
    "source_mix_shift": _source_mix_shift,
    "network_stall": _network_stall,
    "size_question_burst": _size_question_burst,
    "stock_out": _stock_out,
    "broken_size_M": _broken_size_m,
    "violation": _violation,
    "like_flood": _like_flood,
    "holding_back_stock": _holding_back_stock,
    "dead_ad_balance": _dead_ad_balance,
    "wrong_price_on_link": _wrong_price_on_link,
    "creative_fatigue": _creative_fatigue,
    "forbidden_words": _forbidden_words,
    "complaint_wave": _complaint_wave,
}
