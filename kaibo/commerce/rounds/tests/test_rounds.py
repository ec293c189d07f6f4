"""Rounds through the real log: recorded once, never falling, corrected once, told as typed figures."""

from collections.abc import Iterator, Mapping

import pytest

from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import DEFAULT_FIGURES, Entry, EntryAnswer, RoundForm
from kaibo.commerce.rounds.errors import BadForm, NoRound
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]
WHO, OTHER = "user:1", "user:2"
START = clock.now_us() - 2 * clock.HOUR_US


@pytest.fixture
def show() -> Iterator[ShowView]:
    log = eventlog.open_log()
    yield shows.ensure_show("s", platform="douyin", room_id="r", title="晚场", started_at=START, actor=WHO)
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def send(
    show: ShowView, number: int, minute: float, values: Mapping[str, int], *, entry: int = 1, actor: str = WHO
) -> EntryAnswer:
    told = Entry(f"entry-{number:03d}-{entry}", f"round-{number:03d}", at(minute), values)
    return rounds.record(show, told, actor=actor)


def stated() -> list[tuple[str, int, int]]:
    events = [event for event in eventlog.events_of("s") if event.kind == "figure.reported"]
    assert all(event.attrs and event.attrs["origin"] == "typed" for event in events)
    ordered = sorted(events, key=lambda each: (each.occurred_at, each.event_id))
    return [
        (str(event.attrs["figure"]), int(event.attrs["value"]), event.occurred_at) for event in ordered if event.attrs
    ]


def test_it_records_a_round_once_and_takes_differences(show: ShowView) -> None:
    assert send(show, 1, 15, {"gmv_paid_minor": 100_000, "online_now": 80}).state == "recorded"
    assert send(show, 2, 30, {"gmv_paid_minor": 250_000, "online_now": 60}).state == "recorded"
    assert send(show, 2, 30, {"gmv_paid_minor": 250_000, "online_now": 60}).state == "known"
    assert len(stated()) == 4
    first, second = rounds.rounds("s")
    assert (first.number, second.number, second.as_of_us) == (1, 2, at(30))
    assert first.differences == {"gmv_paid_minor": None}
    assert second.differences == {"gmv_paid_minor": 150_000}, "a point has no difference"


def test_it_refuses_a_fallen_figure_and_keeps_the_others(show: ShowView) -> None:
    send(show, 1, 15, {"gmv_paid_minor": 100_000, "views": 900})
    answer = send(show, 2, 30, {"gmv_paid_minor": 90_000, "views": 1_500, "online_now": 3})
    [problem] = answer.problems
    assert (answer.state, problem.figure, problem.known_value, problem.known_us) == (
        "recorded",
        "gmv_paid_minor",
        100_000,
        at(15),
    )
    assert problem.fix
    assert dict(rounds.rounds("s")[1].values) == {"views": 1_500, "online_now": 3}
    again = send(show, 2, 30, {"gmv_paid_minor": 90_000, "views": 1_500, "online_now": 3})
    assert (again.state, again.problems) == ("known", answer.problems), "the answer is the same when it is lost"


def test_it_checks_a_late_round_against_the_rounds_on_both_sides(show: ShowView) -> None:
    send(show, 1, 15, {"views": 100})
    send(show, 3, 45, {"views": 300})
    [problem] = send(show, 2, 30, {"views": 301}).problems
    assert problem.known_us == at(45)
    assert send(show, 2, 30, {"views": 200}, entry=2).problems == ()
    assert [view.differences["views"] for view in rounds.rounds("s")] == [None, 100, 100]


def test_it_corrects_a_round_and_rewrites_the_difference_once(show: ShowView) -> None:
    send(show, 1, 15, {"views": 100})
    send(show, 2, 30, {"views": 9_000})
    assert send(show, 3, 45, {"views": 400}).problems, "the wrong value stands in the way"
    answer = send(show, 2, 30, {"views": 250}, entry=2, actor=OTHER)
    assert (answer.state, answer.problems) == ("recorded", ())
    assert send(show, 2, 30, {"views": 250}, entry=2, actor=OTHER).state == "known"
    assert send(show, 3, 45, {"views": 400}, entry=2).problems == ()
    views = rounds.rounds("s")
    assert [(each.values["views"], each.differences["views"]) for each in views] == [
        (100, None),
        (250, 150),
        (400, 150),
    ]
    assert views[1].corrected_by == OTHER
    assert stated() == [
        ("views", 100, at(15)),
        ("views", 9_000, at(30)),
        ("views", 250, at(30)),
        ("views", 400, at(45)),
    ]
    entries = eventlog.audit_entries(thing="show:s")
    corrected = next(each for each in entries if each.act == "round.corrected")
    assert (corrected.before, corrected.after) == ({"views": 9_000}, {"views": 250})


def test_it_withdraws_a_round_typed_into_the_wrong_show(show: ShowView) -> None:
    send(show, 1, 15, {"views": 100})
    send(show, 2, 30, {"views": 200})
    rounds.withdraw(show, "round-002", why="wrong room", actor=WHO)
    assert [view.round_id for view in rounds.rounds("s")] == ["round-001"]
    assert stated() == [("views", 100, at(15))]
    with pytest.raises(NoRound):
        rounds.withdraw(show, "round-002", actor=WHO)


def test_it_refuses_rounds_that_cannot_be(show: ShowView) -> None:
    for minute, values in ((-30, {"views": 1}), (60 * 24 * 30, {"views": 1}), (10, {})):
        answer = send(show, 1, minute, values)
        assert (answer.state, bool(answer.problem and answer.fix)) == ("refused", True)
    [problem] = send(show, 4, 20, {"mood": 7}).problems
    assert problem.figure == "mood"
    planned = shows.create_show("douyin", "r2", planned_at=clock.now_us() + clock.HOUR_US, actor=WHO)
    assert rounds.record(planned, Entry("entry-xx1", "round-xx1", at(1), {"views": 1}), actor=WHO).state == "refused"
    assert rounds.rounds("s") == []


def test_it_says_when_the_next_round_is_due(show: ShowView) -> None:
    due = rounds.due(show, now_us=at(20))
    assert due is not None
    assert (due.due_us, due.last_us, due.is_due) == (at(30), None, False)
    send(show, 1, 40, {"views": 100})
    later = rounds.due(show, now_us=at(71))
    assert later is not None
    assert (later.due_us, later.last_us, later.is_due) == (at(70), at(40), True)


def test_it_keeps_the_form_of_a_room(show: ShowView) -> None:
    assert rounds.form("douyin", "r").figures == DEFAULT_FIGURES
    rounds.set_form("douyin", "r", RoundForm(("views", "payers"), 15, "{支付GMV}"), actor=WHO)
    assert rounds.form("douyin", "r") == RoundForm(("views", "payers"), 15, "{支付GMV}")
    for wrong, field in (
        (RoundForm(()), "figures"),
        (RoundForm(("views", "views")), "figures"),
        (RoundForm(every_minutes=1), "every_minutes"),
        (RoundForm(template="{心情}"), "template"),
    ):
        with pytest.raises(BadForm) as caught:
            rounds.set_form("douyin", "r", wrong, actor=WHO)
        assert caught.value.ids["field"] == field


def test_it_writes_the_round_as_text_and_leaves_out_what_nobody_knows(show: ShowView) -> None:
    send(show, 1, 15, {"gmv_paid_minor": 10_000_00, "orders_paid": 100})
    send(show, 2, 30, {"gmv_paid_minor": 25_000_50, "orders_paid": 250, "spend_minor": 5_000_00})
    view = rounds.rounds("s")[1]
    text = rounds.text_of(view, template=rounds.DEFAULT_ZH, currency="CNY", told={"show": "晚场", "time": "20:30"})
    assert text.splitlines() == [
        "【第2轮】晚场 20:30",
        "支付GMV ¥25,000.50（+¥15,000.50）",
        "订单 250（+150） · 客单价 ¥100.00",
        "消耗 ¥5,000.00 · ROI 5.00",
    ]
    english = rounds.text_of(view, template=rounds.DEFAULT_EN, currency="CNY", told={"show": "Late"})
    assert "Paid GMV ¥25,000.50 (+¥15,000.50)" in english


def test_it_refuses_a_correction_of_a_withdrawn_round(show: ShowView) -> None:
    send(show, 1, 30, {"gmv_paid_minor": 50_000})
    rounds.withdraw(show, "round-001", why="the wrong show", actor=WHO)
    before = stated()
    late = send(show, 1, 30, {"gmv_paid_minor": 70_000}, entry=2, actor=OTHER)
    assert (late.state, late.problem) == ("refused", "这一轮已撤回。")
    assert stated() == before
