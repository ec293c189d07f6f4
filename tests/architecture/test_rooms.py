"""Eleven rooms, each with a door and a few lines at the door; floors hold."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field

from tests.architecture.files import FLOORS, ROOMS, ROOT, own_python, short, tracked

MAX_README = 14


def modules() -> list[Path]:
    """Folders that are modules of a domain room."""
    return [
        path for room in ("commerce", "operations") for path in (ROOT / "kaibo" / room).iterdir() if is_module(path)
    ]


def is_module(path: Path) -> bool:
    return (path / "__init__.py").is_file() and path.name not in {"tests", "migrations"}


def test_it_has_exactly_the_eleven_rooms() -> None:
    found = {path.name for path in (ROOT / "kaibo").iterdir() if (path / "__init__.py").is_file()}
    assert found == set(ROOMS), "a new capability is a module inside a room, never a twelfth room"


@pytest.mark.parametrize("room", ROOMS)
def test_it_has_a_door_and_a_readme_in_every_room(room: str) -> None:
    folder = ROOT / "kaibo" / room
    readme = folder / "README.md"
    assert readme.is_file(), f"kaibo/{room}/README.md is missing: what it is for, its words, its invariants"
    assert 3 <= len(readme.read_text().splitlines()) <= MAX_README, f"{readme}: a few lines, not a manual"
    if room not in {"config", "commerce"}:  # config is nobody's dependency; commerce has a door per module
        assert (folder / "api.py").is_file(), f"kaibo/{room}/api.py is missing: the door of the room"


@pytest.mark.parametrize("module", modules(), ids=short)
def test_it_has_a_door_and_a_readme_in_every_module(module: Path) -> None:
    assert (module / "api.py").is_file(), f"{short(module)}/api.py is missing"
    assert (module / "README.md").is_file(), f"{short(module)}/README.md is missing"


def test_it_keeps_the_floors() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_it_declares_every_room_on_a_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(contract for contract in settings["contracts"] if contract["type"] == "layers")
    named = {name.strip() for layer in layers["layers"] for name in layer.split("|")}
    assert layers["exhaustive"] is True
    assert named == set(ROOMS) == set(FLOORS)


def owner(label: str) -> str:
    """`commerce.shows` for an app of ours, the label for a foreign one."""
    return apps.get_app_config(label).name.removeprefix("kaibo.")


def allows(here: str, target: str) -> bool:
    """A foreign key may stay inside its module or point to a lower floor; Django's User belongs to the team."""
    if here == target:
        return True
    if target.startswith("django."):
        return target == "django.contrib.auth" and here == "commerce.team"
    return FLOORS[target.split(".", maxsplit=1)[0]] < FLOORS[here.split(".", maxsplit=1)[0]]


def test_it_points_foreign_keys_downwards() -> None:
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("kaibo."):
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, Field) or not field.is_relation or field.related_model is None:
                continue
            here, there = owner(model._meta.app_label), owner(field.related_model._meta.app_label)
            if not allows(here, there):
                wrong.append(f"{here}.{model.__name__}.{field.name} -> {there}: keep the id as a plain column")
    assert not wrong, wrong


def test_it_names_tests_as_sentences() -> None:
    wrong = []
    for path in own_python():
        if not path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            is_test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
            if is_test and not node.name.startswith("test_it_"):
                wrong.append(f"{short(path)}:{node.lineno} {node.name}: name it test_it_…")
    assert not wrong, wrong


def test_it_keeps_business_out_of_the_root() -> None:
    allowed = {"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "NOTICE", "README.md"}
    allowed |= {"README.zh-CN.md", "hatch_build.py", "package-lock.json", "package.json", "pyproject.toml"}
    found = {path.name for path in tracked() if path.parent == ROOT and not path.name.startswith(".")}
    assert found <= allowed, f"put {sorted(found - allowed)} into a room, docs/ or requirements/"
