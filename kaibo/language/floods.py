"""The same thing over and over: a slogan of a lucky bag, copies by few, one person who fills the screen."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from kaibo.language.normalise import fold
from kaibo.language.tables import BOUNDARY
from kaibo.language.voice import Flood, FloodKind, Said

SECOND = 1_000_000
LEAST_COPIES = 5
LEAST_MESSAGES = 8  # of one viewer inside the window
CROWD = 0.6  # distinct viewers per message from which a sentence belongs to the room and not to somebody
LEAST_SENTENCE = 4  # 666, 来了, 哈哈: everybody says it, nobody copies it
LEAST_SLOGAN = 6
_TAIL = re.compile("[0-9a-z]{0,3}$")  # copies differ in a digit or letter at the end, so that no filter sees them
_RUN = re.compile(r"(.)\1+", re.DOTALL)


def floods(said: Sequence[Said], *, now_us: int, window_s: int = 30, slogans: Iterable[str] = ()) -> tuple[Flood, ...]:
    """What is repeated in the window that ends now, the most said first. `slogans`: asked for by a lucky bag."""
    inside = [one for one in said if now_us - window_s * SECOND < one.at_us <= now_us]
    keys = sentence_keys([one.text for one in inside])
    asked = {key for key in sentence_keys(list(slogans)) if key}
    alike: dict[str, list[Said]] = defaultdict(list)
    for one, key in zip(inside, keys, strict=True):
        alike[key].append(one)
    found = [
        flood
        for key, group in alike.items()
        if (len(key) >= LEAST_SENTENCE and len(group) >= LEAST_COPIES) and (flood := _of_sentence(key, group, asked))
    ]
    slogan_ids = {id_ for flood in found if flood.is_slogan for id_ in flood.ids}
    found += _by_viewer([one for one in inside if one.id not in slogan_ids])
    return tuple(sorted(found, key=lambda one: (-one.count, one.text)))


def sentence_keys(texts: Sequence[str]) -> list[str]:
    """The same key for copies: without marks, repeats and a short tail of digits or letters."""
    return [_without_tail(_RUN.sub(r"\1", one)) for one in _folded(texts)]


def sentences_of(texts: Sequence[str]) -> list[str]:
    """What copies have in common, still to be read as words: as the key, but 谢谢 stays two and 哈哈哈 becomes two."""
    return [_without_tail(_RUN.sub(r"\1\1", one)) for one in _folded(texts)]


def _folded(texts: Sequence[str]) -> list[str]:
    """Each text without marks; folded all at once, one by one is slow."""
    view = fold(BOUNDARY.join(texts))
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    cuts = np.searchsorted(view.starts, begins).tolist()
    whole = view.text
    return [whole[first:last].replace(BOUNDARY, "") for first, last in pairwise(cuts)]


def _without_tail(sentence: str) -> str:
    short = _TAIL.sub("", sentence)
    return short if len(short) >= LEAST_SENTENCE else sentence


def _of_sentence(key: str, group: Sequence[Said], asked: set[str]) -> Flood | None:
    viewers = {one.viewer for one in group}
    text = Counter(one.text for one in group).most_common(1)[0][0]
    if "" in viewers:
        return _flood(FloodKind.UNKNOWN_CROWD, text, group, viewers=None, is_slogan=key in asked)
    if len(viewers) >= CROWD * len(group):
        return _flood(
            FloodKind.CHORUS, text, group, viewers=len(viewers), is_slogan=key in asked or len(key) >= LEAST_SLOGAN
        )
    return _flood(FloodKind.COPIES, text, group, viewers=len(viewers), is_slogan=key in asked)


def _by_viewer(said: Sequence[Said]) -> list[Flood]:
    by_viewer: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if one.viewer:
            by_viewer[one.viewer].append(one)
    return [
        _flood(FloodKind.ONE_VIEWER, own[-1].text, own, viewers=1, is_slogan=False)
        for own in by_viewer.values()
        if len(own) >= LEAST_MESSAGES
    ]


def _flood(kind: FloodKind, text: str, group: Sequence[Said], *, viewers: int | None, is_slogan: bool) -> Flood:
    times = [one.at_us for one in group]
    return Flood(kind, text, len(group), viewers, min(times), max(times), tuple(one.id for one in group), is_slogan)
