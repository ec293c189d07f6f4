"""A connector's tier is a claim; each is held to it (bronze, silver, gold)."""

import ast
import inspect
from pathlib import Path

import pytest

from kaibo.connectors import api, registry, runbooks, tiers
from kaibo.connectors.contracts import ConfigProblem, Manifest, Ok
from kaibo.connectors.pollworker import client_of
from kaibo.eventlog.kinds import KINDS

IMPURE = {"time", "socket", "httpx", "requests", "urllib.request", "random", "os", "subprocess"}
RUNBOOKS = Path(__file__).parents[3] / "docs" / "reference" / "runbooks"
EVERY = api.connectors()
READERS = [manifest for manifest in EVERY if manifest.transport == "file"]
PAYLOADS = [manifest for manifest in EVERY if manifest.transport in registry.PAYLOADS]


def NAMES(manifest: Manifest) -> str:  # noqa: N802 - used like a constant
    return manifest.id


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_it_finds_the_connectors_by_folder() -> None:
    assert {manifest.id for manifest in EVERY} >= {"bili_events", "bilirec_xml", "ndjson"}


@pytest.mark.proof(tiers.NAMED)
@pytest.mark.parametrize("manifest", EVERY, ids=NAMES)
def test_it_says_in_both_languages_what_it_is(manifest: Manifest) -> None:
    assert {"zh", "en"} <= manifest.name.keys() & manifest.says.keys()
    assert all(manifest.name.values())
    assert set(manifest.kinds) <= KINDS


@pytest.mark.proof(tiers.PURE)
@pytest.mark.parametrize("manifest", READERS, ids=NAMES)
def test_it_holds_bronze_to_a_pure_translation(manifest: Manifest) -> None:
    assert inspect.isgeneratorfunction(registry.part(manifest.id, "translate").translate)
    for path in manifest.folder.glob("*.py"):
        assert not imports_of(path) & IMPURE, f"{path.name} reaches out of the translation"
    assert (manifest.folder / "errors.toml").exists()
    registry.error_texts(manifest.id)


@pytest.mark.proof(tiers.CONFIG)
@pytest.mark.parametrize("manifest", READERS, ids=NAMES)
def test_it_holds_bronze_to_checking_its_configuration(manifest: Manifest) -> None:
    assert isinstance(api.check_config(manifest.id, {}), Ok)
    verdict = api.check_config(manifest.id, {"no such option": "1"})
    assert isinstance(verdict, ConfigProblem)
    assert verdict.code == "unknown_option"


@pytest.mark.proof(tiers.UNKNOWN)
@pytest.mark.parametrize("manifest", READERS, ids=NAMES)
def test_it_holds_bronze_to_unknown_kinds_and_fixtures(manifest: Manifest) -> None:
    assert any((manifest.folder / "fixtures").iterdir())
    is_open = {"unknown"} <= set(manifest.kinds)
    assert is_open or manifest.is_one_recording, "rows of a kind nobody knows must become `unknown`"


@pytest.mark.proof(tiers.PURE, tiers.CONFIG, tiers.UNKNOWN)
@pytest.mark.parametrize("manifest", PAYLOADS, ids=NAMES)
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


@pytest.mark.parametrize("manifest", PAYLOADS, ids=NAMES)
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


@pytest.mark.proof(tiers.LIMITS)
@pytest.mark.parametrize("manifest", [one for one in EVERY if one.limits.events_per_second], ids=NAMES)
def test_it_holds_silver_to_a_limit(manifest: Manifest) -> None:
    assert 0 < (manifest.limits.events_per_second or 0) <= 1_000_000


@pytest.mark.proof(tiers.RUNBOOK)
@pytest.mark.parametrize("manifest", [one for one in EVERY if api.feed_settings(one.id)], ids=NAMES)
def test_it_holds_gold_to_a_runbook_that_names_every_setting_and_answer(manifest: Manifest) -> None:
    page = RUNBOOKS / f"{manifest.id}.md"
    assert page.exists(), f"write kaibo/connectors/{manifest.id}/runbook.toml, then make reference"
    said = page.read_text(encoding="utf-8")
    book = runbooks.runbook(manifest.id)
    assert book is not None
    texts = [*book.steps, *book.permissions, *book.watch, *book.unverified]
    assert len(book.steps) >= 2
    assert book.permissions
    assert all(one["zh"] and one["en"] for one in texts)
    assert all(f"`{need.name}`" in said for need in api.feed_settings(manifest.id))
    assert all(f"`{code}`" in said for code in registry.error_texts(manifest.id))


def test_it_computes_a_tier_from_what_was_proved_alone() -> None:
    manifest = registry.manifest_of("doudian")
    levels = tiers.needed(manifest, calls=True)
    everything = set().union(*levels.values())
    assert tiers.tier_of(manifest, everything, calls=True) == "gold"
    assert tiers.tier_of(manifest, everything - {"kill"}, calls=True) == "bronze", "no gold above a missing silver"
    assert tiers.tier_of(manifest, everything - {"vectors"}, calls=True) == "silver"
    assert tiers.tier_of(manifest, everything - {"pure"}, calls=True) is None
    told = {"doudian": everything - {"token", "vectors"}}
    (sentence,) = tiers.disagreements({"doudian": manifest}, told, callers=["doudian"])
    assert sentence == "doudian claims silver, proved is bronze; not proved: token"
    (sentence,) = tiers.disagreements({"doudian": manifest}, {"doudian": everything}, callers=["doudian"])
    assert sentence.endswith("write tier = 'gold' into its manifest")
