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
        """List lines refused at the door and batches that could not be counted, or try them again."""
        from kaibo.config.cli import migrate, start_django

        start_django()
        migrate()
        if act is Act.list:
            _list(limit, as_json=as_json)
        else:
            _replay(as_json=as_json)


def _list(limit: int, *, as_json: bool) -> None:
    from kaibo.config.cli import emit
    from kaibo.eventlog import api
    from kaibo.kit.clock import iso
    from kaibo.warehouse import api as warehouse

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
    batches: list[dict[str, Any]] = [
        {
            "segment": one.path,
            "from_seq": one.from_seq,
            "to_seq": one.to_seq,
            "at": iso(one.at_us),
            "reason": one.reason,
            "tries": one.tries,
        }
        for one in warehouse.set_aside(limit)
    ]
    if as_json:
        emit({"waiting": waiting, "batches": batches}, as_json=True)
        return
    for one in batches:
        events = f"{one['from_seq']}-{one['to_seq']}"
        typer.echo(f"{one['at']}  {one['segment']} {events}  tried {one['tries']} times\n    {one['reason']}")
    for line in waiting:
        what = ": ".join(part for part in (line["field"], line["problem"]) if part)
        typer.echo(f"{line['id']}  {line['at']}  {line['feed']}  {what}")
        typer.echo(f"    fix: {line['fix']}\n    {line['line'][:200]}")
    if not waiting and not batches:
        typer.echo("nothing waits")


def _replay(*, as_json: bool) -> None:
    from kaibo.config.cli import FAILED, emit
    from kaibo.config.commands.count import count_here_or_wait
    from kaibo.eventlog import api
    from kaibo.warehouse import api as warehouse

    receipt = api.replay_quarantine()
    asked = warehouse.request_retry()
    if asked:
        count_here_or_wait()
    failed = len(warehouse.set_aside(asked)) if asked else 0
    told = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "rejected": receipt.rejected}
    emit({**told, "batches_counted": asked - failed, "batches_failed": failed}, as_json=as_json)
    if receipt.rejected or failed:
        raise typer.Exit(FAILED)
