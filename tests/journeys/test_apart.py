"""A counter that runs apart from the server: the server starts none and shows what the other counted."""

from pathlib import Path

import pytest

from tests.journeys.server import Kaibo

pytestmark = pytest.mark.journey


def test_it_leaves_counting_to_a_counter_that_runs_apart(tmp_path: Path) -> None:
    home = Kaibo(tmp_path / "home", KAIBO_COUNT_APART="1")
    home.run("simulate", "--minutes", "5", "--out", str(tmp_path / "night.ndjson"))
    home.start()
    try:
        home.run("import", "ndjson", str(tmp_path / "night.ndjson"), "--json")
        behind = "from kaibo.warehouse import api\nprint(api.count_status().behind_events)"
        assert home.children() == []
        assert int(home.python(behind)) > 100
        assert home.run("count", "--once", "--json")["events"] > 100
        assert int(home.python(behind)) == 0
    finally:
        home.stop()
