"""Sound as an answer: whole, or the part that a player asks for when somebody moves in it."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def answer(request: HttpRequest, data: bytes, *, name: str) -> HttpResponse:
    """200 with all of it, 206 with one range, 416 for one outside. Source: RFC 9110 §14."""
    wanted = _range(request.headers.get("Range", ""), len(data))
    if wanted is None:
        response = HttpResponse(data, content_type="audio/wav")
    elif wanted[0] >= wanted[1]:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{len(data)}"
    else:
        first, end = wanted
        response = HttpResponse(data[first:end], content_type="audio/wav", status=206)
        response["Content-Range"] = f"bytes {first}-{end - 1}/{len(data)}"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _range(said: str, size: int) -> tuple[int, int] | None:
    """(first, end) of the one range asked for; None for no or a strange request, which gets everything."""
    found = _RANGE.fullmatch(said.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    first = int(found[1])
    end = min(size, int(found[2]) + 1) if found[2] else size
    return (first, end) if first < end or first >= size else None
