"""`kaibo shows`."""

from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def shows(
        *,
        limit: Annotated[int, typer.Option(help="How many to list, latest first.")] = 50,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """List shows by id, latest first: what `kaibo metrics`, `report` and `replay` ask for."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        found = known_shows(limit=limit)
        if as_json:
            emit({"shows": found}, as_json=True)
        elif not found:
            typer.echo("no show yet: import a recording, connect a feed, or `kaibo demo`")
        for one in [] if as_json else found:
            typer.echo(f"{one['show']}  {one['begins']}  {one['status']:<8}  {one['room']}  {one['title']}")


def known_shows(*, limit: int) -> list[dict[str, Any]]:
    """Shows as the command lists them; times in the team's zone."""
    from kaibo.commerce.shows import api
    from kaibo.kit import env
    from kaibo.kit.clock import to_datetime

    def begins(at_us: int | None) -> str:
        return "-" * 16 if at_us is None else f"{to_datetime(at_us).astimezone(env.zone()):%Y-%m-%d %H:%M}"

    return [
        {
            "show": one.show_id,
            "begins": begins(one.begins_at),
            "status": one.status.value,
            "room": f"{one.platform}/{one.room_id}",
            "title": one.title,
        }
        for one in api.shows(limit=limit)
    ]
