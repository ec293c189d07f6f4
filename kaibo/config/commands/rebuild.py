"""`kaibo rebuild`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def rebuild(
        show: Annotated[str, typer.Argument(help="Id of the show.")],
        *,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Count a show again from its net events, in one transaction."""
        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.config.commands.count import count_here_or_wait

        start_django()
        migrate()
        from kaibo.warehouse import api

        before = api.show_version(show)
        api.request_rebuild(show)
        count_here_or_wait()
        emit({"show": show, "version_before": before, "version": api.show_version(show)}, as_json=as_json)
