"""`kaibo report`: the headline on the terminal, the files where they were asked for."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kaibo.commerce.shows import api as shows
from kaibo.config import cli
from kaibo.kit import clock


@pytest.mark.django_db
def test_it_writes_picture_pdf_and_workbook_and_prints_the_headline(home: Path, tmp_path: Path) -> None:
    start = clock.now_us() - 5 * clock.HOUR_US
    span = {"started_at": start, "ended_at": start + clock.HOUR_US}
    shows.ensure_show("s1", platform="douyin", room_id="r", title="夜场", actor="system:test", **span)
    if not cli.app.registered_commands:
        cli._register()
    files = {form: tmp_path / f"report.{form}" for form in ("png", "pdf", "xlsx")}
    words = [
        "report",
        "s1",
        "--language",
        "en",
        *(part for form, path in files.items() for part in (f"--{form}", path)),
    ]
    done = CliRunner().invoke(cli.app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    assert "Paid GMV" in done.output
    assert "no feed reports" in done.output
    heads = {form: path.read_bytes()[:4] for form, path in files.items()}
    assert heads == {"png": b"\x89PNG", "pdf": b"%PDF", "xlsx": b"PK\x03\x04"}
    told = CliRunner().invoke(cli.app, ["report", "s1", "--json"])
    assert json.loads(told.output)["headlines"][0]["value"]["reason"] == "not_reported"
