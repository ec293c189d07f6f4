"""The room's voice: words, intents, opinions, bursts and floods."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.language import api
from kaibo.language.api import FloodKind, Intent, Polarity, Said

SECOND = 1_000_000


def intents(text: str) -> set[str]:
    return {one.value for one in api.read_intents([text])[0].intents}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3号多少钱", {"price"}),
        ("三號鏈接多少錢", {"price", "link"}),
        ("165 110斤穿什么码", {"size"}),
        ("一百一十斤能穿吗", {"size"}),
        ("还有货吗", {"stock"}),
        ("什么时候发货呀", {"shipping"}),
        ("会起球吗", {"quality"}),
        ("优惠券怎么领", {"coupon"}),
        ("几号链接", {"link"}),
        ("和上次那款有什么区别", {"comparison"}),
        ("不合适能退吗", {"after_sales"}),
        ("上次买的还没发货", {"complaint"}),
        ("真好看，已经回购三次了", {"praise"}),
        ("已拍", {"order_placed"}),
    ],
)
def test_it_reads_what_a_message_wants(text: str, wanted: set[str]) -> None:
    assert intents(text) >= wanted


@pytest.mark.parametrize(
    "text",
    ["晚上好", "哈哈哈哈", "666", "不起球不掉色", "账号多少级了", "好看吗", "试一试", "这么一看还行", "密码忘了"],
)
def test_it_reads_nothing_into_ordinary_talk(text: str) -> None:
    assert not intents(text) & {one.value for one in Intent}


def test_it_groups_questions_that_one_answer_answers() -> None:
    first, same, other, said = api.read_intents(["3号多少钱", "三号链接什么价格呀", "5号多少钱", "3号真好看"])
    assert first.group == same.group == "price:3"
    assert other.group == "price:5"
    assert said.group == ""
    assert said.question is None
    assert api.purchase_weight(Intent.PRICE) > api.purchase_weight(Intent.AFTER_SALES)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(["3号多少钱", "Ⓜ码穿几码？", "⑩号链接"])), max_size=6))
def test_it_shows_each_cue_at_its_place_and_reads_alike_in_a_batch(texts: list[str]) -> None:
    together = api.read_intents(texts)
    assert together == [api.read_intents([text])[0] for text in texts]
    for text, reading in zip(texts, together, strict=True):
        assert all(cue.matched == text[cue.start : cue.end] != "" for cue in reading.cues)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_it_cuts_a_text_into_words_that_are_the_whole_text(text: str) -> None:
    words = api.words_of(text)
    assert "".join(word.text for word in words) == text
    assert all(text[word.start : word.end] == word.text for word in words)


def test_it_knows_the_words_of_the_shop() -> None:
    known = api.dictionary(["多巴胺穿搭", "云朵绒", ""])
    assert "多巴胺穿搭" in {word.text for word in api.words_of("这件多巴胺穿搭好看", known=known)}
    assert "小黄车" in {word.text for word in api.words_of("在小黄车里拍")}
    assert api.read_dictionary(known.content()) == known
    assert api.dictionary(["云朵绒", "多巴胺穿搭"]).fingerprint == known.fingerprint
    with pytest.raises(api.BadWordList, match="no word"):
        api.dictionary(["a b"])
    with pytest.raises(api.BadWordList, match="UTF-8"):
        api.read_dictionary("云".encode("gb18030"))


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("主播好美", Polarity.POSITIVE),
        ("爱了爱了", Polarity.POSITIVE),
        ("姐妹们避雷", Polarity.NEGATIVE),
        ("上次买的还没发货，客服不回", Polarity.NEGATIVE),
        ("不好看", Polarity.NEGATIVE),
        ("质量太差了穿一次就开线", Polarity.NEGATIVE),
        ("什么时候发货", Polarity.NEUTRAL),
        ("好看吗", Polarity.NEUTRAL),
        ("666", Polarity.NEUTRAL),
        ("已拍", Polarity.NEUTRAL),
        ("husband", Polarity.NEUTRAL),
        ("", Polarity.NEUTRAL),
    ],
)
def test_it_hears_liking_and_disliking(text: str, polarity: Polarity) -> None:
    (opinion,) = api.opinions_of([text])
    assert opinion.polarity == polarity


def test_it_abstains_rather_than_guess() -> None:
    unsure, slogan = api.opinions_of(["这个东西放在桌子旁边看起来", "主播好美想要福袋"], slogans={"主播好美想要福袋"})
    assert unsure.polarity == Polarity.UNSURE
    assert unsure.because == "model"
    assert (slogan.polarity, slogan.because) == (Polarity.NEUTRAL, "slogan")


def test_it_learns_from_labelled_texts_and_keeps_what_it_learned() -> None:
    liked = [
        f"{word}，{end}" for word in ("很好用", "很喜欢", "质量不错", "下次再来") for end in ("推荐", "给好评", "满意")
    ]
    disliked = [
        f"{word}，{end}" for word in ("很难用", "很失望", "质量太差", "不会再来") for end in ("别买", "给差评", "退货")
    ]
    model = api.train_model(liked + disliked, [True] * 12 + [False] * 12, made_from="a test")
    scores = model.scores(["真的很好用", "真的很难用", ""])
    assert scores[0] > 0.5 > scores[1]
    again = api.load_model(model.content())
    assert again.made_from == "a test"
    assert abs(again.scores(["真的很好用"])[0] - scores[0]) < 1e-3
    with pytest.raises(api.BadModel):
        api.load_model(b"no model")
    with pytest.raises(api.BadModel, match="both kinds"):
        api.train_model(["好"], [True], made_from="a test")


def room(seconds: int, *, seed: int = 7, start: int = 0) -> list[Said]:
    dice = random.Random(seed)
    usual = ("多少钱", "这件好看", "什么时候发货", "已拍", "身高165穿什么码", "来啦", "主播今天真精神", "羊毛大衣有吗")
    return [
        Said(f"u{start}-{at}-{n}", (start + at) * SECOND + n, dice.choice(usual), f"v{dice.randrange(300)}")
        for at in range(seconds)
        for n in range(4)
    ]


def test_it_sees_a_new_word_burst_whole_and_nothing_else() -> None:
    said = room(300)
    said += [Said(f"b{n}", (285 + n) * SECOND, f"求那件菟芮芩{'啊吧呢'[n % 3]}", f"w{n}") for n in range(12)]
    found = api.bursts(said, now_us=300 * SECOND)
    assert [one.term for one in found if "菟" in one.term or "芮" in one.term or "芩" in one.term] == ["菟芮芩"]
    (burst,) = [one for one in found if one.term == "菟芮芩"]
    assert burst.is_new
    assert (burst.count, burst.viewers) == (12, 12)
    assert set(burst.examples) <= {f"b{n}" for n in range(12)}
    assert {one.term for one in found} <= {"菟芮芩", "那件"}


def test_it_finds_no_burst_in_an_even_room_or_in_one_person() -> None:
    assert not api.bursts(room(400), now_us=400 * SECOND)
    alone = room(300) + [Said(f"b{n}", (285 + n) * SECOND, "买菟芮芩", "same") for n in range(14)]
    assert not api.bursts(alone, now_us=300 * SECOND)


def test_it_says_nothing_before_it_knows_what_is_usual() -> None:
    watch = api.BurstWatch()
    watch.add(room(40))
    assert watch.bursts(now_us=40 * SECOND) == ()
    assert all(word.expected is None for word in watch.cloud(now_us=40 * SECOND, seconds=20))


def test_it_counts_the_same_in_any_order_and_each_message_once() -> None:
    said = room(200)
    shuffled = said.copy()
    random.Random(1).shuffle(shuffled)
    one, other = api.BurstWatch(), api.BurstWatch()
    one.add(said)
    for at in range(0, len(shuffled), 50):
        other.add(shuffled[at : at + 50])
        other.add(shuffled[at : at + 50])
    assert one.cloud(now_us=200 * SECOND) == other.cloud(now_us=200 * SECOND)


def copies(text: str, count: int, *, viewers: int) -> list[Said]:
    return [Said(f"c{n}", n * SECOND, f"{text}{n}", f"v{n % viewers}" if viewers else "") for n in range(count)]


def test_it_tells_a_slogan_from_copies_and_from_one_person() -> None:
    now = 29 * SECOND
    (slogan,) = api.floods(copies("好物好价抢福袋", 20, viewers=20), now_us=now)
    assert (slogan.kind, slogan.is_slogan, slogan.viewers) == (FloodKind.CHORUS, True, 20)
    copied = api.floods(copies("这家店是骗子别买", 7, viewers=2), now_us=now)
    assert [(one.kind, one.is_slogan, one.count) for one in copied] == [(FloodKind.COPIES, False, 7)]
    unknown = api.floods(copies("这家店是骗子别买", 7, viewers=0), now_us=now)
    assert [(one.kind, one.viewers) for one in unknown] == [(FloodKind.UNKNOWN_CROWD, None)]
    talker = [Said(f"t{n}", n * SECOND, f"{'甲乙丙丁戊己庚辛壬癸'[n]}话说个不停", "v") for n in range(10)]
    assert [one.kind for one in api.floods(talker, now_us=now)] == [FloodKind.ONE_VIEWER]


def test_it_takes_no_flood_from_what_everybody_says() -> None:
    assert not api.floods([Said(f"s{n}", n * SECOND, "666", f"v{n}") for n in range(25)], now_us=30 * SECOND)
    assert not api.floods(copies("好物好价抢福袋", 20, viewers=20), now_us=90 * SECOND)
    told = api.floods(copies("来福袋", 9, viewers=3), now_us=30 * SECOND, slogans=["来福袋"])
    assert not [one for one in told if not one.is_slogan]


def test_it_takes_a_chanted_name_for_one_name() -> None:
    [terms] = api.terms_of(["嘉然嘉然嘉然嘉然"])
    assert terms == {"嘉然"}
