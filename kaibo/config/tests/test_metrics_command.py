"""`kaibo metrics`: what scripts and people read."""

import json
from pathlib import Path

import pytest

from kaibo.config.tables import print_metrics
from kaibo.kit.errors import KaiboError, NotFound
from kaibo.metrics import history
from kaibo.metrics.tests.real import SHOW, play

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _evening(home: Path) -> None:
    history.forget()
    play()


def test_it_prints_one_object_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(SHOW, by="", ids=["gmv_paid", "likes"], as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert {"value", "unit", "status", "reason", "as_of"} <= found["gmv_paid"].keys()
    assert (found["gmv_paid"]["value"], found["gmv_paid"]["unit"]) == (40_000, "minor")
    assert (found["likes"]["value"], found["likes"]["status"], found["likes"]["reason"]) == (
        None,
        "missing",
        "not_reported",
    )


def test_it_prints_lines_by_a_dimension(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(SHOW, by="traffic_source", ids=["views"], as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert {key: line["views"]["value"] for key, line in found.items()} == {"feed": 10, "paid": 10}


def test_it_prints_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_metrics(SHOW, by="minute", ids=["gmv_paid", "likes"], as_json=False)
    out = capsys.readouterr().out
    assert "¥100.00" in out
    assert "not_reported" in out


def test_it_refuses_what_it_does_not_know() -> None:
    with pytest.raises(NotFound):
        print_metrics("nowhere", by="", ids=None, as_json=True)
    with pytest.raises(KaiboError, match="galaxy"):
        print_metrics(SHOW, by="galaxy", ids=None, as_json=True)
    with pytest.raises(NotFound):
        print_metrics(SHOW, by="", ids=["gvm"], as_json=True)
