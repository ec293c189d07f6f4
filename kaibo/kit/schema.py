"""Records of a newer Kaibo are refused by an older one, before it misreads them."""

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from kaibo.kit.errors import Conflict


class NewerSchema(Conflict):
    """The records were written by a newer Kaibo."""

    code = "newer_schema"


def applied() -> list[tuple[str, str]]:
    """(app, migration) of what the records went through, in order of names. Cost: two queries."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def refuse_newer(migrations: Iterable[tuple[str, str]]) -> None:
    """Raises NewerSchema when one of these migrations is unknown to this Kaibo."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    ours = {app for app, _ in known}
    strange = [f"{app} {name}" for app, name in migrations if app in ours and (app, name) not in known]
    if strange:
        raise NewerSchema(
            f"the records are of a newer Kaibo: {', '.join(strange[:3])} is unknown here",
            fix="update Kaibo, or restore a backup that this version made; nothing was changed",
        )
