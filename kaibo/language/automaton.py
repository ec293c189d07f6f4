"""Many words searched at once. The faster engine where it has a wheel, the other elsewhere; both give the same."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

Place = tuple[int, int, int]


def _charwise() -> Any:
    try:
        import daachorse
    except ModuleNotFoundError:  # it has no wheel for Linux on ARM
        return None
    return daachorse.CharwiseDoubleArrayAhoCorasick


_CHARWISE = _charwise()
_CUES = Path(__file__).parent / "cues"


@cache
def _talk() -> list[str]:
    """What is said in rooms, as far as our cues show it: the engine keeps near to each other what such talk meets."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_CUES.iterdir()) if path.is_file())
    return ["".join(re.findall("[一-鿿\n]", "".join(texts)))]


class Search:
    """An immutable automaton over words; `all` gives (first, last, number of the word), overlapping ones too."""

    __slots__ = ("_charwise", "_plain")

    def __init__(self, words: Sequence[str], *, frozen: bytes | None = None) -> None:
        self._charwise: Any = None
        self._plain: Any = None
        if _CHARWISE is not None:
            self._charwise = _CHARWISE.deserialize(frozen) if frozen else _CHARWISE(list(words), corpus=_talk())
        else:
            # The choice it makes by itself for 20,000 words and more is 2.5 times slower; as a table (DFA) it is
            # half as fast again, for 500 MB.
            self._plain = AhoCorasick(list(words), store_patterns=False, implementation=Implementation.ContiguousNFA)

    def all(self, text: str) -> list[Place]:
        """Every place of every word, those that overlap too."""
        if self._charwise is not None:
            places: list[Place] = self._charwise.find_overlapping(text)
            return places
        found = self._plain.find_matches_as_indexes(text, overlapping=True)
        return [(first, last, word) for word, first, last in found]

    def frozen(self) -> bytes:
        """The automaton as bytes, to be given back as `frozen`; empty where the engine cannot."""
        content: bytes = self._charwise.serialize() if self._charwise is not None else b""
        return content


def is_inside_latin(text: str, first: int, last: int) -> bool:
    """Whether a place begins or ends inside a Latin word: the sb of husband is none."""
    return (first > 0 and _is_latin(text[first]) and _is_latin(text[first - 1])) or (
        last < len(text) and _is_latin(text[last - 1]) and _is_latin(text[last])
    )


def _is_latin(character: str) -> bool:
    return "a" <= character <= "z"
