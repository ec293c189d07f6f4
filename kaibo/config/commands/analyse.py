"""`kaibo analyse`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from kaibo.config.commands.count import EngineName


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def analyse(
        name: Annotated[str, typer.Argument(help="Name of the analysis; without it they are listed.")] = "",
        *,
        room: Annotated[str, typer.Option(help="The room, as PLATFORM/ROOM.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
        engine: Annotated[EngineName, typer.Option(help="What answers: this machine, or a Spark cluster.")] = (
            EngineName.DUCKDB
        ),
        master: Annotated[str, typer.Option(help="Spark's master: spark://HOST:7077, or local[2].")] = "local[*]",
        settings: Annotated[
            list[str] | None,
            typer.Option("--set", help="A setting of Spark, e.g. spark.executor.memory=2g; repeat it."),
        ] = None,
    ) -> None:
        """Ask a question over many shows; pages and numbers use the answer from then on."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        if not name:
            emit(_known(), as_json=as_json)
            return
        with _spark_on(engine, master, settings or []) as spark:
            answer = _asked(name, room, spark=spark)
        if as_json:
            emit(answer, as_json=True)
        else:
            _print(answer)


def _known() -> dict[str, str]:
    from kaibo.warehouse.analysis import analyses, load

    return {name: load(name).purpose for name in analyses()}


@contextmanager
def _spark_on(engine: EngineName, master: str, settings: list[str]) -> Iterator[Any]:
    """A connection to Spark, None where this machine answers. Raises: BadConfiguration where Spark cannot be had."""
    if engine is EngineName.DUCKDB:
        yield None
        return
    from kaibo.warehouse.spark.starting import parse_settings, start

    spark = start(master, parse_settings(settings), name="kaibo analyse")
    try:
        yield spark
    finally:
        spark.stop()


def _asked(name: str, room: str, *, spark: Any = None) -> dict[str, Any]:
    from kaibo.kit.clock import iso
    from kaibo.kit.errors import NotFound
    from kaibo.warehouse import api as warehouse

    platform, slash, room_id = room.partition("/")
    if not (platform and slash and room_id):
        known = ", ".join(f"{each.platform}/{each.room_id}" for each in _rooms()) or "none yet"
        raise NotFound(f"--room {room}: which room?" if room else "which room?", fix=f"--room with one of {known}")
    answer = warehouse.analyse(name, {"platform": platform, "room_id": room_id}, spark=spark)
    return {"analysis": name, **answer.params, "as_of": iso(answer.as_of_us), "rows": list(answer.rows)}


def _rooms() -> list[Any]:
    from kaibo.commerce.rooms import api as rooms

    return list(rooms.rooms())


def _print(answer: dict[str, Any]) -> None:
    rows = answer.pop("rows")
    typer.echo("  ".join(f"{name} {value}" for name, value in answer.items()))
    if not rows:
        typer.echo("nobody did anything in this room as far as the log knows")
        return
    names = list(rows[0])
    widths = [max(len(name), *(len(str(row[name])) for row in rows)) for name in names]
    for line in (names, *([row[name] for name in names] for row in rows)):
        typer.echo("  ".join(f"{value!s:>{width}}" for value, width in zip(line, widths, strict=True)))
