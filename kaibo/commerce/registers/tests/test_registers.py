"""Registers through the real log: two people, timers, caps, appeals, files, shifts, the checklist."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import (
    ChangeKind,
    ChangeState,
    Duty,
    NewAdjustment,
    NewChange,
    NewViolation,
    ShiftView,
    ViolationState,
)
from kaibo.commerce.registers.errors import BadEntry, BadFile, CapReached, NoEntry, SamePerson, WrongState
from kaibo.commerce.registers.models import Change, GiveAway
from kaibo.commerce.shows import api as shows
from kaibo.commerce.shows.contracts import ShowView
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import StoredEvent
from kaibo.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("home")]
HOST_DESK, SECOND = "user:1", "user:2"
START = clock.now_us() - 2 * clock.HOUR_US
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def show() -> Iterator[ShowView]:
    log = eventlog.open_log()
    yield shows.ensure_show("s", platform="douyin", room_id="r", title="晚场", started_at=START, actor=HOST_DESK)
    log.close()


def at(minute: float) -> int:
    return START + round(minute * clock.MINUTE_US)


def told(kind: str) -> list[StoredEvent]:
    return [event for event in eventlog.events_of("s") if event.kind == kind]


def ask(show: ShowView, entry_id: str = "change-001", **more: object) -> None:
    wanted = {"kind": ChangeKind.PRICE, "link_no": "7", "before": 9_900, "after": 7_900, "at_us": at(10), **more}
    registers.ask_change(show, NewChange(entry_id=entry_id, **wanted), currency="CNY", actor=HOST_DESK)  # type: ignore[arg-type]


def test_it_takes_a_price_change_from_the_question_to_the_second_person(show: ShowView) -> None:
    ask(show, asked_by="阿May", reason="冲一波")
    ask(show, after=1)
    assert [(each.state, each.after) for each in registers.changes("s")] == [(ChangeState.ASKED, 7_900)]
    assert told("price.changed") == [], "asked is not changed"
    registers.make_change(show, "change-001", currency="CNY", actor=HOST_DESK)
    with pytest.raises(SamePerson):
        registers.check_change(show, "change-001", actor=HOST_DESK)
    checked = registers.check_change(show, "change-001", actor=SECOND)
    assert (checked.state, checked.made_by, checked.checked_by) == (ChangeState.CHECKED, HOST_DESK, SECOND)
    with pytest.raises(WrongState):
        registers.check_change(show, "change-001", actor=SECOND)
    [event] = told("price.changed")
    assert (event.link_no, event.attrs and event.attrs["price_minor"]) == ("7", 7_900)
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(checked_by=HOST_DESK)


def test_it_is_overdue_until_somebody_reverts_it(show: ShowView) -> None:
    ask(show, revert_after_minutes=10, is_made=True)
    [made] = registers.changes("s", now_us=at(19))
    assert (made.state, made.revert_us, made.is_overdue) == (ChangeState.MADE, at(20), False)
    assert registers.changes("s", now_us=at(20))[0].is_overdue
    registers.revert_change(show, "change-001", currency="CNY", actor=SECOND)
    [back] = registers.changes("s")
    assert (back.state, back.is_overdue, back.reverted_by) == (ChangeState.REVERTED, False, SECOND)
    prices = [event.attrs["price_minor"] for event in told("price.changed") if event.attrs]
    assert prices == [7_900, 9_900]
    with pytest.raises(WrongState):
        registers.revert_change(show, "change-001", currency="CNY", actor=SECOND)


def test_it_keeps_a_stock_change_out_of_the_stock_of_the_platform(show: ShowView) -> None:
    ask(show, kind=ChangeKind.STOCK, before=None, after=50, is_made=True)
    assert told("stock.changed") == []
    [mark] = told("note.marked")
    assert mark.attrs is not None
    assert mark.attrs["scope"] == "stock"
    registers.revert_change(show, "change-001", currency="CNY", actor=SECOND)
    assert len(told("note.marked")) == 1, "back to an unknown number says nothing"


def test_it_refuses_changes_that_cannot_be(show: ShowView) -> None:
    for wrong, field in (
        ({"link_no": " "}, "link_no"),
        ({"after": -1}, "after"),
        ({"revert_after_minutes": 0}, "revert_after_minutes"),
        ({"at_us": START - clock.DAY_US}, "at_us"),
    ):
        with pytest.raises(BadEntry) as caught:
            ask(show, **wrong)
        assert caught.value.ids["field"] == field
    with pytest.raises(NoEntry):
        registers.make_change(show, "change-404", currency="CNY", actor=SECOND)
    ask(show)
    registers.withdraw_change(show, "change-001", actor=HOST_DESK)
    with pytest.raises(WrongState):
        registers.make_change(show, "change-001", currency="CNY", actor=SECOND)


def test_it_logs_an_ad_adjustment_once_and_takes_it_back(show: ShowView) -> None:
    now = clock.now_us()
    new = NewAdjustment("adjust-001", "A计划", "budget", "+2000", at_us=now)
    registers.log_adjustment(show, new, actor=HOST_DESK)
    registers.log_adjustment(show, new, actor=HOST_DESK)
    registers.log_adjustment(show, NewAdjustment("adjust-002", "A计划", "paused", at_us=at(5)), actor=HOST_DESK)
    assert [each.entry_id for each in registers.ad_log("s")] == ["adjust-001", "adjust-002"]
    assert [event.text for event in told("ad.adjusted")] == ["A计划 paused", "A计划 budget +2000"]
    registers.undo_adjustment(show, "adjust-001", actor=HOST_DESK)
    registers.undo_adjustment(show, "adjust-001", actor=HOST_DESK)
    assert [each.is_undone for each in registers.ad_log("s")] == [True, False]
    assert [event.text for event in told("ad.adjusted")] == ["A计划 paused"]
    with pytest.raises(WrongState):
        registers.undo_adjustment(show, "adjust-002", actor=HOST_DESK)
    with pytest.raises(BadEntry):
        registers.log_adjustment(show, NewAdjustment("adjust-003", "A", "magic"), actor=HOST_DESK)


def give(show: ShowView, number: int, pieces: int) -> None:
    registers.give(show, "1", entry_id=f"given-{number:03d}", pieces=pieces, at_us=at(number), actor=HOST_DESK)


def test_it_gives_away_up_to_the_cap_and_sums_the_loss(show: ShowView) -> None:
    give(show, 1, 5)
    assert registers.running_loss(registers.give_aways("s")) == (0, 1), "an unstated loss is unknown, not zero"
    registers.plan_give_away(show, "1", cap=10, loss_per_piece_minor=1_290, actor=HOST_DESK)
    give(show, 2, 5)
    give(show, 2, 5)
    with pytest.raises(CapReached) as caught:
        give(show, 3, 1)
    assert caught.value.ids["left"] == 0
    [line] = registers.give_aways("s")
    assert (line.given, line.left, line.loss_minor) == (10, 0, 12_900)
    with pytest.raises(BadEntry):
        registers.plan_give_away(show, "1", cap=9, loss_per_piece_minor=1_290, actor=HOST_DESK)
    give(show, 4, -2)
    give(show, 3, 1)
    assert [each.pieces for each in registers.give_away_entries("s")] == [-2, 1, 5, 5]
    assert registers.running_loss(registers.give_aways("s")) == (9 * 1_290, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        GiveAway.objects.update(given=11)


def test_it_follows_a_violation_to_its_end(show: ShowView) -> None:
    new = NewViolation("violation-1", "绝对化用语“最好”", "points", "广告法第九条", 2.0, "7", at(600), at(30))
    registers.register_violation(show, new, actor=HOST_DESK)
    registers.register_violation(show, new, actor=HOST_DESK)
    assert [event.text for event in told("violation.received")] == ["绝对化用语“最好”"]
    with pytest.raises(WrongState):
        registers.settle_violation(show, "violation-1", ViolationState.OVERTURNED, actor=SECOND)
    registers.settle_violation(show, "violation-1", ViolationState.APPEALED, note="口误已更正", actor=SECOND)
    registers.settle_violation(show, "violation-1", ViolationState.OVERTURNED, actor=SECOND)
    [found] = registers.violations("s")
    assert (found.state, found.is_open, found.points) == (ViolationState.OVERTURNED, False, 2.0)
    for wrong in (NewViolation("violation-2", " "), NewViolation("violation-2", "x", "jail")):
        with pytest.raises(BadEntry):
            registers.register_violation(show, wrong, actor=HOST_DESK)


def test_it_keeps_files_by_what_they_are_not_by_their_name(show: ShowView) -> None:
    registers.register_violation(show, NewViolation("violation-1", "警告"), actor=HOST_DESK)
    for _ in range(2):
        registers.attach_file(show, "violation-1", name="../../警告.png", data=PNG, actor=HOST_DESK)
    [found] = registers.violations("s")
    [kept] = found.files
    assert (kept.name, kept.kind, kept.size) == ("警告.png", "image/png", len(PNG))
    view, data = registers.violation_file("s", kept.id)
    assert (view, data) == (kept, PNG)
    with pytest.raises(NoEntry):
        registers.violation_file("another show", kept.id)
    for name, data in (("evil.png", b"<script>alert(1)</script>"), ("empty.png", b"")):
        with pytest.raises(BadFile):
            registers.attach_file(show, "violation-1", name=name, data=data, actor=HOST_DESK)


def shift(shift_id: str, person: str, duty: str = "host", **more: int) -> ShiftView:
    times: dict[str, int | None] = {"planned_from_us": None, "planned_to_us": None, "from_us": None, "to_us": None}
    return ShiftView("s", shift_id, person, duty, origin="typed", **{**times, **more})  # type: ignore[arg-type]


def test_it_takes_hours_from_events_and_typed_ones_elsewhere(show: ShowView) -> None:
    registers.save_shift(show, shift("shift-001", "小鹿", planned_from_us=at(0), planned_to_us=at(60)), actor=HOST_DESK)
    registers.save_shift(show, shift("shift-002", "老王", "desk", from_us=at(1), to_us=at(90)), actor=HOST_DESK)
    registers.save_shift(show, shift("shift-003", "阿May", planned_from_us=at(70)), actor=HOST_DESK)
    duties = [Duty("小鹿", at(2), at(40)), Duty("小鹿", at(50), at(66)), Duty("临时", at(66), None)]
    found = {each.person: each for each in registers.shifts("s", duties=duties)}
    assert (found["小鹿"].from_us, found["小鹿"].to_us, found["小鹿"].origin) == (at(2), at(66), "counted")
    assert (found["老王"].origin, found["老王"].worked_us) == ("typed", 89 * clock.MINUTE_US)
    assert (found["阿May"].origin, found["阿May"].worked_us) == ("planned", None)
    assert (found["临时"].shift_id, found["临时"].to_us) == ("", None)
    registers.remove_shift(show, "shift-003", actor=HOST_DESK)
    assert len(registers.shifts("s")) == 2
    with pytest.raises(BadEntry) as caught:
        registers.save_shift(show, shift("shift-004", "x", from_us=at(5), to_us=at(1)), actor=HOST_DESK)
    assert caught.value.ids["field"] == "actual_to"


def test_it_ticks_points_by_somebody_at_some_time(show: ShowView) -> None:
    view = registers.checklist(show)
    assert (len(view.points), view.counts["open"]) == (9, 9)
    registers.tick_point(show, "coupons", "fine", actor=HOST_DESK)
    with pytest.raises(BadEntry):
        registers.tick_point(show, "stock", "wrong", actor=HOST_DESK)
    after = registers.tick_point(show, "stock", "wrong", note="M 断码", actor=SECOND)
    points = {each.point_id: each for each in after.points}
    assert (points["coupons"].state, points["coupons"].actor) == ("fine", HOST_DESK)
    assert (points["stock"].note, points["stock"].actor, after.counts["wrong"]) == ("M 断码", SECOND, 1)
    texts = [*registers.checklist_template("douyin", "r")[:2], ("", "补光灯打开")]
    registers.save_checklist_template("douyin", "r", texts, actor=SECOND)
    assert [each.text for each in registers.checklist(show).points][2] == "补光灯打开"
    with pytest.raises(NoEntry):
        registers.tick_point(show, "phone", "fine", actor=HOST_DESK)
    assert [each.act for each in eventlog.audit_entries(thing="show:s")][:2] == ["checklist.ticked"] * 2


def test_it_says_so_when_the_log_refuses_what_it_was_told(show: ShowView) -> None:
    from kaibo.commerce.registers import telling

    bad = telling.event(show, "x-1", "ad.adjusted", at(5), attrs={"value": "words where a number belongs"})
    with pytest.raises(BadEntry, match="value"):
        telling.tell(show, [bad], ingest_id="x")


def test_it_gives_a_host_with_two_shifts_the_hours_of_each(show: ShowView) -> None:
    """Hosts take turns: 小鹿 opens the evening and closes it."""
    for number, (begin, end) in enumerate(((0, 30), (60, 90)), 1):
        planned = {"planned_from_us": at(begin), "planned_to_us": at(end)}
        registers.save_shift(show, shift(f"shift-10{number}", "小鹿", **planned), actor=HOST_DESK)
    duties = [Duty("小鹿", at(1), at(31)), Duty("阿May", at(31), at(58)), Duty("小鹿", at(58), at(90))]
    found = [each for each in registers.shifts("s", duties=duties) if each.person == "小鹿"]
    assert [(each.from_us, each.to_us) for each in found] == [(at(1), at(31)), (at(58), at(90))]
    assert sum(each.worked_us or 0 for each in found) == 62 * clock.MINUTE_US
