"""`kaibo translate`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def translate(  # noqa: PLR0917 - the command line names them
        connector: Annotated[str, typer.Argument(help="Format of the file, for example bilirec_xml.")],
        path: Annotated[Path, typer.Argument(metavar="FILE", help="The file, plain or gzip.")],
        room: Annotated[str, typer.Option(help="Room of the file, or the one to take out of several.")] = "",
        option: Annotated[list[str] | None, typer.Option(help="Setting of the connector as name=value.")] = None,
        limit: Annotated[int, typer.Option(help="Stop after so many events; 0 is all.")] = 0,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON for problems and the summary too.")] = False,
    ) -> None:
        """Show what an import would bring, without keeping anything: events as NDJSON, problems on standard error."""
        import msgspec

        from kaibo.config.cli import BAD_INPUT, emit
        from kaibo.config.commands.import_ import pairs
        from kaibo.connectors.api import BadLine, Skipped, arrived_now, translate_file

        counts: Counter[str] = Counter(events=0, skipped=0, rejected=0)
        encode = msgspec.json.Encoder().encode
        reasons: Counter[str] = Counter()
        options = {**arrived_now(connector), **pairs(option or [])}
        for outcome in translate_file(connector, path, room=room or None, options=options):
            if isinstance(outcome, Skipped):
                counts["skipped"] += 1
                reasons[outcome.reason] += 1
            elif isinstance(outcome, BadLine):
                counts["rejected"] += 1
                typer.echo(_said(outcome, as_json=as_json), err=True)
            else:
                counts["events"] += 1
                sys.stdout.buffer.write(encode(outcome) + b"\n")
                if counts["events"] == limit:
                    break
        sys.stdout.flush()
        for reason, count in reasons.items() if not counts["events"] and not as_json else ():
            typer.echo(f"no event of ours: {reason}" + (f" ({count} times)" if count > 1 else ""), err=True)
        if as_json:
            emit({"summary": dict(counts)}, as_json=True)
        if not counts["events"] and (counts["rejected"] or not counts["skipped"]):
            raise typer.Exit(BAD_INPUT)


def _said(bad: object, *, as_json: bool) -> str:
    import json

    told = {name: getattr(bad, name) for name in ("line", "field", "problem", "fix")}
    if as_json:
        return json.dumps(told, ensure_ascii=False)
    field = f"{told['field']}: " if told["field"] else ""
    return f"line {told['line']}: {field}{told['problem']}; fix: {told['fix']}"
