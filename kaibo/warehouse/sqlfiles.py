"""SQL as files: read once, checked for their header, run by name."""

from functools import cache
from pathlib import Path

from kaibo.kit import env

ROOM = Path(__file__).parent
HEADER = ("purpose", "grain", "source", "clock")


@cache
def load(folder: str, name: str) -> str:
    """The text of `<folder>/<name>.sql`, settings of the home bound. Raises FileNotFoundError for no such file.

    Settings are whole numbers that never change while a process runs; bound here, they are the same for every engine
    and also inside statements that take no parameters.
    """
    text = (ROOM / folder / f"{name}.sql").read_text(encoding="utf-8")
    for setting, value in bound().items():
        text = text.replace(f"${setting}", str(value))
    return text


def bound() -> dict[str, int]:
    """Settings that counting depends on, by their name in SQL."""
    return {"effective_ms": env.effective_seconds() * 1000}


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
