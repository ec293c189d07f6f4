"""One folded form of a text, with an exact map back: every folded character knows the character it came from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kaibo.language.tables import BOUNDARY, DROPPED, EXPANDED, INNER, tables

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]
Runs = list[list[int]]

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


def characters(text: str) -> Codes:
    """The code of each character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def fold(text: str) -> Folded:
    """`fold_codes` of a string."""
    return fold_codes(characters(text))


def fold_codes(raw: Codes) -> Folded:
    """The plain view: width, case, script, enclosed forms and number styles folded, noise gone, clause ends kept.

    Shape: one `\\n` per clause mark; all other characters are letters or digits.
    """
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


def around(view: Folded, at: Places, after: int, *, before: int = 0) -> Folded:
    """Only these places (in order, at least one) and what stands so many before and after; a clause end closes each
    piece. Cost: by the size of the pieces, not of the view.
    """
    size = view.codes.size
    firsts, lasts = np.maximum(at - before, 0), np.minimum(at + after + 1, size)
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


def spelled_out(plain: Folded) -> tuple[Folded, Runs]:
    """The view with syllables where runs of letters spell some, and first and last of those runs. Letters that are left
    over have no code, so that all else keeps its number."""
    known = tables().syllables
    codes, ends = plain.codes, plain.ends
    runs: Runs = []
    low = codes.astype(np.uint8).tobytes()  # of letters the whole code
    for first, last in rows((codes - 0x61) < 26, 2):
        pieces = spelled(low[first:last])
        if not pieces:
            continue
        if not runs:
            codes, ends = codes.copy(), ends.copy()
        runs.append([first, last])
        codes[first:last] = DROPPED
        at = first
        for piece in pieces:
            codes[at] = ord(known[piece])
            ends[at] = plain.ends[at + len(piece) - 1]
            at += len(piece)
    return Folded(codes, plain.starts, ends), runs


def heard(view: Folded) -> Folded:
    """A view of `spelled_out` by sound, without the letters left over: each Chinese character, digit and run of
    written pinyin is its syllables."""
    codes = tables().sound.take(view.codes, mode="clip")
    kept = codes != DROPPED
    if kept.all():
        return Folded(codes, view.starts, view.ends)
    return Folded(codes[kept], view.starts[kept], view.ends[kept])


def heard_otherwise(plain: Folded) -> Folded:
    """The view by sound with the second reading of every character that has one: 卷 as quan. Written pinyin is left
    to `heard`."""
    return Folded(tables().other_sound.take(plain.codes, mode="clip"), plain.starts, plain.ends)


def rows(mask: NDArray[np.bool_], least: int) -> Runs:
    """First and last of each row of at least so many."""
    held, length = mask, 1  # whether a row of `length` begins there
    while length < least:
        step = min(length, least - length)
        held, length = held[:-step] & held[step:], length + step
    at = np.flatnonzero(held)
    if not at.size:
        return []
    cuts = np.flatnonzero(np.diff(at) > 1)
    first, last = at[np.concatenate(([0], cuts + 1))], at[np.concatenate((cuts, [at.size - 1]))] + least
    found: Runs = np.stack((first, last), axis=1).tolist()
    return found


@lru_cache(maxsize=4096)
def spelled(ascii_letters: bytes) -> tuple[str, ...]:
    """The syllables that a run of letters spells in full, the fewest; empty when it spells none (`ok`, `vx`)."""
    known, letters = tables().syllables, ascii_letters.decode("ascii")
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
