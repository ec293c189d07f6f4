"""A room without any feed: the ten tiles fill from typed rounds, with the pace between rounds, never mixed in."""

import pytest

from kaibo.metrics import api
from kaibo.metrics.contracts import Tile
from kaibo.metrics.tests.fakes import FakeDoors, facts, minute
from kaibo.warehouse.contracts import Figure


def typed(name: str, value: int, at: float, *, number: int = 1, basis: str = "cumulative") -> Figure:
    return Figure(name, value, minute(at), basis, "typed", "f1", False, f"round:{at}:{name}:{number:04d}")


def rounds(*more: Figure) -> FakeDoors:
    values = {
        "gmv_paid_minor": (3_000_000, 6_000_000),
        "views": (3_000, 9_000),
        "viewers": (2_000, 5_000),
        "spend_minor": (600_000, 900_000),
        "followers_gained": (20, 50),
        "product_exposed_viewers": (1_500, 4_000),
        "product_click_viewers": (300, 1_000),
        "interactors": (100, 400),
    }
    stated = [typed(name, value, at) for name, both in values.items() for value, at in zip(both, (30, 60), strict=True)]
    stated += [typed("online_now", people, at, basis="point") for people, at in ((400, 30), (500, 60))]
    stated += [typed("stay_per_viewer", 95, 60, basis="point")]
    return FakeDoors(kinds=("figure.reported",), stated=(*stated, *more))


def tiles(doors: FakeDoors, *, now: float = 70) -> dict[str, Tile]:
    return {tile.id: tile for tile in api.tiles("s1", facts=facts(doors, now=now))}


def test_it_fills_the_ten_tiles_of_a_room_without_a_feed() -> None:
    found = tiles(rounds())
    values = {name: tile.value.value for name, tile in found.items()}
    assert values == {
        "gmv_paid": 6_000_000,
        "gmv_per_minute_5m": 100_000,
        "online_now": 500,
        "entries_per_minute": 200,
        "ad_spend": 900_000,
        "roas_room": pytest.approx(6_000_000 / 900_000),
        "gpm_view_15m": pytest.approx(500_000),
        "stay_per_viewer": 95,
        "product_click_ratio": 0.25,
        "interaction_ratio": 0.08,
    }
    assert {tile.value.origin for tile in found.values()} == {"typed"}
    assert {tile.age_seconds for tile in found.values()} == {600.0}, "as old as the round, not as the page"
    assert "30" in found["gmv_per_minute_5m"].value.says["en"]


def test_it_compares_a_typed_number_with_the_round_before() -> None:
    changes = {name: tile.change_5m for name, tile in tiles(rounds()).items() if tile.change_5m is not None}
    assert changes["gmv_paid"].value == pytest.approx(0, abs=1e-9), "as much in the second half hour as in the first"
    assert changes["entries_per_minute"].value == pytest.approx(1, abs=1e-9), "twice as many"
    assert changes["online_now"].value == pytest.approx(0.25)
    assert changes["roas_room"].value == pytest.approx(6 / 0.9 / 5 - 1)
    assert changes["roas_room"].origin == "typed"


def test_it_takes_a_correction_once() -> None:
    corrected = rounds(typed("gmv_paid_minor", 4_500_000, 60, number=2))
    found = tiles(corrected)
    assert (found["gmv_paid"].value.value, found["gmv_per_minute_5m"].value.value) == (4_500_000, 50_000)


def test_it_speaks_of_the_whole_evening_after_the_first_round() -> None:
    doors = FakeDoors(kinds=("figure.reported",), stated=(typed("gmv_paid_minor", 300_000, 30),))
    assert tiles(doors, now=31)["gmv_per_minute_5m"].value.value == 10_000


def test_it_does_not_round_a_slow_pace_to_nothing() -> None:
    doors = FakeDoors(kinds=("figure.reported",), stated=(typed("comments", 3, 30),))
    value = api.evaluate("s1", ["comments_per_minute"], facts=facts(doors, now=31))["comments_per_minute"].value
    assert value == pytest.approx(0.1)


def test_it_gives_up_a_pace_that_is_an_hour_old() -> None:
    found = tiles(rounds(), now=121)
    assert (found["gmv_per_minute_5m"].value.reason, found["gmv_paid"].value.value) == ("in_gap", 6_000_000)


def test_it_leaves_a_counted_number_alone() -> None:
    doors = FakeDoors(rows={69: {"gmv_paid_minor": 700}}, stated=rounds().stated)
    found = tiles(doors)
    assert (found["gmv_paid"].value.value, found["gmv_paid"].value.origin) == (700, "counted")
    assert found["gmv_per_minute_5m"].value.value == 140
