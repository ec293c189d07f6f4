"""A connector's tier is a claim; each is held to it (bronze, silver, gold)."""

import ast
import inspect
from pathlib import Path

import pytest

from kaibo.connectors import api, registry
from kaibo.connectors.contracts import ConfigProblem, Manifest, Ok
from kaibo.connectors.pollworker import client_of
from kaibo.eventlog.kinds import KINDS

IMPURE = {"time", "socket", "httpx", "requests", "urllib.request", "random", "os", "subprocess"}
EMULATED = Path(__file__).parents[3] / "tests" / "emulators"
PROOFS = (("faults", "broken_lines"), ("kill", "resume", "starts_anew"), ("once", "duplicate"), ("says",))
"""What names of tests must hold: going on through faults and kills, counting once, refusals in a sentence."""
EVERY = api.connectors()
READERS = [manifest for manifest in EVERY if manifest.transport == "file"]
PAYLOADS = [manifest for manifest in EVERY if manifest.transport in registry.PAYLOADS]
SILVER = [manifest for manifest in EVERY if manifest.tier in {"silver", "gold"}]
GOLD = [manifest for manifest in EVERY if manifest.tier == "gold"]


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def names_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def test_it_finds_the_connectors_by_folder() -> None:
    assert {manifest.id for manifest in EVERY} >= {"bili_events", "bilirec_xml", "ndjson"}


@pytest.mark.parametrize("manifest", EVERY, ids=lambda manifest: manifest.id)
def test_it_says_in_both_languages_what_it_is(manifest: Manifest) -> None:
    assert {"zh", "en"} <= manifest.name.keys() & manifest.says.keys()
    assert all(manifest.name.values())
    assert set(manifest.kinds) <= KINDS


@pytest.mark.parametrize("manifest", READERS, ids=lambda manifest: manifest.id)
def test_it_holds_bronze_to_a_pure_translation(manifest: Manifest) -> None:
    assert inspect.isgeneratorfunction(registry.part(manifest.id, "translate").translate)
    for path in manifest.folder.glob("*.py"):
        assert not imports_of(path) & IMPURE, f"{path.name} reaches out of the translation"
    assert (manifest.folder / "errors.toml").exists()
    registry.error_texts(manifest.id)


@pytest.mark.parametrize("manifest", READERS, ids=lambda manifest: manifest.id)
def test_it_holds_bronze_to_checking_its_configuration(manifest: Manifest) -> None:
    assert isinstance(api.check_config(manifest.id, {}), Ok)
    verdict = api.check_config(manifest.id, {"no such option": "1"})
    assert isinstance(verdict, ConfigProblem)
    assert verdict.code == "unknown_option"


@pytest.mark.parametrize("manifest", READERS, ids=lambda manifest: manifest.id)
def test_it_holds_bronze_to_unknown_kinds_and_fixtures(manifest: Manifest) -> None:
    assert any((manifest.folder / "fixtures").iterdir())
    is_open = {"unknown"} <= set(manifest.kinds)
    assert is_open or manifest.is_one_recording, "rows of a kind nobody knows must become `unknown`"


@pytest.mark.parametrize("manifest", PAYLOADS, ids=lambda manifest: manifest.id)
def test_it_holds_bronze_to_pure_translation_and_proof(manifest: Manifest) -> None:
    assert inspect.isgeneratorfunction(registry.payload_translator(manifest.id).translate)
    for path in manifest.folder.glob("*.py"):
        if path.name != "client.py":  # the only file that may
            assert not imports_of(path) & IMPURE, f"{path.name} reaches out of the translation"
    assert "unknown" in manifest.kinds or set(manifest.kinds) == {"figure.reported"}
    assert any((manifest.folder / "fixtures").iterdir())
    registry.error_texts(manifest.id)
    unknown = api.check_config(manifest.id, {"no such option": "1"})
    assert isinstance(unknown, ConfigProblem)
    assert unknown.code == "unknown_option"


@pytest.mark.parametrize("manifest", PAYLOADS, ids=lambda manifest: manifest.id)
def test_it_holds_a_push_and_a_client_to_naming_what_their_feeds_need(manifest: Manifest) -> None:
    needs = api.feed_settings(manifest.id)
    client = client_of(manifest.id)
    assert bool(needs) == (manifest.transport == "push" or client is not None)
    if client is not None:
        assert set(client.NEEDS) <= {need.name for need in needs}
        assert client.POLLS
    if needs:
        assert any(need.is_secret for need in needs)
        missing = api.check_config(manifest.id, {})
        assert isinstance(missing, ConfigProblem)
        assert missing.code == "missing_setting"
        given = {need.name: need.choices[0] if need.choices else "x" for need in needs}
        assert isinstance(api.check_config(manifest.id, given), Ok)


@pytest.mark.parametrize("manifest", SILVER or [None], ids=lambda manifest: getattr(manifest, "id", "none yet"))
def test_it_holds_silver_to_limits_resuming_and_secrets(manifest: Manifest | None) -> None:
    if manifest is None:
        assert not SILVER
        return
    emulated = EMULATED / f"test_{manifest.id}.py"
    if client_of(manifest.id) is not None:
        assert emulated.exists(), f"{manifest.id} claims silver: test its client against an emulator"
    paths = [*manifest.folder.glob("tests/test_*.py"), *([emulated] if emulated.exists() else [])]
    names = " ".join(name for path in paths for name in names_in(path))
    for words in PROOFS:
        assert any(word in names for word in words), f"{manifest.id} claims silver: a test must cover one of {words}"
    assert any("SECRET" in path.read_text(encoding="utf-8") or "secret" in path.name for path in paths)
    assert manifest.limits.events_per_second, f"{manifest.id} claims silver: give limits.events_per_second"


@pytest.mark.parametrize("manifest", GOLD or [None], ids=lambda manifest: getattr(manifest, "id", "none yet"))
def test_it_holds_gold_to_a_whole_show_and_a_runbook(manifest: Manifest | None) -> None:
    if manifest is None:
        assert not GOLD
        return
    assert (manifest.folder / "RUNBOOK.md").exists(), f"{manifest.id} claims gold: write RUNBOOK.md"
    assert any(manifest.folder.glob("fixtures/show*")), f"{manifest.id} claims gold: keep a whole show in fixtures/"
