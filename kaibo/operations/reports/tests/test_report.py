"""The daily report says what the simulator knows to be true, and why where it cannot know."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kaibo.commerce.registers import api as registers
from kaibo.commerce.registers.contracts import ChangeKind, NewChange, NewViolation, ShiftView
from kaibo.commerce.rounds import api as rounds
from kaibo.commerce.rounds.contracts import Entry
from kaibo.commerce.shows import api as shows
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.events import PlatformEvent
from kaibo.kit.clock import DAY_US, HOUR_US, MINUTE_US
from kaibo.operations.reports import api as reports
from kaibo.operations.reports import gather
from kaibo.operations.reports.contracts import COLUMNS, Report
from kaibo.operations.reports.errors import BadColumns, LinkClosed, NotYet
from kaibo.operations.reports.tests import nights
from kaibo.operations.reports.tests.nights import SHOW, START

pytestmark = pytest.mark.django_db(transaction=True)


def headline(report: Report, metric_id: str) -> float | int | None:
    return report.headline(metric_id).value.value


def column(report: Report, by: str, metric_id: str) -> dict[str, float | int | None]:
    return {line.key: line.values[metric_id].value for line in report.breakdown(by).lines if metric_id in line.values}


def test_it_shows_the_rate_of_forbidden_words_to_the_team_alone(home: Path) -> None:
    nights.bring()
    unknown = reports.report(SHOW).headline("sensitive_word_ratio").value
    assert (unknown.value, unknown.reason) == (None, "no_denominator")
    registers.note_word_check(SHOW, "speech", texts=400, confirmed=2, undecided=1)
    told = reports.report(SHOW)
    value = told.headline("sensitive_word_ratio").value
    assert (value.value, value.status) == (0.005, "provisional")
    outside = told.for_outsiders()
    assert "sensitive_word_ratio" not in {one.value.id for one in outside.headlines}
    assert "sensitive_word_ratio" not in {one.id for one in (*outside.told, *outside.missing)}


def test_it_says_what_the_simulator_knows_to_the_cent(home: Path) -> None:
    truth = nights.bring().truth()
    report = reports.report(SHOW)
    totals = truth["totals"]
    assert headline(report, "gmv_paid") == totals["gmv_paid_minor"]
    assert headline(report, "orders_paid") == totals["orders_paid"]
    assert headline(report, "views") == totals["views"]
    assert headline(report, "viewers") == totals["viewers"]
    assert headline(report, "ad_spend") == totals["spend_minor"]
    products = column(report, "product", "gmv_paid")
    for product, values in truth["by_product"].items():
        assert products.get(product, 0) == values["gmv_paid_minor"], product
    sources = column(report, "traffic_source", "gmv_paid")
    for source, values in truth["by_source"].items():
        assert sources.get(source, 0) == values["gmv_paid_minor"], source
    for by in COLUMNS:
        assert sum(value or 0 for value in column(report, by, "gmv_paid").values()) == totals["gmv_paid_minor"], by
    assert report.curve is not None
    assert report.curve.paid[-1][1] == totals["gmv_paid_minor"]
    assert sum(amount for _, amount in report.curve.steps) == totals["gmv_paid_minor"]


def test_it_gives_a_reason_for_what_it_does_not_know(home: Path) -> None:
    nights.bring()
    report = reports.report(SHOW)
    missing = {value.id: value for value in report.missing}
    assert missing["breakeven_roas"].reason == "needs_setting"
    assert all(value.value is None and value.says["zh"] and value.says["en"] for value in report.missing)
    assert all(value.value is not None and value.as_of is not None for value in report.told)
    assert report.earlier == 0
    assert all(one.band is None for one in report.headlines)


def test_it_compares_a_show_on_air_with_the_same_minute_of_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int | None]] = []
    at_minute = lambda _show, one, *, minute, facts: asked.append((one, minute))  # noqa: E731
    at_end = lambda _show, ids, *, facts: asked.extend((one, None) for one in ids) or {}  # noqa: E731
    monkeypatch.setattr(gather.metrics, "band", at_minute)
    monkeypatch.setattr(gather.metrics, "final_bands", at_end)
    facts: Any = SimpleNamespace(show_id=SHOW, started_us=START, ended_us=None, clock_us=START + 30 * MINUTE_US)
    gather._usual(facts, ["views"])
    facts.ended_us = facts.clock_us
    gather._usual(facts, ["views"])
    assert asked == [("views", 29), ("views", None)], "half an hour is not held against a whole night"


def test_it_compares_with_the_targets_of_the_show(home: Path) -> None:
    truth = nights.bring().truth()
    paid = truth["totals"]["gmv_paid_minor"]
    shows.set_targets(SHOW, {"gmv_paid_minor": paid * 2}, actor="user:1")
    one = reports.report(SHOW).headline("gmv_paid")
    assert one.goal == paid * 2
    assert one.target is not None
    assert one.target.value == pytest.approx(0.5)


def test_it_lists_what_the_registers_know_once_and_the_rest_from_events(home: Path) -> None:
    nights.bring()
    show = shows.show(SHOW)
    at = START + 10 * MINUTE_US
    change = NewChange("change-0001", ChangeKind.PRICE, "1", 9900, before=12900, is_made=True, at_us=at)
    registers.ask_change(show, change, currency="CNY", actor="user:7")
    registers.check_change(show, "change-0001", actor="user:8")
    registers.register_violation(show, NewViolation("violation-1", "绝对化用语", at_us=at), actor="user:7")
    nights.count()
    acts = reports.report(SHOW).acts
    made = [act for act in acts if act.kind == "price.changed" and act.attrs.get("state")]
    assert [(act.before_minor, act.after_minor, act.who) for act in made] == [(12900, 9900, ("user:7", "user:8"))]
    assert [act.text for act in acts if act.kind == "violation.received"] == ["绝对化用语"]
    assert any(act.kind == "interaction.opened" for act in acts)
    told = [act for act in acts if act.kind == "price.changed" and not act.attrs.get("state")]
    assert all(act.before_minor is not None for act in told), "a price from an event carries what it was before"


def test_it_refuses_a_report_before_the_show(home: Path) -> None:
    planned = shows.create_show("simulated", "r2", planned_at=eventlog.EARLIEST_US * 2, actor="user:1")
    with pytest.raises(NotYet):
        reports.report(planned.show_id)


@pytest.mark.postgres
def test_it_keeps_refunds_of_the_due_days_once_and_says_what_changed_since(home: Path) -> None:
    night = nights.bring()
    ended = shows.show(SHOW).ended_at
    assert ended is not None
    assert reports.take_due(at_us=ended + HOUR_US) == []
    assert reports.take_due(at_us=ended + 3 * HOUR_US) == [(SHOW, 0)]
    assert reports.take_due(at_us=ended + 4 * HOUR_US) == []
    assert reports.take_due(at_us=ended + DAY_US + MINUTE_US) == [(SHOW, 1)]
    before = reports.report(SHOW, at_us=ended + 2 * DAY_US)
    assert before.changed_since == (1, ())
    order_id, amount, _ = next(nights.paid_orders(night))
    nights.tell([nights.refund(order_id, amount, ended + 2 * DAY_US)])
    now = reports.report(SHOW, at_us=ended + 2 * DAY_US + HOUR_US)
    assert now.changed_since is not None
    day, changed = now.changed_since
    assert (day, "refunds" in changed, "gmv_paid" in changed) == (1, True, False)
    assert reports.take_due(at_us=ended + 3 * DAY_US + HOUR_US) == [(SHOW, 3)]
    days = {one.day: one for one in reports.report(SHOW, at_us=ended + 4 * DAY_US).refunds}
    kept = days[1].values["refunds"].value
    assert kept is not None
    assert days[3].values["refunds"].value == kept + amount
    assert "refunds" in days[3].changed
    assert days[7].taken_at is None


def test_it_leaves_a_due_day_empty_that_nobody_looked_at(home: Path) -> None:
    nights.bring()
    ended = shows.show(SHOW).ended_at
    assert ended is not None
    assert reports.take_due(at_us=ended + 5 * DAY_US) == []
    assert reports.take_due(at_us=ended + 7 * DAY_US + HOUR_US) == [(SHOW, 7)]
    days = {one.day: one.taken_at for one in reports.report(SHOW, at_us=ended + 8 * DAY_US).refunds}
    assert [day for day, taken in days.items() if taken is not None] == [7]


@pytest.mark.postgres
def test_it_opens_a_link_until_it_ends_or_is_taken_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.bring()
    link = reports.share(SHOW, days=1, language="en", actor="user:1")
    assert reports.opened(link.token).show_id == SHOW
    with pytest.raises(LinkClosed):
        reports.opened(link.token[:-1] + ("a" if link.token[-1] != "a" else "b"))
    monkeypatch.setattr("kaibo.operations.reports.links.now_us", lambda: link.expires_at)
    with pytest.raises(LinkClosed):
        reports.opened(link.token)
    monkeypatch.undo()
    second = reports.share(SHOW, days=400, language="klingon", actor="user:1")
    assert second.language == "zh-hans"
    assert second.expires_at - second.created_at == 90 * DAY_US
    reports.revoke(second.id, show_id=SHOW, actor="user:1")
    with pytest.raises(LinkClosed):
        reports.opened(second.token)
    with pytest.raises(LinkClosed):
        reports.revoke(second.id, show_id=SHOW, actor="user:1")
    acts = [entry.act for entry in eventlog.audit_entries(thing=f"show:{SHOW}")]
    assert acts[:4] == ["report.link_revoked", "report.shared", "report.link_opened", "report.shared"]


@pytest.mark.postgres
def test_it_remembers_the_columns_of_the_team_and_names_what_cannot_be(home: Path) -> None:
    chosen = [{"id": "date", "heading": "日期"}, {"id": "gmv_paid", "heading": "成交额"}]
    reports.set_columns("show", chosen, actor="user:1")
    assert [(one.id, one.heading) for one in reports.columns("show")] == [("date", "日期"), ("gmv_paid", "成交额")]
    with pytest.raises(BadColumns, match="column 2: 'gmv_pay' does not exist"):
        reports.set_columns("show", [{"id": "date"}, {"id": "gmv_pay"}], actor="user:1")
    with pytest.raises(BadColumns, match="twice"):
        reports.set_columns("show", [{"id": "date"}, {"id": "date"}], actor="user:1")
    with pytest.raises(BadColumns, match="does not exist"):
        reports.set_columns("product", [{"id": "pcu"}], actor="user:1")
    assert reports.set_columns("show", [], actor="user:1") == reports.defaults("show")


def test_it_names_why_two_sources_differ(home: Path) -> None:
    totals = nights.bring().truth()["totals"]
    paid, refunded = totals["gmv_paid_minor"], totals["refund_minor"]
    assert refunded > 0.006 * paid, "the night must have refunds for this test to say something"
    ended = shows.show(SHOW).ended_at
    assert ended is not None
    early = START + 15 * MINUTE_US
    from kaibo.warehouse import api as warehouse

    until_early = warehouse.totals(SHOW, to_us=early)["gmv_paid_minor"]
    nights.tell(
        [
            nights.figure("gmv_paid_minor", until_early, early, "typed"),
            nights.figure("gmv_paid_minor", paid - refunded, ended + HOUR_US, "imported", is_final=True),
            nights.figure("views", totals["views"] - 5000, ended + HOUR_US, "imported", is_final=True),
        ]
    )
    found = {one.column: one for one in reports.reconcile(SHOW)}
    money = found["gmv_paid_minor"]
    assert [claim.kind for claim in money.claims] == ["counted", "typed", "imported"]
    assert money.differences == (None, until_early - paid, -refunded)
    assert money.causes[1][0].code == "time_cut"
    assert money.causes[1][0].explains
    assert [(cause.code, cause.amount) for cause in money.causes[2]] == [("refunds_taken_off", -refunded)]
    assert [len(one.claims) > 1 for one in found.values()] == sorted(
        [len(one.claims) > 1 for one in found.values()], reverse=True
    )
    assert [cause.code for cause in found["views"].causes[1]] == ["unnamed"]
    assert found["views"].causes[1][0].amount == -5000


def test_it_does_not_take_orders_that_name_nobody_for_no_payers(home: Path) -> None:
    shows.ensure_show(SHOW, platform="simulated", room_id=nights.ROOM, started_at=START, actor="user:1")
    paid = PlatformEvent(
        event_id="one", kind="order.paid", platform="simulated", room_id=nights.ROOM, show_id=SHOW,
        occurred_at=START + HOUR_US, order_id="o1", amount_minor=1000, currency="CNY",
    )  # fmt: skip
    nights.tell([paid, nights.figure("payers", 34, START + 2 * HOUR_US, "imported")])
    found = {one.column: [(claim.kind, claim.value) for claim in one.claims] for one in reports.reconcile(SHOW)}
    assert found["payers"] == [("imported", 34)]
    assert found["orders_paid"] == [("counted", 1)]


def test_it_tells_the_work_behind_the_night(home: Path) -> None:
    nights.bring()
    show = shows.show(SHOW)
    assert reports.report(SHOW).work.checklist is None, "nobody ticked it"
    assert show.ended_at is not None
    point = registers.checklist(show).points[0].point_id
    registers.tick_point(show, point, "fine", actor="user:7")
    planned = (START, START + 20 * MINUTE_US)
    shift = ShiftView(SHOW, "shift-0001", "小夏", "desk", *planned, START, START + 26 * MINUTE_US, "typed")
    registers.save_shift(show, shift, actor="user:7")
    entry = Entry("entry-0001", "round-0001", START + 15 * MINUTE_US, {"orders_paid": 12})
    rounds.record(show, entry, actor="user:7")
    nights.tell([nights.plan_figure("P1", "spend_minor", 90_000), nights.plan_figure("P2", "spend_minor", 20_000)])
    nights.tell([nights.plan_figure("P1", "attributed_gmv_minor", 270_000)])
    work = reports.report(SHOW).work
    assert work.checklist is not None
    assert work.checklist.counts["fine"] == 1
    desk = next(one for one in work.shifts if one.person == "小夏")
    assert (desk.planned_to_us, desk.worked_us) == (planned[1], 26 * MINUTE_US)
    assert any(one.origin == "counted" for one in work.shifts), "hosts as host changes know them"
    assert [dict(one.values) for one in work.rounds] == [{"orders_paid": 12}]
    assert [(one.plan_id, one.values, one.roas) for one in work.plans] == [
        ("P1", {"spend_minor": 90_000, "attributed_gmv_minor": 270_000}, 3.0),
        ("P2", {"spend_minor": 20_000}, None),
    ]
