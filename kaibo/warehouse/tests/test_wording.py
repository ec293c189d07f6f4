"""Words and intents per minute: exactly once, late comments included, read alike by every rebuild."""

import json
import random
from collections.abc import Iterator

import pytest

from kaibo.eventlog import api as eventlog
from kaibo.language import api as language
from kaibo.warehouse import api, models
from kaibo.warehouse.contracts import OPINION_MODEL, SHOP_DICTIONARY
from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = 60_000_000
TEXTS = ("3号多少钱", "已拍", "会起球吗", "主播好美", "多巴胺穿搭有吗", "666", "多少钱多少钱", "\x00羊毛大衣")


@pytest.fixture(scope="module")
def shared_counter() -> Iterator[Counter]:
    counting = Counter()
    yield counting
    counting.close()


@pytest.fixture
def counting(shared_counter: Counter) -> Counter:
    shared_counter.engine.reset()
    return shared_counter


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> fakes.FakeLog:
    return fakes.FakeLog().install(monkeypatch)


def said(number: int, text: str | None, at: int = 0, **more: object) -> fakes.Event:
    base = {"platform": "douyin", "room_id": "r1", "show_id": "A", "occurred_at": fakes.START + at}
    return {**base, "event_id": f"e{number}", "kind": "comment.posted", "text": text, **more}


def count_all(counting: Counter) -> None:
    while counting.step():
        pass


def counted() -> list[tuple[object, ...]]:
    return sorted(models.ShowWord.objects.values_list("show_id", "minute_us", "dimension", "key", "lines"))


def test_it_counts_words_intents_and_questions_by_minute(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([said(1, "3号多少钱"), said(2, "3号多少钱", 1), said(3, "羊毛大衣好看", MINUTE), said(4, None)])
    log.add([said(5, "已拍", show_id=None)])
    count_all(counting)
    assert api.words("A", "comment") == {"": 3}
    assert api.words("A", "intent") == {"price": 2, "praise": 1}
    assert api.words("A", "question") == {"price": 2}
    assert api.words("A", "term")["羊毛"] == 1
    assert api.words("A", "intent", to_us=fakes.START + MINUTE) == {"price": 2}
    minutes = api.word_minutes("A", "intent", key="praise")
    assert [(one.minute_us, one.comments) for one in minutes] == [(fakes.START + MINUTE, 1)]
    assert api.words("B", "comment") == {}


@pytest.mark.parametrize("seed", range(4))
def test_it_gives_the_same_in_any_order_and_after_a_rebuild(counting: Counter, log: fakes.FakeLog, seed: int) -> None:
    dice = random.Random(seed)
    shows = ("A", "A", "B")
    draw = [(dice.choice(TEXTS), dice.randrange(5 * MINUTE), dice.choice(shows)) for _ in range(120)]
    every = [said(number, text, at, show_id=show) for number, (text, at, show) in enumerate(draw)]
    log.add(every)
    count_all(counting)
    whole = counted()
    assert len(whole) > 20
    fakes.clear()
    counting.engine.reset()
    log.bodies.clear()
    log.refs.clear()
    dice.shuffle(every)
    for at in range(0, len(every), 17):
        log.add(every[at : at + 17])
        count_all(counting)
    assert counted() == whole
    api.request_rebuild("A")
    api.request_rebuild("B")
    count_all(counting)
    assert counted() == whole


def test_it_takes_back_what_an_undo_takes_back(counting: Counter, log: fakes.FakeLog) -> None:
    kept, gone = [said(1, "多少钱")], [said(2, "会起球吗"), said(3, "多少钱", MINUTE)]
    log.add([*kept, *gone])
    count_all(counting)
    log.add(gone, sign=-1)
    count_all(counting)
    assert api.words("A", "comment") == {"": 1}
    assert api.words("A", "intent") == {"price": 1}


def test_it_reads_a_show_with_the_dictionary_of_its_first_comment(counting: Counter, log: fakes.FakeLog) -> None:
    publish = eventlog.publish_artifact
    publish(SHOP_DICTIONARY, language.dictionary(["多巴胺穿搭"]).content(), actor="user:1")
    log.add([said(1, "多巴胺穿搭有吗")])
    count_all(counting)
    assert api.words("A", "term") == {"多巴胺穿搭": 1}
    publish(SHOP_DICTIONARY, language.dictionary(["多巴胺"]).content(), actor="user:1")
    log.add([said(2, "多巴胺穿搭有吗", MINUTE), said(3, "多巴胺有吗", show_id="B")])
    count_all(counting)
    api.request_rebuild("A")
    count_all(counting)
    assert api.words("A", "term") == {"多巴胺穿搭": 2}
    assert api.words("B", "term") == {"多巴胺": 1}
    api.read_words_again("A")
    count_all(counting)
    assert api.words("A", "term") == {"多巴胺": 2}


def test_it_counts_a_show_again_that_older_cues_have_read(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([said(1, "多少钱")])
    count_all(counting)
    models.ShowWording.objects.update(cues_version=0)
    models.ShowWord.objects.filter(dimension="intent").update(key="praise")
    log.add([said(2, "多少钱", MINUTE)])
    count_all(counting)
    assert api.words("A", "intent") == {"price": 2}
    assert set(models.ShowWording.objects.values_list("cues_version", flat=True)) == {language.cues_version()}


def test_it_counts_on_when_the_dictionary_is_lost(
    counting: Counter, log: fakes.FakeLog, caplog: pytest.LogCaptureFixture
) -> None:
    from kaibo.warehouse import wording

    wording._dictionary_of.cache_clear()
    models.ShowWording.objects.create(show_id="A", dictionary_version=77, cues_version=language.cues_version())
    log.add([said(1, "多少钱")])
    count_all(counting)
    wording._dictionary_of.cache_clear()
    assert api.words("A", "intent") == {"price": 1}
    assert "without the words of the shop" in caplog.text


def test_it_forgets_words_with_the_show(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([said(1, "多少钱")])
    count_all(counting)
    api.forget("A")
    assert api.words("A", "comment") == {}


def test_it_keeps_the_numbers_when_the_words_were_forgotten(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([said(1, "多少钱"), said(2, "会起球吗"), said(3, "多少钱", show_id="B")])
    count_all(counting)
    lines = [json.loads(line) for line in log.bodies[0].splitlines()]
    log.bodies[0] = b"".join(json.dumps({**line, "text": None}).encode() + b"\n" for line in lines)
    api.request_rebuild("A")
    count_all(counting)
    assert api.words("A", "intent") == {"price": 1, "quality": 1}
    assert api.totals("A")["comments"] == 2


def test_it_counts_moods_with_the_model_of_the_shows_first_comment(counting: Counter, log: fakes.FakeLog) -> None:
    taught = "蓝莓果酱配面包当早餐", "牛油果昔一股生味道"
    model = language.train_model([*taught[:1] * 300, *taught[1:] * 300], [True] * 300 + [False] * 300, made_from="test")
    log.add([said(1, taught[0], show_id="A"), said(2, "多少钱", show_id="A")])
    count_all(counting)
    eventlog.publish_artifact(OPINION_MODEL, model.content(), actor="user:1")
    log.add([said(number, taught[0], show_id=show) for number, show in ((3, "A"), (4, "B"))])
    count_all(counting)
    before = api.words("A", "mood")
    assert before.get("positive", 0) == 0, "the model that comes with Kaibo does not know what this shop sells"
    assert api.words("B", "mood") == {"positive": 1}
    assert api.words(["A", "B"], "comment") == {"": 4}
    api.request_rebuild("A")
    count_all(counting)
    assert api.words("A", "mood") == before
    api.read_words_again("A")
    count_all(counting)
    assert api.words("A", "mood") == {"positive": 2}


def test_it_counts_what_copies_share_and_forgets_it(counting: Counter, log: fakes.FakeLog) -> None:
    chant = [said(number, f"主播超级可爱！{number}", at=MINUTE) for number in range(4)]
    log.add([*chant, said(8, "我住在三号楼朝南"), said(9, "666")])
    count_all(counting)
    assert api.words("A", "sentence") == {"主播超级可爱": 4, "我住在3号楼朝南": 1}
    api.forget_comments(before_us=0, viewers=["v_1"])
    assert api.words("A", "sentence") == {"主播超级可爱": 4}
    api.forget_comments(before_us=fakes.START + 2 * MINUTE)
    assert api.words("A", "sentence") == {}
    assert api.words("A", "comment") == {"": 6}
