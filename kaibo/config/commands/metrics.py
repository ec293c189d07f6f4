"""`kaibo metrics`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def metrics(
        show: Annotated[str, typer.Argument(help="Id of the show.")],
        by: Annotated[str, typer.Option(help="minute, traffic_source, product, lap or host.")] = "",
        ids: Annotated[str, typer.Option(help="Numbers to print, comma separated; all without it.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Print the numbers of a show: value or reason, status, as-of."""
        from kaibo.config.cli import start_django

        start_django()
        from kaibo.config.tables import print_metrics

        wanted = [name.strip() for name in ids.split(",") if name.strip()] or None
        print_metrics(show, by=by, ids=wanted, as_json=as_json)
