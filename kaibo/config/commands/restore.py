"""`kaibo restore`."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def restore(
        where: Annotated[str, typer.Argument(help="The store: a folder or an address such as s3://bucket/kaibo.")],
        snapshot: Annotated[str, typer.Option(help="Id of a snapshot; the newest unless given.")] = "",
        into: Annotated[Path | None, typer.Option(help="Folder to restore into; KAIBO_HOME unless given.")] = None,
        *,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Bring a backup into an empty home (and, with PostgreSQL, an empty database)."""
        from kaibo.config.cli import emit, start_django
        from kaibo.config.commands.backup import bar

        start_django()
        from kaibo.operations.backups import api

        with bar("restoring") as progress:
            report = api.restore(where, snapshot=snapshot, into=into, progress=progress)
        emit(dataclasses.asdict(report), as_json=as_json)
        if not as_json and report.needs:
            typer.echo(f"Still needed: {', '.join(report.needs)}. Put the kept keys there before the server starts.")
