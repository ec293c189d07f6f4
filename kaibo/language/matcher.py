"""Find all, in every view: each place of each word, mapped back to its message. `judge` then decides."""

import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from kaibo.language import contact
from kaibo.language.compiler import FOLLOWS, OPENS, OPENS_ALONE, Automaton, Entry, Lexicon
from kaibo.language.contracts import Boundary, Findings, Rule, Setting, View
from kaibo.language.judge import Judge, Places, Span
from kaibo.language.normalise import (
    Codes,
    Folded,
    around,
    collapse,
    fold,
    hashed_pairs,
    heard_otherwise,
    lone,
    pairs,
    repeats,
    sounded,
    unspaced,
)
from kaibo.language.patterns import Role
from kaibo.language.tables import BOUNDARY

FEW_OPENINGS = 0.02  # of the characters; beyond, cutting the text to pieces costs more than searching all of it
_REACH = 6  # from a lone character to its neighbours, several marks in each gap
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
    """All texts as one, so that each view is made and searched once; of the rarer views only where they differ."""

    texts: Sequence[str]
    lexicon: Lexicon
    joined: str = ""
    begins: list[int] = field(default_factory=list)
    places: dict[int, Places] = field(default_factory=lambda: defaultdict(Places))
    announced: list[tuple[int, int, str]] = field(default_factory=list)

    def run(self) -> None:
        lexicon = self.lexicon
        self.joined = _SEPARATOR.join(self.texts)
        self.begins = list(accumulate((len(text) + len(_SEPARATOR) for text in self.texts), initial=0))
        plain = fold(self.joined)
        text = plain.text
        if lexicon.plain:
            self._search(lexicon.plain, plain, text)
        if lexicon.variants:
            self._search_where_it_opens("variants", lexicon.variants, plain, hashed_pairs(plain.codes))
        if lexicon.plain and (at := repeats(plain)).size:
            runs = collapse(around(plain, at, lexicon.longest))
            self._search(lexicon.plain, runs, runs.text, only=View.COLLAPSED)
            if lexicon.collapsed:
                self._search(lexicon.collapsed, runs, runs.text)
        if lexicon.sound:
            for heard in (sounded(plain, text), heard_otherwise(plain)):
                self._search_where_it_opens("sound", lexicon.sound, heard, pairs(heard.codes))
        if lexicon.plain and (at := lone(plain)).size:
            self._search_unspaced(lexicon.plain, unspaced(around(plain, at, _REACH)))
        if lexicon.detectors:
            self._detect(plain)

    def _search(self, automaton: Automaton, view: Folded, text: str, *, only: View | None = None) -> None:
        """Keep the places that stand. `only`: words in their plain form alone, kept under the name of another view."""
        found = automaton.search.all(text)
        if not found:
            return
        firsts, lasts, patterns = np.array(found, dtype=np.int64).T
        starts, ends = view.starts[firsts], view.ends[lasts - 1]
        rows = (firsts, lasts, patterns, starts, ends, ends - starts == lasts - firsts)
        for first, last, pattern, start, end, is_tight in zip(*(row.tolist() for row in rows), strict=True):
            entry = automaton.entry(pattern)
            if only:
                if entry.role != Role.TERM or entry.view != View.PLAIN:
                    continue
                entry = replace(entry, view=only)
            if entry.role == Role.CONTEXT:
                self.announced.append((first, last, contact.CONTEXT[entry.term]))
            elif entry.role != Role.TERM or (
                (is_tight or self._is_close(entry, view, first, last)) and self._is_whole(entry, start, end)
            ):
                self._keep(entry, (start, end))

    def _search_where_it_opens(self, name: str, automaton: Automaton, view: Folded, numbers: Codes) -> None:
        """Only where three characters stand that open a pattern, when those are few: to ask a table is cheaper."""
        flags = self.lexicon.openings[name].take(numbers, mode="clip")
        opens = (flags & OPENS_ALONE) > 0
        opens[:-1] |= ((flags[:-1] & OPENS) > 0) & ((flags[1:] & FOLLOWS) > 0)
        at = np.flatnonzero(opens)
        if not at.size:
            return
        if at.size < FEW_OPENINGS * view.codes.size:
            view = around(view, at, self.lexicon.longest)
        self._search(automaton, view, view.text)

    def _search_unspaced(self, automaton: Automaton, view: Folded) -> None:
        """Words with a mark in every gap: 加。微。信 is one word taken apart, 很大，麻烦 is not."""
        for first, last, pattern in automaton.search.all(view.text):
            if last - first < 2 or not np.all(view.starts[first + 1 : last] > view.ends[first : last - 1]):
                continue
            entry = automaton.entry(pattern)
            if entry.role == Role.TERM and entry.view == View.PLAIN:
                self._keep(replace(entry, view=View.UNSPACED), view.span(first, last))

    def _detect(self, plain: Folded) -> None:
        for start, end, name in contact.find(self.joined, plain, self.announced):
            for entry in self.lexicon.detectors.get(name, ()):
                self._keep(entry, (start, end))

    def _keep(self, entry: Entry, span: Span) -> None:
        """Hand the place to its message; what runs across two messages is none."""
        start, end = span
        at = bisect_right(self.begins, start) - 1
        begin = self.begins[at]
        if end <= self.begins[at + 1] - len(_SEPARATOR):
            self.places[at].add(entry, (start - begin, end - begin))

    def _is_close(self, entry: Entry, view: Folded, first: int, last: int) -> bool:
        """Whether the marks between the characters are few enough."""
        gaps = view.starts[first + 1 : last] - view.ends[first : last - 1]
        return not gaps.size or int(gaps.max()) <= entry.max_gap or self._is_tight(entry, view, first, gaps)

    def _is_whole(self, entry: Entry, start: int, end: int) -> bool:
        """Whether what stands beside the place leaves the word a word."""
        rule = self.lexicon.rules[entry.rule][1]
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
