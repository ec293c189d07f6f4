"""`kaibo doctor`: what works here, what does not, and the fix."""

from dataclasses import asdict
from typing import Annotated

import typer

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
        """Look at Python, settings, home, records, log, counter, files; exit 1 when something does not work."""
        from kaibo.config.cli import FAILED, emit
        from kaibo.config.doctor import examine

        findings = examine()
        failed = sum(found.status == "fail" for found in findings)
        if as_json:
            told = {"ok": not failed, "failed": failed, "checks": [asdict(found) for found in findings]}
            emit(told, as_json=True)
        else:
            for found in findings:
                mark = typer.style(f"{found.status:<4}", fg=_COLOURS[found.status])
                typer.echo(
                    f"{mark}  {found.check:<14} {found.says}" + (f"\n      fix: {found.fix}" if found.fix else "")
                )
        if failed:
            raise typer.Exit(FAILED)
