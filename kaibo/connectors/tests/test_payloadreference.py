"""What the page of payloads claims is what the manifests declare and the fixtures show."""

import pytest

from kaibo.connectors import payloadreference, registry
from kaibo.connectors.contracts import Manifest, Skipped
from kaibo.connectors.tests.reading import outcomes
from kaibo.eventlog.events import PlatformEvent

TABLED = payloadreference.tabled()
TOLD = {"room": "r-1"}


def test_it_covers_every_connector_of_payloads() -> None:
    named = {manifest.id for manifest in TABLED}
    assert named >= {one.id for one in registry.manifests().values() if one.transport in registry.PAYLOADS}


@pytest.mark.parametrize("manifest", TABLED, ids=lambda manifest: manifest.id)
def test_it_names_exactly_the_kinds_of_the_manifest(manifest: Manifest) -> None:
    table = registry.part(manifest.id, "meanings")
    assert {ours for _theirs, ours, _note in table.ROWS} - {"skipped"} == set(manifest.kinds)
    assert all(why for why in table.DROPPED.values())


@pytest.mark.parametrize("manifest", TABLED, ids=lambda manifest: manifest.id)
def test_it_translates_its_own_fixtures_into_kinds_it_declares(manifest: Manifest) -> None:
    told = {**TOLD, **({"start": "2026-06-01T00:00:00Z"} if manifest.id == "chat_downloader" else {})}
    if manifest.id in {"oceanengine", "douyin_room"}:
        del told["room"]
    for path in (manifest.folder / "fixtures").iterdir():
        found = outcomes(manifest.id, path, **told)
        wrong = [one for one in found if not isinstance(one, PlatformEvent | Skipped)]
        assert not wrong, (path.name, wrong)
        assert {one.kind for one in found if isinstance(one, PlatformEvent)} <= set(manifest.kinds)
