"""Where the records live: SQLite in the home, or the PostgreSQL of KAIBO_DATABASE_URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kaibo.kit import env
from kaibo.kit.errors import BadConfiguration

_SQLITE_INIT = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
    "PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY"
)


def databases() -> dict[str, dict[str, Any]]:
    """Django's DATABASES. Raises BadConfiguration for an address we cannot use."""
    url = env.read("KAIBO_DATABASE_URL")
    if not url:
        return {"default": _sqlite()}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadConfiguration(
            f"KAIBO_DATABASE_URL starts with '{parts.scheme}:'", fix="use postgresql://user:password@host/name"
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
        }
    }


def _sqlite() -> dict[str, Any]:
    folder = env.home()
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "records.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_INIT},
        "TEST": {"NAME": str(folder / "test-records.sqlite3")},
    }


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """On PostgreSQL: wait until no other process is in a block of this name; servers that start together share it.

    Shape: SQLite locks its file by itself.
    """
    from django.db import connections

    from kaibo.eventlog.turns import turn

    if connections["default"].vendor != "postgresql":
        yield
        return
    with turn(what, seconds=inf):
        yield
