"""The doctor finds what was broken, and says nothing else is."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from kaibo.config import doctor
from kaibo.config.doctor import Finding, examine
from kaibo.eventlog import api as eventlog
from kaibo.eventlog.contracts import Provenance

Usage = namedtuple("Usage", "total used free")


def worst(findings: list[Finding], check: str) -> Finding:
    order = ("ok", "warn", "fail")
    return max((found for found in findings if found.check == check), key=lambda found: order.index(found.status))


@pytest.mark.django_db(transaction=True)
def test_it_finds_nothing_wrong_in_a_fresh_home(home: Path) -> None:
    findings = examine()
    broken = [
        found for found in findings if found.status == "fail" and found.check not in ("browser files", "translations")
    ]
    assert not broken
    assert worst(findings, "people").status == "warn"
    assert worst(findings, "counter").says == "everything is counted"


@pytest.mark.django_db(transaction=True)
def test_it_finds_lines_that_wait_for_the_counter(home: Path) -> None:
    log = eventlog.open_log()
    where = b'"platform":"p","room_id":"1","occurred_at":1773316800000000'
    line = b'{"event_id":"1","kind":"comment.posted","text":"x",' + where + b"}"
    log.append_lines(line + b"\n{broken", provenance=Provenance("feed_test"))
    assert "no server runs" in " ".join(found.says for found in examine())
    log.close()
    findings = examine()
    assert "1 events behind" in worst(findings, "counter").says
    assert worst(findings, "log").fix == "kaibo quarantine list, then replay"


def test_it_looks_at_no_record_while_a_setting_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_ZONE", "Mars/Olympus")
    findings = examine()
    assert worst(findings, "settings").status == "fail"
    assert "Mars/Olympus" in worst(findings, "settings").says
    assert "records" not in {found.check for found in findings}


def test_it_names_misspelt_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIBO_TIMEZONE", "Asia/Shanghai")
    assert "KAIBO_TIMEZONE" in " ".join(found.says for found in doctor.settings())


def test_it_fails_on_a_full_disk_and_on_open_keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1, 1, 100_000_000))
    (home / "keys").mkdir()
    (home / "keys" / "secret").write_text("x")
    (home / "keys" / "secret").chmod(0o644)
    findings = list(doctor.home())
    assert worst(findings, "disk").status == "fail"
    assert "chmod 600" in worst(findings, "keys").fix
