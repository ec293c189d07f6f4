"""The named cases of analyses as tables, for whatever engine answers: one reading of `cases.yaml` for all of them.

An event names columns of `events`, with three short forms: `viewer`, `room`, and `day` (noon of that business day).
What it leaves out is that of room r on platform p. Business day n is the n-th day of 1970, called `day n`.
"""

from pathlib import Path
from typing import Any

import duckdb
import yaml

from kaibo.eventlog.lake import COLUMNS
from kaibo.kit.clock import DAY_US
from kaibo.warehouse import analysis

ROOM = {"platform": "p", "room_id": "r"}
DAYS = 40
_SHORT = {"viewer": "viewer_id", "room": "room_id"}


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one analysis."""
    path = Path(analysis.__file__).parent / "analyses" / name / "cases.yaml"
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def params_of(name: str, case: dict[str, Any]) -> dict[str, str]:
    """What the case asks with."""
    given = {**ROOM, **case.get("params", {})}
    return {each: given[each] for each in analysis.load(name).params}


def events_of(case: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of `events`, in the order of `analysis.EVENT_COLUMNS`."""
    rows = []
    for number, event in enumerate(case["events"]):
        told = {**ROOM, "event_id": f"e{number}", **{_SHORT.get(key, key): value for key, value in event.items()}}
        if "day" in told:
            told["occurred_at"] = (told.pop("day") - 1) * DAY_US + DAY_US // 2
        unknown = told.keys() - set(analysis.EVENT_COLUMNS)
        if unknown:
            raise ValueError(f"{case['name']}: events have no {', '.join(sorted(unknown))}")
        rows.append(tuple(told.get(name) for name in analysis.EVENT_COLUMNS))
    return rows


def tables(case: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A DuckDB that holds the case."""
    work = duckdb.connect()
    columns = ", ".join(f"{name} {COLUMNS[name]}" for name in analysis.EVENT_COLUMNS)
    work.execute(f"create table events ({columns})")
    for row in events_of(case):
        work.execute(f"insert into events values ({', '.join('?' * len(row))})", list(row))
    work.execute("create table business_day (day_number bigint, day varchar, from_us bigint, to_us bigint)")
    work.executemany("insert into business_day values (?, ?, ?, ?)", days())
    return work


def days() -> list[tuple[int, str, int, int]]:
    """Rows of `business_day`."""
    return [(number, f"day {number}", (number - 1) * DAY_US, number * DAY_US) for number in range(1, DAYS + 1)]


def rows_of(name: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    """What the case expects; a row that tells the number of its day may leave out its name."""
    named = "day" in analysis.load(name).columns
    return [{"day": f"day {row['day_number']}", **row} if named else row for row in case["rows"]]
