"""Whether the server lives and is ready: for supervisors and load balancers, so without a login."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from kaibo.eventlog import api as eventlog


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the records answer and the log takes events; 503 with the part that does not. `?live` asks only
    whether the process answers."""
    if "live" in request.GET:
        return JsonResponse({"live": True})
    parts = {"records": _records(), "log": "ok"}
    if parts["records"] == "ok":
        log = eventlog.status()
        parts["log"] = f"refusing: {log.reason}" if log.is_refusing else "ok"
    is_ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"live": True, "ready": is_ready, **parts}, status=200 if is_ready else 503)


def _records() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"
