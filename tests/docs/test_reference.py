"""Documented or red: settings, kinds, attrs, connectors, commands, metrics."""

import re
from pathlib import Path

import pytest

from kaibo.config import reference
from kaibo.eventlog.events import ATTRS, TRAFFIC_SOURCES
from kaibo.eventlog.kinds import KINDS
from kaibo.kit.env import SETTINGS
from kaibo.metrics import api as metrics
from tests.docs.pages import ROOT, pages

REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", reference.PAGES)
def test_it_is_what_the_code_says(name: str) -> None:
    made = reference.PAGES[name]()
    assert (REFERENCE / name).read_text() == made, f"docs/reference/{name} is old; run `make reference`"


def test_it_documents_every_setting_and_no_other() -> None:
    text = (REFERENCE / "settings.md").read_text()
    assert set(re.findall(r"`(KAIBO_[A-Z_]+)`", text)) == {setting.name for setting in SETTINGS}


def test_it_documents_every_setting_that_code_reads() -> None:
    known = {setting.name for setting in SETTINGS}
    for path in (path for path in (ROOT / "kaibo").rglob("*.py") if "tests" not in path.parts):
        read = set(re.findall(r"[\"'](KAIBO_[A-Z]+(?:_[A-Z]+)*)[\"']", path.read_text()))
        assert read <= known, f"{path.name} reads {sorted(read - known)}; add it to kaibo/kit/env.py"


def test_it_documents_every_kind_and_name() -> None:
    text = (REFERENCE / "events.md").read_text()
    missing = [name for name in (*KINDS, *ATTRS, *TRAFFIC_SOURCES) if f"`{name}`" not in text]
    assert not missing


def test_it_documents_every_metric() -> None:
    text = (REFERENCE / "metrics.md").read_text()
    missing = [entry.id for entry in metrics.definitions() if not re.search(rf"\b{re.escape(entry.id)}\b", text)]
    assert not missing, f"docs/reference/metrics.md lacks {missing}"


def links(page: Path) -> list[str]:
    """Relative targets of a page's links."""
    found = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    return [target for target in found if "://" not in target and not target.startswith("mailto:")]


@pytest.mark.parametrize("document", sorted({*pages(), *(ROOT / "docs").rglob("*.md")}), ids=lambda path: path.name)
def test_it_links_only_to_what_exists(document: Path) -> None:
    broken = [target for target in links(document) if not (document.parent / target).exists()]
    assert not broken, f"{document.name} links to {broken}"


def test_it_numbers_decisions_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
    for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"):
        assert len(path.read_text().splitlines()) <= 60, f"{path.name}: a decision is one page"
