"""The table of openings lets no place pass unseen where the whole text's search finds a word."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kaibo.language import api, matcher, openings
from kaibo.language.api import Action, Rule, Scene
from kaibo.language.automaton import Search
from kaibo.language.compiler import Automaton, Lexicon
from kaibo.language.normalise import Folded, fold, heard, heard_otherwise
from kaibo.language.tables import tables

SEED = 41
RULE = Rule("t.rule", (), dict.fromkeys(Scene, Action.BLOCK), "test", article="Art. 1", sound_from=2)


def lexicon(*words: str) -> Lexicon:
    return api.compile_packs([api.Pack("t", 1, "测试", "Test", ("own",), (replace(RULE, terms=words),))])


def missed(automaton: Automaton | None, view: Folded, begun: NDArray[np.int64] | None) -> set[int]:
    """Where the whole view's search finds a word that no opening announces."""
    assert automaton is not None
    assert begun is not None
    found = {first for first, _, _ in automaton.search.all(view.text)}
    assert found, "a text without any word proves nothing"
    return found - set(begun.tolist())


def written(kind: str) -> Folded:
    """Nine thousand shipped patterns, more than a block, between clean characters, half of them side by side."""
    dice = random.Random(SEED)
    clean = "今天这件衣服很好看我们一起去买吧"
    known = api.shipped_lexicon().patterns[kind]
    some = dice.sample(known, min(700, len(known)))
    return fold("".join(dice.choice(("", "", *clean, "。")) + one for one in dice.choices(some, k=9000)))


@pytest.mark.parametrize("kind", ["plain", "variants", "collapsed"])
def test_it_announces_every_word_in_characters(kind: str) -> None:
    shipped = api.shipped_lexicon()
    view = written(kind)
    begun = shipped.openings.begun(view.codes)
    assert not missed(getattr(shipped, kind), view, begun.plain if kind == "collapsed" else getattr(begun, kind))


def test_it_announces_every_word_by_sound() -> None:
    shipped, plain = api.shipped_lexicon(), written("plain")
    no_letters = ~((plain.codes - 0x61) < 26)
    plain = Folded(plain.codes[no_letters], plain.starts[no_letters], plain.ends[no_letters])
    begun = shipped.openings.begun(plain.codes)
    assert not missed(shipped.sound, heard(plain), begun.sound)
    assert not missed(shipped.sound, heard_otherwise(plain), begun.other_sound)


PARTS = st.lists(
    st.sampled_from([*"加微信家薇心卷重乐从悦圈全𠮷𱍊av1。", "jia", "wei", "xin", "quan"]), max_size=40
).map("".join)
WORDS = st.lists(st.text("加微信卷重乐𠮷𱍊avx1", min_size=1, max_size=5), min_size=1, max_size=6, unique=True)
LONG = "，今天这件衣服很好看" * 250  # so much that only pieces are searched


@settings(max_examples=100, deadline=None)
@given(WORDS, PARTS)
@example(["a"], "加aa")
def test_it_finds_the_same_as_when_all_is_searched(words: list[str], text: str) -> None:
    own = lexicon(*words, "加微信", "重乐卷", "微信")
    texts = [LONG + text + "好", text[::-1] + "好", text]
    found = api.check_many(texts, lexicon=own)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matcher, "_from", lambda view, at, automaton: view)
        assert api.check_many(texts, lexicon=own) == found


@pytest.mark.parametrize("said", ["国家级非遗手工艺", "囯家级非遗手工艺", "guojiajifeiyishougongyi"])
def test_it_reaches_to_the_end_of_the_longest_word(said: str) -> None:
    own = lexicon("国家级非遗手工艺")
    (hit, *_) = api.check(LONG + said + LONG, lexicon=own).hits
    assert hit.matched == said


def test_it_knows_every_character_that_has_a_sound() -> None:
    assert max(map(ord, tables().readings)) < openings._LIMIT, "a word by sound would be missed there"


def test_it_says_nothing_of_nothing() -> None:
    begun = lexicon("加微信").openings.begun(fold(LONG).codes)
    assert [
        one.tolist() for one in (begun.plain, begun.variants, begun.sound, begun.other_sound) if one is not None
    ] == [
        [],
        [],
        [],
        [],
    ]


def test_it_finds_every_place_of_every_word_whatever_talk_it_expects() -> None:
    words = ["最好", "好", "最好的", "薇信", "的价", "ab", "b", "价"]
    text = "这是最好的价格，加薇信ab最好的"
    wanted = {
        (at, at + len(word), number)
        for number, word in enumerate(words)
        for at in range(len(text))
        if text.startswith(word, at)
    }
    found = Search(words).all(text)
    assert set(found) == wanted
    assert len(found) == len(wanted)
