"""One word, one thing: names that we define use the words of docs/reference/terms.md."""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.architecture.files import ROOT, own_python, short, tracked

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_REFUSED = re.compile(r"`([a-z]+)`(?: (alone|in [a-z]+))?")


def refused() -> dict[str, tuple[str, str]]:
    """word -> (the term to use, scope: '' everywhere, 'alone', 'in <room>')."""
    found = {}
    for line in (ROOT / "docs/reference/terms.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3:
            found |= {word: (cells[0], scope) for word, scope in _REFUSED.findall(cells[2])}
    return found


REFUSED = refused()
ALLOWED = tomllib.loads((ROOT / "tests/architecture/allowed_words.toml").read_text())["allowed"]


def words(name: str) -> set[str]:
    """The words of a name in snake_case or CamelCase, plural forms also as singular."""
    plain = {word.lower() for word in _WORDS.findall(name)}
    return plain | {word[:-1] for word in plain if word.endswith("s")}


def complaint(name: str, place: str, *, is_field: bool = True) -> str | None:
    """What is wrong with a name at a place, or None. "alone" speaks of fields only: classes, tables, columns."""
    if any(fnmatch(name.lower(), entry["name"].lower()) and fnmatch(place, entry["where"]) for entry in ALLOWED):
        return None
    for word in words(name) & REFUSED.keys():
        term, scope = REFUSED[word]
        if scope == "alone" and not (is_field and name.strip("_").lower() == word):
            continue
        if scope.startswith("in ") and not place.startswith(f"kaibo/{scope[3:]}/"):
            continue
        return f"{place}: '{name}' says '{word}'; our word is '{term}'"
    return None


def defined(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """(name, is it a field) of what a module defines: classes, functions, parameters, fields, constants; no locals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, False
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                yield argument.arg, False
        if isinstance(node, ast.ClassDef | ast.Module):
            for step in node.body:
                targets = step.targets if isinstance(step, ast.Assign) else []
                targets = [step.target] if isinstance(step, ast.AnnAssign) else targets
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                yield from ((name, isinstance(node, ast.ClassDef)) for name in names)


def test_it_reads_the_table() -> None:
    assert {"danmaku", "stream", "gmv", "uv"} <= REFUSED.keys()
    assert complaint("danmaku_count", "kaibo/eventlog/api.py")
    assert complaint("StreamList", "kaibo/eventlog/api.py")
    assert complaint("source", "kaibo/eventlog/api.py")
    assert not complaint("source", "kaibo/eventlog/api.py", is_field=False)
    assert not complaint("traffic_source", "kaibo/eventlog/api.py")
    assert not complaint("gmv_paid", "kaibo/metrics/api.py")


def test_it_uses_our_words_in_python() -> None:
    found = set()
    for path in own_python():
        place = short(path)
        if place.startswith("kaibo/") and "/tests/" not in place:
            found.add(complaint(path.stem, place, is_field=False))
            found |= {complaint(name, place, is_field=field) for name, field in defined(ast.parse(path.read_text()))}
    assert not found - {None}, "\n".join(sorted(filter(None, found)))


def test_it_uses_our_words_in_sql() -> None:
    found = set()
    for path in tracked(".sql"):
        aliases = re.findall(r"\bas\s+([a-z_]+)", path.read_text())
        found |= {complaint(name, short(path)) for name in (*aliases, path.stem)}
    assert not found - {None}, "\n".join(sorted(filter(None, found)))


@pytest.mark.parametrize("room", ["eventlog", "warehouse", "metrics"])
def test_it_uses_our_words_in_what_leaves(room: str) -> None:
    """Kinds, attrs, columns and metric ids are names as well."""
    from kaibo.eventlog import events, kinds
    from kaibo.metrics import api as metrics
    from kaibo.warehouse.columns import COLUMNS

    names = {
        "eventlog": [*kinds.KINDS, *events.ATTRS],
        "warehouse": [column.name for column in COLUMNS],
        "metrics": [entry.id for entry in metrics.definitions()] if hasattr(metrics, "definitions") else [],
    }[room]
    found = {complaint(name, f"kaibo/{room}/") for name in names}
    assert not found - {None}, found


def test_it_needs_every_exception_it_allows() -> None:
    """An entry without a reason, or without a file it speaks about, is refused."""
    places = [short(path) for path in tracked()]
    for entry in ALLOWED:
        assert len(entry["why"]) > 10, entry
        assert any(fnmatch(place, entry["where"]) for place in places), f"{entry['where']} matches no file"
