"""`kaibo demo`: a night being counted live, in a home of its own."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

STOP_SECONDS = 2.0


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def demo(
        *,
        port: Annotated[int, typer.Option(help="Port; another free one is taken when it is busy.")] = 8000,
        minutes: Annotated[int, typer.Option(help="Length of the nights.")] = 240,
        browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line when the page answers.")] = False,
    ) -> None:
        """Show a simulated night on air, with three earlier nights to compare. Ends on Ctrl-C."""
        # a home of its own, unless one is named: a demo must never fill the home people work in
        os.environ["KAIBO_HOME"] = os.environ.get("KAIBO_HOME") or str(Path.cwd() / ".kaibo" / "demo")
        run_demo(port=port, minutes=minutes, is_browser=browser, as_json=as_json)


def run_demo(*, port: int, minutes: int, is_browser: bool, as_json: bool) -> None:
    """Prepare the home, serve it, play the night until the server stops."""
    from kaibo.config.cli import migrate, start_django
    from kaibo.config.files import require_files
    from kaibo.config.server import Listening, check_settings, leave, run_server

    check_settings()
    require_files()
    start_django()
    migrate()
    from kaibo.config.demo import PEOPLE, Player, prepare

    prepared = prepare(minutes=minutes)
    players: list[Player] = []

    def ready(listening: Listening) -> None:
        page = f"{listening.url}/shows/{prepared.tale.show_id}/live"
        _tell(page, PEOPLE, prepared.tale.password, as_json=as_json)
        players.append(Player(prepared, listening.url))
        players[0].start()
        if is_browser and not as_json:
            _open_browser(page)

    def stop() -> None:
        for player in players:
            player.stop()

    try:
        run_server(port=_free(port), when_ready=ready, on_stop=stop)
    finally:
        stop()
        for player in players:
            player.join(timeout=STOP_SECONDS)
    leave()


def _free(port: int) -> int:
    """The port, or 0 for any free one when somebody listens there."""
    from kaibo.config.server import bind
    from kaibo.kit.errors import BadConfiguration

    try:
        bind("127.0.0.1", port).close()
    except BadConfiguration:
        return 0
    return port


def _tell(page: str, names: Sequence[str], password: str, *, as_json: bool) -> None:
    from kaibo.config.cli import emit
    from kaibo.config.server import say

    if as_json:
        emit({"url": page, "logins": list(names), "password": password}, as_json=True)
        say()
        return
    say(
        "",
        f"  {page}",
        "",
        f"  log in as   {', '.join(names)}",
        f"  password    {password}",
        "",
        "  Tonight began half an hour ago; earlier nights arrive within a minute. Ctrl-C stops it.",
        "",
    )


def _open_browser(page: str) -> None:
    """In a thread: some systems wait for the browser to start."""
    import threading
    import webbrowser

    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name == "nt" or _is_mac():
        threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()


def _is_mac() -> bool:
    import sys

    return sys.platform == "darwin"
