"""The shipped packs: sourced, exempted as the guide says, and quiet on ordinary talk."""

import csv
import dataclasses
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from kaibo.language import api
from kaibo.language.api import Action, Scene, Setting, Standing

CLEAN = [line for line in (Path(__file__).with_name("clean.txt")).read_text(encoding="utf-8").splitlines() if line]
TRAPS = (
    *("女装", "女儿", "大麻烦", "咖啡因", "路口交通", "第一次", "最好不要", "大码", "最大码也", "国际机场", "国家机器"),
    *("光顾这家店", "微信消息", "手机信号", "抽油烟机", "加微波炉", "治愈系", "电子音乐"),
)

# Messages with a warning or refusal, per 10,000 reviews that nobody wrote as advertising. A pack above its budget
# flags ordinary talk: give the word an allowed context or take it out. Some reviews do hold a QQ number or an address.
BUDGET = {
    Scene.COMMENT: {"absolute": 0, "conduct": 20, "efficacy": 0, "price": 0, "redlines": 4},
    Scene.SCRIPT: {"absolute": 150, "conduct": 25, "efficacy": 25, "price": 10, "redlines": 10},
}


def test_it_names_law_and_origin_of_every_rule() -> None:
    packs = api.shipped_packs()
    assert {pack.id for pack in packs} == {"absolute", "conduct", "efficacy", "price", "redlines"}
    for pack in packs:
        assert pack.origins
        assert pack.version >= 1
        assert all(rule.article for rule in pack.rules)
        assert all(rule.id.split(".")[0] for rule in pack.rules)


@pytest.mark.parametrize("scene", Scene)
@pytest.mark.parametrize("word", TRAPS)
def test_it_never_flags_words_of_a_category(word: str, scene: Scene) -> None:
    for text in (word, f"主播{word}好吗", f"我们卖{word}"):
        assert not api.check(text, setting=Setting(scene)).hits, text


@pytest.mark.parametrize("scene", Scene)
def test_it_is_quiet_on_ordinary_talk(scene: Scene) -> None:
    loud = {
        text: [(hit.rule, hit.matched) for hit in found.hits if hit.action != Action.COUNT]
        for text, found in zip(CLEAN, api.check_many(CLEAN, setting=Setting(scene)), strict=True)
    }
    assert not {text: hits for text, hits in loud.items() if hits}


def reviews(shared_data: Path) -> list[str]:
    with gzip.open(shared_data / "sentiment/online_shopping_10_cats.csv.gz", "rt", encoding="utf-8") as file:
        return [row["review"] for number, row in enumerate(csv.DictReader(file)) if number % 5 == 0 and row["review"]]


def require_budget(texts: Sequence[str], scene: Scene, lexicon: api.Lexicon) -> None:
    """The gate: refuses packs that flag more ordinary talk than their budget, with the words that do it most."""
    flagged: Counter[str] = Counter()
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for at in range(0, len(texts), 1000):
        for found in api.check_many(texts[at : at + 1000], lexicon=lexicon, setting=Setting(scene)):
            loud = [hit for hit in found.hits if hit.action != Action.COUNT]
            flagged.update({hit.pack for hit in loud})
            for pack, rule, term in {(hit.pack, hit.rule, hit.term) for hit in loud}:
                words[pack][f"{rule} “{term}”"] += 1
    over = [
        f"{pack}: {flagged[pack] / len(texts) * 10_000:.1f} of 10,000 ordinary texts, budget {most} in scene {scene}; "
        f"most by {', '.join(f'{word} ×{times}' for word, times in words[pack].most_common(3))}: "
        "give the word an allowed context, or take it out"
        for pack, most in BUDGET[scene].items()
        if flagged[pack] / len(texts) * 10_000 > most
    ]
    assert not over, "\n".join(over)


@pytest.mark.shared_data
@pytest.mark.parametrize("scene", BUDGET)
def test_it_stays_within_the_budget_of_false_hits(scene: Scene, shared_data: Path) -> None:
    require_budget(reviews(shared_data), scene, api.shipped_lexicon())


def greedy(pack_id: str, **rule: object) -> api.Lexicon:
    """The shipped packs, one of them with a rule more."""
    packs = list(api.shipped_packs())
    at = next(place for place, pack in enumerate(packs) if pack.id == pack_id)
    more = dataclasses.replace(packs[at].rules[0], id=f"{pack_id}.greedy", allow=(), **rule)  # type: ignore[arg-type]
    packs[at] = dataclasses.replace(packs[at], rules=(*packs[at].rules, more))
    return api.compile_packs(packs)


@pytest.mark.shared_data
@pytest.mark.parametrize("scene", BUDGET)
def test_it_refuses_a_pack_that_is_too_greedy(scene: Scene, shared_data: Path) -> None:
    texts = reviews(shared_data)[:3000]
    lexicon = greedy("price", terms=("便宜", "不错"), actions={scene: Action.BLOCK})
    with pytest.raises(AssertionError) as refused:
        require_budget(texts, scene, lexicon)
    said = str(refused.value)
    assert said.startswith("price: ")
    assert f"budget {BUDGET[scene]['price']} in scene {scene}" in said
    assert "price.greedy “不错” ×" in said
    assert "give the word an allowed context, or take it out" in said


def test_it_refuses_a_greedy_pack_on_talk_of_our_own() -> None:
    for scene in BUDGET:
        require_budget(CLEAN, scene, api.shipped_lexicon())
        with pytest.raises(AssertionError, match=r"conduct: .*conduct\.greedy “主播”"):
            require_budget(
                [*CLEAN, "主播好美"], scene, greedy("conduct", terms=("主播",), actions={scene: Action.WARN})
            )


@pytest.mark.parametrize(
    ("text", "exemption"),
    [
        ("顾客第一，服务最好", "attitude"),
        ("我们追求最佳品质", "goal"),
        ("最佳食用时间是开封后三天", None),
        ("口感最佳的时间是早上", "tip"),
    ],
)
def test_it_exempts_what_does_not_speak_of_the_product(text: str, exemption: str | None) -> None:
    found = api.check(text, setting=Setting(Scene.TITLE))
    assert not found.hits
    if exemption:
        tried = [one for hit in found.aside for one in hit.exemptions if one.applies]
        assert exemption in {one.name for one in tried}
        assert all(one.clause.startswith("《广告绝对化用语执法指南》第") and one.words for one in tried)


@pytest.mark.parametrize(
    ("text", "exemption"),
    [
        ("2024年双十一全国第一", "limited_fact"),
        ("本店最畅销的外套", "own_comparison"),
        ("特级初榨顶级橄榄油 GB/T 23347", "graded_standard"),
        ("荣获最佳设计奖", "award"),
    ],
)
def test_it_asks_for_proof_of_facts(text: str, exemption: str) -> None:
    hits = api.check(text, setting=Setting(Scene.TITLE)).hits
    assert hits
    assert {hit.action for hit in hits} == {Action.WARN}
    assert all(hit.because.startswith("needs proof: ") for hit in hits)
    assert any(one.name == exemption and one.needs_proof for hit in hits for one in hit.exemptions if one.applies)


def test_it_shows_every_exemption_it_tried() -> None:
    (hit,) = api.check("全网销量第一", setting=Setting(Scene.TITLE)).hits
    assert hit.action == Action.BLOCK
    assert hit.standing == Standing.STANDS
    assert len(hit.exemptions) == 9
    assert not any(one.applies for one in hit.exemptions)


def suggested() -> list[tuple[str, str]]:
    """(rule, words) that the handbook gives as an example of what may be said instead."""
    rules = [rule for pack in api.shipped_packs() for rule in pack.rules]
    return [(rule.id, words) for rule in rules for words in re.findall("“([^”]+)”", rule.suggestion)]


@pytest.mark.parametrize(("rule", "words"), suggested())
def test_it_lets_pass_what_it_suggests_instead(rule: str, words: str) -> None:
    for scene in Scene:
        for said in (words, f"家人们，我们这款{words}，喜欢的先看看"):
            found = api.check(said, setting=Setting(scene))
            assert not found.hits, f"{rule} suggests {words}: {[(hit.rule, hit.matched) for hit in found.hits]}"


def test_it_has_something_to_say_instead_of_all_but_red_lines() -> None:
    silent = {
        rule.id.split(".")[0]
        for pack in api.shipped_packs()
        for rule in pack.rules
        if rule.actions.get(Scene.SPEECH, Action.COUNT) != Action.COUNT and not rule.suggestion
    }
    assert silent == {"redline"}


def test_it_counts_absolute_words_nowhere_in_comments() -> None:
    assert not api.check("全国第一", setting=Setting(Scene.COMMENT)).hits


def test_it_says_what_is_wrong_with_a_pack() -> None:
    good = """
id: own
version: 1
title: {zh: 自有, en: Own}
origins: [reviewed by us]
rules:
  - {id: own.a, terms: 甲 乙, category: x, article: y, actions: {script: warn}}
"""
    assert api.parse_pack(good, name="own.yaml").rules[0].terms == ("甲", "乙")
    for change, says in (
        (("terms:", "word:"), "own.yaml: own.a: field word is unknown"),
        (("script: warn", "scirpt: warn"), "own.yaml: own.a: actions: 'scirpt'"),
        (("article: y, ", ""), "own.yaml: own.a: lacks article"),
        (("origins: [reviewed by us]", ""), "own.yaml: pack: lacks origins"),
        (("category: x", "category: x, exemptions: [luck]"), "own.yaml: own.a: exemption luck is unknown"),
    ):
        with pytest.raises(api.BadPack) as refused:
            api.parse_pack(good.replace(*change), name="own.yaml")
        assert refused.value.sentence.startswith(says)
        assert refused.value.fix


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "kind", "least"), [("konsheng_广告类型.txt", "plain", 100), ("houbb_dict_v20240407.txt", "plain", 60_000)]
)
def test_it_reads_public_lists_that_only_count(name: str, kind: str, least: int, shared_data: Path) -> None:
    pack = api.import_words(shared_data / "lexicon" / name, pack_id="public", kind=kind)
    assert sum(len(rule.terms) for rule in pack.rules) >= least
    assert {action for rule in pack.rules for action in rule.actions.values()} == {Action.COUNT}


def test_it_reads_tags_and_separators(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("甲乙 0,1\n丙丁 3\n", encoding="utf-8-sig")
    assert [(rule.id, rule.terms) for rule in api.import_words(path, pack_id="p", kind="tagged").rules] == [
        ("p.0", ("甲乙",)),
        ("p.3", ("丙丁",)),
    ]
    path.write_text("甲乙|丙丁、戊己\n", encoding="utf-8")
    assert api.import_words(path, pack_id="p", kind="separated").rules[0].terms == ("甲乙", "丙丁", "戊己")
    path.write_bytes("甲乙".encode("gb18030"))
    with pytest.raises(api.BadWordList, match="not UTF-8"):
        api.import_words(path, pack_id="p")
    with pytest.raises(api.BadWordList, match="no file"):
        api.import_words(tmp_path / "none.txt", pack_id="p")
    path.write_text("", encoding="utf-8")
    with pytest.raises(api.BadWordList, match="no word"):
        api.import_words(path, pack_id="p")
    with pytest.raises(api.BadWordList, match="list format"):
        api.import_words(path, pack_id="p", kind="odd")
