"""Words are found in every disguise, keep their place, and are judged by their rule."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.language import api, automaton
from kaibo.language.api import Action, Boundary, Findings, Rule, Scene, Setting, Standing, View

EVERYWHERE = dict.fromkeys(Scene, Action.BLOCK)
RULE = Rule("t.rule", ("全网最低价", "加微信", "国家级", "稳赚不赔"), EVERYWHERE, "test", article="Art. 1")


def pack(*rules: Rule) -> api.Pack:
    return api.Pack("t", 1, "测试", "Test", ("own",), rules)


def check(text: str, *rules: Rule, setting: Setting | None = None) -> Findings:
    return api.check(text, lexicon=api.compile_packs([pack(*(rules or (RULE,)))]), setting=setting)


@pytest.mark.parametrize(
    ("text", "matched", "view"),
    [
        ("这是全网最低价哦", "全网最低价", View.PLAIN),
        ("這是全網最低價", "全網最低價", View.PLAIN),
        ("全 网❤最★低·价", "全 网❤最★低·价", View.PLAIN),
        ("全全网最低低价", "全全网最低低价", View.COLLAPSED),
        ("全网罪低价", "全网罪低价", View.SOUND),
        ("quanwang最低jia", "quanwang最低jia", View.SOUND),
        ("quan wang zui di jia!", "quan wang zui di jia", View.SOUND),
        ("力口微信", "力口微信", View.SPLIT),
        ("加微亻言吧", "加微亻言", View.SPLIT),
        ("加。微。信", "加。微。信", View.UNSPACED),
        ("加薇信", "加薇信", View.SOUND),
        ("囯家级", "囯家级", View.SOUND),
        ("全网最抵价", "全网最抵价", View.LOOKALIKE),
    ],
)
def test_it_finds_a_word_in_disguise(text: str, matched: str, view: View) -> None:
    (hit,) = check(text).hits
    assert hit.matched == matched
    assert text[hit.start : hit.end] == matched
    assert hit.view in {view, View.LOOKALIKE if view == View.SOUND else view}


def test_it_does_not_run_across_clauses() -> None:
    rule = replace(RULE, terms=("大麻",))
    assert not check("很大，麻烦你了", rule).hits
    assert not api.check_many(["很大", "麻烦"], lexicon=api.compile_packs([pack(rule)]))[0].hits


def test_it_keeps_messages_apart_in_a_batch() -> None:
    texts = ["加微信", "", "好的", "全网最低价"]
    lexicon = api.compile_packs([pack(RULE)])
    assert api.check_many(texts, lexicon=lexicon) == [api.check(text, lexicon=lexicon) for text in texts]


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=12),
    st.sampled_from(RULE.terms),
    st.lists(st.sampled_from(["", " ", "❤", "\u200b", "~", "*", "️"]), min_size=5, max_size=5),
    st.text(max_size=12),
)
def test_it_maps_every_hit_back_exactly(before: str, term: str, noise: list[str], after: str) -> None:
    """The word, with noise inside, is found at its place whatever stands around; every other place is exact too."""
    written = "".join(character + mark for character, mark in zip(term, noise, strict=False))
    text = f"{before}。{written}。{after}"
    findings = check(text)
    for hit in (*findings.hits, *findings.aside):
        assert hit.matched == text[hit.start : hit.end] != ""
        if hit.view == View.PLAIN:
            assert api.fold(hit.matched).text == api.fold(hit.term).text
    start = len(before) + 1
    # strict only about the first character: noise behind the last one is not part of the word
    assert any(hit.start <= start < hit.end and hit.term == term for hit in (*findings.hits, *findings.aside))


@pytest.mark.parametrize(
    ("boundary", "text", "is_found"),
    [
        (Boundary.AUTO, "avx2", False),
        (Boundary.AUTO, "加vx吧", True),
        (Boundary.AUTO, "v x", False),
        (Boundary.SUBSTRING, "avxb", True),
        (Boundary.WORD, "vx2", False),
        (Boundary.NUMBER, "avx2", False),
        (Boundary.NUMBER, "avxb", True),
    ],
)
def test_it_respects_the_boundary_of_a_term(boundary: Boundary, text: str, is_found: bool) -> None:
    assert bool(check(text, replace(RULE, terms=("vx",), boundary=boundary)).hits) is is_found


def test_it_reads_a_number_whole() -> None:
    rule = replace(RULE, terms=("全国第一",))
    assert check("全国第1", rule).hits
    assert check("全国第①", rule).hits
    assert not check("全国第10", rule).hits


def test_it_allows_contexts_that_contain_the_word() -> None:
    rule = replace(RULE, terms=("第一", "最好"), allow=("第一次", "最好不要"))
    found = check("第一次来，最好不要买，我是第一", rule)
    assert [hit.start for hit in found.hits] == [13]
    assert [(hit.standing, hit.because) for hit in found.aside] == [
        (Standing.ALLOWED, "第一次"),
        (Standing.ALLOWED, "最好不要"),
    ]


def test_it_wants_and_refuses_company() -> None:
    near = replace(RULE, terms=("返现",), near=("好评",), near_distance=4)
    assert check("好评就返现", near).hits
    assert not check("好评。过了很久很久以后返现", near).hits
    assert not check("严禁返现", replace(RULE, terms=("返现",), not_near=("严禁",))).hits


def test_it_applies_by_scene_category_country_and_date() -> None:
    rule = replace(
        RULE,
        actions={Scene.TITLE: Action.BLOCK},
        products=frozenset({"food"}),
        since=dt.date(2023, 2, 25),
        until=dt.date(2026, 1, 1),
    )
    food = Setting(Scene.TITLE, product="food", on=dt.date(2025, 1, 1))
    assert check("国家级", rule, setting=food).action == Action.BLOCK
    assert check("国家级", rule, setting=replace(food, scene=Scene.COMMENT)).action is None
    assert check("国家级", rule, setting=replace(food, product="apparel")).action is None
    assert check("国家级", rule, setting=replace(food, country="US")).action is None
    assert check("国家级", rule, setting=replace(food, on=dt.date(2022, 1, 1))).action is None
    assert check("国家级", rule, setting=replace(food, on=dt.date(2026, 1, 2))).action is None
    unknown = check("国家级", rule, setting=replace(food, product=None)).hits[0]
    assert (unknown.action, unknown.because) == (Action.WARN, "product category not given")


def test_it_lets_the_strongest_stand_and_keeps_the_rest() -> None:
    weak = replace(RULE, id="t.weak", terms=("最低价",), actions=dict.fromkeys(Scene, Action.WARN))
    found = check("全网最低价", RULE, weak)
    assert [hit.rule for hit in found.hits] == ["t.rule"]
    assert [(hit.rule, hit.standing, hit.because) for hit in found.aside] == [("t.weak", Standing.COVERED, "t.rule")]


def test_it_trusts_sound_less_when_short() -> None:
    assert check("家微新").hits[0].action == Action.WARN
    assert check("全网罪低价").hits[0].action == Action.BLOCK
    assert not check("薇芯", replace(RULE, terms=("微信",))).hits
    assert check("薇芯", replace(RULE, terms=("微信",), sound_from=2)).hits


@pytest.mark.parametrize("text", ["苹果估计是冻的", "机票在国际机场取", "下次还光顾这家店", "对国家机器没兴趣"])
def test_it_puts_ordinary_words_aside_that_only_sound_alike(text: str) -> None:
    rule = replace(RULE, terms=("国家级", "国际级", "骨折价"))
    found = check(text, rule)
    assert not found.hits
    assert {hit.standing for hit in found.aside} == {Standing.ALLOWED}
    assert all(hit.because.startswith("ordinary words: ") for hit in found.aside)


def test_it_hears_the_second_reading_of_a_character() -> None:
    assert check("卷网最低价来了").hits[0].view in {View.SOUND, View.LOOKALIKE}
    assert check("他说国家及的，郭家级").hits


def test_it_reads_a_compiled_lexicon_again() -> None:
    lexicon = api.compile_packs([pack(RULE, replace(RULE, id="t.other", terms=("谢谢惠顾",), near=("再来",)))])
    again = api.thaw_lexicon(lexicon.content())
    assert again.packs == lexicon.packs
    assert again.fingerprint == lexicon.fingerprint
    texts = ["全网最低价", "加薇信", "谢谢惠顾再来", "谢谢谢惠顾，再来", "加。微。信", "好的"]
    assert api.check_many(texts, lexicon=again) == api.check_many(texts, lexicon=lexicon)
    with pytest.raises(api.BadLexicon):
        api.thaw_lexicon(b"PK no lexicon")


def test_it_finds_words_with_doubled_characters() -> None:
    rule = replace(RULE, terms=("谢谢惠顾",))
    assert check("谢谢惠顾", rule).hits
    assert check("谢谢谢谢惠惠顾", rule).hits
    assert not check("哈哈，谢惠顾", rule).hits, "nothing of the word stands twice"


def test_it_fingerprints_packs_not_processes() -> None:
    rules = (replace(RULE, products=frozenset({"a", "b", "c"})), replace(RULE, id="t.other"))
    assert api.compile_packs([pack(*rules)]).fingerprint == api.compile_packs([pack(*rules)]).fingerprint
    assert api.compile_packs([pack(*rules)]).fingerprint != api.compile_packs([pack(RULE)]).fingerprint


def test_it_finds_nothing_with_no_pack() -> None:
    assert api.check("加微信", lexicon=api.compile_packs([])) == Findings(Scene.SCRIPT)


def test_it_finds_the_same_without_the_faster_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux on ARM has no wheel of it; a lexicon that was compiled with the one is read with the other."""
    rules = (RULE, replace(RULE, id="t.same", severity=1), replace(RULE, id="t.long", terms=("加微信领资料", "微信")))
    disguised = [
        "全网罪低价，加。微。信",
        "這是全網最低價",
        "力口微信",
        "加加微微信",
        "稳赚不陪",
        "quan wang zui di jia",
    ]
    texts = ["加微信领资料", *disguised, "好的"]
    lexicon = api.compile_packs([pack(*rules)])
    answers = api.check_many(texts, lexicon=lexicon)
    assert sum(bool(one.hits) for one in answers) == 7
    monkeypatch.setattr(automaton, "_CHARWISE", None)
    slower = api.compile_packs([pack(*rules)])
    assert api.check_many(texts, lexicon=slower) == answers
    assert api.check_many(texts, lexicon=api.thaw_lexicon(lexicon.content())) == answers
    content = slower.content()
    monkeypatch.undo()
    assert api.check_many(texts, lexicon=api.thaw_lexicon(content)) == answers
