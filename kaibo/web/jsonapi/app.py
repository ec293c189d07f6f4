"""`/api/v1`: what the pages can do, as JSON; a login's session is the key, writes need its CSRF token."""

from django.contrib.auth.decorators import login_required
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import django_auth

from kaibo import __version__
from kaibo.kit.errors import KaiboError
from kaibo.web.compliance.caseroutes import router as case_router
from kaibo.web.compliance.routes import router as review_router
from kaibo.web.desk.routes import router as desk_router
from kaibo.web.imports.routes import router as imports_router
from kaibo.web.jsonapi import compliance, feeds, reference, rooms, shows
from kaibo.web.lineup.routes import router as lineup_router
from kaibo.web.opinion.routes import router as opinion_router
from kaibo.web.radar.routes import router as radar_router
from kaibo.web.registers.routes import router as registers_router
from kaibo.web.reports.routes import columns_router as report_columns_router
from kaibo.web.reports.routes import router as report_router
from kaibo.web.rounds.routes import router as rounds_router

api = NinjaAPI(
    title="Kaibo",
    version=__version__,
    description=(
        "Times are microseconds since the epoch, UTC. Money is integer minor units beside a currency. Ratios are "
        "0-1. Events are sent to POST /api/v1/events with a feed's bearer token (NDJSON or a JSON array)."
    ),
    auth=django_auth,
    urls_namespace="api",
    docs_decorator=login_required,
)
api.add_router("", reference.router)
api.add_router("/rooms", rooms.router)
api.add_router("/shows", shows.router)
api.add_router("/shows", lineup_router)
api.add_router("/shows", desk_router)
api.add_router("/shows", radar_router)
api.add_router("/shows", rounds_router)
api.add_router("/shows", report_router)
api.add_router("/reports", report_columns_router)
api.add_router("/shows", registers_router)
api.add_router("/feeds", feeds.router)
api.add_router("/imports", imports_router)
api.add_router("/opinion", opinion_router)
api.add_router("/compliance", compliance.router)
api.add_router("/compliance", review_router)
api.add_router("/compliance", case_router)


@api.exception_handler(KaiboError)
def refused(request: HttpRequest, error: KaiboError) -> HttpResponse:
    """Our errors carry their own status."""
    return api.create_response(request, error.as_dict(), status=error.status)


@api.exception_handler(AuthenticationError)
def not_logged_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Nobody is logged in, or the token is of no feed."""
    if error.message == "token":
        body = {"code": "bad_token", "problem": _("This token is of no feed that is on."), "fix": "/feeds/"}
        return api.create_response(request, body, status=401)
    body = {"code": "not_logged_in", "problem": _("Log in first."), "fix": "/login/"}
    return api.create_response(request, body, status=401)


@api.exception_handler(HttpError)
def not_taken(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or a session without the token that guards its forms."""
    if error.status_code == 403:
        body = {
            "code": "csrf_failed",
            "problem": _("A session needs its CSRF token beside the cookie."),
            "fix": _("Send it as X-CSRFToken; a program asks with a feed's bearer token where that is allowed."),
        }
    else:
        body = {"code": "malformed", "problem": _("This is no JSON."), "fix": "/api/v1/docs"}
    return api.create_response(request, body, status=error.status_code)


@api.exception_handler(OverflowError)
@api.exception_handler(DataError)
def too_large(request: HttpRequest, _error: Exception) -> HttpResponse:
    """A number that no column holds: SQLite says OverflowError, PostgreSQL DataError."""
    body = {"code": "malformed", "problem": _("A number is too large."), "fix": "/api/v1/docs"}
    return api.create_response(request, body, status=422)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A field is missing or has the wrong type; `details` names each."""
    details = [{"field": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]} for one in error.errors]
    body = {
        "code": "malformed",
        "problem": _("Some fields cannot be read."),
        "fix": "/api/v1/docs",
        "details": details,
    }
    return api.create_response(request, body, status=422)
