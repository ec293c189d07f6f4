"""Rules over the text of all files: lengths, marks of unfinished work, addresses that do not belong here."""

import ast
import re

from tests.architecture.files import ROOT, own_python, short, tracked
from tests.architecture.lengths import excess

# Written in pieces, so that this file does not find itself.
INDEX_HOSTS = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org", "npm" + "mirror.com")
MACHINE_PATH = re.compile("/(wo" + "rk|fa" + "rm|ro" + "ot)/|/tm" + "p/[a-z]+/|/ho" + "me/[a-z]+/|/Us" + "ers/[a-z]+/")
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + r"Error|lo" + r"rem)\b")
TEXT = (".py", ".md", ".sql", ".html", ".js", ".css", ".toml", ".yaml", ".yml", ".json", ".lock", ".sh", ".po", "")


def lines_with(pattern: re.Pattern[str], *suffixes: str) -> list[str]:
    """Places where a pattern stands."""
    places = []
    for path in tracked(*suffixes):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                places.append(f"{short(path)}:{number} {line.strip()[:100]}")
    return places


def test_it_keeps_functions_and_files_short() -> None:
    assert not excess()


def test_it_names_no_package_index() -> None:
    found = lines_with(re.compile("|".join(map(re.escape, INDEX_HOSTS))), *TEXT)
    assert not found, f"the index is the installer's business, take the address out: {found[:5]}"


def test_it_names_no_path_of_a_machine() -> None:
    found = lines_with(MACHINE_PATH, *TEXT)
    assert not found, f"a path of one machine: {found[:5]}"


def test_it_leaves_nothing_marked_as_unfinished() -> None:
    found = lines_with(UNFINISHED, ".py", ".html", ".md", ".sql", ".js")
    assert not found, f"finish it or open an issue: {found[:5]}"


CATCHES_ALL = re.compile(r"except\s*:|except\b.*\b(Base)?Exception\b")


def is_silent(handler: ast.ExceptHandler) -> bool:
    """Catches everything and says nothing."""
    catches_all = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )
    says_nothing = all(isinstance(step, ast.Pass | ast.Continue | ast.Break) for step in handler.body)
    return catches_all and says_nothing


def test_it_swallows_no_exception() -> None:
    found = [
        f"{short(path)}:{node.lineno}"
        for path in own_python()
        if CATCHES_ALL.search(text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ExceptHandler) and is_silent(node)
    ]
    assert not found, f"name the exception, or record its reason: {found}"


def test_it_keeps_uploads_and_caches_out_of_git() -> None:
    large = [short(path) for path in tracked() if path.stat().st_size > 1_000_000]
    assert not large, f"files over 1 MB do not belong into git: {large}"
    assert not (ROOT / "uv.lock").exists()
