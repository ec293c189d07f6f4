"""The counter beside its ledger: nothing twice, nothing lost, whatever breaks on the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kaibo.eventlog.contracts import RoomWindow
from kaibo.kit.clock import now_us
from kaibo.warehouse import api, counter, forgetting, ledger, models
from kaibo.warehouse.counter import POLL_SECONDS, REST_SECONDS, SMALL_STEP, Counter, Step, rest_after
from kaibo.warehouse.tests import fakes, reference

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MINUTE = 60_000_000
DAY = 86_400_000_000


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


def count_all(counting: Counter) -> None:
    while counting.step():
        pass


def event(number: int, kind: str, at: int = 0, **more: object) -> fakes.Event:
    base = {"platform": "douyin", "room_id": "r1", "show_id": "A", "occurred_at": fakes.START + at}
    return {**base, "event_id": f"e{number}", "kind": kind, **more}


def order(number: int, kind: str, at: int = 0, **more: object) -> fakes.Event:
    return event(number, kind, at, **{"order_id": "o1", **more})


def test_it_gives_a_refund_three_days_later_to_its_own_night(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([order(1, "order.paid", amount_minor=9900, viewer_id="v1", product_id="p1", traffic_source="paid")])
    log.add([event(2, "viewer.entered", 3 * DAY, show_id="B")])
    log.add([order(3, "order.refunded", 3 * DAY, show_id=None, amount_minor=9900)])
    counting.step()
    counting.engine.reset()
    count_all(counting)
    night = api.totals("A", to_us=fakes.START + MINUTE)
    assert (night["gmv_paid_minor"], night["refund_minor"], night["refund_minor_24h"]) == (9900, 9900, 0)
    assert (night["refund_orders"], night["refund_minor_d7"]) == (1, 9900)
    assert "refunds_cash_minor" not in night
    assert api.totals("A", from_us=fakes.START + DAY) == {"refunds_cash_minor": 9900, "refunds_cash_count": 1}
    assert api.totals_by("A", "source")["paid"]["refund_minor"] == 9900
    assert api.totals_by("A", "product")["p1"]["refund_minor"] == 9900
    assert "refund_minor" not in api.totals("B")
    assert api.show_span("A") == (fakes.START, fakes.START)


def test_it_lets_no_feed_of_one_room_touch_the_order_of_another(counting: Counter, log: fakes.FakeLog) -> None:
    """Neither by a refund, nor by a payment that claims to be the earlier one; its own order of that id is its own."""
    paid = order(1, "order.paid", MINUTE, amount_minor=9900, feed_id="f1")
    log.add([paid])
    count_all(counting)
    night = api.totals("A")
    there = {"room_id": "r0", "show_id": "B", "feed_id": "f0", "amount_minor": 9900}
    log.add([order(2, "order.refunded", 2 * MINUTE, **there)])
    count_all(counting)
    assert (api.totals("A"), api.totals("B")["unmatched"]) == (night, 1)
    assert [one.reason for one in api.unmatched("B")] == ["other_room"]
    counting.engine.reset()
    log.add([order(3, "order.paid", 0, **there)])
    log.add([order(4, "order.refunded", 3 * MINUTE, show_id=None, amount_minor=100, feed_id="f1")])
    count_all(counting)
    assert api.unmatched("B") == []
    assert {name: api.totals("A")[name] for name in ("orders_paid", "gmv_paid_minor", "refund_minor")} == {
        "orders_paid": 1,
        "gmv_paid_minor": 9900,
        "refund_minor": 100,
    }
    assert (api.totals("B")["gmv_paid_minor"], api.totals("B")["refund_minor"]) == (9900, 9900)


def test_it_lets_a_feed_of_the_shop_or_of_both_rooms_touch_an_order(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([order(1, "order.paid", amount_minor=9900, feed_id="f1")])
    elsewhere = {"room_id": "r0", "show_id": "B", "amount_minor": 100}
    log.add([order(2, "order.refunded", MINUTE, feed_id="f", **elsewhere)])
    log.add([order(3, "order.refunded", MINUTE, feed_id="f01", **elsewhere)])
    count_all(counting)
    assert (api.totals("A")["refund_minor"], api.unmatched("B")) == (200, [])


def test_it_keeps_an_unknown_order_unmatched_until_it_arrives(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([order(1, "order.refunded", 5 * MINUTE, amount_minor=100)])
    count_all(counting)
    assert api.totals("A") == {"events": 1, "unmatched": 1}
    assert [(one.event_id, one.kind, one.order_id) for one in api.unmatched("A")] == [("e1", "order.refunded", "o1")]
    log.add([order(2, "order.paid", amount_minor=100)])
    count_all(counting)
    totals = api.totals("A")
    assert "unmatched" not in totals
    assert (totals["refund_minor"], totals["refunds_cash_minor"], totals["events"]) == (100, 100, 2)
    assert api.unmatched("A") == []


def test_it_moves_an_order_when_its_payment_stands_in_another_show(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([order(1, "order.placed", amount_minor=100), order(2, "order.refunded", MINUTE, amount_minor=100)])
    count_all(counting)
    assert api.totals("A")["gmv_placed_minor"] == 100
    counting.engine.reset()
    log.add([order(3, "order.paid", MINUTE, show_id="B", amount_minor=100)])
    count_all(counting)
    assert api.totals("A") == {"events": 2}
    totals = api.totals("B")
    assert (totals["gmv_placed_minor"], totals["gmv_paid_minor"], totals["refund_minor"]) == (100, 100, 100)
    counting.engine.reset()
    log.add([order(4, "order.refunded", 2 * MINUTE, show_id=None, amount_minor=7)])
    count_all(counting)
    assert api.totals("B")["refund_minor"] == 107


def test_it_counts_the_same_after_a_rebuild(counting: Counter, log: fakes.FakeLog) -> None:
    for seed in range(3):
        night = [{**one, "event_id": f"{one['event_id']}-{seed}"} for one in fakes.night(seed, size=60)]
        log.add(night)
        count_all(counting)
    before, versions = fakes.rows(), api.show_version("A")
    tables = (models.MomentRow, models.FigureRow, models.OnlineSample, models.IntervalRow, models.UnmatchedRow)
    kept = [sorted(table.objects.values_list(*[f.name for f in table._meta.fields][1:]), key=repr) for table in tables]
    span = api.show_span("A")
    models.MinuteRow.objects.filter(show_id="A").update(views=12345)
    api.request_rebuild("A")
    api.request_rebuild("B")
    count_all(counting)
    assert fakes.rows() == before
    again = [sorted(table.objects.values_list(*[f.name for f in table._meta.fields][1:]), key=repr) for table in tables]
    assert again == kept
    assert api.show_span("A") == span
    assert api.show_version("A") > versions
    assert not models.RebuildRequest.objects.exists()


@pytest.mark.parametrize("profile", ["all", "orders"])
def test_it_counts_the_rest_when_lines_are_taken_back(counting: Counter, log: fakes.FakeLog, profile: str) -> None:
    night = fakes.night(8, profile=profile, size=80)
    undone, kept = night[:25], night[25:]
    log.add(night[:50])
    count_all(counting)
    log.add(night[50:])
    count_all(counting)
    log.add(undone, sign=-1)
    count_all(counting)
    assert fakes.rows() == reference.count(kept)
    log.add(undone[:10])
    count_all(counting)
    assert fakes.rows() == reference.count(kept + undone[:10])


def test_it_binds_lines_to_another_show(counting: Counter, log: fakes.FakeLog) -> None:
    night = fakes.night(5, profile="orders", size=60)
    moved = [one for one in night if one.get("show_id") == "B"]
    rest = [one for one in night if one.get("show_id") != "B"]
    log.add(night)
    count_all(counting)
    log.add(moved, sign=-1)
    log.add([{**one, "show_id": "C"} for one in moved])
    count_all(counting)
    assert fakes.rows() == reference.count(rest + [{**one, "show_id": "C"} for one in moved])


def test_it_writes_nothing_when_it_dies_before_the_commit(
    counting: Counter, log: fakes.FakeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.add([event(1, "viewer.entered", viewer_id="v1")])
    count_all(counting)
    log.add([event(2, "viewer.entered", -MINUTE, viewer_id="v1")])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(counter, "merge", die)
        with pytest.raises(KeyboardInterrupt):
            counting.step()
    assert api.totals("A")["views"] == 1
    assert ledger.reached() == {"w": 1}
    count_all(counting)
    assert (api.totals("A")["views"], api.totals("A")["viewers"]) == (2, 1)


def test_it_counts_once_when_it_dies_between_commit_and_lake(
    counting: Counter, log: fakes.FakeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.add([event(1, "viewer.entered")])

    def die(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kaibo.eventlog.api.lake_sealed", die)
        with pytest.raises(KeyboardInterrupt):
            counting.run_once()
    counting.engine.reset()
    assert counting.run_once().events == 0
    assert api.totals("A")["views"] == 1
    assert log.lake == [{"w": 1}]


def test_it_refuses_to_count_beside_a_second_counter(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered", viewer_id="v1")])
    second = Counter()
    count_all(counting)
    with pytest.raises(ledger.CountedElsewhere):
        second._count(log.refs, {}, {})
    log.add([event(2, "viewer.entered", MINUTE, viewer_id="v1")])
    count_all(second)
    log.add([event(3, "viewer.entered", 2 * MINUTE, viewer_id="v1")])
    count_all(counting)
    second.close()
    assert (api.totals("A")["views"], api.totals("A")["viewers"]) == (3, 1)


def test_it_joins_following_batches_to_one_ledger_row(counting: Counter, log: fakes.FakeLog) -> None:
    for number in range(6):
        log.add([event(number, "viewer.entered")])
        if number % 2:
            count_all(counting)
    assert list(models.LedgerEntry.objects.values_list("writer", "from_seq", "to_seq")) == [("w", 1, 6)]
    last = log.refs[-1]
    assert ledger.held([last, replace(last, from_seq=7, to_seq=7)], ledger.spans()) == [last]


def test_it_counts_a_forgotten_show_from_the_beginning(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered", viewer_id="v1")])
    count_all(counting)
    api.forget("A")
    assert (api.totals("A"), api.show_span("A")) == ({}, None)
    log.add([event(2, "viewer.entered", MINUTE, viewer_id="v1")])
    count_all(counting)
    assert (api.totals("A")["views"], api.totals("A")["viewers"]) == (2, 1)


def test_it_tallies_events_without_a_show(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered", show_id=None), event(2, "comment.posted", text="在吗")])
    count_all(counting)
    assert models.CountTally.objects.get(name="events_without_show").value == 1
    assert api.totals("A")["comments"] == 1


def test_it_keeps_an_id_that_came_again_hours_later_when_another_line_is_taken_back(
    counting: Counter, log: fakes.FakeLog
) -> None:
    twice = [event(1, "comment.posted"), event(1, "comment.posted", 3 * 60 * MINUTE)]
    log.add([*twice, event(2, "comment.posted")])
    count_all(counting)
    assert api.totals("A")["comments"] == 3
    log.add([event(2, "comment.posted")], sign=-1)
    count_all(counting)
    assert api.totals("A")["comments"] == 2


def test_it_tells_the_currencies_of_the_amounts_it_summed(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([order(1, "order.paid", amount_minor=100, currency="CNY"), event(2, "like.given", currency="JPY")])
    count_all(counting)
    assert api.currencies("A") == {"CNY": 1}
    log.add([event(3, "gift.sent", amount_minor=100, currency="USD"), event(4, "order.paid", currency="EUR")])
    count_all(counting)
    assert api.currencies("A") == {"CNY": 1, "USD": 1}
    log.add([event(3, "gift.sent", amount_minor=100, currency="USD")], sign=-1)
    count_all(counting)
    assert api.currencies("A") == {"CNY": 1}


def test_it_keeps_the_newest_comments_in_any_order(counting: Counter, log: fakes.FakeLog) -> None:
    every = [event(number, "comment.posted", number * 1000, text=f"第{number}条") for number in range(700)]
    log.add(every[300:])
    count_all(counting)
    log.add(every[:300])
    count_all(counting)
    found = api.recent_comments("A", limit=1000)
    assert [one.event_id for one in found] == [f"e{number}" for number in range(699, 199, -1)]
    assert found[0].text == "第699条"


def test_it_evicts_idle_shows_and_brings_them_back(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered", viewer_id="v1", show_id=show) for show in ("A", "B", "C")])
    count_all(counting)
    assert counting.engine.evict(idle_seconds=3600, most_shows=1) == ["A", "B"] or len(counting.engine.shows) == 1
    log.add([event(2, "viewer.entered", MINUTE, viewer_id="v1", show_id=show) for show in ("A", "B", "C")])
    count_all(counting)
    assert [api.totals(show)["viewers"] for show in ("A", "B", "C")] == [1, 1, 1]


def test_it_forgets_rested_shows_beyond_what_fits_and_counts_them_on(
    counting: Counter, log: fakes.FakeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.add([event(1, "viewer.entered", viewer_id="v1", show_id=show) for show in ("A", "B", "C")])
    count_all(counting)
    monkeypatch.setattr(forgetting, "MOST_FIRSTS", 1)
    assert forgetting.forget_some(counting.engine) == [], "all three are on air"
    monkeypatch.setattr(forgetting, "RESTED_SECONDS", -1.0)
    counting.engine.touch("A")
    assert forgetting.forget_some(counting.engine) == ["B", "C"], "one is left, and fits"
    log.add([event(2, "viewer.entered", MINUTE, viewer_id="v1", show_id=show) for show in ("A", "B", "C")])
    count_all(counting)
    assert [api.totals(show)["viewers"] for show in ("A", "B", "C")] == [1, 1, 1]


def test_it_keeps_a_rebuild_that_was_asked_for_during_one(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered")])
    count_all(counting)
    api.request_rebuild("A")
    asked = dict(models.RebuildRequest.objects.values_list("show_id", "asked_at"))
    models.RebuildRequest.objects.update(asked_at=asked["A"] + 1)  # somebody asks while the first is answered
    counting._count([], asked, ledger.reached())
    assert models.RebuildRequest.objects.get().asked_at == asked["A"] + 1
    assert counting.step().rebuilt == ("A",)
    assert not models.RebuildRequest.objects.exists()


def test_it_tells_of_a_counted_batch_that_was_damaged_later(counting: Counter, log: fakes.FakeLog) -> None:
    log.add([event(1, "viewer.entered")])
    log.add([event(2, "viewer.entered")])
    count_all(counting)
    log.damaged.add(0)
    for _ in range(2):
        counting.engine.reset()
        log.add([event(3, "viewer.entered")])
        count_all(counting)
    [aside] = models.QuarantinedBatch.objects.all()
    assert (aside.from_seq, aside.to_seq) == (1, 1)
    assert "was counted" in aside.reason
    assert (api.count_status().quarantined_batches, api.count_status().behind_events) == (1, 0)
    assert api.totals("A")["views"] == 4


def test_it_gathers_a_show_in_the_lake_once_it_is_over(
    counting: Counter, log: fakes.FakeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.add([event(1, "viewer.entered", show_id=show) for show in ("A", "B", "C", "D")])
    count_all(counting)
    ends = {"A": now_us() - 601_000_000, "B": now_us() - 1_000_000, "C": None, "D": fakes.START + DAY}
    plan = [RoomWindow("douyin", "r1", show, fakes.START, end) for show, end in ends.items()]
    gathered: list[str] = []
    is_sealed = False

    def rewrite(show: str) -> Path | None:
        gathered.append(show)
        return Path("shows") if is_sealed else None

    monkeypatch.setattr("kaibo.eventlog.api.windows", lambda: plan)
    monkeypatch.setattr("kaibo.eventlog.api.rewrite_show", rewrite)
    counting._gather_a_show()
    is_sealed = True
    for _ in range(3):
        counting._gather_a_show()
    assert gathered == ["A", "A"]  # not before it is in the lake, then once


def test_it_rests_at_the_pace_of_a_night_and_never_while_it_is_behind() -> None:
    assert rest_after(Step(), seconds=0.001) == POLL_SECONDS
    assert rest_after(Step(batches=1, events=20), seconds=0.05) == 0.1
    assert rest_after(Step(batches=1, events=20), seconds=5.0) == REST_SECONDS
    assert rest_after(Step(batches=40, events=SMALL_STEP), seconds=0.5) == 0
    assert rest_after(Step(quarantined=1), seconds=0.5) == 0
    assert rest_after(Step(is_again=True), seconds=0.5) == 0
