"""Where words can begin, asked for all characters at once: to ask a table is cheaper than to search the whole text.

Three characters in a row pass when one group of words has them as a first, a second and a third character. What passes
is then asked by two neighbours, exactly for sound, by a hash for characters. Nothing that begins a word is missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from kaibo.language.normalise import Codes, Places
from kaibo.language.tables import BOUNDARY, FIRST_SYLLABLE, tables

Masks = NDArray[np.uint64]

GROUPS = {"plain": 5, "variants": 8, "sound": 8}
"""Groups of words for each kind, as many as 63 bits allow: of ordinary text two to eight in a hundred pass."""

_SHIFTS = dict(zip(GROUPS, accumulate(GROUPS.values(), initial=0), strict=False))
_OF_KIND = {kind: np.uint64(((1 << size) - 1) << _SHIFTS[kind]) for kind, size in GROUPS.items()}
_POSITION = np.uint64(sum(GROUPS.values()))  # bits from a first character to a second
_LIMIT = 0x34000  # characters behind it are no Chinese ones; they share the flags of the last
_ALONE, _OPENS, _FOLLOWS = 1, 2, 4  # two neighbours are a whole word; begin a longer one; stand second and third in one
_CLAUSE_ENDS = np.full(2, ord(BOUNDARY), dtype=np.uint32)  # behind the text, for three characters everywhere
_SHORT = 2_000
_BLOCK = 1 << 15
_PAIRS = 1 << 20  # numbers that two neighbours can have: those by sound fit, those of characters share some
_SYLLABLES = 512  # more than Chinese has; the last number stands for what is no syllable


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """The places where words of each kind may begin, in order; None: anywhere. `other_sound`: in the other reading."""

    plain: Places | None = None
    variants: Places | None = None
    sound: Places | None = None
    other_sound: Places | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Patterns of one kind: the characters of all side by side, how many each has, the number of the word it is for."""

    codes: Codes
    sizes: Places
    words: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    """`masks[code]`: a bit for each group, kind and position in which the character stands. `paired`: of two neighbours
    of a kind whether they are a whole word, begin one or stand second and third."""

    masks: Masks
    paired: dict[str, NDArray[np.uint8]]

    def begun(self, codes: Codes) -> Begun:
        """Where words may begin in folded text. To search a short one is as cheap as to ask."""
        if codes.size < _SHORT:
            return Begun()
        codes = np.concatenate((codes, _CLAUSE_ENDS))
        at, met = self._met(codes)
        plain, variants, sound = (at[(met & mask) != 0] for mask in _OF_KIND.values())
        known, three = tables(), _three(codes, sound)
        return Begun(
            plain[self._passes("plain", _three(codes, plain))],
            variants[self._passes("variants", _three(codes, variants))],
            sound[self._passes("sound", [known.sound.take(one, mode="clip") for one in three])],
            sound[self._passes("sound", [known.other_sound.take(one, mode="clip") for one in three])],
        )

    def _met(self, codes: Codes) -> tuple[Places, Masks]:
        """Where three characters in a row pass, and in which groups. Block by block: what a block needs stays near."""
        places, groups = [], []
        for first in range(0, codes.size - 2, _BLOCK):
            masks = self.masks.take(codes[first : first + _BLOCK + 2], mode="clip")
            met = masks[1:-1] >> _POSITION
            met &= masks[:-2]
            masks[2:] >>= _POSITION + _POSITION
            met &= masks[2:]
            at = np.flatnonzero(met != 0)
            places.append(at + first)
            groups.append(met[at])
        return np.concatenate(places), np.concatenate(groups)

    def _passes(self, kind: str, three: list[Codes]) -> NDArray[np.bool_]:
        opens, follows = (self.paired[kind].take(_numbers(kind, *two), mode="clip") for two in pairwise(three))
        # _FOLLOWS is twice _OPENS: of both only the bit of _OPENS is left
        passes: NDArray[np.bool_] = ((opens & _ALONE) | (opens & (follows >> 1) & _OPENS)) != 0
        return passes


def _three(codes: Codes, at: Places) -> list[Codes]:
    return [codes[at], codes[at + 1], codes[at + 2]]


def _numbers(kind: str, first: Codes, second: Codes) -> Codes:
    """One number for each two neighbours; of characters some have the same."""
    numbers: Codes
    if kind == "sound":
        base, last = np.uint32(ord(FIRST_SYLLABLE)), np.uint32(_SYLLABLES - 1)
        numbers = np.minimum(first - base, last) * np.uint32(_SYLLABLES) + np.minimum(second - base, last)
    else:
        numbers = (first * np.uint32(0x9E3779B1) + second * np.uint32(0x85EBCA77)) >> np.uint32(12)
    return numbers


def openings_of(words: Mapping[str, Words]) -> Openings:
    """The tables for patterns of each kind."""
    masks = np.zeros(_LIMIT, dtype=np.uint64)
    heard = np.zeros(_LIMIT, dtype=np.uint64)
    for kind, some in words.items():
        _mark(heard if kind == "sound" else masks, some, kind)
    known = tables()
    masks |= heard[known.sound[:_LIMIT]] | heard[known.other_sound[:_LIMIT]]
    return Openings(masks, {kind: _pairs_of(kind, words[kind]) for kind in GROUPS})


def _mark(masks: Masks, words: Words, kind: str) -> None:
    """Patterns of words that begin alike share a group; short ones have the first, they ask for no third character."""
    if not words.sizes.size:
        return
    begins = np.cumsum(words.sizes) - words.sizes
    codes = np.minimum(words.codes, np.uint32(_LIMIT - 1))
    _, leads, of = np.unique(words.words, return_index=True, return_inverse=True)
    numbers = np.unique(codes[begins[leads]], return_inverse=True)[1][of]
    groups = 1 + numbers * (GROUPS[kind] - 1) // (int(numbers.max()) + 1)
    groups[words.sizes < 3] = 0
    bits = np.uint64(1) << (groups + _SHIFTS[kind]).astype(np.uint64)
    for position in range(3):
        bit, has = bits << (np.uint64(position) * _POSITION), words.sizes > position
        np.bitwise_or.at(masks, codes[begins[has] + position], bit[has])
        masks |= np.bitwise_or.reduce(bit[~has], initial=0)


def _pairs_of(kind: str, words: Words) -> NDArray[np.uint8]:
    table = np.zeros(_PAIRS, dtype=np.uint8)
    begins = np.cumsum(words.sizes) - words.sizes
    longer = begins[words.sizes > 2]
    if np.any(words.sizes == 1):
        table |= np.uint8(_ALONE)  # one character says nothing of its neighbour
    for flag, first in ((_ALONE, begins[words.sizes == 2]), (_OPENS, longer), (_FOLLOWS, longer + 1)):
        if first.size:
            table[_numbers(kind, words.codes[first], words.codes[first + 1])] |= np.uint8(flag)
    return table
