"""What `kaibo new` makes holds: it lints, and its own tests pass in a copy of the package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kaibo.config.scaffolds import KINDS, PACKAGE, BadScaffold, Scaffold, ScaffoldThere, scaffold

ROOT = PACKAGE.parent
BIN = Path(sys.executable).parent
NAMES = {"connector": "sample_feed", "module": "samples", "analysis": "comment_pace", "metric": "share_per_comment"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and what its tests need, without caches and vendored files."""
    ignore = shutil.ignore_patterns("__pycache__", "vendor", "node_modules", "locale*", ".*")
    for folder in ("kaibo", "tests", "docs/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the copy, with the copy's package first on the path."""
    environment = {name: value for name, value in os.environ.items() if name != "KAIBO_HOME"}
    return subprocess.run(
        words, cwd=folder, env=environment | {"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_a_shape_that_lints_and_passes_its_tests(copy: Path, kind: str) -> None:
    made = scaffold(Scaffold(kind, NAMES[kind], package=copy / "kaibo"))
    python = [str(path) for path in made if path.suffix == ".py"]
    for words in (
        ("ruff", "check", "--no-cache", "--force-exclude"),
        ("ruff", "format", "--check", "--no-cache", "--force-exclude"),
    ):
        done = run(copy, str(BIN / words[0]), *words[1:], *python)
        assert done.returncode == 0, done.stdout
    tests = [path for path in python if Path(path).name.startswith("test_")]
    if kind == "metric":
        assert run(copy, sys.executable, "-m", "kaibo.metrics.reference").returncode == 0
        tests = ["kaibo/metrics/tests/test_formulas.py", "kaibo/metrics/tests/test_dictionary.py"]
    if kind == "connector":
        tests += ["kaibo/connectors/tests/test_tiers.py"]
    done = run(copy, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={copy / 'tmp'}", *tests)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_a_shape_that_type_checks(copy: Path, kind: str) -> None:
    made = scaffold(Scaffold(kind, NAMES[kind], package=copy / "kaibo"))
    python = [str(path.relative_to(copy)) for path in made if path.suffix == ".py" and "tests" not in path.parts]
    done = run(copy, str(BIN / "mypy"), *python)
    assert done.returncode == 0, done.stdout


def test_it_puts_a_module_of_operations_where_it_is_told(copy: Path) -> None:
    made = scaffold(Scaffold("module", "samples", package=copy / "kaibo", room="operations"))
    done = run(
        copy,
        str(BIN / "ruff"),
        "check",
        "--no-cache",
        "--force-exclude",
        *(str(path) for path in made if path.suffix == ".py"),
    )
    assert done.returncode == 0, done.stdout
    assert '"kaibo.operations.samples",' in (copy / "kaibo" / "config" / "settings.py").read_text()


def test_it_refuses_names_that_cannot_be_and_never_overwrites(copy: Path) -> None:
    package = copy / "kaibo"
    for kind, name in (("connector", "Bad-Name"), ("connector", "class"), ("page", "fine")):
        with pytest.raises(BadScaffold):
            scaffold(Scaffold(kind, name, package=package))
    with pytest.raises(ScaffoldThere):
        scaffold(Scaffold("connector", "ndjson", package=package))
