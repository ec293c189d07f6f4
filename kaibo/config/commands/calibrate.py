"""`kaibo calibrate`: the simulator's ranges from nights that were counted here."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def calibrate(
        shows: Annotated[list[str], typer.Argument(help="Shows to fit to; more nights give wider, truer ranges.")],
        *,
        out: Annotated[Path, typer.Option(help="Where to write the ranges.")] = Path("night.yaml"),
        night: Annotated[Path | None, typer.Option(help="Ranges to start from.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Fit the simulator's ranges to counted shows; `kaibo simulate --night FILE` uses them."""
        import yaml

        from kaibo.config.calibrate import counted, fit
        from kaibo.config.cli import emit, migrate, start_django
        from kaibo.connectors.simulator.config import ranges

        start_django()
        migrate()
        fitted, names = fit([counted(show_id) for show_id in shows], ranges(night))
        head = f"# ranges of the simulator, fitted to {', '.join(shows)}\n"
        out.write_text(head + yaml.safe_dump(fitted, sort_keys=False, allow_unicode=True), encoding="utf-8")
        emit({"out": str(out), "shows": len(shows), "fitted": names}, as_json=as_json)
