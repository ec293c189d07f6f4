"""What schema the records have: those of a newer Kaibo are refused, those that are up to date left alone."""

from collections.abc import Collection, Iterable
from functools import cache

from django.apps import apps
from django.contrib.auth import get_permission_codename
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
    known = _known()
    ours = {app for app, _ in known}
    strange = [f"{app} {name}" for app, name in migrations if app in ours and (app, name) not in known]
    if strange:
        raise NewerSchema(
            f"the records are of a newer Kaibo: {', '.join(strange[:3])} is unknown here",
            fix="update Kaibo, or restore a backup that this version made; nothing was changed",
        )


def is_up_to_date(migrations: Collection[tuple[str, str]]) -> bool:
    """Whether these are all that this Kaibo knows and what follows them was done too: kinds and permissions are there.

    Cost: one query. Django's own `migrate` finds out the same in a fifth of a second.
    """
    if not _known() <= set(migrations):
        return False
    permission = apps.get_model("auth", "Permission")
    found = permission.objects.values_list("content_type__app_label", "content_type__model", "codename")
    return _permissions() <= set(found)


@cache
def _known() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ())


def _permissions() -> set[tuple[str, str, str]]:
    found = set()
    for one in (model._meta for model in apps.get_models()):
        codes = [get_permission_codename(action, one) for action in one.default_permissions]
        codes += [code for code, _name in one.permissions]
        found |= {(one.app_label, one.model_name or "", code) for code in codes}
    return found
