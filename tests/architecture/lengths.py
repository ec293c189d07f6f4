"""How long functions and files are: `python -m tests.architecture.lengths` prints the figures and refuses excess."""

import ast
import sys
from functools import cache
from pathlib import Path
from statistics import quantiles

from tests.architecture.files import own_python, short, tracked

MAX_FUNCTION, MAX_FILE, MAX_P90 = 60, 400, 30


@cache
def functions(path: Path) -> list[tuple[int, str]]:
    """(lines, place) of every function of a file, docstring included, decorators not."""
    tree = ast.parse(path.read_text(), filename=str(path))
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [((node.end_lineno or 0) - node.lineno + 1, f"{short(path)}:{node.lineno} {node.name}") for node in nodes]


def files() -> list[tuple[int, str]]:
    """(lines, place) of every source file that people write."""
    paths = (*own_python(), *tracked(".js", ".css", ".html", ".sql"))
    return [(len(path.read_text().splitlines()), short(path)) for path in paths]


def excess() -> list[str]:
    """What is too long, a sentence each."""
    every = [entry for path in own_python() for entry in functions(path)]
    said = [
        f"{place} has {lines} lines; split it below {MAX_FUNCTION}" for lines, place in every if lines > MAX_FUNCTION
    ]
    said += [f"{place} has {lines} lines; split it below {MAX_FILE}" for lines, place in files() if lines > MAX_FILE]
    product = sorted(lines for path in own_python() if short(path).startswith("kaibo/") for lines, _ in functions(path))
    p90 = quantiles(product, n=10)[8]
    if p90 > MAX_P90:
        said.append(f"p90 of function length is {p90:.0f}; it must stay at or below {MAX_P90}")
    return said


def figures() -> str:
    """One line for the release note."""
    every = sorted(entry for path in own_python() for entry in functions(path))
    lengths = [lines for lines, _ in every]
    deciles = quantiles(lengths, n=10)
    largest = max(files())
    return (
        f"{len(lengths)} functions: p50 {deciles[4]:.0f}, p90 {deciles[8]:.0f}, max {every[-1][0]} ({every[-1][1]}); "
        f"largest file {largest[0]} lines ({largest[1]})"
    )


if __name__ == "__main__":
    problems = excess()
    sys.stdout.write("\n".join([figures(), *problems]) + "\n")
    sys.exit(1 if problems else 0)
