"""New connectors, modules, analyses and numbers: a shape that passes `make check`, to be filled with meaning."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from kaibo.kit.errors import Conflict, KaiboError

PACKAGE = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).parent / "scaffold"
SUFFIX = ".tmpl"
KINDS = ("connector", "module", "analysis", "metric")
_OURS = re.compile(r"(?:^from kaibo\.[^\n]*\n){2,}", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


class BadScaffold(KaiboError):
    code = "bad_scaffold"
    status = 422


class ScaffoldThere(Conflict):
    code = "scaffold_there"


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What to make: one of `KINDS`, its name in snake_case, the package to put it into."""

    kind: str
    name: str
    package: Path = PACKAGE
    room: str = "commerce"

    @property
    def words(self) -> dict[str, str]:
        parts = self.name.split("_")
        return {
            "name": self.name,
            "room": self.room,
            "title": " ".join(parts).capitalize(),
            "unit": "ratio" if self.name.endswith("_ratio") else "multiple",
            "Title": "".join(part.capitalize() for part in parts),
        }

    def target(self, template: str) -> Path:
        """Where a template of this kind goes; tests of an analysis stand with those of its room."""
        file = template.removesuffix(SUFFIX).replace("NAME", self.name)
        if self.kind == "metric":
            return self.package / "metrics" / "dictionary" / file
        if self.kind == "analysis" and file.startswith("test_"):
            return self.package / "warehouse" / "tests" / file.replace("test_", "test_analysis_")
        folder = {"connector": "connectors", "module": self.room, "analysis": "warehouse/analyses"}[self.kind]
        return self.package / folder / self.name / file


def scaffold(wanted: Scaffold) -> list[Path]:
    """Make the files; returns them and the files that were changed, in order of path.

    Raises: BadScaffold for a kind or name that cannot be, ScaffoldThere when one of the files exists.
    """
    _check(wanted)
    files = dict(_rendered(wanted))
    there = [path for path in files if path.exists()]
    if there:
        raise ScaffoldThere(f"{there[0].name} of {wanted.name} is there already", fix="choose another name")
    edits = _edits(wanted)
    for path, text in (files | edits).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(files | edits)


def _check(wanted: Scaffold) -> None:
    if wanted.kind not in KINDS:
        raise BadScaffold(f"there is no '{wanted.kind}' to make", fix=f"use one of {', '.join(KINDS)}")
    if not _NAME.match(wanted.name) or keyword.iskeyword(wanted.name):
        raise BadScaffold(f"'{wanted.name}' is no name for a {wanted.kind}", fix="use snake_case, such as live_push")
    if wanted.room not in {"commerce", "operations"}:
        raise BadScaffold(f"modules do not live in '{wanted.room}'", fix="use commerce or operations")


def _rendered(wanted: Scaffold) -> Iterator[tuple[Path, str]]:
    folder = TEMPLATES / wanted.kind
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        text = Template(path.read_text(encoding="utf-8")).substitute(wanted.words)
        yield wanted.target(str(path.relative_to(folder))), _OURS.sub(_in_order, text)


def _in_order(block: re.Match[str]) -> str:
    """Imports of ours by module: where a part stands among them depends on its name and room."""
    return "".join(sorted(block[0].splitlines(keepends=True), key=lambda line: line.split()[1]))


def _edits(wanted: Scaffold) -> dict[Path, str]:
    """Files that list their parts by hand and must know of the new one."""
    if wanted.kind == "module":
        settings = wanted.package / "config" / "settings.py"
        entry = f'    "kaibo.{wanted.room}.{wanted.name}",\n'
        return {settings: _after_last(settings, rf'    "kaibo\.{wanted.room}\.\w+",\n', entry)}
    if wanted.kind == "metric":
        listed = wanted.package / "metrics" / "dictionary" / "__init__.py"
        text = _listed(listed.read_text(encoding="utf-8"), wanted.name)
        worked = wanted.package / "metrics" / "tests" / "test_formulas.py"
        example = f'    "{wanted.name}": 4 / 50,\n'
        return {listed: text, worked: _after_first(worked, r"EXPECTED[^\n]*= \{\n", example)}
    return {}


def _listed(text: str, name: str) -> str:
    """The dictionary's list of files with one more, in order."""

    def add(found: re.Match[str]) -> str:
        lines = [*found[2].splitlines(keepends=True), found[2].splitlines(keepends=True)[0]]
        lines[-1] = re.sub(r"\w+", name, lines[-1], count=1)
        return found[1] + "".join(sorted(set(lines))) + found[3]

    text = re.sub(r"(import \(\n)(.*?)(\))", add, text, count=1, flags=re.DOTALL)
    return re.sub(r"(__all__ = \[\n)(.*?)(\])", add, text, count=1, flags=re.DOTALL)


def _after_last(path: Path, pattern: str, entry: str) -> str:
    text = path.read_text(encoding="utf-8")
    *_, last = re.finditer(pattern, text)
    return text[: last.end()] + entry + text[last.end() :]


def _after_first(path: Path, pattern: str, entry: str) -> str:
    text = path.read_text(encoding="utf-8")
    found = re.search(pattern, text)
    if found is None:
        raise BadScaffold(f"{path.name} has no place for a worked example", fix="add it by hand")
    return text[: found.end()] + entry + text[found.end() :]
