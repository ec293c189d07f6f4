"""`kaibo replay`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def replay(
        show: Annotated[str, typer.Argument(help="Id of the show to play once more.")],
        into: Annotated[str, typer.Option(help="Id of the show that takes it; a new one.")],
        speed: Annotated[float, typer.Option(help="60 plays an hour in a minute; 0 as fast as possible.")] = 60.0,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Play a show once more into another, under ids of its own, at times that end now."""
        import msgspec

        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.config.progress import bar

        start_django()
        migrate()
        from kaibo.operations.imports import api

        with bar(is_wanted=not as_json) as tell:
            report = api.replay_show(show, into=into, speed=speed, actor="system:command", progress=tell)
        emit(msgspec.to_builtins(report), as_json=as_json)
