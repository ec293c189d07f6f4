"""`kaibo count`."""

import signal
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kaibo.warehouse.engine import Engine


class EngineName(StrEnum):
    """Who may count."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def count(
        *,
        once: Annotated[bool, typer.Option("--once", help="Count what is there and exit.")] = False,
        until_input_ends: Annotated[bool, typer.Option("--until-input-ends", hidden=True)] = False,
        to_the_end: Annotated[bool, typer.Option("--to-the-end", hidden=True)] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
        engine: Annotated[EngineName, typer.Option(help="What counts: this machine, or a Spark cluster.")] = (
            EngineName.DUCKDB
        ),
        master: Annotated[str, typer.Option(help="Spark's master: spark://HOST:7077, or local[2].")] = "local[*]",
        settings: Annotated[
            list[str] | None,
            typer.Option("--set", help="A setting of Spark, e.g. spark.executor.memory=2g; repeat it."),
        ] = None,
    ) -> None:
        """Count fsynced events into minute rows. `kaibo serve` runs this by itself."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        make = counting_on(engine, master, settings or [])
        if not until_input_ends:  # else whoever started us has done it
            migrate()
        if once:
            emit(count_here_or_wait(make), as_json=as_json)
        else:
            from kaibo.config.server import leave

            _forever(make, until_input_ends=until_input_ends, is_patient=to_the_end)
            leave()


def counting_on(engine: EngineName, master: str, settings: list[str]) -> "Callable[..., Engine]":
    """The engine that counts, made when the counter starts. Raises: BadConfiguration where Spark cannot be had."""
    from kaibo.warehouse.engine import Engine

    if engine is EngineName.DUCKDB:
        return Engine
    from kaibo.warehouse.spark.engine import SparkEngine
    from kaibo.warehouse.spark.starting import parse_settings, start

    chosen = parse_settings(settings)
    return lambda **given: SparkEngine(start(master, chosen, name="kaibo count"), ends_spark=True, **given)


def count_here_or_wait(engine: "Callable[..., Engine] | None" = None) -> dict[str, Any]:
    """Count here, or wait for the counter that runs already to have counted what is there now."""
    from kaibo.warehouse.alongside import wait_until_counted
    from kaibo.warehouse.counter import Counter, counter_lock
    from kaibo.warehouse.engine import Engine
    from kaibo.warehouse.ledger import reached

    lock = counter_lock()
    if lock.take():
        counter = Counter(threads=2, engine=engine or Engine)
        try:
            step = counter.run_once()
        finally:
            counter.close()
            lock.release()
        return {
            "batches": step.batches,
            "events": step.events,
            "rebuilt": list(step.rebuilt),
            "quarantined": step.quarantined,
            "counted": reached(),
        }
    wait_until_counted()
    return {"batches": 0, "events": 0, "rebuilt": [], "quarantined": 0, "counted": reached()}


def _forever(engine: "Callable[..., Engine]", *, until_input_ends: bool, is_patient: bool) -> None:
    """Count until told to stop; the patient counter of an import lets segments fill and then counts to the end."""
    from kaibo.kit.errors import Conflict
    from kaibo.warehouse.beat import Beat
    from kaibo.warehouse.counter import Counter, counter_lock

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    if until_input_ends:
        threading.Thread(target=_watch_input, args=(stopping,), daemon=True).start()
    lock = counter_lock()
    beat = Beat()
    while not lock.take():  # the counter before us may still be finishing its group
        beat()
        if not until_input_ends:
            raise Conflict(f"process {lock.holder()} counts for this home already", fix="stop it first, or use --once")
        if stopping.wait(0.2):
            return
    counter = Counter(is_patient=is_patient, engine=engine)
    try:
        counter.run(stopped=stopping.is_set, beat=beat)
        if is_patient:
            counter.run_once()
    finally:
        counter.close()
        lock.release()


def _watch_input(stopping: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stopping.set()
