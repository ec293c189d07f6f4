"""Every command that the documentation shows exists, knows its options, and the marked ones run."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer.main

from kaibo.config import cli
from tests.docs.pages import ROOT, Shown, pages, shown

SHOWN = shown()
PLAIN = {
    "git",
    "cd",
    "npm",
    "python",
    "python3",
    "py",
    "pip",
    "curl",
    "docker",
    "export",
    "source",
    "gunzip",
    "head",
    "ls",
}


@cache
def command_tree() -> object:
    if not cli.app.registered_commands:
        cli._register()
    return typer.main.get_command(cli.app)


def kaibo_words(text: str) -> list[str] | None:
    """The words after `kaibo`, or None when the line is another command."""
    words = [word for word in shlex.split(text) if not re.fullmatch(r"[A-Z_]+=.*", word)]
    if words[:1] == ["kaibo"] or words[:1] == [".venv/bin/kaibo"]:
        return words[1:]
    if words[1:3] == ["-m", "kaibo"]:
        return words[3:]
    return None


def unknown_options(words: list[str]) -> list[str]:
    """Options that the named command does not have; the command's own name when there is no such command."""
    command = command_tree()
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return [words[0]]
        command, words = command.commands[words[0]], words[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    given = [word.split("=")[0] for word in words if word.startswith("-") and len(word) > 1]
    free = getattr(command, "context_settings", {}).get("ignore_unknown_options")
    return [] if free else [name for name in given if name not in known | {"--help"}]


@pytest.mark.parametrize("line", SHOWN, ids=lambda line: f"{line.page}: {line.text[:50]}")
def test_it_shows_only_commands_that_exist(line: Shown) -> None:
    words = kaibo_words(line.text)
    if words is not None:
        assert not unknown_options(words), f"{line.page}: `{line.text}` has unknown {unknown_options(words)}"
    elif line.text.startswith("make"):
        done = subprocess.run(
            ["make", "--dry-run", *shlex.split(line.text)[1:]], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    else:
        first = Path(shlex.split(line.text)[0]).name
        assert first in PLAIN, f"{line.page}: `{line.text}` starts with a command this test does not know"


@pytest.mark.parametrize(
    "document", [page for page in pages() if "```console run" in page.read_text()], ids=lambda p: p.name
)
def test_it_runs_what_a_guide_tells_to_run(document: Path, tmp_path: Path) -> None:
    """The marked lines of a page, one after the other, in an empty home and an empty folder."""
    tools = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "KAIBO_HOME": str(tmp_path / "home"),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    for line in (line for line in SHOWN if line.page == document.name and line.is_run):
        done = subprocess.run(
            line.text,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (
            f"`{line.text}` ended with {done.returncode}\n{done.stdout[-800:]}{done.stderr[-800:]}"
        )


def test_it_shows_the_two_commands_in_both_languages() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text()
        for needed in ("make demo", "make test", "python -m kaibo demo", "kaibo import"):
            assert needed in text, f"{name} does not name `{needed}`"
