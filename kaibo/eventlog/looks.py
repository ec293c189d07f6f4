"""Reading many tables as they were at one instant, while others write."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import connection, transaction


@contextmanager
def one_look() -> Iterator[None]:
    """All reads inside see the records as the first of them did: a total and its lines, read in turn, add up.

    Inside a transaction it does nothing. Nothing may be written inside: PostgreSQL refuses it, and SQLite does where
    somebody else wrote meanwhile. Cost: two statements.
    """
    if connection.in_atomic_block:
        yield
        return
    with ExitStack() as stack:
        with _without_a_lock():
            stack.enter_context(transaction.atomic())
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        yield


@contextmanager
def _without_a_lock() -> Iterator[None]:
    """SQLite's transactions of ours begin with the lock for writing; one that only reads must not keep writers out."""
    connection.ensure_connection()
    mode = getattr(connection, "transaction_mode", None)
    if mode is None:
        yield
        return
    connection.transaction_mode = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]
