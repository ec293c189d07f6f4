"""Ranges fitted to counted nights describe these nights, and the simulator can use them."""

from pathlib import Path

import pytest
import yaml

from kaibo.config.calibrate import Counted, NothingToFit, fit
from kaibo.connectors.simulator.config import NightConfig, ranges
from kaibo.connectors.simulator.night import Night, simulate

START = 1_773_316_800_000_000


def counted(night: Night) -> Counted:
    truth = night.truth()
    at, online = night.world.samples
    samples = list(zip((at / night.span_ms).tolist(), online.tolist(), strict=True))
    return Counted(str(night.seed), night.span_ms / 60_000, truth["totals"], truth["by_source"], samples)


@pytest.fixture(scope="module")
def nights() -> list[Night]:
    """A room three times as large as the yaml's."""
    return [simulate(NightConfig(scale=3, impressions="counts"), seed=seed, started_us=START) for seed in (3, 7)]


def test_it_gives_ranges_that_hold_the_nights_it_saw(nights: list[Night]) -> None:
    fitted, names = fit([counted(night) for night in nights], ranges())
    for night in nights:
        totals = night.truth()["totals"]
        low, high = fitted["uv"]["range"]
        assert low < totals["viewers"] < high
        low, high = fitted["product"]["click"]
        assert low < totals["product_click_viewers"] / totals["product_exposed_viewers"] < high
    assert {"uv.range", "source_mix_pv.paid", "minute_shape_of_online.50-90", "baseline.uv"} <= set(names)
    assert ranges()["uv"]["range"] == [15000, 60000], "the package's own ranges stay as they are"


def test_it_lets_the_simulator_make_such_nights(nights: list[Night], tmp_path: Path) -> None:
    fitted, _ = fit([counted(night) for night in nights], ranges())
    path = tmp_path / "night.yaml"
    path.write_text(yaml.safe_dump(fitted))
    again = simulate(NightConfig(ranges=ranges(path), impressions="counts"), seed=11, started_us=START)
    mean = sum(night.truth()["totals"]["viewers"] for night in nights) / 2
    assert again.truth()["totals"]["viewers"] == pytest.approx(mean, rel=0.4)


def test_it_leaves_alone_what_nobody_counted() -> None:
    comments_only = Counted("b", 120, {"views": 1000, "viewers": 800, "comments": 50})
    fitted, names = fit([comments_only], ranges())
    assert "product.click" not in names
    assert fitted["product"] == ranges()["product"]
    assert fitted["uv"]["range"] == [1360, 1840]


def test_it_refuses_shows_that_say_nothing() -> None:
    with pytest.raises(NothingToFit, match="no"):
        fit([Counted("short", 3, {"views": 10})], ranges())
