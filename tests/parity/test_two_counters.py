"""Two counters in turns, each with a memory of its own: neither counts a first time twice."""

from pathlib import Path

import pytest

from kaibo.warehouse.counter import Counter
from tests.parity import shows
from tests.parity.test_spark_counter import clashing, count_rest, same_on_duckdb

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_it_counts_a_first_time_once_although_another_counter_counted_in_between(home: Path) -> None:
    shows.bring(clashing(240), batches=8)
    one, other = Counter(group_bytes=1), Counter(group_bytes=1)
    for counting in (one, other, one, other, other, one):
        assert counting.step().batches == 1
    one.close()
    other.close()
    count_rest()
    assert same_on_duckdb() == []
