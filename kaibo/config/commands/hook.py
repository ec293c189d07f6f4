"""`kaibo hook`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def hook(
        connector: Annotated[str, typer.Argument(help="Who pushes, for example douyin_push or doudian.")],
        name: Annotated[str, typer.Option(help="Name of the feed.")] = "",
        room: Annotated[list[str] | None, typer.Option(help="Only this room; shops and groups need none.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Make a feed that a platform pushes to: its address, and the environment variables that it needs."""
        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.connectors import registry
        from kaibo.connectors.api import connector as manifest_of
        from kaibo.connectors.api import feed_settings

        manifest = manifest_of(connector)
        registry.verifier(connector)
        start_django()
        migrate()
        from kaibo.eventlog import api
        from kaibo.kit import env

        feed, _token = api.create_feed(
            name or manifest.name["en"],
            connector=connector,
            platform=manifest.platform,
            rooms=room or (),
            kinds=manifest.kinds,
            actor="system:cli",
        )
        address = f"/hooks/{connector}/{feed.id}"
        settings = {env.feed_variable(feed.id, need.name): need for need in feed_settings(connector)}
        needed = {variable: need.says for variable, need in settings.items() if need.is_needed}
        optional = {variable: need.says for variable, need in settings.items() if not need.is_needed}
        if as_json:
            emit({"feed": feed.id, "address": address, "needed": needed, "optional": optional}, as_json=True)
            return
        emit({"feed": feed.id, "address": address}, as_json=False)
        for part, variables in (("needed", needed), ("optional", optional)):
            for variable, says in variables.items():
                typer.echo(f"{part}  {variable}  {says}")
