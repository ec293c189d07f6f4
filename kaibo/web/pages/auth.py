"""Login, logout, invitation, own account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kaibo.commerce.team import api as team
from kaibo.commerce.team.errors import BadPerson, InvitationNotFound, TooManyLogins
from kaibo.eventlog import api as eventlog
from kaibo.web.middleware import STAMP
from kaibo.web.pages import secondstep, tools
from kaibo.web.pages.addresses import address_of, next_page

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@receiver(user_logged_in)
def stamp_session(sender: object, request: HttpRequest, user: Any, **kwargs: object) -> None:  # noqa: ARG001
    """Every login, the back office's too, carries the stamp that "log out everywhere" renews."""
    request.session[STAMP] = team.login_stamp(user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Name and password; wrong ones are counted by name and address."""
    if request.user.is_authenticated:
        return redirect(next_page(request))
    context: dict[str, Any] = {"next": request.GET.get("next") or request.POST.get("next") or ""}
    if request.method != "POST":
        return render(request, "kaibo/login.html", context)
    username, address = request.POST.get("username", ""), address_of(request)
    context["username"] = username
    try:
        team.check_login(username, address)
    except TooManyLogins as error:
        answer = render(request, "kaibo/login.html", context | {"error": error}, status=error.status)
        answer["Retry-After"] = str(error.ids["retry_after_seconds"])
        return answer
    user = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is not None and secondstep.wants_code(request, user):
        return redirect("login_code")
    team.note_login(username, address, is_right=user is not None)
    if user is None:
        eventlog.audit("anonymous", "person.login_failed", f"login:{username[:80]}", why=address)
        wrong = BadPerson(_("Name or password is wrong."))
        return render(request, "kaibo/login.html", context | {"error": wrong}, status=401)
    login(request, user)
    eventlog.audit(team.actor_of(user), "person.logged_in", f"person:{user.pk}")
    return redirect(next_page(request))


@require_POST
def logout_act(request: HttpRequest) -> HttpResponse:
    """End this login."""
    if request.user.is_authenticated:
        eventlog.audit(tools.actor(request), "person.logged_out", f"person:{request.user.pk}")
    logout(request)
    return redirect("login")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose name and password; the account then has the role of the invitation."""
    try:
        invited = team.invitation(token)
    except InvitationNotFound as error:
        return render(request, "kaibo/invitation.html", {"gone": error}, status=error.status)
    context: dict[str, Any] = {"invitation": invited, "typed": tools.keep(request)}
    if request.method != "POST":
        return render(request, "kaibo/invitation.html", context)
    password = request.POST.get("password", "")
    try:
        if password != request.POST.get("again", ""):
            raise BadPerson(_("The two passwords differ."), field="again")
        person = team.accept_invitation(
            token, username=request.POST.get("username", ""), password=password, name=request.POST.get("name", "")
        )
    except BadPerson as error:
        return render(request, "kaibo/invitation.html", context | {"error": error}, status=error.status)
    user = authenticate(request, username=person.username, password=password)
    login(request, user, backend=_BACKEND)
    messages.success(request, _("Welcome. This is your home page."))
    return redirect("home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own role, rooms and password."""
    context: dict[str, Any] = {"me": team.person(tools.me(request)), "second": team.second_step(tools.me(request))[0]}
    if request.method != "POST":
        return render(request, "kaibo/account.html", context)
    new = request.POST.get("new", "")
    try:
        if new != request.POST.get("again", ""):
            raise BadPerson(_("The two passwords differ."), field="again")
        team.change_password(tools.me(request), old=request.POST.get("old", ""), new=new)
    except BadPerson as error:
        return render(request, "kaibo/account.html", context | {"error": error}, status=error.status)
    user = authenticate(request, username=request.user.get_username(), password=new)
    login(request, user, backend=_BACKEND)
    messages.success(request, _("The password is changed; other logins have ended."))
    return redirect("account")


@require_POST
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every login of one's own, this one too."""
    team.log_out_everywhere(tools.me(request), actor=tools.actor(request))
    logout(request)
    return redirect("login")
