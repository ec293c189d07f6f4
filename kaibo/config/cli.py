"""The `kaibo` command: every file in `commands/` is one command; Django is imported only where needed."""

import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from kaibo import __version__
from kaibo.config import commands
from kaibo.kit.errors import KaiboError
from kaibo.kit.loading import loading

app = typer.Typer(
    name="kaibo",
    help="Kaibo (开播): the operations platform of a live-commerce team.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

OK, FAILED, BAD_INPUT = 0, 1, 2


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Kaibo (开播): plan a show, run it, see and act within seconds, review it."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def start_django() -> None:
    """Configure Django once; commands that need no database never call it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaibo.config.settings")
    import django

    with loading():
        django.setup()


def migrate() -> None:
    """Bring the records up to date; a no-op in milliseconds when nothing is new. Raises NewerSchema."""
    from django.core.management import call_command

    from kaibo.config.database import one_at_a_time
    from kaibo.kit import schema

    with one_at_a_time("migrate"):
        applied = schema.applied()
        schema.refuse_newer(applied)
        if not schema.is_up_to_date(applied):
            call_command("migrate", interactive=False, verbosity=0)


def emit(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the result of a command: one JSON line for machines, aligned lines for people."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, default=str))
        return
    width = max((len(name) for name in result), default=0)
    for name, value in result.items():
        shown = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value
        typer.echo(f"{name:<{width}}  {shown}")


def _register() -> None:
    for module in sorted(info.name for info in pkgutil.iter_modules(commands.__path__)):
        importlib.import_module(f"{commands.__name__}.{module}").register(app)


def main() -> None:
    """Run the command line. Exit 0 done, 1 failed, 2 bad input."""
    _register()
    try:
        app()
    except KaiboError as error:
        typer.echo(f"kaibo: {error.sentence}" + (f"\n  fix: {error.fix}" if error.fix else ""), err=True)
        sys.exit(BAD_INPUT if error.status < 500 else FAILED)
