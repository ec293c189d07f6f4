"""`kaibo new`."""

from typing import Annotated

import typer

NEXT = {
    "connector": "make reference && make check",
    "module": "make check",
    "analysis": "make check",
    "metric": "python -m kaibo.metrics.reference && make check",
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def new(
        kind: Annotated[str, typer.Argument(help="connector, module, analysis or metric.")],
        name: Annotated[str, typer.Argument(help="Its name in snake_case.")],
        room: Annotated[str, typer.Option(help="Room of a module: commerce or operations.")] = "commerce",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Make a new part in the shape that passes `make check`, to be filled with meaning."""
        from kaibo.config.cli import emit
        from kaibo.config.scaffolds import PACKAGE, Scaffold, scaffold

        made = scaffold(Scaffold(kind, name, room=room))
        files = [str(path.relative_to(PACKAGE.parent)) for path in made]
        if as_json:
            emit({"files": files, "next": NEXT[kind]}, as_json=True)
            return
        for file in files:
            typer.echo(file)
        typer.echo(f"next: {NEXT[kind]}")
