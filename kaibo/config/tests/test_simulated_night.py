"""A simulated night through log and counter: what is counted is what the simulator knows to be true."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaibo.connectors.simulator.config import NightConfig
from kaibo.connectors.simulator.night import Night, simulate
from kaibo.connectors.simulator.pace import delivered
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance
from kaibo.warehouse import api as warehouse
from kaibo.warehouse.counter import Counter

pytestmark = pytest.mark.django_db(transaction=True)
START = 1_773_316_800_000_000
SHOW = "night-of-the-truth"
NIGHT = NightConfig(minutes=30, scale=0.5, show_id=SHOW, room_id="truth")


def brought(batches: Iterator[list[str]]) -> tuple[int, int]:
    """Hand the batches over and count them; (accepted, duplicates)."""
    log = eventlog.open_log()
    accepted = duplicates = 0
    try:
        for batch in batches:
            receipt = log.append_lines("\n".join(batch).encode(), provenance=Provenance("feed_test"))
            assert receipt.rejected == 0, receipt.details
            accepted, duplicates = accepted + receipt.accepted, duplicates + receipt.duplicates
        log.tick()
    finally:
        log.close()
    counter = Counter()
    try:
        counter.run_once()
    finally:
        counter.close()
    return accepted, duplicates


def assert_true(night: Night) -> None:
    truth = night.truth()
    counted = warehouse.totals(SHOW)
    wrong = {
        name: (value, counted.get(name, 0)) for name, value in truth["totals"].items() if counted.get(name, 0) != value
    }
    assert not wrong, f"column: (true, counted) {wrong}"
    assert counted.get("unmatched", 0) == 0
    by_product = warehouse.totals_by(SHOW, "product")
    for product, values in truth["by_product"].items():
        for column in ("gmv_paid_minor", "refund_minor", "product_exposed_viewers", "product_click_viewers", "payers"):
            assert by_product.get(product, {}).get(column, 0) == values[column], (product, column)
    by_source = warehouse.totals_by(SHOW, "source")
    for source, values in truth["by_source"].items():
        for column in ("impressions", "views", "watch_ms", "gmv_paid_minor"):
            assert by_source.get(source, {}).get(column, 0) == values[column], (source, column)
    by_host = warehouse.totals_by(SHOW, "host")
    for host, values in truth["by_host"].items():
        for column in ("views", "comments"):
            assert by_host[host][column] == values[column], (host, column)


def test_it_counts_what_is_true(home: Path) -> None:
    night = simulate(NIGHT, seed=5, started_us=START)
    assert brought(delivered(night)) == (night.truth()["events"], 0)
    assert_true(night)


def test_it_counts_what_is_true_from_a_shuffled_delivery_with_repeats(home: Path) -> None:
    night = simulate(NIGHT, seed=6, started_us=START)
    accepted, duplicates = brought(delivered(night, is_shuffled=True, duplicates=0.05, size=2_000))
    assert accepted == night.truth()["events"]
    assert duplicates > 0.04 * accepted
    assert_true(night)
