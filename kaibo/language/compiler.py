"""Packs -> immutable automata: one for the plain view with its variants, one for runs, one for sound."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from itertools import chain, combinations, groupby, islice, pairwise

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation

from kaibo.language.contracts import Pack, Rule, View
from kaibo.language.normalise import fold, unspaced
from kaibo.language.tables import BOUNDARY, Tables, tables

MOST_SOUNDS = 32  # of one word; read with every character in every way, a phrase of six can have hundreds
LEAST_LOOKALIKE = 3  # a word of two characters with one exchanged is another word
LEAST_SPLIT = 2


class Role(IntEnum):
    """What a pattern is for."""

    TERM = 0
    ALLOW = 1
    NEAR = 2
    NOT_NEAR = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One use of a pattern: by which rule, as what, standing for which term. `size` counts folded characters."""

    rule: int
    role: Role
    term: str
    view: View = View.PLAIN
    max_gap: int = 0
    syllables: int = 0


@dataclass(frozen=True, slots=True)
class Automaton:
    """Patterns that are searched together, and what each is for."""

    search: AhoCorasick
    entries: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Compiled packs. Immutable: a change makes a new one, whoever holds the old one finishes with it."""

    packs: tuple[Pack, ...]
    rules: tuple[tuple[Pack, Rule], ...]
    plain: Automaton | None
    collapsed: Automaton | None
    sound: Automaton | None
    detectors: dict[str, tuple[Entry, ...]]
    fingerprint: str

    @property
    def versions(self) -> dict[str, int]:
        """Pack -> version, to stamp into what is produced."""
        return {pack.id: pack.version for pack in self.packs}


class _Patterns:
    def __init__(self) -> None:
        self._uses: dict[str, list[Entry]] = {}

    def add(self, pattern: str, entry: Entry) -> None:
        """Keep the first use of a term by a rule: the plain form comes before its variants. Empty: not a word."""
        if not pattern:
            return
        uses = self._uses.setdefault(pattern, [])
        if not any(one.rule == entry.rule and one.role == entry.role for one in uses):
            uses.append(entry)

    def compiled(self) -> Automaton | None:
        if not self._uses:
            return None
        return Automaton(
            # The choice it makes by itself for 20,000 patterns and more is 2.5 times slower; as a table (DFA) it is
            # half as fast again, for 500 MB.
            AhoCorasick(list(self._uses), store_patterns=False, implementation=Implementation.ContiguousNFA),
            tuple(tuple(uses) for uses in self._uses.values()),
        )


def compile_packs(packs: Sequence[Pack]) -> Lexicon:
    """The lexicon of these packs. Cost: the shipped packs about 0.3 s, a list of 65,000 words with their sounds 3 s."""
    rules = tuple((pack, rule) for pack in packs for rule in pack.rules)
    plain, collapsed, sound = _Patterns(), _Patterns(), _Patterns()
    known = tables()
    folded = [folded_terms(rule.terms) for _, rule in rules]
    for number, (_, rule) in enumerate(rules):
        for role, words in ((Role.ALLOW, rule.allow), (Role.NEAR, rule.near), (Role.NOT_NEAR, rule.not_near)):
            for word, form in zip(words, folded_terms(words), strict=True):
                plain.add(form, Entry(number, role, word))
        for term, form in zip(rule.terms, folded[number], strict=True):
            gap = _gap(rule, term)
            plain.add(form, Entry(number, Role.TERM, term, max_gap=gap))
            if len(runs := _without_runs(form)) > 1:
                collapsed.add(runs, Entry(number, Role.TERM, term, View.COLLAPSED, gap))
            if rule.sound_from and len(form) >= rule.sound_from:
                entry = Entry(number, Role.TERM, term, View.SOUND, gap, len(form))
                for syllables in _sounds(form, known):
                    sound.add(syllables, entry)
    for number, (_, rule) in enumerate(rules):  # variants last: a real word always wins over a variant of another
        for term, form in zip(rule.terms, folded[number], strict=True):
            for variant, view in _variants(rule, form, known):
                plain.add(variant, Entry(number, Role.TERM, term, view, _gap(rule, term)))
    return Lexicon(
        packs=tuple(packs),
        rules=rules,
        plain=plain.compiled(),
        collapsed=collapsed.compiled(),
        sound=sound.compiled(),
        detectors=_detectors(rules),
        fingerprint=_fingerprint(packs),
    )


def _detectors(rules: Sequence[tuple[Pack, Rule]]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for number, (_, rule) in enumerate(rules):
        if rule.detector:
            entry = Entry(number, Role.TERM, rule.detector, View.CONTACT)
            found[rule.detector] = (*found.get(rule.detector, ()), entry)
    return found


def folded_terms(terms: Sequence[str]) -> list[str]:
    """Words as the plain view shows them, without clause marks of their own; folded all at once, one by one is slow."""
    view = fold(BOUNDARY.join(terms))
    begins = np.cumsum([0, *(len(term) + 1 for term in terms)])
    tight = unspaced(view)
    text = tight.text
    cuts = np.searchsorted(tight.starts, begins).tolist()
    return [text[first:last] for first, last in pairwise(cuts)]


def _without_runs(form: str) -> str:
    return "".join(character for character, _ in groupby(form))


def _gap(rule: Rule, term: str) -> int:
    """Marks allowed between two characters: eight in Chinese (微——信), in Latin only those that the word has itself."""
    if rule.max_gap is not None:
        return rule.max_gap
    return 8 if any(ord(one) > 0x2E80 for one in term) else int(not term.isalnum())


def _sounds(form: str, known: Tables) -> Iterator[str]:
    """The word by its usual readings, then with one and with two characters read otherwise."""
    heard = [known.readings.get(character, ()) for character in form]
    if not all(heard):
        return
    usual = [readings[0] for readings in heard]
    others = [(at, other) for at, readings in enumerate(heard) for other in readings[1:]]
    changes = chain([()], combinations(others, 1), combinations(others, 2))
    for change in islice(changes, MOST_SOUNDS):
        said = usual.copy()
        for at, other in change:
            said[at] = other
        yield "".join(said)


def _variants(rule: Rule, folded: str, known: Tables) -> Iterator[tuple[str, View]]:
    if rule.is_split and len(folded) >= LEAST_SPLIT:
        for split in _split(folded, known):
            yield split, View.SPLIT
    if rule.is_lookalike and len(folded) >= LEAST_LOOKALIKE:
        for at, character in enumerate(folded):
            for other in known.lookalikes.get(character, ""):
                yield folded[:at] + other + folded[at + 1 :], View.LOOKALIKE


def _split(folded: str, known: Tables) -> Iterable[str]:
    """The word with one character in pieces, and with every character in pieces."""
    ways = [known.parts.get(character, ()) for character in folded]
    for at, pieces in enumerate(ways):
        for piece in pieces:
            yield folded[:at] + piece + folded[at + 1 :]
    if sum(map(bool, ways)) > 1:
        yield "".join(pieces[0] if pieces else character for pieces, character in zip(ways, folded, strict=True))


def _fingerprint(packs: Sequence[Pack]) -> str:
    """The same for the same packs in every process: sets are written in order."""
    said = json.dumps([asdict(pack) for pack in packs], ensure_ascii=False, sort_keys=True, default=_plain_value)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _plain_value(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
