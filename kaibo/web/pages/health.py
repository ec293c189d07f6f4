"""Whether the server lives and is ready: for supervisors and load balancers, so without a login."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext
from django.views.defaults import server_error

from kaibo.eventlog import api as eventlog
from kaibo.kit.errors import NotFound
from kaibo.web.middleware import error_answer


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the records answer and the log takes events, here or at the server that holds it; 503 with the part
    that does not. `?live` asks only whether the process answers. Cost: one query, on a replica a request a second."""
    if "live" in request.GET:
        return JsonResponse({"live": True})
    parts = {"records": _records(), "log": "ok"}
    if parts["records"] == "ok":
        log = eventlog.status()
        parts["log"] = f"refusing: {log.reason}" if log.is_refusing else "ok"
    is_ready = all(state == "ok" for state in parts.values())
    held = eventlog.shards_held()
    told = {"live": True, "ready": is_ready, **parts}
    told["role"] = "replica" if eventlog.stands_back() and not held else "holder"
    if eventlog.count_shards() > 1:
        told["shards"] = held
    return JsonResponse(told, status=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": "2"})


def _records() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"


def unknown(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """The answer where no address fits: JSON for programs, a page for people."""
    fix = "/api/v1/docs" if request.path.startswith("/api/") else ""
    return error_answer(request, NotFound(gettext("There is nothing at this address."), fix=fix))


def broken(request: HttpRequest) -> HttpResponse:
    """The answer to whatever nobody caught. Records that are away are no fault of the page: come back soon."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return server_error(request)
    answer: HttpResponse
    if request.path.startswith("/api/"):
        answer = JsonResponse({"problem": "the records do not answer", "fix": "ask again in a few seconds"}, status=503)
    else:
        answer = HttpResponse(loader.render_to_string("503.html"), status=503)
    answer["Retry-After"] = "5"
    return answer
