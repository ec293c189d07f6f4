"""From angry talk to a matter: over rooms and days, once each, on the clock, closed with an outcome."""

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import F

from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import DAY_US, HOUR_US, MICROS, MINUTE_US, now_us
from kaibo.operations.opinion import api, matters, telling
from kaibo.operations.opinion.contracts import Concern, Level, Limits, MatterState, MatterView
from kaibo.operations.opinion.errors import BadLimits, BadStep, MatterMoved, MatterNotFound
from kaibo.operations.opinion.models import Matter, Mention, Place
from kaibo.operations.opinion.signs import CHANCE, Usual

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]
DIRECTOR, OPERATOR = "user:1", "user:2"
FAULTY = ("质量太差了", "穿一次就起球", "开线了怎么办", "收到是坏的", "线头太多", "1股味")


def say(event_id: str, text: str, ago: float = 0, kind: str = "comment.posted", **values: Any) -> PlatformEvent:
    """`ago` in seconds before now."""
    given = {"platform": "douyin", "room_id": "771", "show_id": "tonight", "viewer_id": f"v-{event_id}", **values}
    return PlatformEvent(event_id=event_id, kind=kind, text=text, occurred_at=now_us() - round(ago * MICROS), **given)


def bring(*events: PlatformEvent, ingest_id: str = "one") -> None:
    log = eventlog.open_log()
    try:
        log.append_events(events, provenance=Provenance("feed_test", ingest_id=ingest_id))
    finally:
        log.close()


def watch(*events: PlatformEvent, now: int | None = None) -> list[MatterView]:
    """The open matters after a fresh process has read everything."""
    if events:
        bring(*events)
    follower = api.Follower()
    while follower.look(now=now):
        pass
    return api.list_matters()


def faulty(people: int, *, name: str = "f", ago: float = 0, **values: Any) -> list[PlatformEvent]:
    return [say(f"{name}{n}", FAULTY[n % 6], ago + n, **values) for n in range(people)]


def test_it_warns_early_and_raises_the_same_matter_to_an_alarm() -> None:
    assert watch(*faulty(2)) == []
    [warning] = watch(say("third", "质量问题太多了"))
    assert (warning.concern, warning.level, warning.cause) == (Concern.FAULT, Level.WARNING, "burst")
    assert (warning.state, warning.count, warning.voices, warning.usual) == (MatterState.WATCHED, 3, 3, None)
    assert warning.due_us - warning.sign_us == 2 * HOUR_US
    [alarm] = watch(*faulty(4, name="g"))
    assert (alarm.id, alarm.level, alarm.count) == (warning.id, Level.ALARM, 7)
    assert alarm.due_us == warning.due_us, "the clock began with the first sign"
    view = api.matter(alarm.id)
    assert [step.act for step in view.steps] == ["opened", "raised"]
    assert {one.event_id for one in view.mentions} == {"f0", "f1", "third", "g0", "g1", "g2", "g3"}
    assert all(one.viewer.startswith("v_") for one in view.mentions), "only hashes of people"


def test_it_takes_one_person_who_writes_ten_times_for_one_voice() -> None:
    assert watch(*(say(f"s{n}", f"质量太差了 第{n}次说", n, viewer_id="angry") for n in range(10))) == []
    nameless = [say(f"n{n}", "质量太差了", n, viewer_id=None) for n in range(10)]
    assert watch(*nameless) == [], "the same sentence of nobody is one voice too"
    assert Mention.objects.count() == 20


def test_it_opens_nothing_for_what_only_asks_or_jokes() -> None:
    asked = ["会起球吗", "是正品吗", "会过敏吗", "能退款吗", "什么时候发货", "主播态度真好", "坏了包换吗", "这件好看"]
    assert watch(*(say(f"q{n}", text, n) for n, text in enumerate(asked * 3))) == []
    assert Mention.objects.count() == 0


def test_it_needs_few_voices_where_somebody_was_hurt() -> None:
    [matter] = watch(say("a", "用完起疹子了", 60), say("b", "我家宝宝过敏了 送医院了", 30))
    assert (matter.concern, matter.level) == (Concern.INJURY, Level.WARNING)
    [matter] = watch(say("c", "脸都红肿了"))
    assert matter.level == Level.ALARM


def test_it_gathers_what_several_rooms_and_a_fan_group_say_within_a_day() -> None:
    watch(*faulty(2, ago=4 * 3600), *faulty(2, name="g", ago=2 * 3600, room_id="772", show_id="other"))
    group = {"platform": "wecom", "room_id": "group-1", "show_id": None, "kind": "group.message_posted"}
    [matter] = watch(*faulty(2, name="h", ago=600, **group))
    assert (matter.cause, matter.level, matter.count) == ("spread", Level.ALARM, 6)
    assert matter.rooms == (("douyin", "771"), ("douyin", "772"), ("wecom", "group-1"))
    assert {one.kind for one in api.matter(matter.id).mentions} == {"comment.posted", "group.message_posted"}
    only = api.matter(matter.id, rooms={("wecom", "group-1")})
    assert {one.room_id for one in only.mentions} == {"group-1"}
    assert api.counts([matter.id])[matter.id]["douyin", "772"] == 2


def test_it_sees_what_comes_little_by_little_over_days() -> None:
    drops = [say(f"d{day}-{n}", FAULTY[n], day * 86400 + n * 1200) for day in (2, 1) for n in range(4)]
    assert watch(*drops) == [], "old words alone make nobody run"
    [matter] = watch(*(say(f"now{n}", FAULTY[n], n * 1500) for n in range(4)))
    assert (matter.cause, matter.voices, matter.usual) == ("days", 12, None)
    assert matter.level == Level.WARNING, "nobody knows yet whether it is always so"


def test_it_raises_an_alarm_over_days_where_it_used_to_be_quiet() -> None:
    quiet = [say(f"q{day}-{n}", "已拍", day * 86400 + n * 600) for day in (5, 4, 3) for n in range(6)]
    drops = [say(f"d{day}-{n}", FAULTY[n], day * 86400 + n * 1200) for day in (2, 1) for n in range(4)]
    [matter] = watch(*quiet, *drops, *(say(f"now{n}", FAULTY[n], n * 1500) for n in range(4)))
    assert (matter.cause, matter.level, matter.voices, matter.usual) == ("days", Level.ALARM, 12, 0)


def test_it_is_not_alarmed_by_what_people_always_say() -> None:
    always = [say(f"w{day}-{n}", FAULTY[n], day * 86400 + n * 1200) for day in (5, 4, 3, 2, 1) for n in range(4)]
    assert watch(*always, *(say(f"now{n}", FAULTY[n], n * 1500) for n in range(4))) == []


def test_it_lets_single_complaints_of_an_evening_pass_and_sees_the_wave_among_them() -> None:
    """A buyer every quarter of an hour, three of them within ten minutes at times, on every evening."""
    spread = [n * 900 for n in range(12)] + [3 * 900 + 200, 3 * 900 + 400]
    evenings = [
        say(f"e{day}-{ago}", "上次买的还没发", day * 86400 + ago, viewer_id=f"b{day}-{ago}")
        for day in (1, 2, 3, 4)
        for ago in spread
    ]
    talk = [say(f"t{day}-{n}", "已拍", day * 86400 + n * 5) for day in range(5) for n in range(600)]
    assert watch(*evenings, *talk) == []
    assert watch(*(say(f"now{ago}", "上次买的还没发", ago, viewer_id=f"b{ago}") for ago in spread)) == []
    [matter] = watch(*faulty(7))
    assert (matter.concern, matter.level, matter.count) == (Concern.FAULT, Level.ALARM, 7)


@pytest.mark.parametrize(("talk", "opened"), [(1100, 1), (1300, 0)])
def test_it_warns_over_days_only_from_one_message_in_a_hundred_where_nobody_knows_the_usual(
    talk: int, opened: int
) -> None:
    drops = [say(f"d{day}-{n}", FAULTY[n], day * 86400 + n * 1200) for day in (2, 1, 0) for n in range(4)]
    other = [say(f"t{n}", "已拍", n % 3 * 86400 + n) for n in range(talk)]
    assert len(watch(*other, *drops)) == opened


@pytest.mark.parametrize(
    ("usual", "voices", "rarely"),
    [
        (Usual(18, 24), 3, False),
        (Usual(18, 24), 6, True),
        (Usual(0, 6), 3, True),
        (Usual(0, 6), 2, False),
        (Usual(1, 6), 3, False),
        (Usual(240, 24), 20, False),
        (Usual(240, 24), 25, True),
    ],
)
def test_it_knows_what_comes_about_by_chance(usual: Usual, voices: int, rarely: bool) -> None:
    assert (usual.chance(voices) < CHANCE[Level.WARNING]) is rarely
    assert usual.chance(0) == 1
    assert [usual.chance(n) for n in range(40)] == sorted((usual.chance(n) for n in range(40)), reverse=True)


def test_it_measures_a_room_by_what_is_usual_there() -> None:
    start = 5 * 86400
    week = [say(f"w{n}", FAULTY[n % 6], start + n * 90) for n in range(120)]  # six or seven in every ten minutes
    assert watch(*week) == []
    assert [one.cause for one in watch(*faulty(8))] == []
    [matter] = watch(*faulty(16, name="more"))
    assert matter.cause == "burst"
    assert matter.usual == pytest.approx(6, abs=1.1)


def test_it_reads_again_and_late_without_opening_twice() -> None:
    events = faulty(6)
    [matter] = watch(*events)
    Place.objects.all().delete()  # as after a kill between finding and moving the place
    [again] = watch()
    assert (again.id, again.count, Matter.objects.count()) == (matter.id, 6, 1)
    bring(*events, ingest_id="two")  # delivered twice
    assert len(watch()) == 1
    api.take_step(matter.id, "start", why="客服逐单回复", actor=OPERATOR)
    api.take_step(matter.id, "close", why="已补发", outcome="compensated", actor=OPERATOR)
    late = faulty(6, name="late", ago=20)  # said before it was closed, arrived after
    assert watch(*late) == []
    assert api.matter(matter.id).count == 12, "late words belong to the closed matter"
    assert Matter.objects.count() == 1


def test_it_opens_another_when_it_begins_again_after_the_end() -> None:
    [matter] = watch(*faulty(6, ago=60))
    api.take_step(matter.id, "close", why="查无此事", outcome="unfounded", actor=OPERATOR)
    later = now_us() + HOUR_US
    fresh = [
        PlatformEvent(
            event_id=f"x{n}", kind="comment.posted", platform="douyin", room_id="771", occurred_at=later + n,
            text=FAULTY[n], viewer_id=f"x{n}",
        )
        for n in range(6)
    ]  # fmt: skip
    [second] = watch(*fresh, now=later + MINUTE_US)
    assert second.id != matter.id
    with pytest.raises(MatterMoved):
        api.take_step(matter.id, "reopen", why="又来了", actor=OPERATOR)


def test_it_makes_nobody_run_for_an_old_recording() -> None:
    assert watch(*faulty(12, ago=3 * 86400)) == []
    assert Mention.objects.count() == 12


def test_it_takes_back_what_an_undo_takes_back() -> None:
    [matter] = watch(*faulty(6))
    eventlog.retract(ingest_id="one", actor=DIRECTOR, why="wrong file")
    assert watch() == []
    view = api.matter(matter.id)
    assert (view.state, view.outcome, view.count) == (MatterState.CLOSED, "taken_back", 0)
    assert all(one.is_retracted for one in view.mentions)


def test_it_follows_messages_to_another_show() -> None:
    [matter] = watch(*faulty(6))
    eventlog.rebind("tonight", into="real", actor=DIRECTOR, why="merged")
    [same] = watch()
    assert (same.id, same.count) == (matter.id, 6)
    assert {one.show_id for one in api.matter(same.id).mentions} == {"real"}


def test_it_walks_the_states_with_who_when_and_why() -> None:
    [matter] = watch(*faulty(6))
    for given in ({"name": "start", "why": " "}, {"name": "fly", "why": "x"}, {"name": "close", "why": "x"}):
        with pytest.raises(BadStep):
            api.take_step(matter.id, actor=OPERATOR, **given)
    with pytest.raises(MatterNotFound):
        api.take_step(999, "start", why="x", actor=OPERATOR)
    with pytest.raises(MatterMoved):
        api.take_step(matter.id, "note", why="too early", actor=OPERATOR)
    before = now_us()
    assert api.take_step(matter.id, "start", why="暂停讲解，送检", actor=OPERATOR) == MatterState.HANDLING
    with pytest.raises(MatterMoved):
        api.take_step(matter.id, "start", why="我也来", actor=DIRECTOR)
    api.take_step(matter.id, "note", why="质检已取样", actor=DIRECTOR)
    api.take_step(matter.id, "close", why="退换完成", outcome="compensated", actor=DIRECTOR)
    view = api.matter(matter.id)
    assert (view.started_by, view.outcome, view.state) == (OPERATOR, "compensated", MatterState.CLOSED)
    assert view.started_us is not None
    assert before <= view.started_us <= view.due_us
    assert [(step.act, step.actor, step.before, step.after) for step in view.steps[1:]] == [
        ("start", OPERATOR, "watched", "handling"),
        ("note", DIRECTOR, "handling", "handling"),
        ("compensated", DIRECTOR, "handling", "closed"),
    ]
    assert view.steps[1].why == "暂停讲解，送检"
    assert eventlog.audit_entries(thing=f"matter:{matter.id}")[0].act == "opinion.compensated"
    assert api.started_in_time() == (1, 1)
    assert api.take_step(matter.id, "reopen", why="又有三单", actor=OPERATOR) == MatterState.HANDLING


def test_it_knows_when_handling_is_late() -> None:
    [matter] = watch(*faulty(6))
    assert not matter.is_late(matter.due_us)
    assert matter.is_late(matter.due_us + 1)
    Matter.objects.update(due_us=now_us() - 1)
    api.take_step(matter.id, "start", why="晚了", actor=OPERATOR)
    assert api.started_in_time() == (0, 1)


def test_it_lets_a_mere_warning_fade_but_never_an_alarm() -> None:
    [warning] = watch(*faulty(3))
    tomorrow = now_us() + DAY_US + MINUTE_US
    assert matters.fade(Limits(), now=now_us()) == 0
    assert matters.fade(Limits(), now=tomorrow) == 1
    assert api.matter(warning.id).outcome == "faded"
    watch(*(say(f"r{n}", "主播骂人", n) for n in range(6)))
    assert matters.fade(Limits(), now=tomorrow) == 0


def test_it_lets_a_warning_fade_that_single_messages_go_on_about() -> None:
    [warning] = watch(*faulty(3))
    Matter.objects.update(noted_us=F("noted_us") - 23 * HOUR_US)
    watch(say("another", "质量问题太多了", -1))  # a fourth voice in ten minutes: a sign again
    assert matters.fade(Limits(), now=now_us() + 2 * HOUR_US) == 0
    assert watch(say("single", "线头太多", -7200), now=now_us() + 2 * HOUR_US)[0].count == 5
    assert matters.fade(Limits(), now=now_us() + 25 * HOUR_US) == 1
    assert api.matter(warning.id).outcome == "faded"


def test_it_tells_the_bots_of_the_team_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_BOT_OPS", "https://oapi.dingtalk.com/robot/send?access_token=x")
    api.save_limits({}, bots=["ops"], actor=DIRECTOR)

    def told() -> list[str]:
        return [job.args["text"] for job in reversed(eventlog.work.jobs(task="bots.post"))]

    [matter] = watch(*faulty(3))
    watch(*faulty(4, name="g"))
    watch()
    assert [text.split("】")[0] for text in told()] == ["【舆情监测：早期预警", "【舆情监测：告警"]
    assert "商品质量" in told()[0]
    assert "3 人" in told()[0]
    assert telling.remind(api.current_limits(), now=matter.due_us - HOUR_US) == 0
    for _ in range(2):
        telling.remind(api.current_limits(), now=matter.due_us - 10 * MINUTE_US)
        telling.remind(api.current_limits(), now=matter.due_us + MINUTE_US)
    assert [text.split("】")[0] for text in told()[2:]] == ["【舆情监测：还没有人开始处理", "【舆情监测：已超时"]


def test_it_opens_a_matter_although_its_bot_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_BOT_OPS", "https://oapi.dingtalk.com/robot/send?access_token=x")
    api.save_limits({}, bots=["ops"], actor=DIRECTOR)
    monkeypatch.delenv("KAIBO_BOT_OPS")
    assert len(watch(*faulty(6))) == 1
    assert eventlog.work.jobs(task="bots.post") == []


def test_it_keeps_the_limits_of_the_team() -> None:
    after = api.save_limits({"voices": "2", "times": "1.5", "warning_ratio": "1"}, bots=[], actor=DIRECTOR)
    assert after == replace(Limits(), voices=2, times=1.5, warning_ratio=1.0)
    assert eventlog.audit_entries(thing="opinion")[0].act == "opinion.limits"
    [matter] = watch(*faulty(2))
    assert matter.level == Level.ALARM
    for given in ({"voices": "many"}, {"voices": "1"}, {"warning_ratio": "2"}, {"days": "2.5"}):
        with pytest.raises(BadLimits) as refused:
            api.save_limits(given, bots=[], actor=DIRECTOR)
        assert refused.value.ids["field"] in given
    with pytest.raises(BadLimits):
        api.save_limits({}, bots=["nobody"], actor=DIRECTOR)
    assert api.current_limits() == after


def test_it_lets_words_go_and_keeps_numbers_and_history() -> None:
    [matter] = watch(*faulty(6, ago=5))
    hidden = api.matter(matter.id).mentions[0].viewer
    assert api.forget(before_us=now_us()) == 0, "an open matter keeps its evidence"
    assert api.forget(before_us=0, viewers=[hidden]) == 1, "erasing somebody goes first"
    assert api.forget(before_us=0, viewers=[hidden]) == 0
    assert sum(not one.text for one in api.matter(matter.id).mentions) == 1
    api.take_step(matter.id, "close", why="说明清楚了", outcome="explained", actor=OPERATOR)
    assert api.let_go(now=now_us() + 1094 * DAY_US) == 0
    assert api.let_go(now=now_us() + 1096 * DAY_US) == 5
    view = api.matter(matter.id)
    assert {one.text for one in view.mentions} == {""}
    assert (view.count, view.outcome, [step.why for step in view.steps]) == (6, "explained", ["", "说明清楚了"])
    watch(*faulty(2, name="lone", ago=40 * 86400))
    assert api.let_go() == 2, "what no matter needs goes after five weeks"
