"""Words of rules -> the patterns that each view is searched for. All words at once: one by one takes twice as long."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import combinations, islice, pairwise

import numpy as np
from numpy.typing import NDArray

from kaibo.language import contact
from kaibo.language.contracts import Rule, View
from kaibo.language.normalise import Codes, Places, fold, unspaced
from kaibo.language.tables import BOUNDARY, FIRST_SYLLABLE, tables

MOST_SOUNDS = 32  # of one word; read with every character in every way, a phrase of six can have hundreds
LARGE = 5_000  # words of one rule: a list nobody reviewed gets one character at a time read in its second way
LEAST_LOOKALIKE = 3  # a word of two characters with one exchanged is another word
LEAST_SPLIT = 2
NO_RULE = -1
VIEWS = tuple(View)

_CHINESE = 0x2E80  # from here on characters are written without blanks between words
_LAST_SYLLABLE = 0xFFFF
Uses = NDArray[np.int32]
RULE, ROLE, WORD, VIEW, GAP, SYLLABLES = range(6)  # the columns of uses


class Role(IntEnum):
    """What a pattern is for."""

    TERM = 0
    ALLOW = 1
    NEAR = 2
    NOT_NEAR = 3
    CONTEXT = 4  # announces an account; `rule` is none


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Row `n` of `uses` (rule, role, word, view, gap, syllables) says what `texts[n]` is for; the number of the view is
    its place in VIEWS. A text stands once for each rule and role."""

    texts: list[str]
    uses: Uses


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """Folded words side by side in `codes`; the first `sizes[0]` are the first word."""

    codes: Codes
    sizes: Places
    uses: Uses

    def only(self, chosen: NDArray[np.bool_]) -> "Forms":
        """Some of the words."""
        return Forms(self.codes[np.repeat(chosen, self.sizes)], self.sizes[chosen], self.uses[chosen])

    def owners(self) -> Places:
        """The word of each character."""
        return np.repeat(np.arange(self.sizes.size), self.sizes)

    def begins(self) -> Places:
        """Where each word begins in `codes`."""
        begins: Places = np.cumsum(self.sizes) - self.sizes
        return begins

    def texts(self) -> list[str]:
        """The words as strings."""
        if not self.sizes.size:
            return []
        marked = np.full(self.codes.size + self.sizes.size, ord(BOUNDARY), dtype="<u4")
        marked[np.arange(self.codes.size) + self.owners()] = self.codes
        return marked.tobytes().decode("utf-32-le").split(BOUNDARY)[:-1]


def folded(words: Sequence[str]) -> tuple[Codes, Places]:
    """(codes, sizes) of words as the plain view shows them, without clause marks of their own."""
    tight = unspaced(fold(BOUNDARY.join(words)))
    begins = np.cumsum([0, *(len(word) + 1 for word in words)])
    return tight.codes, np.diff(np.searchsorted(tight.starts, begins))


def folded_terms(terms: Sequence[str]) -> list[str]:
    """Words as the plain view shows them, as strings; folded all at once, one by one is slow."""
    codes, sizes = folded(terms)
    return Forms(codes, sizes, np.empty((sizes.size, 0), dtype=np.int32)).texts()


def forms_of(rules: Sequence[Rule]) -> tuple[tuple[str, ...], Forms]:
    """All words of the rules as written, and folded with what each is for."""
    given: list[tuple[int, Role, Sequence[str]]] = []
    for number, rule in enumerate(rules):
        given += [(number, Role.ALLOW, rule.allow), (number, Role.NEAR, rule.near)]
        given += [(number, Role.NOT_NEAR, rule.not_near), (number, Role.TERM, rule.terms)]
    if any(rule.detector for rule in rules):
        given.append((NO_RULE, Role.CONTEXT, tuple(contact.CONTEXT)))
    words = tuple(word for _, _, some in given for word in some)
    codes, sizes = folded(words)
    uses = np.zeros((len(words), 6), dtype=np.int32)
    counts = [len(some) for _, _, some in given]
    uses[:, RULE] = np.repeat([rule for rule, _, _ in given], counts) if given else 0
    uses[:, ROLE] = np.repeat([role for _, role, _ in given], counts) if given else 0
    uses[:, WORD] = np.arange(len(words))
    uses[:, VIEW] = np.where(uses[:, ROLE] == Role.CONTEXT, VIEWS.index(View.CONTACT), VIEWS.index(View.PLAIN))
    terms = np.flatnonzero(uses[:, ROLE] == Role.TERM)
    uses[terms, GAP] = _gaps(rules, uses[terms, RULE], [words[at] for at in terms.tolist()])
    return words, Forms(codes, sizes, uses)


def _gaps(rules: Sequence[Rule], numbers: Uses, terms: Sequence[str]) -> Uses:
    """Marks allowed between two characters: eight in Chinese (微——信), in Latin only those that the word has itself."""
    if not terms:
        return np.empty(0, dtype=np.int32)
    raw = np.frombuffer((BOUNDARY.join(terms) + BOUNDARY).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    ends = np.cumsum([len(term) + 1 for term in terms])
    is_chinese = np.maximum.reduceat(raw, np.concatenate(([0], ends[:-1]))) > _CHINESE
    gaps = np.where(is_chinese, 8, 0).astype(np.int32)
    for at in np.flatnonzero(~is_chinese).tolist():
        gaps[at] = not terms[at].isalnum()
    asked = np.array([-1 if rule.max_gap is None else rule.max_gap for rule in rules], dtype=np.int32)[numbers]
    return np.where(asked < 0, gaps, asked)


def of_terms(forms: Forms) -> Forms:
    """The words that a text is searched for, without those that only stand beside."""
    return forms.only(forms.uses[:, ROLE] == Role.TERM)


def plain(forms: Forms) -> Patterns:
    """The words as they are."""
    return _each_once(forms.texts(), forms.uses)


def collapsed(terms: Forms) -> Patterns:
    """Words that themselves hold a character twice in a row; the others are found by their plain form."""
    owners = terms.owners()
    is_again = np.zeros(terms.codes.size, dtype=np.bool_)
    is_again[1:] = (terms.codes[1:] == terms.codes[:-1]) & (owners[1:] == owners[:-1])
    sizes = np.bincount(owners[~is_again], minlength=terms.sizes.size)
    runs = Forms(terms.codes[~is_again], sizes, terms.uses).only((sizes < terms.sizes) & (sizes > 1))
    runs.uses[:, VIEW] = VIEWS.index(View.COLLAPSED)
    return _each_once(runs.texts(), runs.uses)


def sounding(terms: Forms, rules: Sequence[Rule]) -> Patterns:
    """The words by their usual readings, then with one and with two characters read otherwise."""
    sound_from = np.array([rule.sound_from for rule in rules], dtype=np.int32)[terms.uses[:, RULE]]
    heard = terms.only((sound_from > 0) & (terms.sizes >= sound_from))
    usual = Forms(tables().sound.take(heard.codes, mode="clip"), heard.sizes, heard.uses.copy())
    usual.uses[:, SYLLABLES] = usual.sizes
    is_silent = (usual.codes < ord(FIRST_SYLLABLE)) | (usual.codes > _LAST_SYLLABLE)  # a letter or a rare character
    is_heard = np.bincount(usual.owners()[is_silent], minlength=usual.sizes.size) == 0
    heard, usual = heard.only(is_heard), usual.only(is_heard)
    is_large = np.array([len(rule.terms) > LARGE for rule in rules], dtype=np.bool_)[usual.uses[:, RULE]]
    at, other = _other_sounds().of(heard.codes)
    owners = usual.owners()[at]
    once = ~is_large[owners] | (other == _other_sounds().firsts[heard.codes[at]])
    at, other, owners = at[once], other[once], owners[once]
    counts = np.bincount(owners, minlength=usual.sizes.size)
    kept = np.arange(at.size) - (np.cumsum(counts) - counts)[owners] < MOST_SOUNDS - 1
    single = _exchanged(usual, at[kept], other[kept], _other_sounds())
    twice = np.flatnonzero(~is_large & (counts > 1) & (counts < MOST_SOUNDS - 1))
    return _in_order(
        usual.uses,
        (np.arange(usual.sizes.size), usual.texts(), View.SOUND),
        (owners[kept], single, View.SOUND),
        (*_said_twice_otherwise(usual, twice, (at, other, owners)), View.SOUND),
    )


def _said_twice_otherwise(usual: Forms, chosen: Places, ways: tuple[Places, ...]) -> tuple[Places, list[str]]:
    """(word, text) with each two characters read otherwise, until a word has as many sounds as it may have."""
    at, other, owners = ways
    said = _other_sounds().codes[_other_sounds().begins[other]]
    begins = usual.begins()
    of, texts = [], []
    for word in chosen.tolist():
        begin = int(begins[word])
        text = [chr(code) for code in usual.codes[begin : begin + int(usual.sizes[word])].tolist()]
        first, last = np.searchsorted(owners, (word, word + 1)).tolist()
        others = list(zip((at[first:last] - begin).tolist(), map(chr, said[first:last].tolist()), strict=True))
        for pair in islice(combinations(others, 2), MOST_SOUNDS - 1 - len(others)):
            changed = text.copy()
            for place, sound in pair:
                changed[place] = sound
            of.append(word)
            texts.append("".join(changed))
    return np.array(of, dtype=np.int64), texts


def variants(terms: Forms, rules: Sequence[Rule], known: Patterns) -> Patterns:
    """The words with one character in pieces, with every character in pieces, and with one exchanged for one that looks
    alike. A rule's own words (`known`) are none."""
    numbers = terms.uses[:, RULE]
    is_split = np.array([rule.is_split for rule in rules], dtype=np.bool_)[numbers] & (terms.sizes >= LEAST_SPLIT)
    is_alike = np.array([rule.is_lookalike for rule in rules], dtype=np.bool_)[numbers]
    is_alike &= terms.sizes >= LEAST_LOOKALIKE
    made = []
    for chosen, others, view in ((is_split, _parts(), View.SPLIT), (is_alike, _lookalikes(), View.LOOKALIKE)):
        some = terms.only(chosen)
        at, other = others.of(some.codes)
        made.append((np.flatnonzero(chosen)[some.owners()[at]], _exchanged(some, at, other, others), view))
    split, alike = made
    return _in_order(terms.uses, split, (*_in_pieces(terms, is_split), View.SPLIT), alike, known=known)


def _in_pieces(terms: Forms, chosen: NDArray[np.bool_]) -> tuple[Places, list[str]]:
    """(word, text) with every character in pieces, where there are two and more such characters."""
    has_parts = _parts().counts.take(terms.codes, mode="clip") > 0
    chosen = chosen & (np.bincount(terms.owners()[has_parts], minlength=terms.sizes.size) > 1)
    parts = tables().parts
    texts = terms.only(chosen).texts()
    return np.flatnonzero(chosen), ["".join(parts.get(one, (one,))[0] for one in text) for text in texts]


@dataclass(frozen=True, slots=True, eq=False)
class _Others:
    """What may stand for a character: by its code how many and the first of them, by number where each lies."""

    counts: Places
    firsts: Places
    begins: Places
    sizes: Places
    codes: Codes

    def of(self, codes: Codes) -> tuple[Places, Places]:
        """(place in `codes`, number of what may stand there), in order."""
        counts = self.counts.take(codes, mode="clip")
        at = np.repeat(np.arange(codes.size), counts)
        within = np.arange(at.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return at, self.firsts.take(codes[at], mode="clip") + within


def _others(table: Mapping[str, Sequence[str]]) -> _Others:
    counts = np.zeros(max((ord(one) for one in table), default=0) + 2, dtype=np.int64)  # the last: whatever is beyond
    firsts = np.zeros_like(counts)
    pieces: list[str] = []
    for one, others in table.items():
        counts[ord(one)], firsts[ord(one)] = len(others), len(pieces)
        pieces += others
    sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    codes = np.frombuffer("".join(pieces).encode("utf-32-le"), dtype="<u4")
    return _Others(counts, firsts, np.cumsum(sizes) - sizes, sizes, codes)


@cache
def _other_sounds() -> _Others:
    return _others(tables().other_sounds)


@cache
def _lookalikes() -> _Others:
    return _others(tables().lookalikes)


@cache
def _parts() -> _Others:
    return _others(tables().parts)


def _exchanged(forms: Forms, at: Places, other: Places, others: _Others) -> list[str]:
    """Words with the character at each place of `at` exchanged for `other`, which may be several characters."""
    owners = forms.owners()[at]
    inserted = others.sizes[other]
    sizes = forms.sizes[owners] - 1 + inserted
    begins = np.cumsum(sizes) - sizes
    within = np.arange(int(sizes.sum())) - np.repeat(begins, sizes)
    into = within - np.repeat(at - forms.begins()[owners], sizes)  # below 0 before the place, then inside what is new
    new = np.repeat(inserted, sizes)
    old = np.repeat(at, sizes) + np.where(into < 0, into, np.maximum(into - new + 1, 0))
    codes = forms.codes[old]
    is_new = (into >= 0) & (into < new)
    codes[is_new] = others.codes[(np.repeat(others.begins[other], sizes) + into)[is_new]]
    return Forms(codes, sizes, np.empty((at.size, 0), dtype=np.int32)).texts()


def _in_order(uses: Uses, *made: tuple[Places, list[str], View], known: Patterns | None = None) -> Patterns:
    """What was made, (word, text, view) each, word by word; of one word in the order given."""
    owners = np.concatenate([words for words, _, _ in made])
    texts = [text for _, some, _ in made for text in some]
    found = uses[owners]
    found[:, VIEW] = np.repeat([VIEWS.index(view) for _, _, view in made], [words.size for words, _, _ in made])
    order = np.argsort(owners, kind="stable")
    return _each_once([texts[at] for at in order.tolist()], found[order], known)


def _each_once(texts: list[str], uses: Uses, known: Patterns | None = None) -> Patterns:
    """Each text once for a rule and role, none that is empty or known for it."""
    taken = _by_rule(known) if known and texts else {}
    kept: list[int] = []
    for key, begin, end in _groups(uses):
        distinct = set(texts[begin:end])
        if len(distinct) == end - begin and "" not in distinct and distinct.isdisjoint(taken.get(key, frozenset())):
            kept += range(begin, end)
            continue
        first = dict(zip(reversed(texts[begin:end]), range(end - 1, begin - 1, -1), strict=True))
        first.pop("", None)
        for text in taken.get(key, frozenset()) & first.keys():
            del first[text]
        kept += sorted(first.values())
    if len(kept) == len(texts):
        return Patterns(texts, uses)
    return Patterns([texts[at] for at in kept], uses[kept])


def _groups(uses: Uses) -> Iterator[tuple[tuple[int, int], int, int]]:
    """((rule, role), first, behind the last) of the rows that belong together; they stand side by side."""
    if not len(uses):
        return
    changes = np.flatnonzero((uses[1:, RULE] != uses[:-1, RULE]) | (uses[1:, ROLE] != uses[:-1, ROLE])) + 1
    edges = [0, *changes.tolist(), len(uses)]
    for begin, end in pairwise(edges):
        yield (int(uses[begin, RULE]), int(uses[begin, ROLE])), begin, end


def _by_rule(known: Patterns) -> dict[tuple[int, int], frozenset[str]]:
    return {key: frozenset(known.texts[begin:end]) for key, begin, end in _groups(known.uses)}
