"""`kaibo import`."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(name="import")
    def import_(  # noqa: PLR0917 - the command line names them
        connector: Annotated[str, typer.Argument(help="Format of the file, for example bilirec_xml; auto finds out.")],
        path: Annotated[list[Path], typer.Argument(help="The files, plain or gzip; several with auto.")],
        room: Annotated[str, typer.Option(help="Room of the file, or the one to take out of several.")] = "",
        show: Annotated[str, typer.Option(help="Show that takes all of it.")] = "",
        option: Annotated[list[str] | None, typer.Option(help="Setting of the connector as name=value.")] = None,
        wait: Annotated[bool, typer.Option("--wait", help="Return once all of it is counted.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    ) -> None:
        """Bring recordings or exported tables into the log. The last line of each is its summary as JSON."""
        from kaibo.config.cli import BAD_INPUT, migrate, start_django
        from kaibo.config.progress import bar

        start_django()
        migrate()
        from kaibo.operations.imports import api
        from kaibo.warehouse.api import CounterAlongside

        if connector in {"auto", "exports"}:
            from kaibo.config.tablefiles import bring_all

            with CounterAlongside() if wait else nullcontext():
                bring_all(path, show=show, as_json=as_json)
            return
        if len(path) > 1:
            raise typer.BadParameter("one file at a time; `kaibo import auto` takes several")
        with CounterAlongside() if wait else nullcontext(), bar(is_wanted=not as_json) as tell:
            report = api.import_file(
                connector,
                path[0],
                room=room or None,
                show=show or None,
                options=pairs(option or []),
                actor="system:command",
                progress=tell,
            )
        summary = summarise(report)
        if not as_json:
            for line in readable(summary):
                typer.echo(line)
            summary.pop("details")
        typer.echo(json.dumps(summary, ensure_ascii=False))
        if report.rejected and not report.accepted + report.duplicates:
            raise typer.Exit(BAD_INPUT)


def pairs(given: list[str]) -> dict[str, str]:
    """`name=value` texts as a mapping. Raises BadFile naming the text that is none."""
    from kaibo.connectors.api import BadFile

    for text in given:
        if "=" not in text:
            raise BadFile(f"--option {text} is no name=value", fix="write for example --option zone=Asia/Shanghai")
    return dict(text.split("=", 1) for text in given)


def summarise(report: Any) -> dict[str, Any]:
    """The report with times as ISO 8601, ready for JSON; the four counts add up to `read`."""
    from kaibo.kit import clock

    summary: dict[str, Any] = {"id": report.id}
    for name in ("shows", "read", "accepted", "duplicates", "rejected", "skipped", "by_kind", "first_at", "last_at"):
        summary[name] = getattr(report, name)
    for name in ("first_at", "last_at"):
        summary[name] = clock.iso(summary[name]) if summary[name] is not None else None
    summary |= {name: getattr(report, name) for name in ("by_room", "by_reason", "notes")}
    summary["details"] = [
        {"line": one.line, "field": one.field, "problem": one.problem, "fix": one.fix} for one in report.details
    ]
    return summary


def readable(summary: dict[str, Any]) -> list[str]:
    """The summary for people: what came in, what did not and why."""
    counts = ("read", "accepted", "duplicates", "rejected", "skipped")
    lines = [f"{name:<10} {summary[name]:>12,}" for name in counts]
    lines += [f"show       {show}" for show in summary["shows"]]
    lines += [f"skipped    {count:,} x {reason}" for reason, count in summary["by_reason"].items()]
    for one in summary["details"][:10]:
        field = f"{one['field']}: " if one["field"] else ""  # a line that cannot be read at all has no field
        lines.append(f"line {one['line']}: {field}{one['problem']}; fix: {one['fix']}")
    if len(summary["details"]) > 10:
        lines.append(f"… {summary['rejected'] - 10:,} more; `kaibo quarantine list` shows them")
    return lines + [f"note: {note}" for note in summary["notes"]]
