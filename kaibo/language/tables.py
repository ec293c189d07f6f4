"""The character tables, loaded once: what each character becomes, how it sounds, how it can be written in pieces."""

import json
import lzma
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaibo.language import builder
from kaibo.language.errors import TablesMissing

BOUNDARY = "\n"
"""What every clause mark becomes. No word holds it, so no match runs across it."""

DROPPED, EXPANDED = 0, 0xFFFFFFFF
_SYLLABLE_BASE = 0xE000  # private use: a syllable is one character, so the same automaton matches syllables
_DIGIT_SAID = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tables:
    """`plain[code]` is the code after folding, DROPPED, or EXPANDED (then `expansions` holds the several codes)."""

    plain: NDArray[np.uint32]
    expansions: dict[int, NDArray[np.uint32]]
    syllable_of: NDArray[np.uint32]  # code of a folded character -> code of its most usual syllable, 0 for none
    readings: dict[str, tuple[str, ...]]  # folded character -> its syllables as characters
    syllables: dict[str, str]  # "wei" -> its character
    parts: dict[str, tuple[str, ...]]  # character -> ways to write it in pieces
    lookalikes: dict[str, str]
    made_from: dict[str, str]


def _read() -> dict[str, Any]:
    with _building:
        if not builder.is_current():
            try:
                builder.write()
            except ModuleNotFoundError as error:
                raise TablesMissing(
                    f"the character tables are not built, and {error.name} is not installed to build them",
                    fix="run `make install`, or install a built wheel",
                ) from error
        found: dict[str, Any] = json.loads(lzma.decompress(builder.TARGET.read_bytes()))
        return found


@cache
def tables() -> Tables:
    """The tables of this installation; built on first use in a clone. Raises TablesMissing."""
    raw = _read()
    plain = np.arange(0x110000, dtype=np.uint32)
    for first, last in raw["noise"]:
        plain[first : last + 1] = DROPPED
    expansions = {}
    for character, becomes in raw["folding"].items():
        if len(becomes) == 1:
            plain[ord(character)] = ord(becomes)
        else:
            plain[ord(character)] = EXPANDED
            expansions[ord(character)] = np.array([ord(one) for one in becomes], dtype=np.uint32)
    said = {**raw["readings"], **{str(digit): [syllable] for digit, syllable in enumerate(_DIGIT_SAID)}}
    names = sorted({syllable for heard in said.values() for syllable in heard})
    syllables = {name: chr(_SYLLABLE_BASE + number) for number, name in enumerate(names)}
    syllable_of = np.zeros(0x110000, dtype=np.uint32)
    for character, heard in said.items():
        syllable_of[ord(character)] = ord(syllables[heard[0]])
    return Tables(
        plain=plain,
        expansions=expansions,
        syllable_of=syllable_of,
        readings={character: tuple(syllables[one] for one in heard) for character, heard in said.items()},
        syllables=syllables,
        parts={character: tuple("".join(way) for way in ways) for character, ways in raw["parts"].items()},
        lookalikes=raw["lookalikes"],
        made_from=raw["made_from"],
    )
