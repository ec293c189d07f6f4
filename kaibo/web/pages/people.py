"""People: invite by link, role and rooms, log out everywhere, deactivate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from kaibo.commerce.rooms import api as rooms
from kaibo.commerce.team import api as team
from kaibo.commerce.team.contracts import Role, RoomScope
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.kit.errors import KaiboError
from kaibo.metrics.export import Table
from kaibo.web import export, rights, words
from kaibo.web.pages import fields, tools


@tools.page("people.edit")
def people_list(request: HttpRequest) -> HttpResponseBase:
    """Everybody, and the invitations that are still open; exportable."""
    asked = export.wanted(request, {"people": _people_table, "invitations": _invitation_table})
    return render(request, "kaibo/people.html", _context()) if asked is None else asked


def _people_table() -> Table:
    columns = [_("Person"), _("User name"), _("Role"), pgettext("menu", "Rooms"), _("Last login"), _("May log in")]
    rows = [
        [
            one.name,
            one.username,
            words.role_name(one.role),
            _scope(one.scope),
            clock.iso(one.last_login_at) if one.last_login_at else None,
            _("yes") if one.is_active else _("no"),
        ]
        for one in team.people()
    ]
    return Table("people", columns, rows)


def _invitation_table() -> Table:
    columns = [_("For whom"), _("Role"), pgettext("menu", "Rooms"), _("Good until")]
    rows = [
        [one.note, words.role_name(one.role), _scope(one.scope), clock.iso(one.expires_at)]
        for one in team.invitations()
    ]
    return Table("invitations", columns, rows)


def _scope(scope: RoomScope) -> str:
    if scope.is_all:
        return _("All rooms")
    return ", ".join(f"{words.platform_name(platform)} {room}" for platform, room in sorted(scope.rooms))


@never_cache
@tools.page("people.edit", methods=("POST",))
def invite(request: HttpRequest) -> HttpResponseBase:
    """An invitation; its link is shown on this answer only."""
    try:
        invited, token = team.invite(
            fields.role(request.POST),
            fields.scope(request.POST),
            note=fields.text(request.POST, "note"),
            actor=tools.actor(request),
        )
    except KaiboError as error:
        if error.status >= 500:
            raise
        messages.error(request, f"{error.sentence} {error.fix}".strip())
        return redirect("people")
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    return render(request, "kaibo/people.html", {**_context(), "link": link, "invited": invited})


@tools.page("people.edit", methods=("POST",))
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponseBase:
    """Make a link useless."""
    return tools.act(
        request,
        lambda: team.withdraw_invitation(invitation_id, actor=tools.actor(request)),
        done=_("The link no longer works."),
        back=reverse("people"),
    )


@tools.page("people.edit", methods=("GET", "HEAD", "POST"))
def person_page(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """One person: role, rooms, last acts."""
    person = team.person(person_id)
    if request.method == "POST":
        return tools.act(
            request,
            lambda: team.set_access(
                person_id,
                fields.role(request.POST),
                fields.scope(request.POST),
                why=fields.text(request.POST, "why"),
                actor=tools.actor(request),
            ),
            done=_("Role and rooms are changed."),
            back=reverse("person", args=[person_id]),
        )
    entries = eventlog.audit_entries(actor=person.actor, limit=20)
    second = team.wants_second_step(person_id)
    return render(request, "kaibo/person.html", {**_choices(), "person": person, "entries": entries, "second": second})


@tools.page("people.edit", methods=("POST",))
def person_switch(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Deactivate or let in again."""
    is_active = request.POST.get("active") == "1"
    return tools.act(
        request,
        lambda: team.set_person_active(
            person_id, is_active, why=fields.text(request.POST, "why"), actor=tools.actor(request)
        ),
        done=_("The person may log in again.") if is_active else _("The person can no longer log in."),
        back=reverse("person", args=[person_id]),
    )


@tools.page("people.edit", methods=("POST",))
def person_log_out(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """End every login of a person."""
    return tools.act(
        request,
        lambda: team.log_out_everywhere(person_id, actor=tools.actor(request)),
        done=_("Every login of this person has ended."),
        back=reverse("person", args=[person_id]),
    )


def _context() -> dict[str, object]:
    table = {"rights": rights.matrix(), "may_roles": rights.shown()}
    return {**_choices(), **table, "people": team.people(), "invitations": team.invitations()}


def _choices() -> dict[str, object]:
    room_list = rooms.rooms()
    return {
        "roles": [{"id": role.value, "name": words.role_name(role), "says": words.ROLE_SAYS[role]} for role in Role],
        "room_choices": [{"id": f"{one.platform}/{one.room_id}", "room": one} for one in room_list],
    }
