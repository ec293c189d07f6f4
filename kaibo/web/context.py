"""What every page knows: the team's zone, the version, the menu of what the reader may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaibo import __version__
from kaibo.commerce.team import api as team
from kaibo.kit import env


def shell(request: HttpRequest) -> dict[str, Any]:
    """Variables of the page frame. Cost: at most one query, the person's."""
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    return {
        "kaibo_version": __version__,
        "team_zone": str(env.zone()),
        "path": request.path,
        "menu": _menu(request) if is_known else [],
        "person_name": team.name_of(user) if user is not None and is_known else "",
    }


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of entries; what the reader may not open is not listed, empty groups vanish."""
    daily = [
        _entry(request, "home", pgettext("menu", "Home"), "home", "show.see"),
        _entry(request, "shows", pgettext("menu", "Shows"), "show", "show.see"),
        _entry(request, "rooms", pgettext("menu", "Rooms"), "room", "room.see"),
        _entry(request, "compliance", pgettext("menu", "Compliance"), "compliance", "text.check"),
        _entry(request, "opinion", _("Opinion watch"), "opinion", "opinion.see"),
        _entry(request, "outreach", pgettext("menu", "Message tasks"), "send", "message.task"),
    ]
    numbers = [
        _entry(request, "feeds", pgettext("menu", "Feeds"), "feed", "feed.see"),
        _entry(request, "imports", pgettext("menu", "Imports"), "import", "import.see"),
        _entry(request, "metrics", pgettext("menu", "Metrics"), "metric", "metric.see"),
    ]
    house = [
        _entry(request, "people", pgettext("menu", "People"), "people", "people.edit"),
        _entry(request, "audit", pgettext("menu", "Audit"), "audit", "audit.see"),
        _entry(request, "work", pgettext("job", "Background work"), "work", "settings.see"),
        _entry(request, "bots", pgettext("menu", "Chat bots"), "chat", "bot.edit"),
        _entry(request, "privacy", pgettext("menu", "Privacy"), "lock", "viewer.erase"),
        _entry(request, "settings", pgettext("menu", "Settings"), "settings", "settings.see"),
        _entry(request, "admin:index", pgettext("menu", "Records"), "office", "settings.see"),
    ]
    groups = [("", daily), (_("Data"), numbers), (_("Team"), house)]
    present = [(title, [entry for entry in entries if entry]) for title, entries in groups]
    return [{"title": title, "entries": entries} for title, entries in present if entries]


def _entry(request: HttpRequest, name: str, title: str, icon: str, act: str) -> dict[str, Any] | None:
    if not team.may(request.user, act):
        return None
    url = reverse(name)
    is_current = request.path == url if url == "/" else request.path.startswith(url)
    return {"url": url, "title": title, "icon": icon, "is_current": is_current}
