"""`kaibo manage …` hands over to Django's own administration commands."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
    def manage(context: typer.Context) -> None:
        """Run a Django administration command, for example `kaibo manage check`."""
        from kaibo.config.cli import start_django

        start_django()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["kaibo manage", *context.args])
