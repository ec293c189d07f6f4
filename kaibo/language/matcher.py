"""Find all, in every view: each place of each word, mapped back to its message. `judge` then decides."""

import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kaibo.language import contact
from kaibo.language.compiler import Automaton, Entry, Lexicon, Role
from kaibo.language.contracts import Boundary, Findings, Rule, Setting, View
from kaibo.language.judge import Judge, Places, Span
from kaibo.language.normalise import Folded, collapse, fold, sounded, unspaced
from kaibo.language.tables import BOUNDARY

_END = ord(BOUNDARY)
_SEPARATOR = BOUNDARY * 2  # a number may be taken apart by one clause mark; two messages never make one number
_HAN_DIGITS = frozenset("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖")
_LATIN_END = 0x2E80  # below: letters that are written with blanks between words


def check_many(texts: Sequence[str], lexicon: Lexicon, setting: Setting) -> list[Findings]:
    """The findings for each text, in order. Cost: a few passes over all texts joined, then work per hit only."""
    scan = _Scan(texts, lexicon)
    scan.run()
    versions = lexicon.versions
    found = [Findings(setting.scene, versions=versions)] * len(texts)
    for at, places in scan.places.items():
        if places.terms:
            found[at] = Judge(lexicon, setting, texts[at], places).findings()
    return found


@dataclass(slots=True)
class _Scan:
    """All texts as one, so that each view is made and searched once."""

    texts: Sequence[str]
    lexicon: Lexicon
    joined: str = ""
    begins: list[int] = field(default_factory=list)
    places: dict[int, Places] = field(default_factory=lambda: defaultdict(Places))

    def run(self) -> None:
        self.joined = _SEPARATOR.join(self.texts)
        self.begins = np.cumsum([0, *(len(text) + len(_SEPARATOR) for text in self.texts)]).tolist()
        plain = fold(self.joined)
        text = plain.text
        if self.lexicon.plain:
            self._search(self.lexicon.plain, plain, text)
        if self.lexicon.collapsed and (runs := collapse(plain)).codes.size < plain.codes.size:
            self._search(self.lexicon.collapsed, runs, runs.text)
        if self.lexicon.sound:
            heard = sounded(plain, text)
            self._search(self.lexicon.sound, heard, heard.text)
        if self.lexicon.plain and _has_lone_characters(plain):
            self._search_unspaced(self.lexicon.plain, unspaced(plain))
        if self.lexicon.detectors:
            self._detect(plain)

    def _search(self, automaton: Automaton, view: Folded, text: str) -> None:
        for pattern, first, last in automaton.search.find_matches_as_indexes(text, overlapping=True):
            for entry in automaton.entries[pattern]:
                if self._fits(entry, view, first, last):
                    self._keep(entry, view.span(first, last))

    def _search_unspaced(self, automaton: Automaton, view: Folded) -> None:
        """Words with a mark in every gap: 加。微。信 is one word taken apart, 很大，麻烦 is not."""
        for pattern, first, last in automaton.search.find_matches_as_indexes(view.text, overlapping=True):
            if last - first < 2 or not np.all(view.starts[first + 1 : last] > view.ends[first : last - 1]):
                continue
            for entry in automaton.entries[pattern]:
                if entry.role == Role.TERM and entry.view == View.PLAIN:
                    self._keep(replace(entry, view=View.UNSPACED), view.span(first, last))

    def _detect(self, plain: Folded) -> None:
        for start, end, name in contact.find(self.joined, plain):
            for entry in self.lexicon.detectors.get(name, ()):
                self._keep(entry, (start, end))

    def _keep(self, entry: Entry, span: Span) -> None:
        """Hand the place to its message; what runs across two messages is none."""
        start, end = span
        at = bisect_right(self.begins, start) - 1
        if end > self.begins[at + 1] - len(_SEPARATOR):
            return
        self.places[at].add(entry, (start - self.begins[at], end - self.begins[at]))

    def _fits(self, entry: Entry, view: Folded, first: int, last: int) -> bool:
        """Gap and boundary of a place."""
        if entry.role != Role.TERM:
            return True
        gaps = view.starts[first + 1 : last] - view.ends[first : last - 1]
        if gaps.size and int(gaps.max()) > entry.max_gap and not self._is_tight(entry, view, first, gaps):
            return False
        rule = self.lexicon.rules[entry.rule][1]
        start, end = view.span(first, last)
        return self._is_free(rule, start, start - 1) and self._is_free(rule, end - 1, end)

    def _is_tight(self, entry: Entry, view: Folded, first: int, gaps: NDArray[np.int64]) -> bool:
        """Whether the gaps hold few enough marks that a reader sees: invisible characters do not count."""
        for at in np.flatnonzero(gaps > entry.max_gap).tolist():
            between = self.joined[int(view.ends[first + at]) : int(view.starts[first + at + 1])]
            if sum(unicodedata.category(one)[0] not in "CM" for one in between) > entry.max_gap:
                return False
        return True

    def _is_free(self, rule: Rule, edge: int, beside: int) -> bool:
        """Whether the character beside an edge leaves the word a word. From Latin to Chinese is a boundary."""
        if rule.boundary == Boundary.SUBSTRING or not 0 <= beside < len(self.joined):
            return True
        mine, other = self.joined[edge], self.joined[beside]
        if rule.boundary == Boundary.WORD and other.isascii() and other.isalnum():
            return False
        if rule.boundary == Boundary.NUMBER or mine.isdigit() or mine in _HAN_DIGITS:
            return not other.isdigit()
        return not (_is_latin(mine) and _is_latin(other))


def _is_latin(character: str) -> bool:
    return character.isalpha() and ord(character) < _LATIN_END


def _has_lone_characters(plain: Folded) -> bool:
    """Whether a character stands alone between two clause marks anywhere: only then can a word be taken apart."""
    ends = plain.codes == _END
    return bool(np.any(ends[:-2] & ends[2:] & ~ends[1:-1]))
