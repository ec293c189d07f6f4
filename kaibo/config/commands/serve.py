"""`kaibo serve`: the server of a home."""

import secrets
import sys
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(
        *,
        host: Annotated[str, typer.Option(help="Address to listen on; other machines reach 0.0.0.0.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8000,
        admin: Annotated[str, typer.Option(help="Make this director first; asks for the password.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line when it listens.")] = False,
    ) -> None:
        """Serve this home: pages, JSON API, events in, counting. On PostgreSQL start several. Ends on Ctrl-C."""
        from kaibo.config.cli import emit
        from kaibo.config.files import require_files
        from kaibo.config.server import Listening, check_settings, leave, run_server, say
        from kaibo.kit import env

        check_settings()
        require_files()
        notes = first_people(admin)

        def ready(listening: Listening) -> None:
            links = {name: listening.url + value if value.startswith("/") else value for name, value in notes.items()}
            told = {"url": listening.url, "home": str(env.home()), **links}
            if env.log_shards() > 1:
                named = ", ".join(map(str, listening.shards)) or "none"
                told["shards"] = f"holds {named} of {env.log_shards()} by now; servers share them out among themselves"
            elif not listening.shards:
                told["replica"] = "another server holds the log; this one takes over when that one ends"
            if as_json:
                emit(told, as_json=True)
                sys.stdout.flush()
            else:
                say(*(f"{name:<10} {value}" for name, value in told.items()), "Ctrl-C stops it.")

        run_server(host=host, port=port, when_ready=ready, are_records_current=True)
        leave()


def first_people(admin: str) -> dict[str, str]:
    """Make the director who was asked for, or an invitation while nobody has an account; what to tell about it."""
    from kaibo.config.cli import migrate, start_django

    start_django()
    migrate()
    from kaibo.commerce.team import api as team
    from kaibo.commerce.team.contracts import Role, RoomScope

    everywhere = RoomScope(is_all=True)
    if admin:
        password, note = _password(admin)
        team.add_person(admin, password, role=Role.DIRECTOR, scope=everywhere, actor="system:first start")
        return {"director": admin} | note
    if team.people():
        return {}
    _, token = team.invite(Role.DIRECTOR, everywhere, note="first start", actor="system:first start")
    return {"set up": f"/invitation/{token}/"}


def _password(admin: str) -> tuple[str, dict[str, str]]:
    """The password typed at a terminal; elsewhere a made one, printed once."""
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password for {admin}", hide_input=True, confirmation_prompt=True)), {}
    made = secrets.token_urlsafe(12)
    return made, {"password": made}
