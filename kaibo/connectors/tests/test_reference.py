"""The reference page follows from the manifests."""

from pathlib import Path

from kaibo.connectors import api, reference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "connectors.md"


def test_it_keeps_the_page_in_step_with_the_manifests() -> None:
    found = PAGE.read_text(encoding="utf-8")
    for manifest in api.connectors():
        assert reference.section(manifest).strip() in found, "run `make reference`"
