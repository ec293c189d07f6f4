"""`kaibo listen`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kaibo.studio.speech.contracts import EngineName


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def listen(
        heard: Annotated[str, typer.Argument(metavar="SOURCE", help="A recording, or an rtmp or HLS address.")],
        *,
        model_dir: Annotated[Path, typer.Option(help="Folder of the speech model.")],
        engine: Annotated[EngineName, typer.Option(help="Who hears.")] = EngineName.SHERPA,
        room: Annotated[str, typer.Option(help="Room in which it was said; --show knows its own.")] = "",
        show: Annotated[str, typer.Option(help="Show in which it was said.")] = "",
        platform: Annotated[str, typer.Option(help="Platform of the room, where several have one of that id.")] = "",
        at: Annotated[str, typer.Option(help="When the recording begins; else when the show began.")] = "",
        as_json: Annotated[
            bool, typer.Option("--json", help="Print JSON lines: utterances, then the summary.")
        ] = False,
    ) -> None:
        """Write down what hosts say, into the log: forbidden words become cues and cases like those in comments."""
        from kaibo.config.cli import BAD_INPUT, emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.studio.speech import api as speech

        place = _place(room, show, platform, at, is_live=speech.is_address(heard))
        hears = speech.open_engine(engine, model_dir, hotwords=speech.banned_phrases())
        told = speech.listen(heard, hears, place, tell=_say_json if as_json else _say)
        summary = asdict(told) | {"heard_seconds": round(told.heard_seconds, 1), "problems": told.problems[:10]}
        emit(summary, as_json=as_json)
        if told.rejected:
            raise typer.Exit(BAD_INPUT)


def _place(room: str, show: str, platform: str, at: str, *, is_live: bool) -> Any:
    """Room, show and beginning. Raises KaiboError with what to add."""
    from kaibo.commerce.shows import api as shows
    from kaibo.kit import env
    from kaibo.kit.clock import parse_instant
    from kaibo.kit.errors import KaiboError
    from kaibo.studio.speech.api import Place

    known = shows.show(show) if show else None
    if known is not None:
        if room not in {"", known.room_id} or platform not in {"", known.platform}:
            raise KaiboError(
                f"show {show} is in room {known.platform} {known.room_id}", fix="leave --room and --platform out"
            )
        platform, room = known.platform, known.room_id
    else:
        platform = _platform(room, platform)
    try:
        began_at = parse_instant(at, zone=env.zone()) if at else None
    except ValueError as error:
        raise KaiboError(f"--at {at} is no time", fix="write for example 2026-11-11T20:00:00+08:00") from error
    if began_at is None and not is_live:
        began_at = known.started_at if known else None
        if began_at is None:
            raise KaiboError(
                "nobody knows when this recording begins",
                fix="add --at 2026-11-11T20:00:00, or --show of one that began",
            )
    return Place(platform, room, show or None, None if is_live else began_at)


def _platform(room: str, platform: str) -> str:
    from kaibo.commerce.rooms import api as rooms
    from kaibo.kit.errors import KaiboError

    if not room:
        raise KaiboError("the words need a room", fix="add --room or --show")
    found = [platform] if platform else [one.platform for one in rooms.rooms() if one.room_id == room]
    if len(found) != 1:
        what = f"{len(found)} platforms have a room {room}" if found else f"no room {room} is known"
        raise KaiboError(what, fix="add --platform")
    return found[0]


def _say(one: Any) -> None:
    minutes, seconds = divmod(one.start_ms / 1000, 60)
    typer.echo(f"{int(minutes):02}:{seconds:04.1f}  {one.text}")


def _say_json(one: Any) -> None:
    typer.echo(json.dumps(asdict(one), ensure_ascii=False))
