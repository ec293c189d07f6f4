"""Unknown is not zero: what a number says when something is missing, silent, early or only stated."""

import pytest

from kaibo.eventlog.contracts import Gap
from kaibo.metrics import api
from kaibo.metrics.contracts import Value
from kaibo.metrics.evaluate import evaluate_by
from kaibo.metrics.tests.fakes import FakeDoors, facts, minute
from kaibo.metrics.tests.night import night, stated

DAY = 24 * 60.0


def one(metric_id: str, doors: FakeDoors, *, now: float = 60, **window: int) -> Value:
    return api.evaluate("s1", [metric_id], facts=facts(doors, now=now), **window)[metric_id]


def test_it_is_missing_when_no_feed_declares_the_kind() -> None:
    value = one("comments", night(without=("comment.posted",), rows={10: {"views": 5}}))
    assert (value.value, value.status, value.reason) == (None, "missing", "not_reported")
    assert "comment.posted" in value.says["en"]


def test_it_is_missing_while_nothing_that_arrived_is_counted() -> None:
    waiting = FakeDoors(seen={"comment.posted": 3})
    waiting.show_span = lambda show_id: None  # type: ignore[method-assign, assignment]
    value = one("views", waiting)
    assert (value.value, value.reason) == (None, "too_early")
    assert "not counted yet" in value.says["en"]


def test_it_is_zero_when_declared_and_silent() -> None:
    value = one("comments", FakeDoors(rows={10: {"views": 5}}))
    assert (value.value, value.reason) == (0, "")
    assert value.sources == ("orders",)


def test_it_is_known_when_seen_although_nobody_declares_it() -> None:
    doors = FakeDoors(kinds=(), seen={"comment.posted": 3}, rows={10: {"comments": 3}})
    assert one("comments", doors).value == 3
    assert one("likes", doors).reason == "not_reported"


def test_it_is_known_when_counted_although_the_log_saw_it_under_no_show() -> None:
    doors = FakeDoors(kinds=(), seen={"order.paid": 2}, rows={10: {"orders_paid": 2, "orders_shipped": 2}})
    assert one("orders_shipped", doors).value == 2
    assert one("orders_delivered", doors).reason == "not_reported"


def test_it_is_missing_inside_a_gap_of_all_its_feeds() -> None:
    gap = Gap("f1", minute(20), minute(40), "connection lost")
    doors = FakeDoors(rows={10: {"comments": 3}, 50: {"comments": 2}}, gaps=(gap,))
    assert one("comments", doors, from_us=minute(25), to_us=minute(30)).reason == "in_gap"
    assert one("comments", doors, from_us=minute(35), to_us=minute(45)).value == 0
    whole = one("comments", doors)
    assert (whole.value, whole.status) == (5, "provisional")
    assert "silent" in whole.says["en"]


def test_it_keeps_a_gap_provisional_after_the_show() -> None:
    gap = Gap("f1", minute(20), minute(40), "connection lost")
    assert (
        one("comments", FakeDoors(rows={10: {"comments": 3}}, gaps=(gap,), ended=60), now=9e5).status == "provisional"
    )


@pytest.mark.parametrize("metric_id", ["gpm_view", "value_per_payer", "roas_room", "interaction_ratio", "pay_ratio"])
def test_it_never_divides_by_nothing(metric_id: str) -> None:
    value = one(metric_id, FakeDoors(rows={10: {"events": 1}}))
    assert (value.value, value.reason) == (None, "no_denominator")


def test_it_knows_events_without_names() -> None:
    doors = FakeDoors(rows={10: {"views": 50, "gmv_paid_minor": 100}})
    assert one("views", doors).value == 50
    assert one("viewers", doors).reason == "not_reported"
    assert one("value_per_viewer", doors).reason == "not_reported"


def test_it_takes_a_stated_number_of_people_where_events_name_nobody() -> None:
    doors = FakeDoors(rows={10: {"paid_lines": 4, "gmv_paid_minor": 100}}, stated=(stated("payers", 3, 25),))
    assert (one("payers", doors).value, one("payers", doors).origin) == (3, "typed")
    assert one("value_per_payer", doors).value == pytest.approx(100 / 3)


def test_it_says_of_no_source_that_it_sold_nothing_where_orders_name_none() -> None:
    keyed = {"source": {"feed": {10: {"views": 40}}, "": {10: {"paid_lines": 2, "gmv_paid_minor": 100}}}}
    doors = FakeDoors(rows={10: {"views": 40, "paid_lines": 2, "gmv_paid_minor": 100}}, keyed=keyed)
    lines = evaluate_by(facts(doors), ["gmv_paid", "gpm_view", "views"], "traffic_source")
    assert (lines["feed"]["gmv_paid"].value, lines["feed"]["gmv_paid"].reason) == (None, "not_reported")
    assert lines["feed"]["gpm_view"].value is None
    assert lines["feed"]["views"].value == 40
    assert lines[""]["gmv_paid"].value == 100
    some = {"source": {"paid": {10: {"paid_lines": 1, "gmv_paid_minor": 40}}, **keyed["source"]}}
    doors = FakeDoors(rows={10: {"views": 40, "paid_lines": 3, "gmv_paid_minor": 140}}, keyed=some)
    assert evaluate_by(facts(doors), ["gmv_paid"], "traffic_source")["feed"]["gmv_paid"].value == 0


def test_it_names_no_sum_that_only_some_lines_state() -> None:
    doors = FakeDoors(rows={10: {"paid_lines": 4, "receivable_lines": 3, "receivable_minor": 300}})
    value = one("gmv_receivable", doors)
    assert value.reason == "partly_stated"
    assert "3 of 4" in value.says["en"]


@pytest.mark.parametrize(
    ("metric_id", "rows", "told"),
    [
        ("viewers", {"views": 501, "nameless_views": 500, "viewers": 1}, "1 of 501"),
        ("interaction_ratio", {"views": 9, "viewers": 9, "likes": 4, "nameless_likes": 4, "interactors": 1}, "0 of 4"),
        ("payers", {"paid_lines": 2, "nameless_paid_lines": 1, "payers": 1}, "1 of 2"),
        ("gmv_paid", {"paid_lines": 2, "unpriced_paid_lines": 1, "gmv_paid_minor": 100}, "1 of 2"),
        ("gpm_view", {"views": 9, "paid_lines": 2, "unpriced_paid_lines": 1, "gmv_paid_minor": 100}, "1 of 2"),
        ("refunds", {"refund_lines": 3, "unpriced_refunds": 1, "refund_minor": 100}, "2 of 3"),
        ("stay_per_view", {"views": 9, "leaves": 8, "leaves_untimed": 4, "watch_ms": 4_000}, "4 of 8"),
        ("gmv_attributed", {"spend_minor": 80, "unattributed_spend_minor": 40, "attributed_gmv_minor": 9}, "50 %"),
    ],
)
def test_it_takes_half_known_for_unknown(metric_id: str, rows: dict[str, int], told: str) -> None:
    value = one(metric_id, FakeDoors(rows={10: rows}))
    assert (value.value, value.reason) == (None, "partly_stated")
    assert told in value.says["en"]
    assert told in value.says["zh"] or told.split(" of ", maxsplit=1)[0] in value.says["zh"]


def test_it_marks_a_sum_of_which_a_little_is_not_stated() -> None:
    rows = {"paid_lines": 100, "unpriced_paid_lines": 2, "gmv_paid_minor": 9_800}
    value = one("gmv_paid", FakeDoors(rows={10: rows}, ended=60), now=9e5)
    assert (value.value, value.status) == (9_800, "provisional")
    assert "98 of 100" in value.says["en"]
    whole = one("gmv_paid", FakeDoors(rows={10: rows | {"unpriced_paid_lines": 0}}, ended=60), now=9e5)
    assert (whole.status, whole.says) == ("final", {})


def test_it_puts_a_stated_figure_in_the_place_of_half_a_sum() -> None:
    rows = {"paid_lines": 2, "unpriced_paid_lines": 1, "gmv_paid_minor": 100}
    value = one("gmv_paid", FakeDoors(rows={10: rows}, stated=(stated("gmv_paid", 1_500, 25),)))
    assert (value.value, value.origin) == (1_500, "typed")


@pytest.mark.parametrize(
    ("metric_id", "column", "beside"),
    [
        ("gmv_paid", "gmv_paid_minor", "paid_lines"),
        ("gift_minor", "gift_minor", "gifts"),
        ("effective_views", "effective_views", "leaves"),
        ("refunds", "refund_minor", "refund_orders"),
        ("refunds_cash", "refunds_cash_minor", "refunds_cash_count"),
    ],
)
def test_it_is_missing_where_events_came_without_the_amount(metric_id: str, column: str, beside: str) -> None:
    assert one(metric_id, FakeDoors(rows={10: {beside: 2}})).reason == "not_reported"
    assert one(metric_id, FakeDoors(rows={10: {beside: 2, column: 0}})).value == 0
    assert one(metric_id, FakeDoors(rows={10: {"events": 2}})).value == 0


def test_it_knows_no_net_sales_while_a_refund_states_no_amount() -> None:
    doors = FakeDoors(rows={10: {"gmv_paid_minor": 500, "paid_lines": 1, "orders_paid": 1, "refund_orders": 1}})
    assert one("net_sales", doors).reason == "not_reported"
    assert one("refund_amount_ratio", doors).reason == "not_reported"
    assert one("refund_order_ratio", doors).value == 1


def test_it_is_missing_where_ad_spend_states_nothing_more() -> None:
    spent = FakeDoors(rows={10: {"spend_minor": 100}}, seen={"spend.reported": 3})
    assert (one("ad_spend", spent).value, one("gmv_attributed", spent).reason) == (100, "not_reported")
    assert one("ad_clicks", spent).reason == "not_reported"
    assert one("ad_spend", FakeDoors(rows={10: {"events": 1}}, seen={"spend.reported": 3})).reason == "not_reported"
    assert one("ad_spend", FakeDoors(rows={10: {"events": 1}})).value == 0


def test_it_never_adds_currencies_up() -> None:
    rows = {10: {"gmv_paid_minor": 500, "paid_lines": 2, "orders_paid": 2, "views": 10}}
    mixed = FakeDoors(rows=rows, amounts_in=("CNY", "USD"))
    for metric_id in ("gmv_paid", "gpm_view", "value_per_order", "net_sales"):
        assert one(metric_id, mixed).reason == "mixed_currencies"
    assert "CNY, USD" in one("gmv_paid", mixed).says["en"]
    assert one("orders_paid", mixed).value == 2
    assert one("gmv_paid", FakeDoors(rows=rows, amounts_in=("USD",))).currency == "USD"
    assert one("gmv_paid", FakeDoors(rows=rows, amounts_in=())).currency == "CNY"


def test_it_counts_no_audience_by_product() -> None:
    lines = api.evaluate("s1", ["views", "gmv_paid"], by="product", facts=facts(night()))
    assert lines["p1"]["views"].reason == "not_at_grain"
    assert lines["p1"]["gmv_paid"].value == 160_000


@pytest.mark.parametrize(
    ("metric_id", "now"), [("gmv_per_minute_5m", 0.5), ("retention_60s_ratio", 1.5), ("gmv_per_hour", 0.5)]
)
def test_it_is_too_early_at_first(metric_id: str, now: float) -> None:
    doors = FakeDoors(rows={0: {"views": 5, "leaves": 1, "watch_ms": 9_000, "gmv_paid_minor": 100}})
    assert one(metric_id, doors, now=now).reason == "too_early"
    assert one(metric_id, doors, now=3).reason == ""


def test_it_waits_for_refunds_before_calling_them_final() -> None:
    doors = night()
    hours = {
        1: "refund_amount_ratio_1h",
        24: "refund_amount_ratio_24h",
        168: "refund_amount_ratio_d7",
        360: "net_sales_d15",
    }
    for delay, metric_id in hours.items():
        assert one(metric_id, doors, now=60 + delay * 60 - 1).status == "provisional"
        assert one(metric_id, doors, now=60 + delay * 60).status == "final"
    assert one("net_sales", doors, now=60 + 29 * DAY).status == "provisional"
    assert one("net_sales", doors, now=60 + 30 * DAY).status == "final"


def test_it_is_provisional_on_air() -> None:
    assert one("gmv_paid", night(ended=None)).status == "provisional"


def test_it_falls_back_on_a_stated_figure() -> None:
    doors = FakeDoors(kinds=(), stated=(stated("gmv_paid_minor", 900, 10), stated("gmv_paid_minor", 1_500, 25)))
    value = one("gmv_paid", doors)
    assert (value.value, value.origin, value.status, value.as_of) == (1_500, "typed", "provisional", minute(25))
    assert one("gmv_paid", doors, from_us=minute(10), to_us=minute(30)).value == 600
    assert one("gmv_paid", doors, from_us=minute(12), to_us=minute(20)).reason == "too_early"


def test_it_prefers_counting_to_a_stated_figure() -> None:
    doors = FakeDoors(rows={10: {"gmv_paid_minor": 70}}, stated=(stated("gmv_paid_minor", 1_500, 25),))
    assert (one("gmv_paid", doors).value, one("gmv_paid", doors).origin) == (70, "counted")


def test_it_takes_a_stated_ratio_as_it_is() -> None:
    doors = FakeDoors(kinds=(), stated=(stated("gpm_view", 82_000, 25, basis="point", origin="imported"),))
    value = one("gpm_view", doors)
    assert (value.value, value.origin) == (82_000, "imported")


def test_it_refuses_the_identity_on_a_stated_impression_figure() -> None:
    doors = night(without=("room.exposed",), stated=(stated("impression_viewers", 625, 30),))
    value = one("identity_residual", doors)
    assert value.reason == "not_reported"
    assert "platform's figure" in value.says["en"]


def test_it_has_no_target_nobody_set() -> None:
    assert one("gmv_target_ratio", FakeDoors(rows={1: {"gmv_paid_minor": 5}})).reason == "no_target"


def test_it_takes_a_silent_sampler_for_a_gap() -> None:
    doors = FakeDoors(online=((1, 50), (2, 60)))
    assert one("online_now", doors, now=6).value == 60
    assert one("online_now", doors, now=8).reason == "in_gap"


def test_it_stands_in_for_leaving_with_the_change_online() -> None:
    doors = night(without=("viewer.left",), ended=None, online=((56, 100), (59, 130)))
    assert one("net_inflow_per_minute", doors).value == pytest.approx(10)


def test_it_refuses_a_number_nobody_defined() -> None:
    from kaibo.kit.errors import NotFound

    with pytest.raises(NotFound, match="gvm_paid"):
        api.evaluate("s1", ["gvm_paid"], facts=facts(night()))
    with pytest.raises(NotFound) as caught:
        api.definition("gvm_paid")
    assert "gmv_paid" in caught.value.fix


def test_it_ends_a_show_that_nobody_closed() -> None:
    doors = FakeDoors(rows={0: {"views": 1}, 30: {"views": 100, "gmv_paid_minor": 10}})
    assert facts(doors, now=60).ended_us is None
    assert facts(doors, now=31 + 6 * 60).ended_us == minute(31)
