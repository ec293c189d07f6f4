"""Find all, in every view: each place of each word, mapped back to its message. `judge` then decides."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kaibo.language import contact
from kaibo.language.compiler import Automaton, Entry, Lexicon
from kaibo.language.contracts import Boundary, Findings, Rule, Setting, View
from kaibo.language.judge import Judge, Places
from kaibo.language.normalise import (
    Codes,
    Folded,
    around,
    characters,
    collapse,
    fold_codes,
    heard,
    heard_otherwise,
    lone,
    repeats,
    spelled_out,
    unspaced,
)
from kaibo.language.openings import Begun
from kaibo.language.patterns import RULE, Role
from kaibo.language.tables import BOUNDARY

FEW = 0.5  # of the characters; beyond, cutting the text to pieces costs more than searching all of it
_REACH = 6  # from a lone character to its neighbours, several marks in each gap
_SEPARATOR = BOUNDARY * 2  # a number may be taken apart by one clause mark; two messages never make one number
_HAN_DIGITS = frozenset("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖")
_LATIN_END = 0x2E80  # below: letters that are written with blanks between words


def check_many(texts: Sequence[str], lexicon: Lexicon, setting: Setting) -> list[Findings]:
    """The findings for each text, in order. Cost: a few passes over all texts joined, then work per hit only."""
    scan = _Scan(texts, lexicon, lexicon.applying(setting))
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
    applying: NDArray[np.bool_]  # of each rule, whether it applies here
    joined: str = ""
    begins: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    places: dict[int, Places] = field(default_factory=lambda: defaultdict(Places))
    announced: list[tuple[int, str]] = field(default_factory=list)  # where in the original, which account

    def run(self) -> None:
        lexicon = self.lexicon
        self.joined = _SEPARATOR.join(self.texts)
        self.begins = np.cumsum([0, *map(len, self.texts)])
        self.begins += np.arange(self.begins.size) * len(_SEPARATOR)
        raw = characters(self.joined)
        plain = fold_codes(raw)
        begun = lexicon.openings.begun(plain.codes)
        if lexicon.plain:
            self._search(lexicon.plain, _from(plain, begun.plain, lexicon.plain))
        if lexicon.variants:
            self._search(lexicon.variants, _from(plain, begun.variants, lexicon.variants))
        if lexicon.plain and (at := repeats(plain)).size:
            self._search_collapsed(lexicon.plain, plain, at)
        if lexicon.sound:
            self._search_sounds(lexicon.sound, plain, begun)
        if lexicon.plain and (at := lone(plain)).size:
            self._search_unspaced(lexicon.plain, unspaced(around(plain, at, _REACH, before=_REACH)))
        if any(self.applying[entry.rule] for entries in lexicon.detectors.values() for entry in entries):
            self._detect(raw, plain)

    def _search(self, automaton: Automaton, view: Folded | None, *, only: View | None = None) -> None:
        """Keep the places that stand. `only`: words in their plain form alone, kept under the name of another view."""
        found = automaton.search.all(view.text) if view else None
        if not view or not found:
            return
        places = np.array(found, dtype=np.int64)
        firsts, lasts, patterns = places[self.applying[automaton.uses[places[:, 2], RULE]]].T
        starts, ends = view.starts[firsts], view.ends[lasts - 1]
        rows = (firsts, lasts, patterns, starts, ends, ends - starts == lasts - firsts, self._message_of(starts, ends))
        for first, last, pattern, start, end, is_tight, message in zip(*(row.tolist() for row in rows), strict=True):
            if message < 0:
                continue
            entry = automaton.entry(pattern)
            if only:
                if entry.role != Role.TERM or entry.view != View.PLAIN:
                    continue
                entry = replace(entry, view=only)
            elif entry.view == View.COLLAPSED and not _is_repeated(view, first, last):
                continue  # 时彩 is 时时彩 only where a character stands twice
            if entry.role == Role.CONTEXT:
                self.announced.append((start, contact.CONTEXT[entry.term]))
            elif entry.role != Role.TERM or (
                (is_tight or self._is_close(entry, view, first, last)) and self._is_whole(entry, start, end)
            ):
                self._keep(entry, start, end, message)

    def _search_collapsed(self, automaton: Automaton, plain: Folded, at: NDArray[np.int64]) -> None:
        """Words whose characters are repeated, around the repeated ones."""
        collapsed = self.lexicon.collapsed
        reach = max(automaton.longest, collapsed.longest if collapsed else 0)
        runs = collapse(around(plain, at, reach, before=reach))
        begun = self.lexicon.openings.begun(runs.codes).plain
        self._search(automaton, _from(runs, begun, automaton), only=View.COLLAPSED)
        if collapsed:
            self._search(collapsed, _from(runs, begun, collapsed))

    def _search_sounds(self, automaton: Automaton, plain: Folded, begun: Begun) -> None:
        """Words by sound: in the usual reading, with written pinyin, and in the other reading."""
        view, runs = spelled_out(plain)
        at = begun.sound
        if runs and at is not None:  # a word that touches one begins at most its length before it
            spelled = [np.arange(max(0, first - automaton.longest), last) for first, last in runs]
            at = np.unique(np.concatenate((at, *spelled)))
        if usual := _from(view, at, automaton):
            self._search(automaton, heard(usual))
        if other := _from(plain, begun.other_sound, automaton):
            self._search(automaton, heard_otherwise(other))

    def _search_unspaced(self, automaton: Automaton, view: Folded) -> None:
        """Words with a mark in every gap: 加。微。信 is one word taken apart, 很大，麻烦 is not."""
        for first, last, pattern in automaton.search.all(view.text):
            if last - first < 2 or not np.all(view.starts[first + 1 : last] > view.ends[first : last - 1]):
                continue
            entry = automaton.entry(pattern)
            if entry.role == Role.TERM and entry.view == View.PLAIN and self.applying[entry.rule]:
                self._keep(replace(entry, view=View.UNSPACED), *view.span(first, last))

    def _detect(self, raw: Codes, plain: Folded) -> None:
        for start, end, name in contact.find(self.joined, raw, plain, self.announced):
            for entry in self.lexicon.detectors.get(name, ()):
                if self.applying[entry.rule]:
                    self._keep(entry, start, end)

    def _message_of(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """The message of each place; -1 for what runs across two messages, which is none."""
        at = np.searchsorted(self.begins, starts, side="right") - 1
        return np.where(ends <= self.begins[at + 1] - len(_SEPARATOR), at, -1)

    def _keep(self, entry: Entry, start: int, end: int, message: int | None = None) -> None:
        """Hand the place to its message."""
        if message is None:
            message = int(self._message_of(np.array([start]), np.array([end]))[0])
        if message >= 0:
            begin = int(self.begins[message])
            self.places[message].add(entry, (start - begin, end - begin))

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


def _from(view: Folded, at: NDArray[np.int64] | None, automaton: Automaton) -> Folded | None:
    """The view from these places on, as far as the longest word reaches; all of it where they are many."""
    if at is None or at.size * automaton.longest > FEW * view.codes.size:
        return view
    if not at.size:
        return None
    return around(view, at, automaton.longest - 1)


def _is_repeated(view: Folded, first: int, last: int) -> bool:
    """Whether one of these characters of a collapsed view stands for several."""
    return bool(np.any(view.ends[first:last] - view.starts[first:last] > 1))


def _is_latin(character: str) -> bool:
    return character.isalpha() and ord(character) < _LATIN_END
