"""Before and after an act: the same span on both sides, nothing claimed before it is over."""

import pytest

from kaibo.metrics import api
from kaibo.metrics.around import Around
from kaibo.metrics.tests.fakes import FakeDoors, facts, minute

IDS = ("gmv_paid", "ad_spend", "roas_room")


def sides(at: float, *, now: float, ended: float | None = None, kinds: tuple[str, ...] | None = None) -> Around:
    rows = {k: {"gmv_paid_minor": 100 if k < 60 else 300, "spend_minor": 50} for k in range(120)}
    doors = FakeDoors(rows=rows, ended=ended) if kinds is None else FakeDoors(rows={}, kinds=kinds)
    return api.around("s1", minute(at), IDS, facts=facts(doors, now=now))


def test_it_compares_half_an_hour_with_half_an_hour() -> None:
    found = sides(60, now=95)
    assert found.after is not None
    assert [found.before[name].value for name in IDS] == [3_000, 1_500, pytest.approx(2)]
    assert [found.after[name].value for name in IDS] == [9_000, 1_500, pytest.approx(6)]
    assert (found.minutes, found.ready_us) == (30, minute(90))


def test_it_claims_nothing_before_the_half_hour_is_over() -> None:
    assert sides(60, now=89).after is None


def test_it_takes_shorter_spans_near_the_ends_of_the_show() -> None:
    early, late = sides(12, now=60), sides(70, now=200, ended=80)
    assert early.after is not None
    assert late.after is not None
    assert (early.minutes, late.minutes) == (12, 10)
    assert (early.before["ad_spend"].value, late.after["ad_spend"].value) == (600, 500)
    assert sides(78, now=200, ended=80).after is None


def test_it_keeps_unknown_unknown() -> None:
    found = sides(60, now=95, kinds=())
    assert found.after is not None
    assert {value.value for value in (*found.before.values(), *found.after.values())} == {None}
