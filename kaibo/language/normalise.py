"""One folded form of a text, with an exact map back: every folded character knows the character it came from."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kaibo.language.tables import BOUNDARY, DROPPED, EXPANDED, tables

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]

_BOUNDARY = ord(BOUNDARY)
# Between two ASCII letters or digits these are part of a number, an address or "No.1", not the end of a clause.
_INNER = np.array([ord(mark) for mark in ".,:"], dtype=np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A view of a text. Character `i` of `text` stands for `original[starts[i]:ends[i]]`."""

    codes: Codes
    starts: Places
    ends: Places

    @property
    def text(self) -> str:
        """The view as a string, as long as `starts`."""
        return self.codes.astype("<u4").tobytes().decode("utf-32-le")

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where characters `first` up to before `last` stand in the original."""
        return int(self.starts[first]), int(self.ends[last - 1])


def fold(text: str) -> Folded:
    """The plain view: width, case, script, enclosed forms and number styles folded, noise gone, clause ends kept.

    Shape: one `\\n` per clause mark; all other characters are letters or digits.
    """
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    known = tables()
    codes = known.plain[raw]
    if (inner := np.flatnonzero(np.isin(raw, _INNER))).size:
        codes[inner[_between_letters(raw, inner)]] = DROPPED
    places = np.flatnonzero(codes)
    codes = codes[places]
    if (wide := np.flatnonzero(codes == EXPANDED)).size:
        codes, places = _expand(codes, places, wide, raw)
    return Folded(codes, places, places + 1)


def _between_letters(raw: Codes, inner: Places) -> NDArray[np.bool_]:
    before = raw[np.maximum(inner - 1, 0)]
    after = raw[np.minimum(inner + 1, raw.size - 1)]
    return _is_ascii_word(before) & _is_ascii_word(after) & (inner > 0) & (inner < raw.size - 1)


def _is_ascii_word(codes: Codes) -> NDArray[np.bool_]:
    lower = codes | 0x20
    return ((codes >= 0x30) & (codes <= 0x39)) | ((lower >= 0x61) & (lower <= 0x7A) & (codes < 0x80))


def _expand(codes: Codes, places: Places, wide: Places, raw: Codes) -> tuple[Codes, Places]:
    """⑩ is 10: several folded characters with the same place."""
    known = tables().expansions
    into = [known[int(raw[places[at]])] for at in wide]
    lengths = np.ones(codes.size, dtype=np.int64)
    lengths[wide] = [piece.size for piece in into]
    index = np.repeat(np.arange(codes.size), lengths)
    spread = codes[index]
    first = np.cumsum(lengths) - lengths
    for at, piece in zip(wide, into, strict=True):
        spread[first[at] : first[at] + piece.size] = piece
    return spread, places[index]


def collapse(plain: Folded) -> Folded:
    """The view in which a repeated character stands once: 加加微微信 -> 加微信. A place covers the whole run."""
    if not plain.codes.size:
        return plain
    first = np.flatnonzero(np.concatenate(([True], plain.codes[1:] != plain.codes[:-1])))
    last = np.concatenate((first[1:], [plain.codes.size])) - 1
    return Folded(plain.codes[first], plain.starts[first], plain.ends[last])


def unspaced(plain: Folded) -> Folded:
    """The view without clause marks, for words taken apart by them: 加。微。信."""
    kept = np.flatnonzero(plain.codes != _BOUNDARY)
    return Folded(plain.codes[kept], plain.starts[kept], plain.ends[kept])


_LATIN = re.compile("[a-z]{2,}")


def sounded(plain: Folded, text: str) -> Folded:
    """The view by sound: each Chinese character, digit and run of written pinyin becomes its syllables."""
    known = tables()
    heard = known.syllable_of[plain.codes]
    codes = np.where(heard > 0, heard, plain.codes).astype(np.uint32)
    starts, ends = plain.starts, plain.ends
    kept = None
    for run in _LATIN.finditer(text):
        pieces = spelled(run[0])
        if not pieces:
            continue
        if kept is None:
            kept, ends = np.ones(codes.size, dtype=np.bool_), ends.copy()
        kept[run.start() : run.end()] = False
        at = run.start()
        for piece in pieces:
            kept[at] = True
            codes[at] = ord(known.syllables[piece])
            ends[at] = plain.ends[at + len(piece) - 1]
            at += len(piece)
    return Folded(codes, starts, ends) if kept is None else Folded(codes[kept], starts[kept], ends[kept])


@lru_cache(maxsize=4096)
def spelled(letters: str) -> tuple[str, ...]:
    """The syllables that a run of letters spells in full, the fewest; empty when it spells none (`ok`, `vx`)."""
    known = tables().syllables
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    if len(letters) > 64:  # longer than any word list's term: an address, not pinyin
        return ()
    for end in range(1, len(letters) + 1):
        for size in range(min(6, end), 0, -1):
            before, piece = best[end - size], letters[end - size : end]
            if before is None or piece not in known:
                continue
            shortest = best[end]
            if shortest is None or len(before) + 1 < len(shortest):
                best[end] = (*before, piece)
    return best[-1] or ()
