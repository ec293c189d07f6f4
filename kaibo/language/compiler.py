"""Packs -> immutable automata: for words as they are, for their variants, for runs, for sound."""

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations, count, groupby, islice, pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kaibo.language import contact
from kaibo.language.automaton import Search
from kaibo.language.contracts import Pack, Rule, View
from kaibo.language.errors import BadLexicon
from kaibo.language.normalise import PAIRS, Codes, fold, hashed_pairs, pairs, unspaced
from kaibo.language.tables import BOUNDARY, FIRST_SYLLABLE, Tables, tables

MOST_SOUNDS = 32  # of one word; read with every character in every way, a phrase of six can have hundreds
LARGE = 5_000  # words of one rule: a list nobody reviewed gets one character at a time read in its second way
LEAST_LOOKALIKE = 3  # a word of two characters with one exchanged is another word
LEAST_SPLIT = 2
NO_RULE = -1
_TWICE = re.compile(r"(.)\1", re.DOTALL)
_LONGEST = 24
FORMAT = 2


class Role(IntEnum):
    """What a pattern is for."""

    TERM = 0
    ALLOW = 1
    NEAR = 2
    NOT_NEAR = 3
    CONTEXT = 4  # announces an account; `rule` is none


@dataclass(frozen=True, slots=True)
class Entry:
    """One use of a pattern: by which rule, as what, standing for which term."""

    rule: int
    role: Role
    term: str
    view: View = View.PLAIN
    max_gap: int = 0
    syllables: int = 0


_VIEWS = tuple(View)
_Form = tuple[str, int, int]  # folded word, its number, its gap
_Pattern = tuple[str, int, int, int, int]  # folded, number of its word, place of its view in _VIEWS, gap, syllables
_PLAIN, _COLLAPSED, _SOUND, _SPLIT, _LOOKALIKE, _CONTACT = (
    _VIEWS.index(view) for view in (View.PLAIN, View.COLLAPSED, View.SOUND, View.SPLIT, View.LOOKALIKE, View.CONTACT)
)
_NO_SYLLABLE = re.compile(f"[^{FIRST_SYLLABLE}-\uffff]")  # of a word as it sounds: a letter or a rare character


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """Patterns that are searched together. Row `n` of `uses` (rule, role, word, view, gap, syllables) says what pattern
    `n` is for; most patterns are never met, so that an Entry is made when one is."""

    search: Search
    uses: NDArray[np.int32]
    words: tuple[str, ...]
    met: dict[int, Entry] = field(default_factory=dict)

    def entry(self, pattern: int) -> Entry:
        """What a pattern is for."""
        found = self.met.get(pattern)
        if found is None:
            rule, role, word, view, gap, syllables = self.uses[pattern].tolist()
            found = Entry(rule, Role(role), self.words[word], _VIEWS[view], gap, syllables)
            self.met[pattern] = found
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Compiled packs. Immutable: a change makes a new one, whoever holds the old one finishes with it."""

    packs: tuple[Pack, ...]
    rules: tuple[tuple[Pack, Rule], ...]
    plain: Automaton | None
    variants: Automaton | None
    collapsed: Automaton | None
    sound: Automaton | None
    openings: dict[str, NDArray[np.uint8]]  # of variants and of sound, by two neighbours: OPENS_ALONE, OPENS, FOLLOWS
    detectors: dict[str, tuple[Entry, ...]]
    fingerprint: str
    longest: int  # characters of the longest variant
    patterns: dict[str, tuple[str, ...]]  # of each automaton, for `content`

    @property
    def versions(self) -> dict[str, int]:
        """Pack -> version, to stamp into what is produced."""
        return {pack.id: pack.version for pack in self.packs}

    def content(self) -> bytes:
        """The lexicon as a file that `thaw` reads in a fraction of the time that compiling takes."""
        arrays: dict[str, Any] = {}
        for name in _AUTOMATA:
            automaton: Automaton | None = getattr(self, name)
            if automaton is not None:
                arrays[f"{name}.uses"] = automaton.uses
                arrays[f"{name}.words"] = _bytes("\n".join(automaton.words).encode())
                arrays[f"{name}.patterns"] = _bytes("\n".join(self.patterns[name]).encode())
                arrays[f"{name}.frozen"] = _bytes(automaton.search.frozen())
        head = _Head(FORMAT, tables().fingerprint, self.packs)
        held = io.BytesIO()
        np.savez(held, head=_bytes(msgspec.json.encode(head)), **arrays)
        return held.getvalue()


OPENS_ALONE, OPENS, FOLLOWS = 1, 2, 4
"""Two neighbours are a whole pattern; begin a longer one; stand second and third in one."""
_AUTOMATA = ("plain", "variants", "collapsed", "sound")
_OPENED = {"variants": hashed_pairs, "sound": pairs}


class _Head(msgspec.Struct):
    format: int
    tables: str
    packs: tuple[Pack, ...]


def _bytes(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)


class _Patterns:
    """Patterns and their uses, side by side; a word of a rule stands once, its plain form before its variants."""

    def __init__(self, seen: dict[tuple[int, Role], set[str]] | None = None) -> None:
        self.texts: list[str] = []
        self._uses: list[NDArray[np.int32]] = []
        self.seen: dict[tuple[int, Role], set[str]] = defaultdict(set) if seen is None else seen

    def add(self, rule: int, role: Role, found: Iterable[_Pattern]) -> None:
        """Take patterns; an empty one is not a word."""
        fresh = _fresh(found, self.seen[rule, role])
        if fresh:
            texts, *columns = zip(*fresh, strict=True)
            self.texts += texts
            uses = np.empty((len(fresh), 6), dtype=np.int32)
            uses[:, 0], uses[:, 1] = rule, role
            for place, column in enumerate(columns, 2):
                uses[:, place] = column
            self._uses.append(uses)

    def compiled(self, words: tuple[str, ...]) -> Automaton | None:
        if not self.texts:
            return None
        return Automaton(Search(self.texts), np.concatenate(self._uses), words)


def _fresh(found: Iterable[_Pattern], seen: set[str]) -> list[_Pattern]:
    """Patterns that are not known yet, each once; they are known then."""
    given = list(found)
    texts = {one[0] for one in given}
    if len(texts) == len(given) and "" not in texts and seen.isdisjoint(texts):  # nearly always, and far quicker
        seen |= texts
        return given
    fresh: list[_Pattern] = []
    for one in given:
        if (pattern := one[0]) and pattern not in seen:
            seen.add(pattern)
            fresh.append(one)
    return fresh


def compile_packs(packs: Sequence[Pack]) -> Lexicon:
    """The lexicon of these packs, for good: a change of a pack makes another. Cost: see `make bench-language`."""
    rules = tuple((pack, rule) for pack in packs for rule in pack.rules)
    plain, collapsed, sound = _Patterns(), _Patterns(), _Patterns()
    variants = _Patterns(plain.seen)
    words: list[str] = []
    later: list[tuple[int, Rule, int, list[str], list[int]]] = []
    for number, (_, rule) in enumerate(rules):
        for role, given in ((Role.ALLOW, rule.allow), (Role.NEAR, rule.near), (Role.NOT_NEAR, rule.not_near)):
            forms = enumerate(folded_terms(given), len(words))
            plain.add(number, role, ((form, word, _PLAIN, 0, 0) for word, form in forms))
            words += given
        terms, gaps = folded_terms(rule.terms), [_gap(rule, term) for term in rule.terms]
        later.append((number, rule, len(words), terms, gaps))
        known = list(zip(terms, count(len(words)), gaps, strict=False))
        plain.add(number, Role.TERM, ((form, word, _PLAIN, gap, 0) for form, word, gap in known))
        collapsed.add(number, Role.TERM, _collapsed(known))
        sound.add(number, Role.TERM, _sounding(rule, known))
        words += rule.terms
    for number, rule, first, terms, gaps in later:  # a real word always wins over a variant of another
        variants.add(number, Role.TERM, _variants(rule, zip(terms, count(first), gaps, strict=False)))
    if any(rule.detector for _, rule in rules):
        forms = enumerate(folded_terms(list(contact.CONTEXT)), len(words))
        plain.add(NO_RULE, Role.CONTEXT, ((form, word, _CONTACT, 0, 0) for word, form in forms))
        words += contact.CONTEXT
    made = {"plain": plain, "variants": variants, "collapsed": collapsed, "sound": sound}
    patterns = {name: tuple(one.texts) for name, one in made.items()}
    held = tuple(words)
    with ThreadPoolExecutor(len(made)) as pool:  # the automata are built beside each other: the engine lets go
        automata = dict(zip(made, pool.map(lambda one: one.compiled(held), made.values()), strict=True))
    return _lexicon(tuple(packs), automata, patterns)


def _lexicon(
    packs: tuple[Pack, ...], automata: dict[str, Automaton | None], patterns: dict[str, tuple[str, ...]]
) -> Lexicon:
    rules = tuple((pack, rule) for pack in packs for rule in pack.rules)
    return Lexicon(
        packs=packs,
        rules=rules,
        **automata,
        openings={name: _openings(patterns[name], find) for name, find in _OPENED.items()},
        detectors=_detectors(rules),
        fingerprint=_fingerprint(packs),
        longest=max((max(map(len, patterns[name]), default=0) for name in _OPENED), default=0) or _LONGEST,
        patterns=patterns,
    )


def _openings(patterns: Sequence[str], find: Callable[[Codes], Codes]) -> NDArray[np.uint8]:
    table = np.zeros(PAIRS, dtype=np.uint8)
    codes = np.frombuffer("".join(patterns).encode("utf-32-le"), dtype="<u4")
    sizes = np.fromiter(map(len, patterns), dtype=np.int64, count=len(patterns))
    begins = np.cumsum(sizes) - sizes
    longer = begins[sizes > 2]
    for flag, first in ((OPENS_ALONE, begins[sizes == 2]), (OPENS, longer), (FOLLOWS, longer + 1)):
        if first.size:
            table[find(np.stack((codes[first], codes[first + 1]), axis=1).ravel())[::2]] |= flag
    return table


def thaw(content: bytes) -> Lexicon:
    """The lexicon in a file of `Lexicon.content`; compiled anew when the character tables are others by now.

    Raises: BadLexicon.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            head = msgspec.json.decode(held["head"].tobytes(), type=_Head)
            if head.format != FORMAT or head.tables != tables().fingerprint:
                return compile_packs(head.packs)
            automata: dict[str, Automaton | None] = dict.fromkeys(_AUTOMATA)
            patterns: dict[str, tuple[str, ...]] = dict.fromkeys(_AUTOMATA, ())
            for name in _AUTOMATA:
                if f"{name}.uses" in held:
                    patterns[name] = tuple(held[f"{name}.patterns"].tobytes().decode().split("\n"))
                    search = Search(patterns[name], frozen=held[f"{name}.frozen"].tobytes() or None)
                    words = tuple(held[f"{name}.words"].tobytes().decode().split("\n"))
                    automata[name] = Automaton(search, held[f"{name}.uses"], words)
            return _lexicon(head.packs, automata, patterns)
    except (ValueError, KeyError, OSError, msgspec.MsgspecError) as error:
        raise BadLexicon(f"this is no compiled lexicon: {error}", fix="compile the packs again") from error


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


def _collapsed(known: Iterable[_Form]) -> Iterator[_Pattern]:
    """Words that themselves hold a character twice in a row; the others are found by their plain form."""
    for form, word, gap in known:
        if _TWICE.search(form) and len(runs := "".join(one for one, _ in groupby(form))) > 1:
            yield runs, word, _COLLAPSED, gap, 0


def _gap(rule: Rule, term: str) -> int:
    """Marks allowed between two characters: eight in Chinese (微——信), in Latin only those that the word has itself."""
    if rule.max_gap is not None:
        return rule.max_gap
    return 8 if max(term, default="") > "\u2e80" else int(not term.isalnum())


def _sounding(rule: Rule, known: Sequence[_Form]) -> Iterator[_Pattern]:
    """The word by its usual readings, then with one and with two characters read otherwise."""
    if not rule.sound_from:
        return
    readings = tables().other_sounds
    most_changes, most_others = (1, 1) if len(known) > LARGE else (2, None)
    long = [one for one in known if len(one[0]) >= rule.sound_from]
    heard = BOUNDARY.join([form for form, _, _ in long]).translate(tables().usual_sounds).split(BOUNDARY)
    for (form, word, gap), usual in zip(long, heard, strict=False):
        if _NO_SYLLABLE.search(usual):
            continue
        size = len(form)
        yield usual, word, _SOUND, gap, size
        if readings.keys().isdisjoint(form):
            continue
        others = [
            (at, other) for at, one in enumerate(form) if one in readings for other in readings[one][:most_others]
        ]
        for at, other in others[: MOST_SOUNDS - 1]:
            yield usual[:at] + other + usual[at + 1 :], word, _SOUND, gap, size
        if most_changes > 1:
            twice = islice(combinations(others, 2), max(0, MOST_SOUNDS - 1 - len(others)))
            for (at, one), (then, other) in twice:
                said = usual[:at] + one + usual[at + 1 :]
                yield said[:then] + other + said[then + 1 :], word, _SOUND, gap, size


def _variants(rule: Rule, forms: Iterable[_Form]) -> Iterator[_Pattern]:
    known = tables()
    for form, word, gap in forms:
        if rule.is_split and len(form) >= LEAST_SPLIT:
            for split in _split(form, known):
                yield split, word, _SPLIT, gap, 0
        if rule.is_lookalike and len(form) >= LEAST_LOOKALIKE:
            for at, character in enumerate(form):
                for other in known.lookalikes.get(character, ""):
                    yield form[:at] + other + form[at + 1 :], word, _LOOKALIKE, gap, 0


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
    return hashlib.sha256(msgspec.json.encode(packs, order="deterministic")).hexdigest()[:16]
