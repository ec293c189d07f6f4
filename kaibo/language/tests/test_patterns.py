"""The patterns of all words at once are those of each word by itself, in the same order."""

from collections.abc import Iterable, Iterator
from itertools import combinations, groupby, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.language import api, contact, patterns
from kaibo.language.api import Action, Pack, Rule, Scene, View
from kaibo.language.compiler import Entry
from kaibo.language.normalise import fold
from kaibo.language.patterns import LEAST_LOOKALIKE, LEAST_SPLIT, MOST_SOUNDS, NO_RULE, Role
from kaibo.language.tables import BOUNDARY, FIRST_SYLLABLE, tables

Found = tuple[str, Entry]
AUTOMATA = ("plain", "variants", "collapsed", "sound")


def folded(term: str) -> str:
    return fold(term).text.replace(BOUNDARY, "")


def gap(rule: Rule, term: str) -> int:
    if rule.max_gap is not None:
        return rule.max_gap
    return 8 if any(one > "\u2e80" for one in term) else int(not term.isalnum())


def sounds(form: str, *, is_large: bool) -> Iterator[str]:
    """By its usual readings, then with one and with two characters read otherwise."""
    usual = [tables().usual_sounds.get(ord(one), one) for one in form]
    if any(not FIRST_SYLLABLE <= one <= "\uffff" for one in usual):
        return
    yield "".join(usual)
    others = [
        (at, other)
        for at, one in enumerate(form)
        for other in tables().other_sounds.get(one, ())[: 1 if is_large else 99]
    ]
    pairs = () if is_large else islice(combinations(others, 2), max(0, MOST_SOUNDS - 1 - len(others)))
    for changes in (*((one,) for one in others[: MOST_SOUNDS - 1]), *pairs):
        said = list(usual)
        for at, other in changes:
            said[at] = other
        yield "".join(said)


def disguises(rule: Rule, form: str) -> Iterator[tuple[str, View]]:
    parts = [tables().parts.get(one, ()) for one in form]
    if rule.is_split and len(form) >= LEAST_SPLIT:
        for at, ways in enumerate(parts):
            for way in ways:
                yield form[:at] + way + form[at + 1 :], View.SPLIT
        if sum(map(bool, parts)) > 1:
            yield "".join(ways[0] if ways else one for ways, one in zip(parts, form, strict=True)), View.SPLIT
    if rule.is_lookalike and len(form) >= LEAST_LOOKALIKE:
        for at, one in enumerate(form):
            for other in tables().lookalikes.get(one, ""):
                yield form[:at] + other + form[at + 1 :], View.LOOKALIKE


def each_once(found: Iterable[Found], known: set[tuple[int, Role, str]]) -> list[Found]:
    kept = []
    for text, entry in found:
        if text and (entry.rule, entry.role, text) not in known:
            known.add((entry.rule, entry.role, text))
            kept.append((text, entry))
    return kept


def one_by_one(packs: Iterable[Pack]) -> dict[str, list[Found]]:
    """Automaton -> its patterns and what each is for, word by word: slow, and plain to read."""
    made: dict[str, list[Found]] = {name: [] for name in AUTOMATA}
    rules = [rule for pack in packs for rule in pack.rules]
    for number, rule in enumerate(rules):
        for role, words in ((Role.ALLOW, rule.allow), (Role.NEAR, rule.near), (Role.NOT_NEAR, rule.not_near)):
            made["plain"] += [(folded(word), Entry(number, role, word)) for word in words]
        for term in rule.terms:
            form, most = folded(term), gap(rule, term)
            made["plain"].append((form, Entry(number, Role.TERM, term, View.PLAIN, most)))
            runs = "".join(one for one, _ in groupby(form))
            if 1 < len(runs) < len(form):
                made["collapsed"].append((runs, Entry(number, Role.TERM, term, View.COLLAPSED, most)))
            if rule.sound_from and len(form) >= rule.sound_from:
                entry = Entry(number, Role.TERM, term, View.SOUND, most, len(form))
                made["sound"] += [(text, entry) for text in sounds(form, is_large=len(rule.terms) > patterns.LARGE)]
            made["variants"] += [
                (text, Entry(number, Role.TERM, term, view, most)) for text, view in disguises(rule, form)
            ]
    if any(rule.detector for rule in rules):
        made["plain"] += [(folded(word), Entry(NO_RULE, Role.CONTEXT, word, View.CONTACT)) for word in contact.CONTEXT]
    known: set[tuple[int, Role, str]] = set()
    return {name: each_once(made[name], known if name in {"plain", "variants"} else set()) for name in AUTOMATA}


def compiled(packs: Iterable[Pack]) -> dict[str, list[Found]]:
    lexicon = api.compile_packs(list(packs))
    made: dict[str, list[Found]] = {}
    for name in AUTOMATA:
        automaton, texts = getattr(lexicon, name), lexicon.patterns[name]
        made[name] = [(text, automaton.entry(number)) for number, text in enumerate(texts)]
    return made


# Characters with several readings, with parts, with look-alikes, doubled, that expand, that fold to nothing, rare ones.
PIECES = [*"全网最低价行长重好加微信级的了曾乐谢谢谢02vxK①⑩Ⅻ。.，- ❤\U00020000囗", "No.1", "加加", "很大，", "頭髮"]
TERMS = st.lists(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), max_size=6).map(tuple)
RULES = st.builds(
    Rule,
    id=st.uuids().map(str),
    terms=TERMS,
    actions=st.just({Scene.SCRIPT: Action.WARN}),
    category=st.just("test"),
    max_gap=st.sampled_from([None, 0, 3]),
    allow=TERMS,
    near=TERMS,
    not_near=TERMS,
    sound_from=st.integers(0, 4),
    is_split=st.booleans(),
    is_lookalike=st.booleans(),
    detector=st.sampled_from(["", "phone"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(RULES, max_size=3), max_size=2), st.sampled_from([2, patterns.LARGE]))
def test_it_makes_the_patterns_of_each_word(rules: list[list[Rule]], large: int) -> None:
    packs = [Pack(f"p{number}", 1, "", "", ("own",), tuple(some)) for number, some in enumerate(rules)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(patterns, "LARGE", large)
        assert compiled(packs) == one_by_one(packs)


def test_it_makes_those_of_the_shipped_packs() -> None:
    made = compiled(api.shipped_packs())
    assert made == one_by_one(api.shipped_packs())
    assert all(made.values())


@pytest.mark.shared_data
def test_it_makes_those_of_a_large_public_list(shared_data: Path) -> None:
    packs = [api.import_words(shared_data / "lexicon" / "houbb_dict_v20240407.txt", pack_id="public")]
    made = compiled(packs)
    assert len(made["sound"]) > len(made["plain"]) > 60_000
    assert made == one_by_one(packs)
