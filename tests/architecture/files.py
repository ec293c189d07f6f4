"""What the architecture tests look at: the files that git tracks or would track."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "kit",
    "language",
    "eventlog",
    "connectors",
    "studio",
    "warehouse",
    "commerce",
    "metrics",
    "operations",
    "web",
    "config",
)
FLOORS = {
    "kit": 0,
    "language": 1,
    "eventlog": 2,
    "commerce": 3,
    "warehouse": 3,
    "connectors": 3,
    "studio": 3,
    "metrics": 4,
    "operations": 5,
    "web": 6,
    "config": 7,
}


@cache
def tracked(*suffixes: str) -> tuple[Path, ...]:
    """Files of the project with one of these endings (all when none is given), ignored ones left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    paths = (ROOT / name for name in sorted(set(listed)) if name)
    return tuple(path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes))


def own_python() -> tuple[Path, ...]:
    """Python that people write: no migrations."""
    return tuple(path for path in tracked(".py") if "migrations" not in path.parts)


def short(path: Path) -> str:
    """The path as messages name it."""
    return path.relative_to(ROOT).as_posix()
