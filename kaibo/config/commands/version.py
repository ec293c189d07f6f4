"""`kaibo version`."""

from typing import Annotated

import typer

from kaibo import __version__


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def version(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
        """Print the version of Kaibo and of its event schema."""
        from kaibo.config.cli import emit
        from kaibo.eventlog.kinds import SCHEMA

        emit({"kaibo": __version__, "schema": SCHEMA}, as_json=as_json)
