"""Refuses SQL that DuckDB and Spark would answer differently. `python -m kaibo.warehouse.sqllint`."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot.errors import ErrorLevel, SqlglotError

from kaibo.warehouse.sqlfiles import HEADER, ROOM, header_of

FOLDERS = ("live", "staging", "marts", "analyses")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One finding: where, what, and what to write instead."""

    path: str
    line: int
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}; {self.fix}"


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: re.Pattern[str]
    problem: str
    fix: str


def _rule(pattern: str, problem: str, fix: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), problem, fix)


RULES = (
    _rule(r"\blist\s*\([^()]*\border\s+by\b", "list(x order by t) loses its order", "use row_number() and a join"),
    _rule(
        r"\bdate_?diff\s*\(\s*'(?!second|millisecond|microsecond)",
        "date_diff in coarse parts counts boundaries in one engine and spans in the other",
        "take seconds and divide",
    ),
    _rule(r"\bat\s+time\s+zone\b", "at time zone turns naive times in opposite directions", "keep µs UTC"),
    _rule(r"\bsubstr(?:ing)?\s*\([^(),]+,\s*0\b", "substring from 0 is empty in one engine", "count from 1"),
    _rule(
        r"\bquantile_(?:cont|disc)\s*\(",
        "quantile_cont is not in both engines",
        "use percentile_cont(…) within group (order by …)",
    ),
    _rule(r"\btime_bucket\s*\(", "time_bucket is not in both engines", "use (t // width) * width on µs"),
    _rule(r"\basof\s+(?:left\s+)?join\b", "asof join is not in both engines", "join on an interval"),
    _rule(
        r"(?<![/*])/(?![/*])(?!\s*nullif\b)(?!\s*\d*[1-9])",
        "x / y gives inf in one engine and an error in the other when y is 0",
        "write x / nullif(y, 0)",
    ),
    _rule(r"\{\{|\{%", "templates hide what runs", "bind parameters"),
)
JSON_RULE = _rule(r"->>?|\bjson_extract|\bfrom_json\b|\bread_json\b", "JSON belongs to staging", "read a staged column")
CASE_RULE = _rule(
    r"\b(?:SELECT|FROM|WHERE|GROUP|ORDER|JOIN|AS|AND|OR|CASE|WHEN|NULL)\b", "upper-case SQL", "write it in lower case"
)


def _without(text: str, pattern: str) -> str:
    """Blank out what matches, keeping lines where they are."""
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.DOTALL)


def lint(path: Path, text: str, *, folder: str) -> Iterator[Refusal]:
    """Everything that is wrong with one file."""
    name = str(path)
    missing = [part for part in HEADER if part not in header_of(text)]
    if missing:
        yield Refusal(name, 1, f"the header lacks {', '.join(missing)}", "begin with -- purpose, grain, source, clock")
    code = _without(text, r"--[^\n]*")
    rules = RULES if folder == "staging" else (*RULES, JSON_RULE)
    for rule in rules:
        yield from _find(rule, name, code)
    yield from _find(Rule(re.compile(CASE_RULE.pattern.pattern), CASE_RULE.problem, CASE_RULE.fix), name, _plain(code))
    if folder != "staging":
        yield from _transpile(name, text)


def _plain(code: str) -> str:
    return _without(code, r"'(?:[^']|'')*'")


def _find(rule: Rule, name: str, code: str) -> Iterator[Refusal]:
    for found in rule.pattern.finditer(code):
        yield Refusal(name, code.count("\n", 0, found.start()) + 1, rule.problem, rule.fix)


def _transpile(name: str, text: str) -> Iterator[Refusal]:
    try:
        sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        yield Refusal(name, 1, f"Spark cannot run it: {str(error).splitlines()[0]}", "use what both engines have")


def lint_all(room: Path = ROOM) -> list[Refusal]:
    """Every refusal in the SQL folders of the room, by path and line."""
    return [
        refusal
        for folder in FOLDERS
        for path in sorted((room / folder).rglob("*.sql"))
        for refusal in lint(path.relative_to(room), path.read_text(encoding="utf-8"), folder=folder)
    ]


def main() -> int:
    """Print what is wrong. Exit 0 clean, 1 not."""
    refusals = lint_all()
    for refusal in refusals:
        sys.stderr.write(f"{refusal}\n")
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main())
