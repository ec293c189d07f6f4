"""The cookie that admits one browser to the stream of one show for a minute."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

COOKIE = "kaibo_live"
LIFE_SECONDS = 60
_SALT = "kaibo.live.ticket"


def stream_path(show_id: str) -> str:
    """The address of the stream; the cookie is sent below it and nowhere else."""
    return f"/live/{quote(show_id, safe='')}/stream"


def make_ticket(*, reader: str, show_id: str) -> str:
    """A signed text that says who may watch which show; valid for LIFE_SECONDS from now."""
    return signing.dumps([reader, show_id], salt=_SALT)


def set_ticket(response: HttpResponse, *, reader: str, show_id: str) -> None:
    """Hand the ticket to the browser: out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        make_ticket(reader=reader, show_id=show_id),
        max_age=LIFE_SECONDS,
        path=stream_path(show_id),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def reader_of(cookie_header: str, *, show_id: str, life_seconds: float = LIFE_SECONDS) -> str | None:
    """Who the ticket in a Cookie header was given to; None when it is absent, forged, old or for another show.

    Cost: no query; that is why the stream may ask it.
    """
    try:
        morsel = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    if morsel is None:
        return None
    try:
        reader, ticket_show = signing.loads(morsel.value, salt=_SALT, max_age=life_seconds)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(reader) if ticket_show == show_id else None
