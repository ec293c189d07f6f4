"""Pages that name the test behind a claim name one that exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/.]+\.py)::(\w+)`")
PAGES = ("docs/guides/when-it-breaks.md", "docs/reference/security.md")


@cache
def functions(path: Path) -> frozenset[str]:
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("page", PAGES)
def test_it_names_tests_that_exist(page: str) -> None:
    named = NAMED.findall((ROOT / page).read_text())
    assert len(named) > 10
    gone = [
        f"{path}::{name}" for path, name in named if not (ROOT / path).is_file() or name not in functions(ROOT / path)
    ]
    assert not gone, f"{page} names tests that are gone: {gone}; name what proves it now"


def test_it_knows_when_a_test_is_gone() -> None:
    assert "test_it_knows_when_a_test_is_gone" in functions(Path(__file__))
    assert "test_it_never_was" not in functions(Path(__file__))
