"""The character tables, loaded once: what each character becomes, how it sounds, how it can be written in pieces."""

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

DROPPED, EXPANDED, INNER = 0, 0xFFFFFFFF, 0xFFFFFFFE
_INNER_MARKS = ".,:"
FIRST_SYLLABLE = "\ue000"
"""Private use, where no folded character is: a syllable is one character, so the same automaton matches syllables."""
_DIGIT_SAID = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Tables:
    """`plain[code]` is the code after folding, DROPPED, EXPANDED (then `expansions` holds the several codes), or INNER
    (a mark that ends a clause unless it stands inside a number, an address or No.1)."""

    plain: NDArray[np.uint32]
    expansions: dict[int, NDArray[np.uint32]]
    sound: NDArray[np.uint32]  # code of a folded character -> code of its most usual syllable, or the code itself
    other_sound: NDArray[np.uint32]  # the same with the second reading, where a character has one
    usual_sounds: dict[int, str]  # the same for `str.translate`
    other_sounds: dict[str, tuple[str, ...]]  # folded character -> its other syllables, where it has any
    readings: dict[str, tuple[str, ...]]  # folded character -> its syllables as characters
    syllables: dict[str, str]  # "wei" -> its character
    parts: dict[str, tuple[str, ...]]  # character -> ways to write it in pieces
    lookalikes: dict[str, str]
    made_from: dict[str, str]
    fingerprint: str  # of what built them


def _read() -> dict[str, Any]:
    with _building:
        found = builder.read()
        if found is None:
            try:
                builder.write()
            except ModuleNotFoundError as error:
                raise TablesMissing(
                    f"the character tables are not built, and {error.name} is not installed to build them",
                    fix="run `make install`, or install a built wheel",
                ) from error
            found = builder.read()
        assert found is not None, "just written"
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
    for mark in _INNER_MARKS:
        plain[ord(mark)] = INNER
    said = {**raw["readings"], **{str(digit): [syllable] for digit, syllable in enumerate(_DIGIT_SAID)}}
    names = sorted({syllable for heard in said.values() for syllable in heard})
    syllables = {name: chr(ord(FIRST_SYLLABLE) + number) for number, name in enumerate(names)}
    sound = np.arange(0x110000, dtype=np.uint32)
    for character, heard in said.items():
        sound[ord(character)] = ord(syllables[heard[0]])
    other_sound = sound.copy()
    for character, heard in said.items():
        other_sound[ord(character)] = ord(syllables[heard[min(1, len(heard) - 1)]])
    return Tables(
        plain=plain,
        expansions=expansions,
        sound=sound,
        other_sound=other_sound,
        usual_sounds={ord(character): syllables[heard[0]] for character, heard in said.items()},
        other_sounds={one: tuple(syllables[other] for other in heard[1:]) for one, heard in said.items() if heard[1:]},
        readings={character: tuple(syllables[one] for one in heard) for character, heard in said.items()},
        syllables=syllables,
        parts={character: tuple("".join(way) for way in ways) for character, ways in raw["parts"].items()},
        lookalikes=raw["lookalikes"],
        made_from=raw["made_from"],
        fingerprint=raw["made_by"],
    )
