"""`kaibo backup`, `kaibo backup list`, `kaibo backup rehearse`."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from kaibo.operations.backups.contracts import Progress

ACTOR = "system:command"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Copy the whole home while it runs, and prove that the copy can be restored.")
    app.add_typer(group, name="backup")

    @group.callback(invoke_without_command=True)
    def backup(
        context: typer.Context,
        to: Annotated[str, typer.Option(help="Folder or address (s3://…); KAIBO_BACKUP_TO unless given.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Copy the whole home while it runs; only what changed since the last copy is added."""
        if context.invoked_subcommand is None:
            _backup(to, as_json=as_json)

    group.command("list")(_list)
    group.command("rehearse")(_rehearse)
    group.command("prove", hidden=True)(_prove)


def _backup(to: str, *, as_json: bool) -> None:
    from kaibo.config.cli import emit

    api = _api()
    with bar("backing up") as progress:
        report = api.back_up(to, actor=ACTOR, progress=progress)
    emit(dataclasses.asdict(report), as_json=as_json)
    if not as_json:
        typer.echo("Keep the keys somewhere else: without keys/viewer returning viewers would count as new.")


def _list(
    where: Annotated[str, typer.Option("--from", help="The store; KAIBO_BACKUP_TO unless given.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the snapshots of a store."""
    from kaibo.kit.clock import iso

    found = [dataclasses.asdict(one) for one in _api().snapshots(where)]
    if as_json:
        typer.echo(json.dumps({"snapshots": found}, ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one['id']}  {iso(one['taken_at'])}  {one['shows']} shows  {one['size'] / 1e6:,.1f} MB")
    if not found:
        typer.echo("no snapshot yet; make one: kaibo backup --to FOLDER")


def _rehearse(
    where: Annotated[str, typer.Option("--from", help="The store; KAIBO_BACKUP_TO unless given.")] = "",
    snapshot: Annotated[str, typer.Option(help="Id of a snapshot; the newest unless given.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Restore a snapshot into a scratch place, count it again from its events, compare counts and money per show."""
    from kaibo.config.cli import FAILED, emit

    told = _api().rehearse(where, snapshot=snapshot, actor=ACTOR)
    emit(dataclasses.asdict(told), as_json=as_json)
    if not told.is_equal:
        raise typer.Exit(FAILED)


def _prove(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:  # noqa: ARG001
    """What a restored home says: as restored, after counting what was left, counted again from events alone."""
    _api()
    from kaibo.config.commands.count import count_here_or_wait
    from kaibo.warehouse import api as warehouse

    told: dict[str, Any] = {"restored": warehouse.totals_of_shows()}
    count_here_or_wait()
    told["counted"] = warehouse.totals_of_shows()
    for show in told["counted"]:
        warehouse.request_rebuild(show)
    count_here_or_wait()
    told["recounted"] = warehouse.totals_of_shows()
    typer.echo(json.dumps(told))


def _api() -> Any:
    from kaibo.config.cli import migrate, start_django

    start_django()
    migrate()
    from kaibo.operations.backups import api

    return api


@contextmanager
def bar(title: str) -> Iterator[Progress]:
    """A progress bar on the terminal; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)

        def moved(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total or 1)

        yield moved
