"""The documentation as tests see it: pages, and the commands that stand in their console blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```console( run)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """One command of a console block. `is_run` when the block is marked `console run`: the test executes it."""

    page: str
    text: str
    is_run: bool


def pages() -> list[Path]:
    """What people read first, and the guides."""
    top = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "ARCHITECTURE.md")]
    return [*top, *sorted((ROOT / "docs" / "guides").glob("*.md"))]


def shown() -> list[Shown]:
    """Every command line after a `$`, continuation lines joined."""
    found = []
    for page in pages():
        for mark, body in _BLOCK.findall(page.read_text()):
            lines = body.replace("\\\n", " ").splitlines()
            found += [Shown(page.name, line[2:].strip(), bool(mark)) for line in lines if line.startswith("$ ")]
    return found
