"""One folded form of a text, with an exact map back: every folded character knows the character it came from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kaibo.language.tables import BOUNDARY, DROPPED, EXPANDED, FIRST_SYLLABLE, INNER, tables

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]

_BOUNDARY = ord(BOUNDARY)
LAST_CODE = 0x10FFFF


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
    codes = tables().plain.take(raw, mode="clip")
    special = np.flatnonzero(codes > LAST_CODE)
    is_wide = False
    if special.size:
        kinds = codes[special]
        inner = special[kinds == INNER]
        codes[inner] = np.where(_between_letters(raw, inner), np.uint32(DROPPED), np.uint32(_BOUNDARY))
        is_wide = inner.size < special.size
    places = np.flatnonzero(codes != DROPPED)
    codes = codes.take(places)
    if is_wide:
        codes, places = _expand(codes, places, np.flatnonzero(codes == EXPANDED), raw)
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


def around(view: Folded, at: Places, reach: int) -> Folded:
    """Only what stands within `reach` of these places (in order, at least one); a clause end closes each piece.

    Cost: by the size of the pieces, not of the view.
    """
    size = view.codes.size
    firsts, lasts = np.maximum(at - reach, 0), np.minimum(at + reach + 1, size)
    apart = np.flatnonzero(firsts[1:] > lasts[:-1])
    begins = firsts[np.concatenate(([0], apart + 1))]
    lengths = lasts[np.concatenate((apart, [at.size - 1]))] - begins + 1  # one more for the clause end
    closes = np.cumsum(lengths)
    places = np.arange(int(closes[-1])) + np.repeat(begins - closes + lengths, lengths)
    places[-1] = min(int(places[-1]), size - 1)
    codes = view.codes[places]
    codes[closes - 1] = _BOUNDARY
    return Folded(codes, view.starts[places], view.ends[places])


def repeats(view: Folded) -> Places:
    """Where a letter or digit stands twice in a row."""
    same = view.codes[1:] == view.codes[:-1]
    same &= view.codes[1:] != _BOUNDARY
    return np.flatnonzero(same)


def lone(view: Folded) -> Places:
    """Where a character stands alone between two clause ends: only there can a word be taken apart by them."""
    ends = view.codes == _BOUNDARY
    return np.flatnonzero(ends[:-2] & ends[2:] & ~ends[1:-1]) + 1


def unspaced(plain: Folded) -> Folded:
    """The view without clause marks, for words taken apart by them: 加。微。信."""
    kept = np.flatnonzero(plain.codes != _BOUNDARY)
    return Folded(plain.codes[kept], plain.starts[kept], plain.ends[kept])


def sounded(plain: Folded, text: str) -> Folded:
    """The view by sound: each Chinese character, digit and run of written pinyin becomes its syllables."""
    known = tables()
    codes = known.sound.take(plain.codes, mode="clip")
    starts, ends = plain.starts, plain.ends
    kept = None
    for first, last in _latin_runs(plain.codes):
        pieces = spelled(text[first:last])
        if not pieces:
            continue
        if kept is None:
            kept, ends = np.ones(codes.size, dtype=np.bool_), ends.copy()
        kept[first:last] = False
        at = first
        for piece in pieces:
            kept[at] = True
            codes[at] = ord(known.syllables[piece])
            ends[at] = plain.ends[at + len(piece) - 1]
            at += len(piece)
    return Folded(codes, starts, ends) if kept is None else Folded(codes[kept], starts[kept], ends[kept])


SYLLABLES = 512
"""More than Chinese has; the last number stands for what is no syllable."""


def pairs(codes: Codes) -> Codes:
    """One number for each two neighbours of a view by sound."""
    numbers = np.minimum(codes - np.uint32(ord(FIRST_SYLLABLE)), np.uint32(SYLLABLES - 1))
    joined: Codes = numbers[:-1] * np.uint32(SYLLABLES) + numbers[1:]
    return joined


PAIRS = 1 << 20
"""Numbers that two neighbours can have: those by sound fit, those of characters share some."""


def hashed_pairs(codes: Codes) -> Codes:
    """One number for each two neighbours of the plain view; others may have the same."""
    mixed: Codes = (codes[:-1] * np.uint32(0x9E3779B1) + codes[1:] * np.uint32(0x85EBCA77)) >> np.uint32(12)
    return mixed


def heard_otherwise(plain: Folded) -> Folded:
    """The view by sound with the second reading of every character that has one: 卷 as quan. Written pinyin is left
    to `sounded`."""
    return Folded(tables().other_sound.take(plain.codes, mode="clip"), plain.starts, plain.ends)


def _latin_runs(codes: Codes) -> list[list[int]]:
    """First and last of every row of two and more Latin letters."""
    letters = np.flatnonzero((codes - 0x61) < 26)
    if letters.size < 2:
        return []
    cuts = np.flatnonzero(np.diff(letters) > 1)
    first = letters[np.concatenate(([0], cuts + 1))]
    last = letters[np.concatenate((cuts, [letters.size - 1]))] + 1
    runs: list[list[int]] = np.stack((first, last), axis=1)[last - first >= 2].tolist()
    return runs


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
