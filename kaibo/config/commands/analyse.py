"""`kaibo analyse`."""

from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def analyse(
        name: Annotated[str, typer.Argument(help="Name of the analysis; without it they are listed.")] = "",
        *,
        room: Annotated[str, typer.Option(help="The room, as PLATFORM/ROOM.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Ask a question over many shows; pages and numbers use the answer from then on."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        if not name:
            emit(_known(), as_json=as_json)
            return
        answer = _asked(name, room)
        if as_json:
            emit(answer, as_json=True)
        else:
            _print(answer)


def _known() -> dict[str, str]:
    from kaibo.warehouse.analysis import analyses, load

    return {name: load(name).purpose for name in analyses()}


def _asked(name: str, room: str) -> dict[str, Any]:
    from kaibo.kit.clock import iso
    from kaibo.kit.errors import NotFound
    from kaibo.warehouse import api as warehouse

    platform, slash, room_id = room.partition("/")
    if not (platform and slash and room_id):
        known = ", ".join(f"{each.platform}/{each.room_id}" for each in _rooms()) or "none yet"
        raise NotFound(f"--room {room}: which room?" if room else "which room?", fix=f"--room with one of {known}")
    answer = warehouse.analyse(name, {"platform": platform, "room_id": room_id})
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
