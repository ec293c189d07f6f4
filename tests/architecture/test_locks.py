"""The locks hold exactly what pyproject.toml asks for: exact versions, hashes, no address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NEEDS = {
    "runtime.lock": PROJECT["project"]["dependencies"],
    "dev.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]],
    "bench.lock": [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["dependency-groups"]["bench"],
    ],
}


def pins(name: str) -> dict[str, Version]:
    """Package -> version of one lock; refuses a line that is not an exact pin."""
    found = {}
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if not line or line.startswith((" ", "#")):
            continue
        pinned = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line)
        assert pinned, f"requirements/{name}: '{line[:60]}' is no exact version"
        found[canonicalize_name(pinned[1])] = Version(pinned[2])
    return found


@pytest.mark.parametrize("name", NEEDS)
def test_it_locks_what_the_project_asks_for(name: str) -> None:
    locked = pins(name)
    for text in NEEDS[name]:
        need = Requirement(text)
        version = locked.get(canonicalize_name(need.name))
        assert version is not None, f"{text} is in pyproject.toml, not in {name}; run `make lock`"
        assert need.specifier.contains(version, prereleases=True), f"{name} has {need.name} {version}, not {text}"


@pytest.mark.parametrize("name", NEEDS)
def test_it_hashes_every_package(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        assert "--hash=sha256:" in entry or not re.match(r"[A-Za-z0-9]", entry), f"no hash: {entry[:60]}"


def test_it_gives_every_lock_the_same_versions() -> None:
    runtime, dev, bench = pins("runtime.lock"), pins("dev.lock"), pins("bench.lock")
    assert {name: dev[name] for name in runtime if name in dev} == runtime
    assert {name: bench[name] for name in dev} == dev


def test_it_builds_with_the_packages_it_has_locked() -> None:
    locked = pins("dev.lock")
    for text in PROJECT["build-system"]["requires"]:
        need = Requirement(text)
        assert need.specifier.contains(locked[canonicalize_name(need.name)]), f"{text} differs from dev.lock"
