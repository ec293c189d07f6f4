"""`kaibo count`."""

import signal
import sys
import threading
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def count(
        *,
        once: Annotated[bool, typer.Option("--once", help="Count what is there and exit.")] = False,
        until_input_ends: Annotated[bool, typer.Option("--until-input-ends", hidden=True)] = False,
        to_the_end: Annotated[bool, typer.Option("--to-the-end", hidden=True)] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Count fsynced events into minute rows. `kaibo serve` runs this by itself."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        if not until_input_ends:  # else whoever started us has done it
            migrate()
        if once:
            emit(count_here_or_wait(), as_json=as_json)
        else:
            from kaibo.config.server import leave

            _forever(until_input_ends=until_input_ends, is_patient=to_the_end)
            leave()


def count_here_or_wait() -> dict[str, Any]:
    """Count here, or wait for the counter that runs already to have counted what is there now."""
    from kaibo.warehouse.alongside import wait_until_counted
    from kaibo.warehouse.counter import Counter, counter_lock
    from kaibo.warehouse.ledger import reached

    lock = counter_lock()
    if lock.take():
        counter = Counter(threads=2)
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


def _forever(*, until_input_ends: bool, is_patient: bool) -> None:
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
    counter = Counter(is_patient=is_patient)
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
