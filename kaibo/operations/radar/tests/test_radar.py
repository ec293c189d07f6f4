"""What the room says: counted exactly once, questions open until answered, words against the usual."""

from typing import Any

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import DAY_US, MICROS, MINUTE_US, minute_of, now_us
from kaibo.language import api as language
from kaibo.operations.radar import api
from kaibo.operations.radar.errors import BadLine, BadTopic
from kaibo.operations.radar.models import Place
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.contracts import SHOP_DICTIONARY
from kaibo.warehouse.counter import Counter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]
START = minute_of(now_us()) - 60 * MINUTE_US
OPERATOR = "user:2"


def say(event_id: str, text: str, at: float = 0, kind: str = "comment.posted", **values: Any) -> PlatformEvent:
    """`at` in seconds after the start of the show."""
    given = {"platform": "douyin", "room_id": "771", "show_id": "tonight", "viewer_id": f"v{event_id}", **values}
    return PlatformEvent(
        event_id=event_id, kind=kind, text=text or None, occurred_at=START + round(at * MICROS), **given
    )


def bring(*events: PlatformEvent, ingest_id: str = "one") -> None:
    log = eventlog.open_log()
    try:
        log.append_events(events, provenance=Provenance("feed_test", ingest_id=ingest_id))
    finally:
        log.close()


def follow(follower: api.Follower | None = None) -> None:
    follower = follower or api.Follower()
    while follower.look():
        pass


def count() -> None:
    """What the counter process does all the time."""
    counter = Counter()
    counter.run_once()
    counter.close()


def waiting(at: float) -> dict[tuple[str, str], int]:
    groups = api.open_groups("tonight", at_us=START + round(at * MICROS))
    return {(one.topic, one.link_no): one.count for one in groups}


def test_it_groups_questions_and_keeps_them_open_until_the_host_answers() -> None:
    bring(*(say(f"s{n}", "这件有M码吗", n) for n in range(14)), say("p", "多少钱", 5), say("o", "已拍", 6))
    follow()
    assert waiting(60) == {("size", ""): 14, ("price", ""): 1}
    bring(say("h", "M码还有，平时穿什么码就拍什么码", 90, kind="speech.transcribed"))
    follow()
    assert waiting(120) == {("price", ""): 1}
    assert waiting(60)[("size", "")] == 14, "before the answer they did wait"
    [answer] = api.answered("tonight")
    assert (answer.topic, answer.how, answer.of) == ("size", "said", "h")
    api.undo_answer("tonight", answer.id, actor=OPERATOR)
    assert waiting(120)[("size", "")] == 14
    bring(say("later", "有大码吗", 200))
    follow()
    assert waiting(210)[("size", "")] == 15
    assert waiting(60 * 60) == {}, "who asked an hour ago does not wait"


def test_it_ties_questions_to_the_link_named_or_explained() -> None:
    lap = {"kind": "lap.started", "viewer_id": None}
    bring(say("l1", "", 0, link_no="3", **lap), say("q1", "什么时候发货", 10), say("q2", "5号链接什么时候发货", 11))
    counter = Counter()
    counter.run_once()
    follow()
    assert waiting(30) == {("shipping", "3"): 1, ("shipping", "5"): 1}
    api.answer("tonight", "shipping", "5", actor=OPERATOR, at_us=START + 40 * MICROS)
    assert waiting(50) == {("shipping", "3"): 1}
    bring(say("h", "48小时内发货，顺丰包邮", 55, kind="speech.transcribed"))
    follow()
    assert waiting(60) == {}
    counter.close()


def test_it_takes_a_reply_to_a_comment_as_an_answer() -> None:
    bring(say("q1", "有运费险吗", 1), say("q2", "可以退货吗", 2))
    follow()
    assert waiting(10)
    bring(say("r", "有的", 20, attrs={"reply_to": "q2"}))
    follow()
    assert waiting(30) == {}
    assert api.answered("tonight")[0].how == "reply"


def test_it_counts_once_however_often_it_reads_and_however_late_it_comes() -> None:
    bring(say("a", "质量太差了 避雷", 30), say("b", "太好看了 爱了爱了", 31), say("c", "有M码吗", 32))
    follow()
    count()
    before = api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US)
    count()
    assert api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US) == before
    assert (before.comments, before.negative, before.positive) == (3, 1, 1)
    assert before.positive_ratio == 0.5
    bring(say("late", "避雷", 33), ingest_id="two")
    follow()
    count()
    assert api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US).negative == 2
    eventlog.retract(ingest_id="two", actor=OPERATOR, why="wrong")
    follow()
    count()
    assert api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US) == before
    eventlog.retract(ingest_id="one", actor=OPERATOR, why="wrong")
    follow()
    count()
    assert api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US).comments == 0
    assert waiting(60) == {}


def test_it_moves_questions_with_their_show() -> None:
    bring(say("q", "有M码吗", 1))
    follow()
    eventlog.rebind("tonight", into="real", actor=OPERATOR, why="merged")
    follow()
    assert waiting(10) == {}
    assert [one.topic for one in api.open_groups("real", at_us=START + 10 * MICROS)] == ["size"]


def test_it_says_what_bursts_with_examples_and_still_after_a_restart() -> None:
    calm = [say(f"c{n}", ("已拍", "有M码吗", "多久发货")[n % 3], n * 2) for n in range(150)]
    bring(*calm)
    follow()
    burst = [say(f"b{n}", f"多巴胺穿搭 {n}", 301 + n * 0.5) for n in range(24)]
    bring(*burst, say("end", "已拍", 320))
    follow(api.Follower())  # a process that has not seen the calm minutes: it reads them again
    terms = {one.term: one for one in api.signals("tonight", kinds=("burst",))}
    assert any("多巴胺" in term for term in terms)
    found = next(one for term, one in terms.items() if "多巴胺" in term)
    assert found.peak >= 8
    assert all("多巴胺" in text for _, text in found.examples)
    assert Place.objects.get().warm != Place.objects.get().after


def test_it_takes_the_name_of_a_product_for_one_word_in_a_burst() -> None:
    words = language.dictionary(["云柔小白裤"])
    eventlog.publish_artifact(SHOP_DICTIONARY, words.content(), actor=OPERATOR)
    bring(*(say(f"c{n}", ("已拍", "有M码吗", "多久发货")[n % 3], n * 2) for n in range(150)))
    asks = ("想要{}", "{}呢", "{}还有货吗", "先讲{}", "等{}等了好久", "{}上架了吗", "要{}的扣1", "姐姐穿的是{}吧")
    burst = [say(f"b{n}", asks[n % 8].format("云柔小白裤"), 301 + n * 0.5) for n in range(24)]
    bring(*burst, say("end", "已拍", 320))
    follow()
    terms = {one.term: one for one in api.signals("tonight", kinds=("burst",))}
    assert "云柔小白裤" in terms
    assert not terms["云柔小白裤"].is_new, "the shop's dictionary holds it"
    assert not [term for term in terms if term != "云柔小白裤" and term in "云柔小白裤"], "no piece of it"
    eventlog.publish_artifact(SHOP_DICTIONARY, language.dictionary(["小白裤"]).content(), actor=OPERATOR)
    count()
    assert warehouse.shop_words("tonight").words == ("小白裤",), "as the show is counted"


def test_it_warns_of_complaints_and_floods_but_not_of_a_slogan() -> None:
    bring(
        *(say(f"c{n}", ("质量太差", "骗子", "退款不退")[n % 3], 10 + n) for n in range(8)),
        *(say(f"f{n}", "加团购秒杀群看主页简介", 20 + n * 0.3, viewer_id="spammer") for n in range(12)),
        say("end", "已拍", 45),
    )
    follow()
    kinds = {one.kind for one in api.signals("tonight")}
    assert {"complaint", "flood"} <= kinds


def test_it_compares_words_with_earlier_nights_of_the_room() -> None:
    for number in (1, 2):
        night = f"night-{number}"
        began = START - number * DAY_US
        shows.ensure_show(
            night,
            platform="douyin",
            room_id="771",
            title=night,
            started_at=began,
            ended_at=began + MINUTE_US,
            actor="t",
        )
        bring(*(say(f"n{number}-{n}", "想要大衣", n - number * 86400, show_id=night) for n in range(20)))
    shows.ensure_show("tonight", platform="douyin", room_id="771", title="今晚", started_at=START, actor="t")
    bring(*(say(f"t{n}", "想要大衣" if n % 2 else "羽绒服好轻", n) for n in range(40)))
    count()
    told = api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US)
    assert (told.baseline, told.nights, told.comments) == ("nights", 2, 40)
    words = {one.word: one for one in told.words}
    assert words["大衣"].count == 20
    assert words["大衣"].expected == 40
    assert words["羽绒服"].lift is not None
    assert words["大衣"].lift is not None
    assert words["羽绒服"].lift > 3 > words["大衣"].lift
    found, holding = api.comments_with("tonight", "羽绒服", from_us=START, to_us=START + 10 * MINUTE_US)
    assert holding == 20
    assert {one.text for one in found} == {"羽绒服好轻"}


def test_it_leaves_out_what_a_lucky_bag_asks_for() -> None:
    bag = [say(f"b{n}", "主播好美想要福袋", 100 + n * 0.2) for n in range(60)]
    bring(*(say(f"c{n}", "羽绒服好看吗", n) for n in range(5)), *bag, say("bad", "避雷", 120), say("end", "已拍", 140))
    follow()
    count()
    told = api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US)
    assert told.slogans == (("主播好美想要福袋", 60),)
    assert (told.comments, told.positive, told.negative) == (7, 0, 1)
    assert "福袋" not in {one.word for one in told.words}
    assert not [one for one in api.signals("tonight") if "福袋" in one.term]


def test_it_knows_a_chant_by_what_its_wordings_share() -> None:
    chant = [say(f"b{n}", f"主播主播超可爱{'！' * (n % 7)} {n % 10}", 100 + n * 0.2) for n in range(60)]
    bring(*chant, *(say(f"c{n}", "羽绒服好看吗", n) for n in range(5)))
    count()
    told = api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US)
    assert told.slogans == (("主播主播超可爱", 60),)
    assert (told.comments, told.positive) == (5, 0)
    assert told.intents.get("praise", 0) <= 5, "praise that a chant repeats is nobody's wish"
    assert "可爱" not in {one.word for one in told.words}


def test_it_takes_a_short_sentence_for_a_chant_only_where_hardly_anything_else_is_said() -> None:
    bring(*(say(f"q{n}", "有大码吗", n) for n in range(20)), *(say(f"c{n}", f"羽绒服第{n}件", n) for n in range(300)))
    bring(*(say(f"b{n}", "嘉宾超可爱", 700 + n) for n in range(90)))
    count()
    calm = api.talk_of("tonight", from_us=START, to_us=START + 10 * MINUTE_US)
    assert (calm.slogans, calm.comments) == ((), 320)
    loud = api.talk_of("tonight", from_us=START, to_us=START + 20 * MINUTE_US)
    assert loud.slogans == (("嘉宾超可爱", 90),)


def test_it_forgets_words_of_a_viewer_and_of_old_nights_but_no_number() -> None:
    bring(
        say("q1", "我的电话有大码吗", 1, viewer_id="anna"),
        *(say(f"c{n}", ("质量太差", "骗子")[n % 2], 10 + n, viewer_id=f"u{n % 3}") for n in range(8)),
        say("end", "已拍", 45),
    )
    follow()
    count()
    from kaibo.operations.radar.models import Asked

    hidden = Asked.objects.get().viewer_id
    assert api.forget(before_us=START, viewers=[hidden]) == 1
    assert waiting(60) == {("size", ""): 1}
    assert api.open_groups("tonight", at_us=START + MINUTE_US)[0].examples == ("",)
    assert [text for one in api.signals("tonight") for _, text in one.examples]
    api.forget(before_us=START + 60 * MINUTE_US)
    assert not [text for one in api.signals("tonight") for _, text in one.examples]
    assert api.talk_of("tonight", from_us=START, to_us=START + MINUTE_US).comments == 10


def test_it_knows_no_mood_of_nothing() -> None:
    told = api.talk_of("tonight", from_us=START, to_us=START + MINUTE_US)
    assert (told.comments, told.positive_ratio, told.baseline) == (0, None, "none")
    assert api.talk_span("tonight") is None


def test_it_keeps_a_library_that_the_team_edits() -> None:
    assert api.add_starters(actor=OPERATOR) == len(api.STARTERS) == 23
    assert api.add_starters(actor=OPERATOR) == 0
    line_id = api.save_script_line("size", "大码", "最大到3XL", actor=OPERATOR)
    api.save_script_line("size", "大码", "最大到4XL", line_id=line_id, actor=OPERATOR)
    assert [line.text for line in api.script_lines("size") if line.title == "大码"] == ["最大到4XL"]
    api.remove_script_line(line_id, actor=OPERATOR)
    assert line_id not in {line.id for line in api.script_lines()}
    for topic, title, text in (("weather", "a", "b"), ("size", " ", "b"), ("size", "a", "x" * 1001)):
        with pytest.raises(BadLine):
            api.save_script_line(topic, title, text, actor=OPERATOR)
    with pytest.raises(BadTopic):
        api.answer("tonight", "weather", actor=OPERATOR)
