"""Between tests that commit: only the tables that hold something are emptied, and what every start makes stays.

Django empties every table and makes all kinds and permissions anew, which takes longer than most of our tests.
"""

from collections.abc import Iterator
from typing import Any

STAYS = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def filled(connection: Any) -> Iterator[str]:
    """The tables with a row, of those that do not stay."""
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.django_table_names(only_existing=True)) - STAYS):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
            if cursor.fetchone():
                yield table


def empty(connection: Any) -> None:
    """Delete every row of every test; keys between tables are checked when all are gone."""
    from django.db import transaction

    tables = list(filled(connection))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def install() -> None:
    """Let Django's tests that commit end this way."""
    from django.db import connections
    from django.test import TransactionTestCase

    def end(self: TransactionTestCase) -> None:
        for name in self._databases_names(include_mirrors=False):
            empty(connections[name])

    TransactionTestCase._fixture_teardown = end  # type: ignore[method-assign]
