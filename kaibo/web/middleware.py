"""Login for every page, errors in words, and the relaxed policy that the back office alone needs."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext

from kaibo.commerce.team import api as team
from kaibo.kit import env
from kaibo.kit.errors import Forbidden, KaiboError

Handler = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/login/", "/static/", "/i18n/", "/api/", "/invitation/", "/healthz", "/ops/", "/favicon.ico", "/r/")
FREE_PATHS = ("/account/second-step/", "/logout/", "/i18n/", "/static/", "/healthz", "/favicon.ico", "/r/")
"""What opens before the second step that a team wants is turned on."""
STAMP, STEP = "kaibo_stamp", "kaibo_step"
log = logging.getLogger("kaibo.web")


class LoginRequired:
    """Sends whoever is not logged in to the login page; paths in OPEN_PATHS check for themselves.

    A session made before "log out everywhere" carries an old stamp and counts as logged out.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/static/"):
            return self.get_response(request)
        user = request.user
        if user.is_authenticated and request.session.get(STAMP, "") != team.login_stamp(user):
            logout(request)
        if (missing := self._missing_step(request)) is not None:
            return missing
        if request.path.startswith("/admin/") and request.user.is_authenticated and not request.user.is_staff:
            return error_answer(request, Forbidden(gettext("Only a director of all rooms opens the records.")))
        if request.user.is_authenticated:
            answer = self.get_response(request)
            if not answer.has_header("Cache-Control"):
                answer["Cache-Control"] = "no-store, private"
            return answer
        if request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        return redirect_to_login(request.get_full_path())

    def _missing_step(self, request: HttpRequest) -> HttpResponse | None:
        """The way to two-step login for whoever must have it and has not; looked up once per login."""
        wanted = env.two_step()
        if wanted == "optional" or not request.user.is_authenticated or request.path.startswith(FREE_PATHS):
            return None
        mark = f"{wanted} {team.role_of(request.user).value}"  # another role may have to have it
        if request.session.get(STEP) == mark:
            return None
        if not team.lacks_second_step(request.user.pk):
            request.session[STEP] = mark
            return None
        if request.path.startswith("/api/"):
            return error_answer(request, Forbidden(gettext("This team wants two-step login of you. Turn it on first.")))
        return redirect("account_second")


class ErrorsInWords:
    """A KaiboError becomes a page or JSON with its own status; every other error stays Django's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls it for an error that a view raised."""
        if not isinstance(exception, KaiboError):
            return None
        if exception.status >= 500:
            log.error("%s %s: %s", request.method, request.path, exception.sentence, exc_info=exception)
        return error_answer(request, exception)


def error_answer(request: HttpRequest, error: KaiboError) -> HttpResponse:
    """The error as JSON for machines, as a page for people."""
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse(error.as_dict(), status=error.status)
    else:
        name = "404.html" if error.status == 404 else "403.html" if error.status == 403 else "kaibo/error.html"
        response = render(request, name, {"error": error}, status=error.status)
    retry = error.ids.get("retry_after_seconds")
    if retry is not None:
        response["Retry-After"] = str(retry)
    return response


class AdminContentSecurityPolicy:
    """Unfold's Alpine evaluates expressions and writes styles: /admin/ alone may do both."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            relaxed = dict(settings.SECURE_CSP)
            relaxed["script-src"] = [CSP.SELF, CSP.UNSAFE_EVAL]
            relaxed["style-src"] = [CSP.SELF, CSP.UNSAFE_INLINE]
            response._csp_config = relaxed  # type: ignore[attr-defined]
        return response
