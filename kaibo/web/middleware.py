"""Login for every page, and the relaxed policy that the back office alone needs."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP

Handler = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/login/", "/static/", "/i18n/", "/api/", "/admin/", "/invitation/", "/healthz")


class LoginRequired:
    """Sends whoever is not logged in to the login page; paths in OPEN_PATHS check for themselves."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN_PATHS):
            return self.get_response(request)
        return redirect_to_login(request.get_full_path())


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
