"""Packs -> immutable automata: for words as they are, for their variants, for runs, for sound."""

import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kaibo.language import patterns
from kaibo.language.automaton import Search
from kaibo.language.contracts import Pack, Rule, Setting, View
from kaibo.language.errors import BadLexicon
from kaibo.language.openings import GROUPS, Openings, Words, openings_of
from kaibo.language.patterns import VIEWS, WORD, Patterns, Role, Uses
from kaibo.language.scope import action_in
from kaibo.language.tables import tables

FORMAT = 2
_MOST_SETTINGS = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """One use of a pattern: by which rule, as what, standing for which term."""

    rule: int
    role: Role
    term: str
    view: View = View.PLAIN
    max_gap: int = 0
    syllables: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """Patterns that are searched together. Row `n` of `uses` (rule, role, word, view, gap, syllables) says what pattern
    `n` is for; most patterns are never met, so that an Entry is made when one is."""

    search: Search
    uses: Uses
    words: tuple[str, ...]
    longest: int  # characters of the longest pattern
    met: dict[int, Entry] = field(default_factory=dict)

    def entry(self, pattern: int) -> Entry:
        """What a pattern is for."""
        found = self.met.get(pattern)
        if found is None:
            rule, role, word, view, gap, syllables = self.uses[pattern].tolist()
            found = Entry(rule, Role(role), self.words[word], VIEWS[view], gap, syllables)
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
    openings: Openings
    detectors: dict[str, tuple[Entry, ...]]
    fingerprint: str
    patterns: dict[str, tuple[str, ...]]  # of each automaton, for `content`
    asked: dict[Setting, NDArray[np.bool_]] = field(init=False, default_factory=dict)

    def applying(self, setting: Setting) -> NDArray[np.bool_]:
        """Whether each rule applies here at all; of NO_RULE, the last, always."""
        found = self.asked.get(setting)
        if found is None:
            if len(self.asked) >= _MOST_SETTINGS:
                self.asked.clear()
            found = np.array([*(action_in(rule, setting)[0] is not None for _, rule in self.rules), True])
            self.asked[setting] = found
        return found

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


_AUTOMATA = ("plain", "variants", "collapsed", "sound")


class _Head(msgspec.Struct):
    format: int
    tables: str
    packs: tuple[Pack, ...]


def _bytes(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)


def compile_packs(packs: Sequence[Pack]) -> Lexicon:
    """The lexicon of these packs, for good: a change of a pack makes another. Cost: see `make bench-language`."""
    rules = [rule for pack in packs for rule in pack.rules]
    words, forms = patterns.forms_of(rules)
    terms = patterns.of_terms(forms)
    plain = patterns.plain(forms)
    made: dict[str, Patterns] = {}
    building: dict[str, Future[Automaton | None]] = {}
    with ThreadPoolExecutor(len(_AUTOMATA)) as pool:  # the engine builds beside us and lets go meanwhile; largest first
        makers: dict[str, Callable[[], Patterns]] = {
            "sound": lambda: patterns.sounding(terms, rules),
            "variants": lambda: patterns.variants(terms, rules, plain),
            "plain": lambda: plain,
            "collapsed": lambda: patterns.collapsed(terms),
        }
        for name, make in makers.items():
            made[name] = make()
            building[name] = pool.submit(_automaton, made[name], words)
        openings = _openings_of(made)
        automata = {name: building[name].result() for name in _AUTOMATA}
    return _lexicon(tuple(packs), automata, {name: tuple(made[name].texts) for name in _AUTOMATA}, openings)


def _automaton(found: Patterns, words: tuple[str, ...], *, frozen: bytes | None = None) -> Automaton | None:
    if not found.texts:
        return None
    return Automaton(Search(found.texts, frozen=frozen), found.uses, words, max(map(len, found.texts)))


def _lexicon(
    packs: tuple[Pack, ...],
    automata: dict[str, Automaton | None],
    texts: dict[str, tuple[str, ...]],
    openings: Openings,
) -> Lexicon:
    rules = tuple((pack, rule) for pack in packs for rule in pack.rules)
    return Lexicon(
        packs=packs,
        rules=rules,
        **automata,
        openings=openings,
        detectors=_detectors(rules),
        fingerprint=_fingerprint(packs),
        patterns=texts,
    )


def _openings_of(made: dict[str, Patterns]) -> Openings:
    words = {}
    for kind in GROUPS:
        own = [made[name] for name in ((kind, "collapsed") if kind == "plain" else (kind,)) if name in made]
        texts = [text for one in own for text in one.texts]
        words[kind] = Words(
            np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4"),
            np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)),
            np.concatenate([np.empty(0, dtype=np.int32), *(one.uses[:, WORD] for one in own)]),
        )
    return openings_of(words)


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
            texts: dict[str, tuple[str, ...]] = dict.fromkeys(_AUTOMATA, ())
            made: dict[str, Patterns] = {}
            for name in _AUTOMATA:
                if f"{name}.uses" in held:
                    texts[name] = tuple(held[f"{name}.patterns"].tobytes().decode().split("\n"))
                    made[name] = Patterns(list(texts[name]), held[f"{name}.uses"])
                    words = tuple(held[f"{name}.words"].tobytes().decode().split("\n"))
                    frozen = held[f"{name}.frozen"].tobytes() or None
                    automata[name] = _automaton(made[name], words, frozen=frozen)
            return _lexicon(head.packs, automata, texts, _openings_of(made))
    except (ValueError, KeyError, OSError, msgspec.MsgspecError) as error:
        raise BadLexicon(f"this is no compiled lexicon: {error}", fix="compile the packs again") from error


def _detectors(rules: Sequence[tuple[Pack, Rule]]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for number, (_, rule) in enumerate(rules):
        if rule.detector:
            entry = Entry(number, Role.TERM, rule.detector, View.CONTACT)
            found[rule.detector] = (*found.get(rule.detector, ()), entry)
    return found


def _fingerprint(packs: Sequence[Pack]) -> str:
    """The same for the same packs in every process: sets are written in order."""
    return hashlib.sha256(msgspec.json.encode(packs, order="deterministic")).hexdigest()[:16]
