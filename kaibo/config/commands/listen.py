"""`kaibo listen`."""

import json
import re
import signal
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from kaibo.kit.errors import KaiboError
from kaibo.studio.speech.contracts import EngineName


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def listen(
        heard: Annotated[
            str,
            typer.Argument(
                metavar="SOURCE", help="A recording, an rtmp or HLS address, `mic`, or `mic:DEVICE` of --devices."
            ),
        ],
        *,
        model_dir: Annotated[Path, typer.Option(help="Folder of the speech model.")],
        engine: Annotated[EngineName, typer.Option(help="Who hears.")] = EngineName.SHERPA,
        room: Annotated[str, typer.Option(help="Room in which it was said; --show knows its own.")] = "",
        show: Annotated[str, typer.Option(help="Show in which it was said.")] = "",
        platform: Annotated[str, typer.Option(help="Platform of the room, where several have one of that id.")] = "",
        at: Annotated[str, typer.Option(help="When the recording begins; else when the show began.")] = "",
        expect: Annotated[str, typer.Option(help="Phrases to expect before those of the rules, comma separated.")] = "",
        keep: Annotated[bool, typer.Option(help="On air: keep the sound, so that a case can be heard.")] = False,
        again: Annotated[bool, typer.Option(help="On air: when it breaks off, wait until it is back.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print JSON lines: utterances, then the summary.")
        ] = False,
        show_devices: Annotated[  # noqa: ARG001 - it ends before the rest is read
            bool, typer.Option("--devices", is_eager=True, callback=_devices, help="List microphones and end.")
        ] = False,
    ) -> None:
        """Write down what hosts say, into the log: forbidden words become cues and cases like those in comments."""
        from kaibo.config.cli import migrate, start_django

        start_django()
        migrate()
        from kaibo.studio.speech import api as speech

        is_live = speech.is_live(heard)
        if (keep or again) and not is_live:
            raise KaiboError(f"{heard} is a recording", fix="leave --keep and --again out")
        place = _place(room, show, platform, at, is_live=is_live)
        expected = [one.strip() for one in re.split("[,，]", expect) if one.strip()]
        hears = speech.open_engine(engine, model_dir, hotwords=speech.banned_phrases(after=expected))
        listener = partial(speech.listen_on, broke=_say_broke) if again else speech.listen
        _run(partial(listener, heard, hears, place), tell=_say_json if as_json else _say, keeps=keep, as_json=as_json)


def _devices(wanted: bool) -> None:
    """Print the microphones, a line each, and end."""
    if not wanted:
        return
    from kaibo.studio.speech import api as speech

    found = speech.devices()
    if not found:
        raise KaiboError("this machine has no microphone", fix="connect one, or give a recording or an address")
    width = max(len(one.heard) for one in found)
    for one in found:
        typer.echo(f"{one.heard:<{width}}  {one.says}{'  (default)' if one.is_default else ''}")
    raise typer.Exit


def _run(hear: Callable[..., Any], *, tell: Callable[[Any], None], keeps: bool, as_json: bool) -> None:
    """Hear until it ends or somebody asks to stop, and say what came of it even when it broke off."""
    from kaibo.config.cli import BAD_INPUT, emit
    from kaibo.studio.speech import api as speech

    told, stop = speech.Told(), _stop()
    try:
        hear(told=told, stop=stop, tell=tell, keeps=keeps)
    finally:
        if told.heard_seconds:
            summary = asdict(told) | {"heard_seconds": round(told.heard_seconds, 1), "problems": told.problems[:10]}
            emit(summary, as_json=as_json)
    if told.rejected:
        raise typer.Exit(BAD_INPUT)


def _stop() -> Event:
    """Set by Ctrl-C or a service manager, so that the last words are written down; a second Ctrl-C ends at once."""
    stop = Event()

    def ask(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


def _say_broke(error: KaiboError, pause: float) -> None:
    typer.echo(f"kaibo: {error.sentence}; trying again in {pause:.0f} s", err=True)


def _place(room: str, show: str, platform: str, at: str, *, is_live: bool) -> Any:
    """Room, show and beginning. Raises KaiboError with what to add."""
    from kaibo.commerce.shows import api as shows
    from kaibo.kit import env
    from kaibo.kit.clock import parse_instant
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
