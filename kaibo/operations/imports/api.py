"""The door of imports: files in, files back out again, shows played once more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kaibo.connectors import tables as connectors
from kaibo.kit import clock
from kaibo.operations.imports import fetched as fetched_files
from kaibo.operations.imports import loose, matches, replays, services, tablefolder, tables, tableviews
from kaibo.operations.imports.contracts import (
    BadMapping,
    BadSpeed,
    FetchedView,
    ImportReport,
    ImportView,
    Progress,
    ReplayReport,
    TableNotFound,
    TableState,
    TableView,
    WaitingGroup,
)
from kaibo.operations.imports.models import Import, Table


def import_file(
    connector: str,
    path: Path | str,
    *,
    room: str | None = None,
    show: str | None = None,
    options: Mapping[str, str] | None = None,
    actor: str,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a recording into the log: a show per room and evening, every event once for ever.

    Shape: read = accepted + duplicates + rejected + skipped. A second import of the same content accepts nothing.
    `room` names the room where the file does not, and picks one where it holds several; `show` takes all of it.
    Raises: UnknownConnector, NotFound, BadFile, WrongConnector before anything is kept; LogRefuses, LogFailed,
    LogBusy while keeping: what was taken until then stays, and importing again brings the rest.
    """
    return services.import_file(
        connector, Path(path), room=room, show=show, options=options or {}, actor=actor, progress=progress
    )


def undo_import(ingest_id: str, *, actor: str, why: str) -> int:
    """Take back every event an import brought and free their ids; how many there were. Shows and windows stay.

    Raises: ImportNotFound, ImportUndone.
    """
    return services.undo(ingest_id, actor=actor, why=why)


def imports(*, limit: int = 100) -> list[ImportView]:
    """Imports, latest first. Cost: one query."""
    return [services.view(row) for row in Import.objects.all()[:limit]]


def import_of(ingest_id: str) -> ImportView:
    """One import. Raises ImportNotFound. Cost: one query."""
    return services.one(ingest_id)


def replay_show(
    show_id: str, *, into: str, speed: float = 60.0, actor: str, progress: Progress | None = None
) -> ReplayReport:
    """Play a show once more into another, under ids of its own, at times that end now, through the same door.

    Shape: `speed` 60 plays an hour in a minute, 1 at true pace, 0 as fast as possible; every minute keeps its length,
    so that the replay begins in the past and catches up with the present. It happens in the room of `into`, or in
    `<room>-replay` when that show is new.
    Raises: NothingToReplay, AlreadyFilled, BadSpeed.
    """
    if not (speed == 0 or 0.01 <= speed <= 100_000):
        raise BadSpeed(f"speed {speed} is out of range", fix="choose 0.01 to 100000, or 0 for as fast as possible")
    return replays.replay(show_id, into=into, speed=speed, actor=actor, progress=progress)


# -- tables that people drop ----------------------------------------------------------------------------------------


def drop_table(
    chunks: Iterable[bytes],
    *,
    file_name: str,
    as_of: int | None = None,
    show_id: str = "",
    rooms: Collection[tuple[str, str]] | None = None,
    language: str = "en",
    actor: str,
) -> TableView:
    """Keep a dropped file, say what it is and let a worker check it; nothing of it reaches the log yet.

    Shape: `as_of` is when it was exported (a file's own time), µs UTC; `show_id` the show it is about, where somebody
    says so; `rooms` those the actor sees, None for all. A file that is no table comes back refused, with the fix.
    """
    row = tables.drop(
        chunks, file_name=file_name, as_of=as_of, show_id=show_id, rooms=rooms, language=language, actor=actor
    )
    return tableviews.view(row, with_rows=True)


def map_table(
    table_id: str, *, export: str, chosen: Mapping[str, str], show_id: str = "", platform: str = "", actor: str
) -> TableView:
    """Say what a table is: heading -> field for what the headings do not say; remembered for such headings.

    Raises: TableNotFound, TableBusy, BadMapping.
    """
    row = tables.map_table(table_id, export=export, chosen=chosen, show_id=show_id, platform=platform, actor=actor)
    return tableviews.view(row, with_rows=True)


def start_table(table_id: str, *, actor: str) -> TableView:
    """Let a worker import it: all of it or nothing. Raises TableNotFound, TableBusy, BadMapping."""
    return tableviews.view(tables.start(table_id, actor=actor))


def discard_table(table_id: str, *, actor: str) -> None:
    """Put a dropped file away. Raises TableNotFound, TableBusy."""
    tablefolder.discard(table_id, actor=actor)


def table(table_id: str, *, with_rows: bool = True) -> TableView:
    """One dropped table. Raises TableNotFound. Cost: two queries and the head of the file."""
    row = Table.objects.filter(id=table_id).first()
    if row is None:
        raise TableNotFound(f"there is no table {table_id}", table_id=table_id)
    return tableviews.view(row, with_rows=with_rows)


def look_as(table_id: str, export: str) -> TableView:
    """A dropped table as it would be read as another kind; nothing is written. Raises TableNotFound, BadMapping."""
    row = Table.objects.filter(id=table_id).first()
    if row is None:
        raise TableNotFound(f"there is no table {table_id}", table_id=table_id)
    if connectors.form(export) is None:
        raise BadMapping(f"there is no kind of table '{export}'", field="export")
    return tableviews.view(row, with_rows=True, as_export=export)


def export_ids() -> list[str]:
    """Every kind of table, those with a description first."""
    return sorted(connectors.forms(), key=lambda form_id: (form_id.startswith("any_"), form_id))


def export_name(form_id: str, language: str) -> str:
    """The name of a kind of table, empty for none."""
    form = connectors.form(form_id)
    return form.name.get(language, form.name["en"]) if form is not None else ""


def export_fields(form_id: str) -> list[str]:
    """What a column of such a table may hold. Raises BadMapping."""
    form = connectors.form(form_id)
    if form is None:
        raise BadMapping(f"there is no kind of table '{form_id}'", field="export")
    return [*connectors.fields_of(form), *connectors.DROPPED]


def platform_of(form_id: str) -> str:
    """The platform whose export it is; empty where the file or a person must say."""
    form = connectors.form(form_id)
    return form.platform if form is not None else ""


def turn_of(form_id: str) -> int:
    """In which order files of one evening are imported: money entries after the orders that they belong to."""
    form = connectors.form(form_id)
    return {"orders": 0, "books": 2}.get(form.shape, 1) if form is not None else 1


def dropped(*, actor: str = "", limit: int = 60) -> list[TableView]:
    """Tables that are not put away, latest first; `actor` only those of one person. Cost: two queries per table."""
    rows = Table.objects.exclude(state=TableState.DISCARDED)
    rows = rows.exclude(state=TableState.COMPLETE, updated_at__lt=clock.now_us() - tablefolder.SHOWN_US)
    if actor:
        rows = rows.filter(actor=actor)
    return [tableviews.view(row) for row in rows[:limit]]


def table_problems(table_id: str) -> Iterator[list[Any]]:
    """Row, heading, value, problem and fix of every refused cell."""
    return tablefolder.problems_of(table_id)


def import_table(path: Path, *, show_id: str = "", actor: str, language: str = "en") -> TableView:
    """Recognise and import one table at once, in this process; for the command line.

    Shape: the view says what happened; a table that nobody knows or that is refused is not imported.
    Raises: LogRefuses, LogBusy while keeping; then nothing of it was kept.
    """
    with path.open("rb") as file:
        row = tables.drop(
            iter(lambda: file.read(1 << 20), b""),
            file_name=path.name,
            as_of=path.stat().st_mtime_ns // 1000,
            show_id=show_id,
            rooms=None,
            language=language,
            actor=actor,
            is_checked_later=False,
        )
    if row.state == TableState.WAITING:
        tables.start(row.id, actor=actor, is_later=False)
        row.refresh_from_db()
        tables.bring(row)
        row.refresh_from_db()
    seen = tableviews.view(row, with_rows=True)
    if row.state != TableState.COMPLETE:
        tablefolder.discard(row.id, actor=actor)
    return seen


def fetched(feed_id: str, *, limit: int = 10) -> list[FetchedView]:
    """Files that a feed fetched from its platform, latest first, with what became of each.

    Cost: two queries and two per file.
    """
    return fetched_files.fetched(feed_id, limit=limit)


def take_fetched() -> int:
    """Import what feeds fetched, each file once, like a dropped one; how many were taken. A task does it too."""
    return fetched_files.take()


def waiting_orders(*, mine: str = "") -> list[WaitingGroup]:
    """Orders of files that wait for a show, by author and why. Cost: two queries."""
    return matches.groups(mine=mine)


def join_loose(*, actor: str) -> int:
    """Give orders that feeds told without a room of ours to their shows; how many events moved. A task does it too.

    Shape: tied by room or author, never by time alone; what was sold during a show and is tied to none waits like an
    order of a file (`waiting_orders`).
    """
    return loose.join(actor=actor)


def assign_orders(
    show_id: str,
    *,
    platform: str,
    author: str,
    evidence: str,
    from_us: int | None = None,
    to_us: int | None = None,
    is_account: bool = False,
    mine: str = "",
    actor: str,
    why: str = "",
) -> ImportView:
    """Give waiting orders to a show by hand; the import that stands for it can be undone.

    Raises: NothingWaits, ShowNotFound, LogRefuses, LogBusy.
    """
    act = matches.assign(
        show_id,
        platform=platform,
        author=author,
        evidence=evidence,
        from_us=from_us,
        to_us=to_us,
        is_account=is_account,
        mine=mine,
        actor=actor,
        why=why,
    )
    return services.view(act)
