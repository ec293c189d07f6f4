"""Viewers' data: find by nickname, erase, how long words are kept."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kaibo.commerce.rooms.contracts import PLATFORMS
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.operations.privacy import api as privacy
from kaibo.web import actors, export
from kaibo.web.pages import fields, tools

SHOWN = 50


@tools.page("viewer.erase")
def privacy_page(request: HttpRequest) -> HttpResponseBase:
    """Who is held under a nickname, who was erased, how long words are kept; the list of erasures is exportable."""
    erased = eventlog.audit_entries(act="viewer.erased", limit=10_000)
    names = actors.names_of({entry.actor for entry in erased})
    form = request.GET.get("export", "")
    if form in export.FORMATS:
        rows = [[clock.iso(one.at_us), names.get(one.actor, one.actor), one.thing] for one in erased]
        return export.answer("erased-viewers", [_("Time"), _("Who"), _("Viewer")], rows, form)
    wanted = request.GET.get("name", "").strip()
    context = {
        "wanted": wanted,
        "found": privacy.find(wanted),
        "kept": privacy.kept(),
        "platforms": PLATFORMS,
        "erased": [
            {"at_us": one.at_us, "actor": names.get(one.actor, one.actor), "thing": one.thing} for one in erased[:SHOWN]
        ],
    }
    return render(request, "kaibo/privacy/page.html", context)


@tools.page("viewer.erase", methods=("POST",))
def privacy_erase(request: HttpRequest) -> HttpResponseBase:
    """Forget one viewer."""
    return tools.act(
        request,
        lambda: privacy.erase(
            fields.text(request.POST, "viewer"),
            platform=fields.text(request.POST, "platform"),
            actor=tools.actor(request),
        ),
        done=_("The viewer is forgotten: the name at once, the words of their comments with the coming night."),
        back=reverse("privacy"),
    )
