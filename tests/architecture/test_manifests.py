"""Every connector is a folder that says what it is; adding one edits nothing else."""

import tomllib
from pathlib import Path

import pytest

from kaibo.eventlog.kinds import KINDS
from tests.architecture.files import ROOT, short

FOLDERS = sorted(path.parent for path in (ROOT / "kaibo" / "connectors").glob("*/manifest.toml"))
NEEDED = ("id", "name", "direction", "transport", "kinds", "tier")


@pytest.mark.parametrize("folder", FOLDERS, ids=short)
def test_it_has_a_manifest_that_holds(folder: Path) -> None:
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    missing = [name for name in NEEDED if name not in manifest]
    assert not missing, f"{short(folder)}/manifest.toml lacks {missing}"
    assert manifest["id"] == folder.name, "the id of a connector is the name of its folder"
    assert set(manifest["kinds"]) <= KINDS, f"unknown kinds {set(manifest['kinds']) - KINDS}"
    assert manifest["tier"] in {"bronze", "silver", "gold"}


@pytest.mark.parametrize("folder", FOLDERS, ids=short)
def test_it_has_tests(folder: Path) -> None:
    tests = [*folder.glob("tests/test_*.py"), *folder.parent.glob(f"tests/test_{folder.name}*.py")]
    assert tests, f"{short(folder)} has no tests"


def test_it_finds_every_folder() -> None:
    from kaibo.connectors import api

    if not FOLDERS and not hasattr(api, "connectors"):
        return
    assert {manifest.id for manifest in api.connectors()} == {folder.name for folder in FOLDERS}
