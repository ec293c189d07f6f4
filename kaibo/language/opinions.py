"""Liking or disliking of live messages. Most hold no opinion: a question, a number, a greeting is neutral, and where
the words are not told and the model is not sure, it abstains."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from kaibo.language import polarity
from kaibo.language.automaton import Search, is_inside_latin
from kaibo.language.intents import read_many
from kaibo.language.normalise import fold
from kaibo.language.patterns import folded_terms
from kaibo.language.segment import CUES
from kaibo.language.tables import BOUNDARY
from kaibo.language.voice import Intent, Opinion, Polarity, Reading

SHIPPED = Path(__file__).with_name("models") / "opinions.xz"
SURE = 0.9
"""Reviews are longer than comments and always hold an opinion; of comments only what the model is sure of counts."""
LEAST_CHARACTERS = 8  # below that a model of reviews guesses: 已拍 0.33, 666 0.34

_SIGNS = ("positive", "negative", "not", "neutral")
_NEUTRAL = Opinion(Polarity.NEUTRAL, None, "intent")


@dataclass(frozen=True, slots=True)
class _Told:
    search: Search
    signs: tuple[str, ...]


@cache
def _told() -> _Told:
    raw = yaml.safe_load((CUES / "opinion.yaml").read_text(encoding="utf-8"))
    signs: dict[str, str] = {}
    for sign in _SIGNS:
        signs.update(dict.fromkeys(folded_terms(raw[sign].split()), sign))
    return _Told(Search(list(signs)), tuple(signs.values()))


@cache
def shipped_model() -> polarity.Model:
    """The model that comes with Kaibo, read once."""
    return polarity.load(SHIPPED.read_bytes())


def opinions_of(
    texts: Sequence[str],
    *,
    model: polarity.Model | None = None,
    readings: Sequence[Reading] | None = None,
    slogans: Collection[str] = (),
) -> list[Opinion]:
    """The opinion of each message. `readings`: when the caller has read the intents already."""
    told = _told_signs(texts)
    readings = readings if readings is not None else read_many(texts)
    found: list[Opinion | None] = []
    for text, reading, signs in zip(texts, readings, told, strict=True):
        found.append(
            Opinion(Polarity.NEUTRAL, None, "slogan") if text.strip() in slogans else _by_words(reading, signs)
        )
    open_ = [at for at, one in enumerate(found) if one is None]
    scores = (model or shipped_model()).scores([texts[at] for at in open_])
    for at, score in zip(open_, scores.tolist(), strict=True):
        found[at] = _by_model(texts[at], score)
    return [one for one in found if one is not None]


def _told_signs(texts: Sequence[str]) -> list[set[str]]:
    separator = BOUNDARY * 2
    view = fold(separator.join(texts))
    begins = np.cumsum([0, *(len(text) + len(separator) for text in texts)])
    cuts = np.searchsorted(view.starts, begins).tolist()
    known = _told()
    places: dict[int, list[tuple[int, int, str]]] = {}
    text = view.text  # made anew at every look: once for thousands of messages
    for first, last, word in known.search.all(text):
        if is_inside_latin(text, first, last):
            continue
        places.setdefault(bisect_right(cuts, first) - 1, []).append((first, last, known.signs[word]))
    signs: list[set[str]] = [set() for _ in texts]
    for at, found in places.items():
        denied = [(first, last) for first, last, sign in found if sign == "not"]
        signs[at] = {
            sign
            for first, last, sign in found
            if sign != "not" and not any(begin <= first and last <= end for begin, end in denied)
        }
    return signs


def _by_words(reading: Reading, signs: set[str]) -> Opinion | None:
    """What told words and the intent decide; None leaves it to the model."""
    liked = "positive" in signs or Intent.PRAISE in reading.intents
    disliked = "negative" in signs or Intent.COMPLAINT in reading.intents
    if liked and disliked:
        return None
    if disliked:
        return Opinion(Polarity.NEGATIVE, 0.0, "words")
    if reading.question or (reading.is_question and not liked):
        return _NEUTRAL
    if liked:
        return Opinion(Polarity.POSITIVE, 1.0, "words")
    if reading.intents:
        return _NEUTRAL
    return Opinion(Polarity.NEUTRAL, None, "words") if "neutral" in signs else None


def _by_model(text: str, score: float) -> Opinion:
    if sum(one.isalpha() for one in text) < LEAST_CHARACTERS:
        return Opinion(Polarity.NEUTRAL, None, "short")
    if score >= SURE:
        return Opinion(Polarity.POSITIVE, round(score, 3), "model")
    if score <= 1 - SURE:
        return Opinion(Polarity.NEGATIVE, round(score, 3), "model")
    return Opinion(Polarity.UNSURE, round(score, 3), "model")
