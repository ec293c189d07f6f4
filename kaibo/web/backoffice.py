"""The sidebar of the back office: records in three groups, and the way back to the pages."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - Unfold calls it with the request
    """Groups of links as Unfold wants them."""
    return [
        _group(_("Runs"), ("shows_show", pgettext("menu", "Shows"), "smart_display"),
               ("rooms_room", pgettext("menu", "Rooms"), "storefront"),
               ("eventlog_roomwindow", _("Room windows"), "schedule")),
        _group(_("Data"), ("eventlog_feed", pgettext("menu", "Feeds"), "rss_feed"),
               ("imports_import", pgettext("menu", "Imports"), "upload_file"),
               ("backups_backuprun", pgettext("menu", "Backups"), "backup")),
        _group(_("Team"), ("team_person", pgettext("menu", "People"), "group"),
               ("eventlog_auditrow", pgettext("menu", "Audit"), "fact_check")),
        {"title": "", "items": [{"title": _("Back to Kaibo"), "icon": "arrow_back", "link": "/"}]},
    ]  # fmt: skip


def _group(title: str, *entries: tuple[str, str, str]) -> dict[str, Any]:
    items = [
        {"title": name, "icon": icon, "link": reverse(f"admin:{model}_changelist")} for model, name, icon in entries
    ]
    return {"title": title, "separator": True, "items": items}
