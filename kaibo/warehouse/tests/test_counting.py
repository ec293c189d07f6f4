"""Any order, any split: the same rows as one ordered batch and as the slow reference."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes, reference

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.close()


def count_pieces(counter: Counter, pieces: list[list[fakes.Event]], *, forgets: bool = False) -> dict:
    fakes.clear()
    counter.engine.reset()
    with pytest.MonkeyPatch.context() as patch:
        log = fakes.FakeLog().install(patch)
        for piece in pieces:
            log.add(piece)
            if forgets:  # as after a restart: everything comes back from what the ledger holds
                counter.engine.reset()
            while counter.step():
                pass
    return fakes.rows()


def cut(night: list[fakes.Event], chance: random.Random, pieces: int) -> list[list[fakes.Event]]:
    shuffled = chance.sample(night, len(night))
    cuts = sorted(chance.sample(range(1, len(night)), min(pieces, len(night)) - 1)) if len(night) > 1 else []
    return [shuffled[low:high] for low, high in zip([0, *cuts], [*cuts, len(night)], strict=True)]


@pytest.mark.parametrize("profile", fakes.PROFILES)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**9), pieces=st.integers(1, 5), forgets=st.booleans())
def test_it_counts_the_same_in_any_order_and_split(
    counter: Counter, profile: str, seed: int, pieces: int, *, forgets: bool
) -> None:
    night = fakes.night(seed, profile=profile, size=(3, 20, 60, 120)[seed % 4])
    expected = reference.count(night)
    chance = random.Random(seed)
    assert count_pieces(counter, cut(night, chance, pieces), forgets=forgets) == expected


def test_it_counts_an_ordered_night_in_one_batch_like_the_reference(counter: Counter) -> None:
    for profile in fakes.PROFILES:
        night = sorted(fakes.night(4, profile=profile, size=200), key=lambda each: each["occurred_at"])
        assert count_pieces(counter, [night]) == reference.count(night)


def test_it_finds_an_earlier_line_without_a_show_although_another_room_has_that_order_too(counter: Counter) -> None:
    """Told in two rooms by feeds of one room each: after a restart the show is read back, and the line beside it."""
    order = {"platform": "douyin", "order_id": "o", "occurred_at": fakes.START, "amount_minor": 100}
    elsewhere = {**order, "room_id": "r0", "feed_id": "f0", "show_id": "A", "event_id": "r", "kind": "order.refunded"}
    shipped = {**order, "room_id": "r1", "feed_id": "f1", "event_id": "s", "kind": "order.shipped"}
    placed = {**shipped, "show_id": "A", "event_id": "p", "kind": "order.placed"}
    between = {**placed, "event_id": "e", "kind": "viewer.entered", "order_id": None}
    night = [elsewhere, shipped, between, placed]
    expected = reference.count(night)
    assert any(row.get("orders_shipped") for row in expected.values())
    for forgets in (True, False):
        assert count_pieces(counter, [[elsewhere, shipped], [placed, between]], forgets=forgets) == expected
        assert count_pieces(counter, [[elsewhere, shipped], [between], [placed]], forgets=forgets) == expected


def test_it_settles_every_tie_the_same_way_round(counter: Counter) -> None:
    """What chance seldom meets: one id in two rooms at one instant, refunds exactly an hour and a day late."""
    at = {"platform": "douyin", "room_id": "r0", "show_id": "A", "occurred_at": fakes.START, "viewer_id": "v1"}
    entered = {**at, "event_id": "same", "kind": "viewer.entered", "traffic_source": "paid"}
    twin = {**entered, "room_id": "r1", "traffic_source": "feed"}
    paid = {**at, "event_id": "p", "kind": "order.paid", "order_id": "o", "amount_minor": 100}
    hour = {**paid, "event_id": "h", "kind": "order.refunded", "occurred_at": fakes.START + 3_600_000_000}
    day = {**hour, "event_id": "d", "occurred_at": fakes.START + fakes.DAY}
    lap = {**at, "event_id": "l", "kind": "lap.started"}
    ended = {**lap, "event_id": "m", "kind": "lap.ended"}
    night = [entered, twin, paid, hour, day, lap, ended]
    expected = reference.count(night)
    for order in (night, night[::-1]):
        for pieces in ([order], [[one] for one in order]):
            assert count_pieces(counter, pieces) == expected
