"""`kaibo quarantine list|replay`."""

from enum import StrEnum
from typing import Annotated, Any

import typer


class Act(StrEnum):
    """What to do with refused lines."""

    list = "list"
    replay = "replay"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def quarantine(
        act: Annotated[Act, typer.Argument(help="list what waits, or replay it with today's rules.")],
        limit: Annotated[int, typer.Option(help="How many lines to list.", min=1)] = 100,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """List lines that were refused at the door, or try them again."""
        from kaibo.config.cli import FAILED, emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.eventlog import api
        from kaibo.kit.clock import iso

        if act is Act.list:
            waiting: list[dict[str, Any]] = [
                {
                    "id": line.id,
                    "feed": line.feed_id,
                    "at": iso(line.at_us),
                    "field": line.field,
                    "problem": line.problem,
                    "fix": line.fix,
                    "tries": line.tries,
                    "line": line.raw[:2000].decode("utf-8", "replace"),
                }
                for line in api.quarantined(limit)
            ]
            if as_json:
                emit({"waiting": waiting}, as_json=True)
            for line in [] if as_json else waiting:
                typer.echo(f"{line['id']}  {line['at']}  {line['feed']}  {line['field']}: {line['problem']}")
                typer.echo(f"    fix: {line['fix']}\n    {line['line'][:200]}")
            if not waiting and not as_json:
                typer.echo("nothing waits")
            return
        receipt = api.replay_quarantine()
        told = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "rejected": receipt.rejected}
        emit(told, as_json=as_json)
        if receipt.rejected:
            raise typer.Exit(FAILED)
