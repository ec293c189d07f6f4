"""Any order, any split: the same rows as one ordered batch and as the slow reference."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaibo.warehouse.counter import Counter
from kaibo.warehouse.tests import fakes, reference

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.close()


def count_all(counter: Counter, log: fakes.FakeLog) -> dict:
    fakes.clear()
    counter.engine.reset()
    while counter.step():
        pass
    return fakes.rows()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(night=fakes.nights(), seed=st.integers(0, 2**32), pieces=st.integers(1, 6), forgets=st.booleans())
def test_it_counts_the_same_in_any_order_and_split(
    counter: Counter, night: list[fakes.Event], seed: int, pieces: int, forgets: bool
) -> None:
    expected = reference.count(night)
    shuffled = list(night)
    chance = random.Random(seed)
    chance.shuffle(shuffled)
    with pytest.MonkeyPatch.context() as patch:
        log = fakes.FakeLog().install(patch)
        log.add(sorted(night, key=lambda each: (each["occurred_at"], each["event_id"])))
        assert count_all(counter, log) == expected
    with pytest.MonkeyPatch.context() as patch:
        log = fakes.FakeLog().install(patch)
        cuts = sorted(chance.sample(range(1, len(shuffled)), min(pieces, len(shuffled)) - 1)) if len(shuffled) > 1 else []
        fakes.clear()
        counter.engine.reset()
        for low, high in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            log.add(shuffled[low:high])
            if forgets:  # as after a restart: everything comes back from what the ledger holds
                counter.engine.reset()
            while counter.step():
                pass
        assert fakes.rows() == expected
