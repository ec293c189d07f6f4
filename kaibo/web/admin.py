"""The back office: records to look at. Acts stand on the pages, where they pass through the doors.

Models are taken from Django's registry, so that this room still knows no other room's tables.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin  # type: ignore[import-untyped]

from kaibo.commerce.team import api as team
from kaibo.web import words
from kaibo.web.admin_words import name_columns
from kaibo.web.templatetags.kaibo import when


class Records(ModelAdmin):  # type: ignore[misc]
    """A list and a page per row, read-only, for directors of all rooms."""

    instants: Sequence[str] = ()
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the reader sees records at all."""
        return team.may(request.user, "settings.see")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The same for every row."""
        return team.may(request.user, "settings.see")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Rows are made by acts on the pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows change by acts on the pages, each with its audit row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted here."""
        return False


@admin.display(description=_("Time"))
def at(row: Any) -> SafeString:
    """The instant of a row in the team's zone."""
    for name in ("at_us", "started_at", "created_at", "from_us"):
        found = getattr(row, name, None)
        if isinstance(found, int):
            return when(found)
    return when(None)


@admin.display(description=_("From"))
def begins(row: Any) -> SafeString:
    """Beginning of a window."""
    return when(row.from_us)


@admin.display(description=_("To"))
def ends(row: Any) -> SafeString:
    """End of a window, a dash while it is open."""
    return when(row.to_us)


@admin.display(description=_("Platform"), ordering="platform")
def platform(row: Any) -> str:
    """Platform in words."""
    return words.platform_name(row.platform)


@admin.display(description=_("Did what"), ordering="act")
def act(row: Any) -> str:
    """Audit act in words."""
    return words.act_name(row.act)


@admin.display(description=_("Role"), ordering="role")
def role(row: Any) -> str:
    """Role in words."""
    return words.role_name(row.role)


@admin.display(description=_("State"), ordering="state")
def state(row: Any) -> str:
    """State of an import in words."""
    return words.import_state(row.state)


@admin.display(description=pgettext_lazy("backup", "What ran"), ordering="kind")
def run_kind(row: Any) -> str:
    """Backup or rehearsal in words."""
    return str(RUNS.get(row.kind, row.kind))


@admin.display(description=pgettext_lazy("backup", "Outcome"))
def run_outcome(row: Any) -> str:
    """Whether the copy can be trusted, and if not, why."""
    if row.is_good is None:
        return gettext("Running") if row.finished_at is None else ""
    if row.kind == "rehearsal":
        return gettext("Every count and amount is equal") if row.is_good else gettext("Not equal: %s") % row.says
    return pgettext("backup", "Copied") if row.is_good else gettext("Failed: %s") % row.says


@admin.display(description=_("Open the page"))
def page(row: Any) -> SafeString:
    """The page on which the thing is acted upon."""
    name = row._meta.model_name
    address = {
        "show": lambda: reverse("show", args=[row.show_id]),
        "room": lambda: reverse("room", args=[row.platform, row.room_id]),
        "feed": lambda: reverse("feed", args=[row.pk]),
        "person": lambda: reverse("person", args=[row.user_id]),
        "roomwindow": lambda: reverse("show", args=[row.show_id]),
    }
    make = address.get(name)
    return format_html('<a href="{}">{}</a>', make(), _("Open")) if make else when(None)


RUNS = {"backup": pgettext_lazy("backup", "Backup"), "rehearsal": pgettext_lazy("backup", "Rehearsal")}

SHOWN: dict[tuple[str, str], dict[str, Any]] = {
    ("shows", "Show"): {
        "list_display": ("title", "show_id", platform, "room_id", "created_by", page),
        "search_fields": ("title", "show_id"),
        "list_filter": ("platform",),
    },
    ("rooms", "Room"): {
        "list_display": ("__str__", platform, "room_id", "currency", page),
        "search_fields": ("name", "room_id"),
        "list_filter": ("platform",),
    },
    ("eventlog", "Feed"): {
        "list_display": ("name", "connector", platform, "is_enabled", "accepted", "duplicates", "rejected", page),
        "search_fields": ("name", "id"),
        "list_filter": ("platform", "is_enabled"),
        "exclude": ("token_hash",),
    },
    ("eventlog", "RoomWindow"): {
        "list_display": ("show_id", platform, "room_id", begins, ends, page),
        "search_fields": ("show_id", "room_id"),
        "ordering": ("-from_us",),
    },
    ("eventlog", "AuditRow"): {
        "list_display": (at, "actor", act, "thing", "why"),
        "search_fields": ("actor", "act", "thing"),
        "list_filter": ("act",),
        "ordering": ("-at_us",),
    },
    ("imports", "Import"): {"list_display": (at, "file_name", "connector", state, "accepted", "rejected")},
    ("backups", "BackupRun"): {
        "list_display": (at, run_kind, run_outcome, "location", "snapshot"),
        "list_filter": ("is_good",),
        "ordering": ("-started_at",),
    },
    ("team", "Person"): {
        "list_display": ("__str__", role, "has_all_rooms", page),
        "list_filter": ("role",),
        "exclude": ("login_stamp",),
    },
}


TITLES = {
    "Show": pgettext_lazy("menu", "Shows"),
    "Room": pgettext_lazy("menu", "Rooms"),
    "RoomWindow": _("Room windows"),
    "Feed": pgettext_lazy("menu", "Feeds"),
    "AuditRow": pgettext_lazy("menu", "Audit"),
    "Import": pgettext_lazy("menu", "Imports"),
    "BackupRun": pgettext_lazy("menu", "Backups"),
    "Person": pgettext_lazy("menu", "People"),
}
"""Titles in the reader's language; set on the model, because the tables' owners have no pages."""


def register() -> None:
    """Put every record that is installed into the back office; accounts are managed on the people page."""
    for model in (User, Group):
        if admin.site.is_registered(model):
            admin.site.unregister(model)
    for (app, name), options in SHOWN.items():
        if apps.is_installed(f"kaibo.{app}") or app in apps.app_configs:
            model = apps.get_model(app, name)
            name_columns(model)
            model._meta.verbose_name = model._meta.verbose_name_plural = TITLES[name]
            apps.get_app_config(app).verbose_name = _("Data") if app == "eventlog" else TITLES[name]
            admin.site.register(model, type(f"{name}Records", (Records,), options))


admin.site.index_title = pgettext_lazy("menu", "Records")
register()
