"""`kaibo imports`."""

import dataclasses
import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def imports(
        undo: Annotated[str, typer.Option(help="Id of an import to take back.")] = "",
        why: Annotated[str, typer.Option(help="Why it is taken back; kept in the audit.")] = "",
        limit: Annotated[int, typer.Option(help="How many to list, latest first.")] = 20,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """List imports, or take one back with --undo ID: its events leave every number and may come again."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.operations.imports import api

        if undo:
            taken = api.undo_import(undo, actor="system:command", why=why)
            emit({"undone": undo, "events": taken}, as_json=as_json)
            return
        found = [dataclasses.asdict(one) for one in api.imports(limit=limit)]
        if as_json:
            typer.echo(json.dumps({"imports": found}, ensure_ascii=False))
            return
        for one in found:
            counts = f"{one['accepted']:>9,} accepted {one['duplicates']:>9,} known"
            typer.echo(f"{one['id']}  {one['state']:<8}  {counts}  {one['connector']}  {one['file_name']}")
