"""The second step of a login: the code page, and turning it on and off."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kaibo.commerce.team import api as team
from kaibo.commerce.team.errors import BadPerson, TooManyLogins
from kaibo.eventlog import api as eventlog
from kaibo.kit import clock
from kaibo.web.middleware import STEP
from kaibo.web.pages import tools
from kaibo.web.pages.addresses import address_of, next_page

HALF = "kaibo_half"
HALF_US = 5 * clock.MINUTE_US
"""So long the password counts without its code."""
ANYWHERE = "second step"
"""Wrong codes are counted for the account, wherever they come from: only who knows the password gets that far."""
BACKEND = "django.contrib.auth.backends.ModelBackend"


def wants_code(request: HttpRequest, user: Any) -> bool:
    """Remember that the password was right, where this account wants a code as well; it is no login yet."""
    if not team.wants_second_step(user.pk):
        return False
    half = {"user": user.pk, "stamp": team.login_stamp(user), "at": clock.now_us(), "next": next_page(request)}
    request.session.cycle_key()
    request.session[HALF] = half
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """`/login/code/`: the six digits of the phone, or a recovery code; a few wrong ones and the account waits."""
    half = request.session.get(HALF)
    if not half or half["at"] + HALF_US < clock.now_us():
        request.session.pop(HALF, None)
        return redirect("login")
    user = get_user_model().objects.filter(pk=half["user"], is_active=True).first()
    if user is None or team.login_stamp(user) != half["stamp"]:
        request.session.pop(HALF, None)
        return redirect("login")
    if request.method != "POST":
        return render(request, "kaibo/login_code.html")
    name = user.get_username()
    try:
        team.check_login(name, ANYWHERE)
    except TooManyLogins as error:
        answer = render(request, "kaibo/login_code.html", {"error": error}, status=error.status)
        answer["Retry-After"] = str(error.ids["retry_after_seconds"])
        return answer
    is_right = team.is_second_step_right(user.pk, request.POST.get("code", "")[:60])
    team.note_login(name, ANYWHERE, is_right=is_right)
    if not is_right:
        eventlog.audit("anonymous", "person.login_failed", f"login:{name[:80]}", why=address_of(request))
        wrong = BadPerson(_("This code is not right."), fix=_("Type the six digits that the app shows now."))
        return render(request, "kaibo/login_code.html", {"error": wrong}, status=401)
    team.note_login(name, address_of(request), is_right=True)
    login(request, user, backend=BACKEND)
    eventlog.audit(team.actor_of(user), "person.logged_in", f"person:{user.pk}")
    request.session.pop(HALF, None)
    return redirect(half["next"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_second(request: HttpRequest) -> HttpResponseBase:
    """`/account/second-step/`: turn it on with a phone, off with the password."""
    me = tools.me(request)
    if request.method != "POST":
        return _page(request, me)
    act = request.POST.get("act", "")
    try:
        if act == "begin":
            team.begin_second_step(me, password=request.POST.get("password", ""))
        elif act == "confirm":
            codes = team.confirm_second_step(me, request.POST.get("code", "")[:60])
            return _page(request, me, codes=codes)
        elif act == "off":
            team.turn_off_second_step(me, password=request.POST.get("password", ""), actor=tools.actor(request))
            request.session.pop(STEP, None)
            messages.success(request, _("Two-step login is off."))
    except BadPerson as error:
        return _page(request, me, error=error)
    return redirect("account_second")


@tools.page("people.edit", methods=("POST",))
def person_second_off(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Somebody lost phone and recovery codes: a director turns it off for them."""
    return tools.act(
        request,
        lambda: team.turn_off_second_step(person_id, actor=tools.actor(request)),
        done=_("Two-step login of this person is off."),
        back=reverse("person", args=[person_id]),
    )


def _page(
    request: HttpRequest, me: int, *, codes: list[str] | None = None, error: BadPerson | None = None
) -> HttpResponse:
    since, left = team.second_step(me)
    context: dict[str, Any] = {"me": team.person(me), "since": since, "left": left, "codes": codes, "error": error}
    context["is_must"] = team.lacks_second_step(me)
    waiting = team.pending_second_step(me)
    if waiting:
        secret, address = waiting
        picture = segno.make(address, error="m").svg_inline(scale=5, border=2, dark="#111", light="#fff")
        context |= {
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": mark_safe(picture),  # noqa: S308 - drawn here from our own address
        }
    return render(request, "kaibo/second_step.html", context, status=error.status if error else 200)
