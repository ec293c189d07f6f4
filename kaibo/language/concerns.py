"""What angry talk is about: cue words of a reviewed file, searched in all messages at once, beside what they want."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import yaml

from kaibo.language import intents, opinions
from kaibo.language.automaton import Search, is_inside_latin
from kaibo.language.errors import BadPack
from kaibo.language.normalise import fold
from kaibo.language.patterns import folded_terms
from kaibo.language.segment import CUES
from kaibo.language.tables import BOUNDARY
from kaibo.language.voice import Concern, Grievance, Intent, Opinion, Polarity, Reading

_SURE, _TOPIC, _NOT = range(3)
_SEPARATOR = BOUNDARY * 2
_FILE = "concerns.yaml"
_ASKING = re.compile("[?？吗嗎]|是不是|会不会|會不會|有没有|能不能|么$|呢$")


@dataclass(frozen=True, slots=True)
class _Cues:
    search: Search
    uses: tuple[tuple[tuple[int, Concern], ...], ...]
    severe: frozenset[Concern]
    version: int


@dataclass(frozen=True, slots=True)
class _Place:
    first: int
    last: int
    kind: int
    concern: Concern

    def holds(self, other: "_Place") -> bool:
        """Whether this opposing word takes the other place away."""
        is_opposed = self.kind == _NOT and self.concern == other.concern
        return is_opposed and self.first <= other.first and other.last <= self.last


@cache
def _cues() -> _Cues:
    raw: dict[str, Any] = yaml.safe_load((CUES / _FILE).read_text(encoding="utf-8"))
    uses: dict[str, list[tuple[int, Concern]]] = defaultdict(list)
    for name, given in raw["concerns"].items():
        for field, kind in (("sure", _SURE), ("topic", _TOPIC), ("not", _NOT)):
            words = given.get(field, "").split()
            for word, form in zip(words, folded_terms(words), strict=True):
                if not form:
                    raise BadPack(f"{_FILE}: “{word}” holds no letter", fix="take it out", file=_FILE)
                uses[form].append((kind, Concern(name)))
    severe = frozenset(Concern(name) for name, given in raw["concerns"].items() if given.get("is_severe"))
    return _Cues(Search(list(uses)), tuple(map(tuple, uses.values())), severe, int(raw["version"]))


def severe() -> frozenset[Concern]:
    """Concerns of which few voices are enough: somebody may be hurt, or a crime is alleged."""
    return _cues().severe


def version() -> int:
    """The version of the cue file: rises with every reviewed change."""
    return _cues().version


def read_many(
    texts: Sequence[str], *, readings: Sequence[Reading] | None = None, held: Sequence[Opinion] | None = None
) -> list[tuple[Grievance, ...]]:
    """What each text complains about, in order; empty for what complains about nothing.

    Shape: each concern once, in the order of `Concern`; OTHER alone where a complaint or a dislike names none of them.
    Cost: one pass over all texts beside what reading intents and opinions costs, where they are not given.
    """
    readings = intents.read_many(texts) if readings is None else readings
    held = opinions.opinions_of(texts, readings=readings) if held is None else held
    places = _places(texts)
    return [
        _grievances(places.get(at, []), text, reading, opinion)
        for at, (text, reading, opinion) in enumerate(zip(texts, readings, held, strict=True))
    ]


def _places(texts: Sequence[str]) -> dict[int, list[tuple[_Place, str]]]:
    """Places of cue words by text, each with the words as they are written there."""
    joined = _SEPARATOR.join(texts)
    begins = np.cumsum([0, *(len(text) + len(_SEPARATOR) for text in texts)])
    view, known = fold(joined), _cues()
    cuts = np.searchsorted(view.starts, begins)
    found: dict[int, list[tuple[_Place, str]]] = {}
    for first, last, word in known.search.all(view.text):
        if is_inside_latin(view.text, first, last):
            continue
        at = int(np.searchsorted(cuts, first, side="right")) - 1
        start, end = view.span(first, last)
        told = joined[start:end]
        found.setdefault(at, []).extend((_Place(first, last, *use), told) for use in known.uses[word])
    return found


def _grievances(
    places: Sequence[tuple[_Place, str]], text: str, reading: Reading, opinion: Opinion
) -> tuple[Grievance, ...]:
    is_angry = Intent.COMPLAINT in reading.intents or opinion.polarity == Polarity.NEGATIVE
    is_asking = _ASKING.search(text) is not None
    against = [place for place, _ in places if place.kind == _NOT]
    found: dict[Concern, str] = {}
    told_first = sorted(places, key=lambda one: (one[0].kind, -len(one[1])))  # sure words first, the longest first
    for place, told in told_first:
        if place.kind == _NOT or any(other.holds(place) for other in against):
            continue
        if (is_angry or not is_asking) if place.kind == _SURE else (is_angry and not is_asking):
            found.setdefault(place.concern, told)
    if found:
        return tuple(Grievance(concern, found[concern]) for concern in Concern if concern in found)
    return (Grievance(Concern.OTHER, ""),) if is_angry and not is_asking else ()
