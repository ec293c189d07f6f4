"""`kaibo work`: a process that does background work."""

import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kaibo.eventlog.workers import Workers


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def work(
        *,
        once: Annotated[bool, typer.Option("--once", help="Do what is due and exit.")] = False,
        lanes: Annotated[int, typer.Option(help="How many jobs of any length at a time.", min=1, max=32)] = 1,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Do background work beside the server; start as many as wanted. `kaibo serve` does some by itself."""
        from kaibo.config.cli import FAILED, emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.eventlog import api, shards, workers

        shards.agreed()
        if not once:
            _until_told(workers.Workers(number=lanes))
            return
        workers.tick()
        workers.sweep()
        tried = workers.drain()
        counts = api.work.job_counts()
        emit({"tried": tried, **{name: counts.get(name, 0) for name in ("waiting", "failed")}}, as_json=as_json)
        if counts.get("failed"):
            raise typer.Exit(FAILED)


def _until_told(crew: "Workers") -> None:
    from kaibo.eventlog import presence
    from kaibo.eventlog.notices import Listener

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    ears = Listener()
    with presence.present("work"):
        ears.start()
        crew.start()
        stopping.wait()
        crew.stop()
        ears.stop()
