"""The page of measured cost: a table and a curve, both axes by powers of ten."""

import math
from typing import Any

from benchmarks.machine import ROOT

PAGE = ROOT / "docs" / "reference" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "cost-by-events.svg"
WIDTH, HEIGHT, LEFT, BOTTOM, EDGE = 760, 400, 70, 50, 40
LINES = {  # curve and engine -> what the table and the picture say, colour
    ("growth", "duckdb"): ("DuckDB, one show", "#1677ff"),
    ("nights", "duckdb"): ("DuckDB, a show per million", "#389e0d"),
    ("growth", "spark_local"): ("Spark, `local[2]`, one show", "#d4380d"),
}


def draw(result: dict[str, Any]) -> str:
    """The curves as SVG: seconds of processor over number of events."""
    points = {
        (curve, engine): [
            (row[engine]["events"], row[engine]["processor_seconds"]) for row in result.get(curve, []) if engine in row
        ]
        for curve, engine in LINES
    }
    every = [point for found in points.values() for point in found]
    low = [math.floor(math.log10(min(point[axis] for point in every))) for axis in (0, 1)]
    high = [math.ceil(math.log10(max(point[axis] for point in every))) for axis in (0, 1)]

    def at(point: tuple[float, float]) -> tuple[float, float]:
        share = [(math.log10(point[axis]) - low[axis]) / max(1, high[axis] - low[axis]) for axis in (0, 1)]
        return LEFT + share[0] * (WIDTH - LEFT - EDGE), HEIGHT - BOTTOM - share[1] * (HEIGHT - BOTTOM - EDGE)

    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(low[0], high[0] + 1):
        x, y = at((10.0**power, 10.0 ** low[1]))
        parts.append(f'<line x1="{x:.0f}" y1="{EDGE}" x2="{x:.0f}" y2="{y:.0f}" stroke="#eee"/>')
        parts.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle">{10**power:,}</text>')
    for power in range(low[1], high[1] + 1):
        x, y = at((10.0 ** low[0], 10.0**power))
        parts.append(f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{WIDTH - EDGE}" y2="{y:.0f}" stroke="#eee"/>')
        parts.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>')
    drawn = [(name, *LINES[name]) for name in LINES if points[name]]
    for number, (name, says, colour) in enumerate(drawn):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, points[name]))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in map(at, points[name])]
        parts.append(
            f'<text x="{LEFT + 16}" y="{EDGE + 18 + 18 * number}" fill="{colour}">{says.replace("`", "")}</text>'
        )
    parts.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">events</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    head += ' font-size="12">'
    return "\n".join([head, "<title>Processor time of counting by number of events</title>", *parts, "</svg>\n"])


def page(result: dict[str, Any], machine: dict[str, Any]) -> str:
    """The page as Markdown."""
    engines, merge = result["engines"], result["merge"]
    says = {"duckdb": "DuckDB", "spark_local": "Spark, `local[2]`", "spark_cluster": "Spark, two workers"}
    versions = ", ".join(f"{name} {machine['packages'][name]}" for name in ("duckdb", "pyspark"))
    lines = [
        "# What counting costs",
        "",
        "Written by `python -m benchmarks.scale --write`; measured, not estimated. Seconds hold the start of the",
        "process and, for Spark, of the virtual machine. Processor time is of all processes together: on a machine",
        "that others use too it says more than the clock.",
        "",
        f"{machine['cores']} cores, {machine['memory_mb']:,} MB, Python {machine['python']}, {versions};"
        f" {machine['at'][:10]}.",
        _loads(result),
        "",
        "## The same log, three engines",
        "",
        "| engine | events | seconds | events per second | processor µs per event |",
        "|---|--:|--:|--:|--:|",
        *(_row(says[name], engines[name]) for name in says if name in engines),
        "",
        "## A merge into the records",
        "",
        "One transaction: minute rows, all else that a batch of about a thousand events changes, and the ledger.",
        "Statements: SQLite runs a prepared one for each row, PostgreSQL gets the rows of a table together.",
        "",
        "| records | merges | p50 | p99 | own processor time, p50 | statements |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {name} | {merge[key]['merges']} | {merge[key]['p50_ms']} ms | {merge[key]['p99_ms']} ms"
            f" | {merge[key]['own_processor_p50_ms']} ms | {merge[key]['statements']} |"
            for key, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
        ),
        "",
        "## Growth with the number of events",
        "",
        "![Processor time by number of events](../images/cost-by-events.svg)",
        "",
        "In one show the viewers, orders and minutes of one night grow together; over many nights each million is a",
        "room and an evening of its own, all of them in one log, and a row says what it had cost when so many were",
        "counted. Memory is the most that the counting processes held at once.",
        "",
        "| engine | events | seconds | events per second | processor µs per event | peak memory, MB |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"{_row(says, row[engine])} {_memory(row[engine])} |"
            for (curve, engine), (says, _) in LINES.items()
            for row in result.get(curve, [])
            if engine in row
        ),
    ]
    return "\n".join([*lines, *_backups(result.get("restore", {}))]) + "\n"


def _loads(result: dict[str, Any]) -> str:
    """How busy the machine was at the end of each part: above its cores, seconds say little and processor time more."""
    found = dict(result.get("loads", {}))
    if result.get("restore"):
        found["backups"] = result["restore"]["machine"]["load_1m"]
    return "Load at the end of each part: " + ", ".join(f"{name} {load}" for name, load in found.items()) + "."


BACKUP_ROWS = {
    "backup": "`kaibo backup`, the first",
    "again": "`kaibo backup`, after 20,000 more events",
    "restore": "`kaibo restore`",
    "rehearse": "`kaibo backup rehearse`",
    "cp": "`cp -r` of the home",
    "tar": "`tar czf` of the home",
    "untar": "`tar xzf` of it",
}


def _backups(found: dict[str, Any]) -> list[str]:
    """The table of what a backup costs beside copying the folder; nothing where it was not measured."""
    if not found:
        return []
    return [
        "",
        "## Backups",
        "",
        f"A home of {found['events']:,} events, {found['home_mb']:,} MB: {found['parts_mb']['log']:,} MB of it log and",
        f"{found['parts_mb']['lake']:,} MB lake. The store holds it in {found['store_mb']:,} MB, a packed copy in",
        f"{found['tar_mb']:,} MB. `cp -r` may share blocks with what it copies, which takes no time and saves nothing",
        "from a broken disk. A copy wants the server stopped and checks nothing; a backup is taken while all",
        "runs, every piece has a checksum, and a rehearsal counts every show again. From and to folders of one disk.",
        "",
        "| | seconds | MB per second | events per second |",
        "|---|--:|--:|--:|",
        *(
            f"| {says} | {found[key]['seconds']} | {found[key]['mb_per_second']:,}"
            f" | {found[key]['events_per_second']:,} |"
            for key, says in BACKUP_ROWS.items()
        ),
    ]


def _row(name: str, found: dict[str, Any]) -> str:
    cost = found["processor_us_per_event"]
    return f"| {name} | {found['events']:,} | {found['seconds']:,} | {found['per_second']:,} | {cost:,} |"


def _memory(found: dict[str, Any]) -> str:
    return f"{found['peak_mb']:,}" if "peak_mb" in found else "–"


def write_page(result: dict[str, Any], machine: dict[str, Any]) -> None:
    """Write page and picture."""
    PICTURE.write_text(draw(result), encoding="utf-8")
    PAGE.write_text(page(result, machine), encoding="utf-8")
