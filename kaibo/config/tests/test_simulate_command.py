"""`kaibo simulate` as a person types it."""

import gzip
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from kaibo.config.commands import doctor, simulate
from kaibo.kit.errors import KaiboError


def run(*arguments: str) -> dict:
    app = typer.Typer()
    simulate.register(app)
    doctor.register(app)
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.strip().splitlines()[-1])


def night(out: Path, *more: str) -> dict:
    return run("simulate", "--out", str(out), "--seed", "4", "--minutes", "10", "--scale", "0.1", "--json", *more)


def test_it_writes_a_night_and_its_truth(tmp_path: Path) -> None:
    told = night(tmp_path / "night.ndjson.gz")
    lines = gzip.decompress((tmp_path / "night.ndjson.gz").read_bytes()).decode().splitlines()
    truth = json.loads((tmp_path / "night.truth.json").read_text())
    assert told["events"] == len(lines) == truth["events"]
    paid = [json.loads(line) for line in lines if '"order.paid"' in line]
    assert sum(row["amount_minor"] for row in paid) == truth["totals"]["gmv_paid_minor"]


def test_it_writes_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        night(tmp_path / f"{name}.ndjson.gz")
    assert (tmp_path / "one.ndjson.gz").read_bytes() == (tmp_path / "two.ndjson.gz").read_bytes()


def test_it_writes_later_events_only_when_asked(tmp_path: Path) -> None:
    night(tmp_path / "plain.ndjson")
    night(tmp_path / "later.ndjson", "--later")
    assert '"order.shipped"' not in (tmp_path / "plain.ndjson").read_text()
    assert '"order.shipped"' in (tmp_path / "later.ndjson").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say where the night goes"),
        (["--out", "x", "--to", "http://127.0.0.1:1"], "say where the night goes"),
        (["--to", "http://127.0.0.1:1"], "wants a feed's token"),
        (["--out", "x", "--duplicates", "3"], "no share"),
        (["--out", "x", "--plant", "earthquake"], "can be planted"),
        (["--out", "x", "--minutes", "1"], "no evening"),
    ],
)
def test_it_says_what_is_wrong(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAIBO_TOKEN", raising=False)
    with pytest.raises(KaiboError, match=sentence):
        run("simulate", *arguments)
    assert list(tmp_path.iterdir()) == []
