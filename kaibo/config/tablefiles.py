"""`kaibo import auto`: every file by what it is, exported tables and recordings alike."""

import json
from pathlib import Path
from typing import Any

import typer


def bring_all(paths: list[Path], *, show: str, as_json: bool) -> None:
    """Import each file; the last line of each is its summary as JSON. Exit 2 when one of them was refused."""
    from kaibo.config.cli import BAD_INPUT

    refused = 0
    for path in sorted(paths, key=_is_book):
        summary = _bring(path, show)
        refused += summary["state"] != "complete"
        if not as_json:
            for line in _readable(summary):
                typer.echo(line)
            summary.pop("problems")
        typer.echo(json.dumps(summary, ensure_ascii=False))
    if refused:
        raise typer.Exit(BAD_INPUT)


def _is_book(path: Path) -> bool:
    """Settlements and money movements come after the orders that they belong to."""
    from kaibo.connectors import tables

    try:
        found = tables.open_file(path).found
    except (tables.UnreadableTable, OSError):
        return False
    return bool(found) and found[0].form.shape == "books"


def _bring(path: Path, show: str) -> dict[str, Any]:
    from kaibo.connectors import api as connectors
    from kaibo.operations.imports import api

    ids = connectors.recognised_by(path)
    others = [one for one in ids if one != "exports"]
    if others and len(others) == 1:
        report = api.import_file(others[0], path, show=show or None, actor="system:command")
        counts = {name: getattr(report, name) for name in ("read", "accepted", "duplicates", "rejected", "skipped")}
        return {
            "file": path.name,
            "state": "complete",
            "as": others[0],
            "id": report.id,
            "shows": list(report.shows),
            **counts,
            "waiting": 0,
            "problems": [],
        }
    seen = api.import_table(path, show_id=show, actor="system:command")
    told = seen.report
    return {
        "file": path.name,
        "state": str(seen.state),
        "as": seen.export,
        "id": seen.ingest_id,
        "shows": list(told.get("shows", {})),
        **{name: told.get(name, 0) for name in ("read", "accepted", "duplicates", "rejected", "skipped")},
        "by_reason": told.get("by_reason", {}),
        "waiting": sum(count for _why, _author, count in told.get("waiting", [])),
        "unplaced": sum(told.get("unplaced", {}).values()),
        "problem": seen.problem or (f"needs a column for {', '.join(seen.missing)}" if seen.missing else ""),
        "fix": seen.fix or ("map the columns on the page of imports" if seen.state == "unclear" else ""),
        "problems": told.get("problems", []),
    }


def _readable(summary: dict[str, Any]) -> list[str]:
    lines = [f"{summary['file']}: {summary['as'] or 'not recognised'}, {summary['state']}"]
    if summary.get("problem"):
        lines.append(f"  {summary['problem']} {summary['fix']}")
    lines += [
        f"  {name:<10} {summary[name]:>12,}" for name in ("read", "accepted", "duplicates", "rejected", "skipped")
    ]
    lines += [f"  skipped    {count:,} x {reason}" for reason, count in summary.get("by_reason", {}).items()]
    lines += [f"  show       {show}" for show in summary["shows"]]
    for one in summary["problems"][:10]:
        lines.append(f"  row {one['line']}, {one['field']}: “{one['value']}” {one['problem']} {one['fix']}")
    if summary.get("unplaced"):
        lines.append(f"  {summary['unplaced']:,} rows name no show that is known: give --show SHOW")
    if summary["waiting"]:
        lines.append(f"  {summary['waiting']:,} rows wait for a show; assign them on the page of imports")
    return lines
