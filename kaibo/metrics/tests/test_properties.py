"""What must hold for any night: the identity, the sums, and silence where nothing is known."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaibo.eventlog.kinds import KINDS
from kaibo.metrics import api
from kaibo.metrics.dictionary.identity import identity_of
from kaibo.metrics.evaluate import whole
from kaibo.metrics.registry import ENTRIES, ROW_GRAIN
from kaibo.metrics.stated import UNSTATED
from kaibo.metrics.tests.fakes import FakeDoors, facts
from kaibo.metrics.tests.night import EARLY, LATE, night
from kaibo.warehouse.columns import BY_NAME, COLUMNS

counts = st.integers(min_value=1, max_value=10**7)
SUMS = [column.name for column in COLUMNS if column.merge == "sum"]
INPUTS = sorted(KINDS - {"unknown"})


PEOPLE = ("impression_viewers", "viewers", "product_exposed_viewers", "product_click_viewers", "payers")


@given(people=st.fixed_dictionaries(dict.fromkeys(PEOPLE, counts)), paid=st.integers(0, 10**12))
def test_it_multiplies_out_to_what_was_paid(people: dict[str, int], paid: int) -> None:
    row = {**people, "gmv_paid_minor": paid}
    identity = identity_of(whole(facts(FakeDoors(rows={1: row}))))
    assert identity.product_minor + identity.residual_minor == Fraction(paid)
    assert identity.residual_minor >= 0
    assert (identity.residual_minor > 0) == (row["payers"] > row["product_click_viewers"] and paid > 0)


def keyed(draw: st.DrawFn, grain: str) -> dict[str, dict[int, dict[str, int]]]:
    columns = [name for name in SUMS if grain != "product" or "viewer" not in name]
    line = st.dictionaries(
        st.integers(0, 59), st.dictionaries(st.sampled_from(columns), st.integers(0, 50)), max_size=3
    )
    return draw(st.dictionaries(st.sampled_from(["a", "b", "c"]), line, max_size=3))


@st.composite
def nights(draw: st.DrawFn) -> FakeDoors:
    """Any rows of the show, and any lines by key that do not even have to agree with them."""
    rows = draw(
        st.dictionaries(st.integers(0, 59), st.dictionaries(st.sampled_from(SUMS), st.integers(0, 50)), max_size=5)
    )
    for row in rows.values():  # a line that states an amount is a paid line
        row.update(dict.fromkeys(("subsidy_lines", "receivable_lines", "fan_known_lines"), row.get("paid_lines", 0)))
        for amount, beside in UNSTATED.items():  # a minute whose amounts nobody stated is missing, and adds to nothing
            if row.get(beside):
                row.setdefault(amount, 0)
    return FakeDoors(rows=rows, keyed={grain: keyed(draw, grain) for grain in ROW_GRAIN.values()}, ended=60)


@settings(max_examples=40, deadline=None)
@given(doors=nights())
def test_it_adds_lines_up_to_the_total(doors: FakeDoors) -> None:
    own = facts(doors, now=61)
    totals = api.evaluate("s1", facts=own)
    for by in api.BY:
        ids = [one.id for one in api.definitions() if by in one.additive]
        lines = api.evaluate("s1", ids, by=by, facts=own)
        for metric_id in ids:
            known = totals[metric_id]
            if known.value is None:
                continue
            values = [line[metric_id].value for line in lines.values() if metric_id in line]
            assert sum(value or 0 for value in values) == known.value, (by, metric_id)


@settings(max_examples=40, deadline=None)
@given(doors=nights())
def test_it_never_sums_distinct_people_over_keys(doors: FakeDoors) -> None:
    own = facts(doors, now=61)
    distinct = [one.id for one in api.definitions() if one.additive == ("minute",)]
    assert {"viewers", "payers", "orders_paid", "product_click_viewers", "refund_orders"} <= set(distinct)
    totals = api.evaluate("s1", distinct, facts=own)
    for by in ("traffic_source", "product", "lap", "host"):
        assert all(by not in ENTRIES[metric_id].definition.additive for metric_id in distinct)
        lines = api.evaluate("s1", distinct, by=by, facts=own)
        assert "" not in lines
    for metric_id in distinct:
        column = ENTRIES[metric_id].definition.columns[0]
        own_rows = sum(values.get(column, 0) for values in doors.rows.values())
        assert totals[metric_id].value in {own_rows, None}


def test_it_sums_no_first_time_count_beyond_its_minutes() -> None:
    for one in api.definitions():
        if any(BY_NAME[column].is_first for column in one.columns):
            assert set(one.additive) <= {"minute"}, one.id


def needed(metric_id: str) -> set[str]:
    """Kinds of which each alone feeds a column of the number."""
    definition = ENTRIES[metric_id].definition
    return {BY_NAME[column].kinds[0] for column in definition.columns if len(BY_NAME[column].kinds) == 1}


@settings(max_examples=60, deadline=None)
@given(cut=st.sets(st.sampled_from(INPUTS), min_size=1, max_size=12))
def test_it_knows_nothing_that_no_feed_reports(cut: set[str]) -> None:
    heard = {name for name, column in BY_NAME.items() if not column.kinds or set(column.kinds) - cut}
    rows = {at: {name: n for name, n in row.items() if name in heard} for at, row in ((10, EARLY), (57, LATE))}
    doors = night(without=tuple(cut), rows=rows, stated=())
    for metric_id, value in api.evaluate("s1", facts=facts(doors, now=9e5)).items():
        if metric_id not in STAND_INS and needed(metric_id) & cut:
            assert value.value is None, metric_id
            assert value.reason in {"not_reported", "needs_setting", "no_target", "no_history", "not_at_grain"}


# Numbers with a second honest way: change of people online for leaving; the kinds of interaction that are reported.
STAND_INS = {"net_inflow_per_minute", "interactions_per_view"}


def test_it_stays_silent_without_any_feed() -> None:
    doors = FakeDoors(kinds=(), rows={}, ended=60)
    own = {"on_air_minutes", "count_lag_seconds", "count_lag_events", "quarantined_batches", "quarantined_lines"}
    own |= {"gap_minutes", "unmatched_events"}
    known = {name for name, value in api.evaluate("s1", facts=facts(doors, now=61)).items() if value.value is not None}
    assert known <= own


@pytest.mark.parametrize("metric_id", [name for name, each in ENTRIES.items() if each.definition.denominator])
def test_it_has_no_ratio_on_an_empty_night(metric_id: str) -> None:
    """Every kind is declared and silent: sums are 0, and no quotient exists, whatever its unit."""
    value = api.evaluate("s1", [metric_id], facts=facts(FakeDoors(ended=60), now=61))[metric_id]
    over_time = {"分钟", "直播小时", "在岗小时", "没有福袋的分钟"}
    if ENTRIES[metric_id].definition.denominator_zh in over_time:
        assert value.value == 0
    else:
        assert value.value is None
        assert value.reason != ""
