"""SQL as files: read once, checked for their header, run by name."""

from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
HEADER = ("purpose", "grain", "source", "clock")


@cache
def load(folder: str, name: str) -> str:
    """The text of `<folder>/<name>.sql`. Raises FileNotFoundError for a name that is no file."""
    return (ROOM / folder / f"{name}.sql").read_text(encoding="utf-8")


def header_of(text: str) -> dict[str, str]:
    """`-- name: value` lines at the top of a file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        name, separator, value = line[2:].partition(":")
        if separator:
            found[name.strip()] = value.strip()
    return found
