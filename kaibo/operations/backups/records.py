"""Records out and in: one consistent picture of SQLite or PostgreSQL while everything runs."""

import json
import sqlite3
from pathlib import Path
from typing import Any, cast

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from kaibo.kit import schema
from kaibo.operations.backups.contracts import Figures
from kaibo.operations.backups.errors import PlaceTaken
from kaibo.warehouse import api as warehouse

SQLITE = "records.sqlite3"
FOLDER = "records"
_LIST = "tables.json"
Migrations = list[tuple[str, str]]
_CHUNK = 1024 * 1024


def take_picture(folder: Path) -> tuple[str, Migrations, Figures]:
    """Write the records as of one instant into `folder`: (engine, migrations, figures of every show)."""
    return _sqlite_picture(folder) if connection.vendor == "sqlite" else _postgres_picture(folder)


def _sqlite_picture(folder: Path) -> tuple[str, Migrations, Figures]:
    target = folder / SQLITE
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("pragma journal_mode = delete")
        cursor = copy.cursor()
        cursor.execute("select app, name from django_migrations order by app, name")
        return "sqlite", cursor.fetchall(), warehouse.totals_of_shows(cursor)
    finally:
        copy.close()
        source.close()


def _postgres_picture(folder: Path) -> tuple[str, Migrations, Figures]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            tables = {name: _columns(cursor, name) for name in sorted(connection.introspection.table_names(cursor))}
            (folder / _LIST).write_text(json.dumps(tables))
            for name, columns in tables.items():
                out = f"copy {_quoted(name)} ({_names(columns)}) to stdout (format binary)"
                with (folder / f"{name}.copy").open("wb") as file, cursor.copy(out) as rows:
                    for data in rows:
                        file.write(data)
        return "postgresql", schema.applied(), warehouse.totals_of_shows()


def load_postgres(folder: Path) -> None:
    """Fill the empty PostgreSQL of KAIBO_DATABASE_URL in one transaction. Raises PlaceTaken."""
    refuse_filled()
    call_command("migrate", interactive=False, verbosity=0)
    tables: dict[str, list[str]] = json.loads((folder / _LIST).read_text())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")
        cursor.execute("truncate " + ", ".join(_quoted(name) for name in tables) + " cascade")
        for name, columns in tables.items():
            into = f"copy {_quoted(name)} ({_names(columns)}) from stdin (format binary)"
            with cursor.copy(into) as rows, (folder / f"{name}.copy").open("rb") as file:
                while data := file.read(_CHUNK):
                    rows.write(data)
        for statement in _sequences():
            cursor.execute(statement)
    call_command("migrate", interactive=False, verbosity=0)


def refuse_filled() -> None:
    """Raises PlaceTaken when the database holds records of a Kaibo already."""
    with connection.cursor() as cursor:
        if "eventlog_feed" in connection.introspection.table_names(cursor):
            cursor.execute("select exists(select 1 from eventlog_feed) or exists(select 1 from warehouse_ledgerentry)")
            if cursor.fetchone()[0]:
                raise PlaceTaken(
                    "the database of KAIBO_DATABASE_URL holds records already", fix="name an empty database"
                )


def _sequences() -> list[str]:
    from django.apps import apps

    return cast(list[str], connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)))


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "select column_name from information_schema.columns where table_schema = current_schema()"
        " and table_name = %s and is_generated = 'NEVER' order by ordinal_position",
        [table],
    )
    return [str(row[0]) for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _names(columns: list[str]) -> str:
    return ", ".join(map(_quoted, columns))


def engine() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor
