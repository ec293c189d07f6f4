"""What a message wants: cue words from a reviewed file, searched in all messages at once."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml

from kaibo.language.automaton import Search, is_inside_latin
from kaibo.language.errors import BadPack
from kaibo.language.normalise import Folded, fold
from kaibo.language.patterns import folded_terms
from kaibo.language.segment import CUES
from kaibo.language.tables import BOUNDARY
from kaibo.language.voice import QUESTIONS, Cue, Intent, Reading

_SURE, _STATES, _TOPIC, _NOT, _ASKS, _ASKS_NOT, _FORM = range(7)
_ORDER = {intent: at for at, intent in enumerate(Intent)}
_LINK = re.compile(r"(?<![0-9.])([0-9]{1,3})(?:号链接|号(?!码|楼|线|发|到|店|台|字)|链接)")
_SEPARATOR = BOUNDARY * 2


_DIGIT = re.compile("[0-9]")
_SPEAKING = (_SURE, _STATES, _TOPIC, _ASKS, _FORM)
_Place = tuple[int, int, int, Intent | None]


@dataclass(frozen=True, slots=True)
class _Home:
    """The message that places belong to, and how they map back to it."""

    text: str
    begin: int
    view: Folded

    def cue(self, place: _Place) -> Cue:
        first, last, _, intent = place
        assert intent is not None
        start, end = (at - self.begin for at in self.view.span(first, last))
        return Cue(intent, self.text[start:end], start, end)


@dataclass(frozen=True, slots=True)
class _Cues:
    search: Search
    uses: tuple[tuple[tuple[int, Intent | None], ...], ...]
    patterns: tuple[tuple[re.Pattern[str], Intent], ...]
    weights: dict[Intent, float]
    version: int


@cache
def _cues() -> _Cues:
    raw: dict[str, Any] = yaml.safe_load((CUES / "intents.yaml").read_text(encoding="utf-8"))
    uses: dict[str, list[tuple[int, Intent | None]]] = defaultdict(list)

    def add(words: str, kind: int, intent: Intent | None) -> None:
        given = words.split()
        for word, form in zip(given, folded_terms(given), strict=True):
            if not form:
                raise BadPack(f"intents.yaml: “{word}” holds no letter", fix="take it out", file="intents.yaml")
            uses[form].append((kind, intent))

    add(raw["question"], _ASKS, None)
    add(raw["not_question"], _ASKS_NOT, None)
    patterns = []
    for name, given in raw["intents"].items():
        intent = Intent(name)
        for field, kind in (("sure", _SURE), ("states", _STATES), ("topic", _TOPIC), ("not", _NOT)):
            add(given.get(field, ""), kind, intent)
        patterns += [(re.compile(one), intent) for one in given.get("patterns", ())]
    weights = {Intent(name): float(weight) for name, weight in raw["weights"].items()}
    return _Cues(Search(list(uses)), tuple(map(tuple, uses.values())), tuple(patterns), weights, int(raw["version"]))


def version() -> int:
    """The version of the cue file: rises with every reviewed change."""
    return _cues().version


def purchase_weight(intent: Intent) -> float:
    """How near a purchase a question of this kind is, 0 to 1."""
    return _cues().weights[intent]


def read_many(texts: Sequence[str]) -> list[Reading]:
    """What each text wants, in order. Cost: one pass over all texts, then work per cue."""
    joined = _SEPARATOR.join(texts)
    begins = np.cumsum([0, *(len(text) + len(_SEPARATOR) for text in texts)])
    view = fold(joined)
    folded = view.text
    cuts = np.searchsorted(view.starts, begins).tolist()
    places = _search(folded, cuts)
    for match in _DIGIT.finditer(folded):  # a message with a digit may hold a size or a link number
        places.setdefault(bisect_right(cuts, match.start()) - 1, [])
    known, readings = _cues(), [Reading()] * len(texts)
    for at, found in places.items():
        first, last = cuts[at], cuts[at + 1]
        own = folded[first:last].rstrip(BOUNDARY)
        formed = _by_pattern(own, first, known) if _DIGIT.search(own) else []
        readings[at] = _reading([*found, *formed], own, _Home(texts[at], int(begins[at]), view))
    for at, text in enumerate(texts):
        if at not in places and ("?" in text or "？" in text):
            readings[at] = Reading(is_question=True)
    return readings


def _search(folded: str, cuts: list[int]) -> dict[int, list[_Place]]:
    known = _cues()
    found: dict[int, list[_Place]] = {}
    for first, last, word in known.search.all(folded):
        if is_inside_latin(folded, first, last):
            continue
        own = found.setdefault(bisect_right(cuts, first) - 1, [])
        own += [(first, last, kind, intent) for kind, intent in known.uses[word]]
    return found


def _by_pattern(own: str, first: int, known: _Cues) -> list[_Place]:
    return [
        (first + match.start(), first + match.end(), _FORM, intent)
        for pattern, intent in known.patterns
        for match in pattern.finditer(own)
    ]


def _reading(places: list[_Place], own: str, home: _Home) -> Reading:
    """Cues that no opposing word covers; topics only where something is asked."""
    standing = [one for one in places if one[2] in _SPEAKING and not _is_covered(one, places)]
    asks = "?" in home.text or "？" in home.text or any(one[2] == _ASKS for one in standing)
    cues = [one for one in standing if one[2] in (_SURE, _STATES) or (one[2] == _TOPIC and asks)]
    # 3号多少钱 asks for a price and names a link; 3号还在吗 asks for the link itself.
    cues += [one for one in standing if one[2] == _FORM and (one[3] != Intent.LINK or not cues)]
    asks = asks or any(kind in (_SURE, _FORM) and intent in QUESTIONS for _, _, kind, intent in cues)
    said = sorted({intent for *_, intent in cues if intent}, key=_ORDER.__getitem__)
    links = tuple(dict.fromkeys(int(one) for one in _LINK.findall(own)))
    return Reading(tuple(said), tuple(home.cue(one) for one in cues), asks, links)


def _is_covered(one: _Place, places: list[_Place]) -> bool:
    """Whether an opposing word of the same intent, or of the question, contains the place."""
    first, last, kind, intent = one
    opposed = _ASKS_NOT if kind == _ASKS else _NOT
    return any(
        other == opposed and whose == intent and begin <= first and last <= end for begin, end, other, whose in places
    )
