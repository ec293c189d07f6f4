"""`kaibo inbox list|replay`."""

from enum import StrEnum
from typing import Annotated, Any

import typer


class Act(StrEnum):
    """What to do with pushes."""

    list = "list"
    replay = "replay"


class State(StrEnum):
    """Which pushes to list."""

    any = "any"
    waiting = "waiting"
    failed = "failed"
    translated = "translated"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def inbox(
        act: Annotated[Act, typer.Argument(help="list pushes, or replay those that failed or an older version read.")],
        state: Annotated[State, typer.Option(help="Which to list.")] = State.failed,
        feed: Annotated[str, typer.Option(help="Only of this feed.")] = "",
        limit: Annotated[int, typer.Option(help="How many to list.", min=1)] = 100,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """List pushes as they were received, or translate them again with today's translators."""
        from kaibo.config.cli import FAILED, emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.connectors.inboxworker import translate_waiting, versions
        from kaibo.eventlog import api

        if act is Act.list:
            told = _listed("" if state is State.any else state.value, feed, limit)
            if as_json:
                emit({"states": api.inbox.counts(), "pushes": told}, as_json=True)
                return
            for one in told:
                typer.echo("{id}  {at}  {feed}  {connector}  {state}  {count} events  {reason}".format(**one))
            emit(api.inbox.counts() or {"pushes": 0}, as_json=False)
            return
        number = api.inbox.put_back(versions(), actor="system:inbox", feed_id=feed)
        while translate_waiting():
            pass
        states = api.inbox.counts()
        emit({"replayed": number, **{name: states.get(name, 0) for name in ("translated", "failed")}}, as_json=as_json)
        if states.get("failed"):
            raise typer.Exit(FAILED)


def _listed(state: str, feed_id: str, limit: int) -> list[dict[str, Any]]:
    from kaibo.eventlog import api
    from kaibo.kit.clock import iso

    return [
        {
            "id": item.id,
            "at": iso(item.received_at),
            "feed": item.feed_id,
            "connector": item.connector,
            "state": item.state,
            "count": item.count,
            "copies": item.copies,
            "tries": item.tries,
            "translator": item.translator_version,
            "reason": item.reason,
        }
        for item in api.inbox.items(state=state, feed_id=feed_id, limit=limit)
    ]
