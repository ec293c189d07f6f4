"""A server that starts has its charts and translations; shows that arrive as events get their row."""

import time
from pathlib import Path

import pytest

from kaibo.commerce.shows import api as shows
from kaibo.config import assets
from kaibo.config.adopter import Adopter
from kaibo.config.files import require_files
from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.kit.errors import BadConfiguration

ENTRY = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Show"\nmsgstr "场次"\n'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in assets.FILES.values():
        (tmp_path / "vendor" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "vendor" / name).write_text("x")
    (tmp_path / assets.LOCK).write_text("{}")
    source = tmp_path / "kaibo" / "web" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(ENTRY, encoding="utf-8")
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    return source


def test_it_compiles_translations_that_are_missing(checkout: Path) -> None:
    require_files()
    assert "场次".encode() in checkout.with_suffix(".mo").read_bytes()


def test_it_says_what_to_run_when_it_cannot_compile(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaibo.config.files.find_spec", lambda _name: None)
    with pytest.raises(BadConfiguration, match="1 translation") as refused:
        require_files()
    assert "make install" in refused.value.fix


def test_it_does_not_start_without_charts(checkout: Path) -> None:
    (assets.VENDOR / next(iter(assets.FILES.values()))).unlink()
    with pytest.raises(BadConfiguration, match="no charts"):
        require_files()


@pytest.mark.django_db(transaction=True)
def test_it_adopts_a_show_that_arrived_as_an_event(home: Path) -> None:
    adopter = Adopter()
    adopter.start()
    eventlog.open_window("douyin", "8801", "s-arrived", from_us=now_us())
    ends = time.monotonic() + 10
    while not shows.shows():
        assert time.monotonic() < ends, "no row came"
        time.sleep(0.05)
    adopter.stop()
    assert [(show.show_id, show.room_id) for show in shows.shows()] == [("s-arrived", "8801")]
