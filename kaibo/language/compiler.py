"""Packs -> immutable automata: one for the plain view with its variants, one for runs, one for sound."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from itertools import islice, product

from ahocorasick_rs import AhoCorasick

from kaibo.language.contracts import Pack, Rule, View
from kaibo.language.normalise import collapse, fold, unspaced
from kaibo.language.tables import Tables, tables

MOST_SOUNDS = 64  # readings of one term: 重量 has 3, a phrase of five common characters can have hundreds
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
        """Keep the first use of a term by a rule: the plain form comes before its variants."""
        uses = self._uses.setdefault(pattern, [])
        if not any(one.rule == entry.rule and one.role == entry.role for one in uses):
            uses.append(entry)

    def compiled(self) -> Automaton | None:
        if not self._uses:
            return None
        return Automaton(
            AhoCorasick(list(self._uses), store_patterns=False),
            tuple(tuple(uses) for uses in self._uses.values()),
        )


def compile_packs(packs: Sequence[Pack]) -> Lexicon:
    """The lexicon of these packs. Cost: 64,000 plain terms in well under half a second."""
    rules = tuple((pack, rule) for pack in packs for rule in pack.rules)
    plain, collapsed, sound = _Patterns(), _Patterns(), _Patterns()
    known = tables()
    for number, (_, rule) in enumerate(rules):
        for role, words in ((Role.ALLOW, rule.allow), (Role.NEAR, rule.near), (Role.NOT_NEAR, rule.not_near)):
            for word in words:
                if folded := folded_term(word):
                    plain.add(folded, Entry(number, role, word))
        for term in rule.terms:
            if folded := folded_term(term):
                _add_term(Entry(number, Role.TERM, term, max_gap=_gap(rule, term)), folded, plain, collapsed)
                _add_sounds(
                    rule, Entry(number, Role.TERM, term, View.SOUND, _gap(rule, term), len(folded)), folded, sound
                )
    for number, (_, rule) in enumerate(rules):  # variants last: a real word always wins over a variant of another
        for term in rule.terms:
            for variant, view in _variants(rule, folded_term(term), known):
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


def folded_term(term: str) -> str:
    """A word as the plain view shows it, without clause marks of its own."""
    return unspaced(fold(term)).text


def _gap(rule: Rule, term: str) -> int:
    """Marks allowed between two characters: eight in Chinese (微——信), in Latin only those that the word has itself."""
    if rule.max_gap is not None:
        return rule.max_gap
    return 8 if any(ord(one) > 0x2E80 for one in term) else int(not term.isalnum())


def _add_term(entry: Entry, folded: str, plain: _Patterns, collapsed: _Patterns) -> None:
    plain.add(folded, entry)
    runs = collapse(fold(folded)).text
    if len(runs) > 1:
        collapsed.add(runs, Entry(entry.rule, Role.TERM, entry.term, View.COLLAPSED, entry.max_gap))


def _add_sounds(rule: Rule, entry: Entry, folded: str, sound: _Patterns) -> None:
    if not rule.sound_from or len(folded) < rule.sound_from:
        return
    heard = [tables().readings.get(character, ()) for character in folded]
    if all(heard):
        for syllables in islice(product(*heard), MOST_SOUNDS):
            sound.add("".join(syllables), entry)


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
