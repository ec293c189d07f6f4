"""A link that is known by its number first and by its product later is one line."""

from dataclasses import replace
from typing import Any

from kaibo.metrics import api
from kaibo.metrics.tests.fakes import FakeDoors, facts, minute
from kaibo.warehouse.contracts import Lap, Offer

SUMS = {"gmv_paid_minor": 40_000, "paid_lines": 4, "units_paid": 4, "orders_paid": 4, "payers": 3}


def offer(product_id: str | None, *links: str, **more: Any) -> Offer:
    plain: dict[str, Any] = {"title": None, "price_minor": None, "stock": None, "is_listed": True, "is_pinned": False}
    key = product_id or f"#{links[-1]}"
    return Offer(key=key, product_id=product_id, link_no=links[-1], links=links, **{**plain, **more})


def night(**more: Any) -> FakeDoors:
    """Link 1 was planned and explained by number; the orders of the files name its product."""
    plain: dict[str, Any] = {
        "rows": {10: {**SUMS, "product_clicks": 10}},
        "keyed": {"product": {"#1": {5: {"product_clicks": 7}}, "p1": {10: {**SUMS, "product_clicks": 3}}}},
        "offer_list": (offer(None, "1", role="hero", planned_minutes=8), offer("p1", "1", title="Coat")),
        "lap_list": (Lap("l1", None, "1", minute(4), minute(9)),),
        "ended": 60,
    }
    return FakeDoors(**{**plain, **more})


def lines(doors: FakeDoors, *ids: str) -> dict[str, dict[str, Any]]:
    found = api.evaluate("s1", list(ids), by="product", facts=facts(doors))
    return {key: {name: value.value for name, value in values.items()} for key, values in found.items()}


def test_it_shows_a_link_once_and_adds_what_adds_up() -> None:
    assert lines(night(), "gmv_paid", "product_clicks", "lap_count", "explained_minutes") == {
        "p1": {"gmv_paid": 40_000, "product_clicks": 10, "lap_count": 1, "explained_minutes": 5}
    }


def test_it_takes_people_of_one_side_and_never_adds_those_of_both() -> None:
    assert lines(night(), "payers", "orders_paid") == {"p1": {"payers": 3, "orders_paid": 4}}
    keyed = {"product": {"#1": {5: SUMS}, "p1": {10: SUMS}}}
    found = api.evaluate("s1", ["payers", "units_paid"], by="product", facts=facts(night(keyed=keyed)))["p1"]
    assert found["units_paid"].value == 8
    assert (found["payers"].value, found["payers"].reason) == (None, "partly_stated")
    assert "商品ID" in found["payers"].says["zh"]
    assert "may be in both" in found["payers"].says["en"]


def test_it_leaves_a_number_alone_that_two_products_stood_under() -> None:
    several = (offer(None, "1"), offer("p1", "1", "3"), offer("p2", "1"))
    assert set(lines(night(offer_list=several), "product_clicks")) == {"#1", "p1"}


def test_it_says_that_sales_during_a_lap_by_number_are_not_told() -> None:
    value = api.evaluate("s1", ["gmv_per_explained_minute"], facts=facts(night()))["gmv_per_explained_minute"]
    assert (value.value, value.reason) == (None, "partly_stated")
    named = night(lap_list=(Lap("l1", "p1", "1", minute(4), minute(9)),))
    assert api.evaluate("s1", ["gmv_per_explained_minute"], facts=facts(named))["gmv_per_explained_minute"].value == 0


def test_it_gives_the_plan_of_the_number_to_the_product() -> None:
    one = facts(night())
    assert [(each.key, each.title, each.role, each.planned_minutes) for each in one.offers] == [
        ("p1", "Coat", "hero", 8)
    ]
    stocked = replace(night().offer_list[0], stock=9, stock_by_sku={"M": 9})
    mine = offer("p1", "1", stock=0)
    assert facts(night(offer_list=(stocked, mine))).offers[0].stock == 0
    assert api.evaluate("s1", ["gmv_hero_ratio"], facts=one)["gmv_hero_ratio"].value == 1
